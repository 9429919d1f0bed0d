using System.Globalization;
using System.Text;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Reject reasons as FIX codes and as text: rule, limit and value. The table is docs/reject-reasons.md.</summary>
internal static class RejectText
{
    private static readonly byte[][] Names = [.. Enumerable.Range(0, (int)RejectReason.JournalFull + 1)
        .Select(reason => Encoding.ASCII.GetBytes(((RejectReason)reason).ToString()))];

    /// <summary>Longest text in bytes.</summary>
    public const int BytesMax = 128;

    /// <summary>Writes "MaxQuantity: limit 1000, value 5000", or just the rule for one without a limit.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, in OrderReport report)
    {
        byte[] name = Names[(int)report.Reason];
        name.CopyTo(target);
        int at = name.Length;
        if (report.LimitValue != 0 || report.ObservedValue != 0)
        {
            at += Copy(target[at..], ": limit "u8);
            at += Number(target[at..], report.LimitValue);
            // A product that 64 bits do not hold: the limit is one that they do.
            at += Copy(target[at..], report.ObservedValue == long.MaxValue ? ", value at least "u8 : ", value "u8);
            at += Number(target[at..], report.ObservedValue);
        }
        else if (report.Reason is RejectReason.UnknownInstrument or RejectReason.UnknownAccount)
        {
            at += Copy(target[at..], ": "u8);
            at += Copy(target[at..], report.OriginalClientOrderId.Span);
        }

        return at;
    }

    /// <summary>OrdRejReason (103) of a refused order.</summary>
    public static int OrdRejReason(RejectReason reason) => reason switch
    {
        RejectReason.UnknownInstrument => 1,
        RejectReason.InstrumentClosed or RejectReason.InstrumentHalted => 2,
        RejectReason.MaxNotional or RejectReason.MaxQuantity => 3,
        RejectReason.NotInPhase or RejectReason.ExpiryPassed => 4,
        RejectReason.UnknownOrder => 5,
        RejectReason.DuplicateClientOrderId or RejectReason.DuplicateOrderId => 6,
        RejectReason.UnsupportedOrder => 11,
        RejectReason.QuantityNotPositive or RejectReason.DisplayQuantity => 13,
        RejectReason.UnknownAccount => 15,
        _ => 99,
    };

    /// <summary>CxlRejReason (102) of a refused cancel or replace.</summary>
    public static int CxlRejReason(RejectReason reason) => reason switch
    {
        RejectReason.OrderClosed => 0,
        RejectReason.UnknownOrder => 1,
        RejectReason.DuplicateClientOrderId => 6,
        _ => 99,
    };

    /// <summary>ExecRestatementReason (378) of an order that changed by itself.</summary>
    public static int ExecRestatementReason(RejectReason reason) => reason switch
    {
        RejectReason.Repriced or RejectReason.Trailed or RejectReason.Converted => 3,
        RejectReason.SelfTrade => 5,
        _ => 8,
    };

    private static int Copy(Span<byte> target, ReadOnlySpan<byte> text)
    {
        text.CopyTo(target);
        return text.Length;
    }

    private static int Number(Span<byte> target, long value)
    {
        _ = value.TryFormat(target, out int written, default, CultureInfo.InvariantCulture);
        return written;
    }
}
