using System.Globalization;
using Peregrine.Fix.Messages;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

// A report that the version has no message for: the end of a mass cancel before FIX 4.3, and in FIX 4.0 what is about no order, which has no side
// there. No client of such a version can ask for one; a drop copy sees what others asked for, and a session may have spoken another version before.
internal sealed partial class ReportEncoder
{
    private bool IsNews(in ReportView report) =>
        IsMassCancel(in report) ? dialect.MassCancel is null
        : report.Type != ReportType.CancelRejected && report.Side == 0 && !dialect.HasUndisclosedSide;

    private void WriteNews(ref FixWriter writer, in ReportView report)
    {
        if (dialect.News.Has(Tag.Headline))
        {
            writer.Add(Tag.Headline, IsMassCancel(in report) ? "mass cancel"u8 : "status"u8);
        }

        Span<byte> text = stackalloc byte[RejectText.BytesMax + (2 * ClientOrderId.LengthMax)];
        int length = 0;
        Put(text, report.ClientOrderId, ref length);
        Put(text, IsMassCancel(in report) ? " cancelled orders: "u8 : " orders found: "u8, ref length);
        _ = report.CancelledCount.TryFormat(text[length..], out int digits, default, CultureInfo.InvariantCulture);
        length += digits;
        if (report.Reason != RejectReason.None)
        {
            Put(text, "; "u8, ref length);
            length += RejectText.Write(text[length..], report);
        }

        writer.Add(Tag.LinesOfText, 1L);
        writer.Add(Tag.Text, text[..length]);
    }

    private static void Put(Span<byte> target, ReadOnlySpan<byte> part, ref int length)
    {
        part.CopyTo(target[length..]);
        length += part.Length;
    }
}
