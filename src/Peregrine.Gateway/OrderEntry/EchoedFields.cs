using Peregrine.Fix.Messages;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Names of a client's own that answers repeat: FIX does not bound them, and an answer has to fit into a message.</summary>
internal static class EchoedFields
{
    /// <summary>Longest of them that is taken.</summary>
    public const int LengthMax = 64;

    /// <summary>Finds one that is too long.</summary>
    /// <returns>What is wrong with it; empty when none is.</returns>
    public static ReadOnlySpan<byte> FindTooLong(scoped in FixMessage message) =>
        IsTooLong(message, Tag.ListId) ? "ListID (66) is longer than 64 characters"u8
        : IsTooLong(message, Tag.CrossId) ? "CrossID (548) is longer than 64 characters"u8
        : IsTooLong(message, Tag.SecurityReqId) ? "SecurityReqID (320) is longer than 64 characters"u8
        : IsTooLong(message, Tag.SecurityStatusReqId) ? "SecurityStatusReqID (324) is longer than 64 characters"u8
        : IsTooLong(message, Tag.TradeRequestId) ? "TradeRequestID (568) is longer than 64 characters"u8
        : IsTooLong(message, Tag.Symbol) ? "Symbol (55) is longer than 64 characters"u8
        : default;

    private static bool IsTooLong(scoped in FixMessage message, int tag) =>
        message.TryGet(tag, out ReadOnlySpan<byte> value) && value.Length > LengthMax;
}
