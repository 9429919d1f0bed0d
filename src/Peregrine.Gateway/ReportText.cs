using System.Text;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

/// <summary>Reports in words.</summary>
public static class ReportText
{
    /// <summary>Why a request was refused, with limit and value: "MaxQuantity: limit 10000, value 20000".
    /// Empty without a reason. Allocates.</summary>
    public static string Reason(in ReportView report)
    {
        if (report.Reason == RejectReason.None)
        {
            return "";
        }

        Span<byte> text = stackalloc byte[RejectText.BytesMax];
        return Encoding.ASCII.GetString(text[..RejectText.Write(text, report)]);
    }

    /// <inheritdoc cref="Reason(in ReportView)"/>
    public static string Reason(in OrderReport report)
    {
        Span<byte> bytes = stackalloc byte[ReportCodec.BytesMax];
        return Reason(ReportCodec.View(bytes[..ReportCodec.Encode(in report, bytes)]));
    }
}
