using System.Globalization;
using System.Text;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Reject reasons as FIX codes and as text: rule, limit and value. The table is docs/reject-reasons.md.</summary>
internal static class RejectText
{
    private const byte Other = 99;

    private static readonly Row[] Table = MakeTable();

    /// <summary>Longest text in bytes.</summary>
    public const int BytesMax = 128;

    /// <summary>Writes "MaxQuantity: limit 1000, value 5000", or just the rule for one without a limit.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, in ReportView report)
    {
        byte[] name = Table[(int)report.Reason].Name;
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
            at += Copy(target[at..], report.OriginalClientOrderId);
        }

        return at;
    }

    /// <summary>OrdRejReason (103) of a refused order.</summary>
    public static int OrdRejReason(RejectReason reason) => Table[(int)reason].Order;

    /// <summary>CxlRejReason (102) of a refused cancel or replace.</summary>
    public static int CxlRejReason(RejectReason reason) => Table[(int)reason].Cancel;

    /// <summary>ExecRestatementReason (378) of an order that changed by itself.</summary>
    public static int ExecRestatementReason(RejectReason reason) => Table[(int)reason].Restatement;

    // Reasons that FIX has a code for; all others are "other": 99, 99 and 8.
    private static Row[] MakeTable()
    {
        Row[] table = [.. Enumerable.Range(0, RejectReasons.Count)
            .Select(reason => new Row(Encoding.ASCII.GetBytes(RejectReasons.Name((RejectReason)reason))))];
        Set(RejectReason.UnknownInstrument, order: 1);
        Set(RejectReason.InstrumentClosed, order: 2);
        Set(RejectReason.InstrumentHalted, order: 2);
        Set(RejectReason.MaxNotional, order: 3);
        Set(RejectReason.MaxQuantity, order: 3);
        Set(RejectReason.NotInPhase, order: 4);
        Set(RejectReason.ExpiryPassed, order: 4);
        Set(RejectReason.UnknownOrder, order: 5, cancel: 1);
        Set(RejectReason.InstrumentMismatch, order: 5, cancel: 1);
        Set(RejectReason.SideMismatch, order: 5, cancel: 1);
        Set(RejectReason.AccountMismatch, order: 5, cancel: 1);
        Set(RejectReason.OrderClosed, cancel: 0);
        Set(RejectReason.DuplicateClientOrderId, order: 6, cancel: 6);
        Set(RejectReason.DuplicateOrderId, order: 6);
        Set(RejectReason.UnsupportedOrder, order: 11);
        Set(RejectReason.QuantityNotPositive, order: 13);
        Set(RejectReason.DisplayQuantity, order: 13);
        Set(RejectReason.UnknownAccount, order: 15);
        Set(RejectReason.Repriced, restatement: 3);
        Set(RejectReason.Trailed, restatement: 3);
        Set(RejectReason.Converted, restatement: 3);
        Set(RejectReason.SelfTrade, restatement: 5);
        return table;

        void Set(RejectReason reason, byte order = Other, byte cancel = Other, byte restatement = 8) =>
            table[(int)reason] = table[(int)reason] with { Order = order, Cancel = cancel, Restatement = restatement };
    }

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

    private readonly record struct Row(byte[] Name, byte Order = Other, byte Cancel = Other, byte Restatement = 8);
}
