namespace Peregrine.Trading.Orders;

/// <summary>
/// What stands for a command's client ids in the core's tables: a function of the command alone, so that whoever has time, on whatever thread, can
/// compute it before the command's turn comes.
/// </summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public readonly record struct CommandKeys
{
    /// <summary>Of the id of the request itself; means nothing when it has none.</summary>
    internal ClientOrderKey Own { get; private init; }

    /// <summary>Of the client's id of the order that it is about; means nothing when it has none.</summary>
    internal ClientOrderKey Original { get; private init; }

    /// <summary>Computes them: some 10 ns for an id of a dozen bytes, next to nothing for a command without ids.</summary>
    public static CommandKeys Of(in CommandView command) => new()
    {
        Own = command.HasClientOrderId ? command.OwnKey : default,
        Original = command.HasOriginalClientOrderId ? command.OriginalKey : default,
    };
}

/// <summary>128 bits that stand for a client id in a session.</summary>
internal readonly record struct ClientOrderKey(ulong Low, ulong High);
