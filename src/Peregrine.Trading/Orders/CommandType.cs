namespace Peregrine.Trading.Orders;

/// <summary>What a command asks for. 0 is no command.</summary>
public enum CommandType : byte
{
    New = 1,
    Cancel = 2,

    /// <summary>New values for an order: those that <see cref="OrderCommand.Fields"/> names.</summary>
    Replace = 3,

    /// <summary>Asks for a report of the order's state; sequenced like the others, so the answer fits the reports around it.</summary>
    Status = 4,

    /// <summary>Takes <see cref="OrderCommand.Quantity"/> off what an order has left; it keeps its place.</summary>
    Reduce = 5,

    /// <summary>Cancels every order that <see cref="OrderCommand.Scope"/> means.</summary>
    MassCancel = 6,

    /// <summary>A session has gone: its orders are cancelled.</summary>
    Disconnect = 7,

    /// <summary>An instrument gets another phase.</summary>
    Phase = 8,

    /// <summary>Nothing but the time that it carries.</summary>
    Time = 9,

    /// <summary>Asks for a report of the state of every working order that <see cref="OrderCommand.Scope"/> means.</summary>
    MassStatus = 10,

    /// <summary>Two orders of one session, at one price and of one quantity, that trade with each other. <see cref="OrderCommand.ClientOrderId"/>,
    /// order id and account are the buy order's, <see cref="OrderCommand.OriginalClientOrderId"/> is the sell order's.</summary>
    Cross = 11,
}

/// <summary>The table of commands.</summary>
public static class CommandTypes
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const CommandType Last = CommandType.Cross;

    /// <summary>Whether there is such a command.</summary>
    public static bool IsKnown(CommandType type) => type is not 0 and <= Last;

    /// <summary>Whether a client or an operator may ask for it; time comes from the link alone.</summary>
    public static bool IsRequest(CommandType type) => type is not CommandType.Time && IsKnown(type);
}
