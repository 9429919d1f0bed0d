using System.Globalization;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Turns reports into ExecutionReport, OrderCancelReject and OrderMassCancelReport of one version of FIX. Pure but for the session it
/// writes to; allocates nothing.</summary>
/// <param name="groups">Names that reports repeat; null for none.</param>
internal sealed partial class ReportEncoder(NameTable names, OrderDialect dialect, OrderNames? groups = null)
{
    // Digits of the average price beyond those of a price.
    private const int AverageExtraDecimals = 4;

    // Side of a report that is about no order.
    private const char Undisclosed = '7';

    /// <summary>What amounts of an order are counted in whose symbol is not known.</summary>
    public static Instrument Unknown { get; } = new(0, "?", RulesValidation.PriceDecimalsMax, 1, 1, IsOpen: false);

    /// <summary>Numbers, saves and sends the message for one report.</summary>
    /// <param name="mark">The session's report count with this one.</param>
    public void Send(FixSession session, in ReportView report, long mark)
    {
        FixWriter writer = session.BeginMessage(MsgTypeOf(in report), Clock.UnixNs);
        Write(ref writer, in report);
        Check.That(session.TryEndMessage(ref writer, mark), "every report fits into the largest message");
    }

    /// <summary>As <see cref="Send"/>, a copy for somebody else; its mark is the report's ExecID.</summary>
    /// <param name="ownerTag">The field of the header that says whose report it is.</param>
    /// <param name="owner">Whose; empty where that is not known any more.</param>
    public void Copy(FixSession session, in ReportView report, int ownerTag, ReadOnlySpan<byte> owner)
    {
        FixWriter writer = session.BeginMessage(MsgTypeOf(in report), Clock.UnixNs);
        if (owner.Length > 0)
        {
            writer.Add(ownerTag, owner);
        }

        Write(ref writer, in report);
        Check.That(session.TryEndMessage(ref writer, report.ExecId), "every report fits into the largest message");
    }

    /// <summary>Makes the message for one report again, under a number that it was given before.</summary>
    public void Remake(FixSession session, in ReportView report, long sequence, bool isPossResend)
    {
        FixWriter writer = session.Remake(MsgTypeOf(in report), sequence, report.TimeNs, isPossResend);
        Write(ref writer, in report);
        Check.That(session.TryEndRemake(ref writer), "every report fits into the largest message");
    }

    private static bool IsMassCancel(in ReportView report) =>
        report.Type == ReportType.MassCancelled || (report.Type == ReportType.CancelRejected && report.RequestType == CommandType.MassCancel);

    private ReadOnlySpan<byte> MsgTypeOf(in ReportView report) => IsNews(in report)
        ? "B"u8
        : IsMassCancel(in report)
        ? "r"u8
        : report.Type == ReportType.CancelRejected ? "9"u8 : "8"u8;

    private void Write(ref FixWriter writer, in ReportView report)
    {
        if (IsNews(in report))
        {
            WriteNews(ref writer, report);
        }
        else if (IsMassCancel(in report))
        {
            WriteMassCancelReport(ref writer, report);
        }
        else if (report.Type == ReportType.CancelRejected)
        {
            WriteCancelReject(ref writer, report);
        }
        else
        {
            WriteExecutionReport(ref writer, report);
        }
    }

    private void WriteExecutionReport(ref FixWriter writer, in ReportView report)
    {
        WriteOrderId(ref writer, report.OrderId);
        if (report.ClientOrderId.Length > 0)
        {
            writer.Add(Tag.ClOrdId, report.ClientOrderId);
        }

        if (report.Type is ReportType.Replaced or ReportType.Cancelled or ReportType.Reduced && report.OriginalClientOrderId.Length > 0
            && dialect.Execution.Has(Tag.OrigClOrdId))
        {
            writer.Add(Tag.OrigClOrdId, report.OriginalClientOrderId);
        }

        groups?.Write(ref writer, dialect.Execution, in report);
        if (report.Type == ReportType.Status)
        {
            WriteRequest(ref writer, in report);
        }

        writer.Add(Tag.ExecId, report.ExecId);
        WriteKind(ref writer, in report);
        if (report.AccountId >= 0)
        {
            writer.Add(Tag.Account, names.Account(report.AccountId));
        }

        bool isKnown = report.InstrumentId >= 0;
        Instrument instrument = isKnown ? names.Instruments[report.InstrumentId] : Unknown;
        writer.Add(Tag.Symbol, isKnown
            ? names.Symbol(report.InstrumentId)
            : report.Type == ReportType.Rejected && report.OriginalClientOrderId.Length > 0 ? report.OriginalClientOrderId : "[N/A]"u8);
        writer.Add(Tag.Side, report.Side == 0 ? Undisclosed : (char)('0' + (byte)report.Side));
        WriteTerms(ref writer, report, instrument);
        WriteAmounts(ref writer, report, instrument);
        writer.AddTimestamp(Tag.TransactTime, report.TimeNs);
        WriteText(ref writer, report);
    }

    // What the report tells. ExecType as FIX 5.0 has it is the kind; a version that lacks it says it otherwise.
    private void WriteKind(ref FixWriter writer, in ReportView report)
    {
        char kind = FixCodes.Of(report.Type, report.Reason);
        char status = dialect.StatusOf(report.Status, kind);
        char type = dialect.ExecTypeOf(kind, status);
        if (dialect.HasExecTransType)
        {
            writer.Add(Tag.ExecTransType, dialect.ExecTransTypeOf(kind));
        }

        if (dialect.HasExecType)
        {
            writer.Add(Tag.ExecType, type);
        }

        writer.Add(Tag.OrdStatus, status);
        if (report.Type == ReportType.Rejected)
        {
            writer.Add(Tag.OrdRejReason, dialect.OrdRejReasonOf(report.Reason));
        }

        if (type == 'D')
        {
            writer.Add(Tag.ExecRestatementReason, dialect.RestatementOf(report.Reason));
        }
    }

    // What the answer to a status request repeats of it.
    private void WriteRequest(ref FixWriter writer, in ReportView report)
    {
        if (!dialect.Execution.Has(Tag.OrdStatusReqId))
        {
            return;
        }

        ReadOnlySpan<byte> id = report.OriginalClientOrderId;
        if ((report.Scope & MassCancelScope.Session) != 0)
        {
            writer.Add(Tag.MassStatusReqId, id);
            writer.Add(Tag.TotNumReports, report.CancelledCount);
            writer.Add(Tag.LastRptRequested, report.ObservedValue == report.CancelledCount ? 'Y' : 'N');
        }
        else if (id.Length > 0 && !id.SequenceEqual(report.ClientOrderId))
        {
            writer.Add(Tag.OrdStatusReqId, id);
        }
    }

    private void WriteAmounts(ref FixWriter writer, in ReportView report, Instrument instrument)
    {
        int decimals = instrument.PriceDecimals;
        if (report.Type == ReportType.Trade)
        {
            writer.Add(Tag.LastQty, instrument.ToUnits(report.LastQuantity));
            writer.Add(Tag.LastPx, instrument.ToPriceUnits(report.LastPrice), decimals);
        }
        else if (dialect.NeedsLast)
        {
            writer.Add(Tag.LastQty, 0);
            writer.Add(Tag.LastPx, 0);
        }

        if (dialect.Execution.Has(Tag.LeavesQty))
        {
            writer.Add(Tag.LeavesQty, instrument.ToUnits(report.LeavesQuantity));
        }

        writer.Add(Tag.CumQty, instrument.ToUnits(report.CumulativeQuantity));
        if (report.CumulativeQuantity.Lots == 0)
        {
            writer.Add(Tag.AvgPx, 0);
        }
        else
        {
            Int128 average = instrument.AveragePriceUnits(report.CumulativeNotional, report.CumulativeQuantity, AverageExtraDecimals);
            writer.Add(Tag.AvgPx, average, decimals + AverageExtraDecimals);
        }
    }

    private void WriteCancelReject(ref FixWriter writer, in ReportView report)
    {
        FixFieldSet fields = dialect.CancelReject;
        WriteOrderId(ref writer, report.OrderId);

        // A list is cancelled order by order, and no such request has an id of its own.
        bool isOfList = report.ClientOrderId.IsEmpty;
        ReadOnlySpan<byte> name = groups is null ? default : groups.OrderOf(in report);
        name = name.IsEmpty ? "NONE"u8 : name;
        writer.Add(Tag.ClOrdId, isOfList ? name : report.ClientOrderId);
        if (fields.Has(Tag.OrigClOrdId))
        {
            writer.Add(Tag.OrigClOrdId, isOfList ? name : report.OriginalClientOrderId);
            writer.Add(Tag.OrdStatus, FixCodes.Of(report.Status));
        }

        groups?.Write(ref writer, fields, in report);
        if (fields.Has(Tag.TransactTime))
        {
            writer.AddTimestamp(Tag.TransactTime, report.TimeNs);
        }

        if (fields.Has(Tag.CxlRejResponseTo))
        {
            writer.Add(Tag.CxlRejResponseTo, report.RequestType == CommandType.Replace ? '2' : '1');
        }

        int reason = dialect.CxlRejReasonOf(report.Reason);
        if (reason != OrderDialect.LeftOut)
        {
            writer.Add(Tag.CxlRejReason, reason);
        }

        WriteText(ref writer, report);
    }

    private void WriteMassCancelReport(ref FixWriter writer, in ReportView report)
    {
        bool isOfInstrument = (report.Scope & MassCancelScope.Instrument) != 0;
        char scope = isOfInstrument ? '1' : '7';
        bool isRefused = report.Type == ReportType.CancelRejected;

        // The norm wants an id of our own of the request, and there is no order.
        WriteOrderId(ref writer, (ulong)report.ExecId);
        if (dialect.MassCancel!.Has(Tag.MassActionReportId))
        {
            writer.Add(Tag.MassActionReportId, report.ExecId);
        }

        writer.Add(Tag.ClOrdId, report.ClientOrderId);
        writer.Add(Tag.MassCancelRequestType, scope);
        writer.Add(Tag.MassCancelResponse, isRefused ? '0' : scope);
        int reason = report.Reason == RejectReason.UnknownInstrument ? dialect.MassCancelUnknown : dialect.MassCancelOther;
        if (isRefused && reason != OrderDialect.LeftOut)
        {
            writer.Add(Tag.MassCancelRejectReason, reason);
        }

        writer.Add(Tag.TotalAffectedOrders, report.CancelledCount);
        if (isOfInstrument && report.InstrumentId >= 0)
        {
            writer.Add(Tag.Symbol, names.Symbol(report.InstrumentId));
        }

        if (report.Side != 0)
        {
            writer.Add(Tag.Side, (char)('0' + (byte)report.Side));
        }

        writer.AddTimestamp(Tag.TransactTime, report.TimeNs);
        WriteText(ref writer, report);
    }

    private void WriteText(ref FixWriter writer, in ReportView report)
    {
        if (report.Type == ReportType.Triggered && !dialect.HasTriggered)
        {
            writer.Add(Tag.Text, "Triggered"u8);
            return;
        }

        if (report.Reason != RejectReason.None)
        {
            Span<byte> text = stackalloc byte[RejectText.BytesMax];
            writer.Add(Tag.Text, text[..RejectText.Write(text, report)]);
        }
    }

    // The norm wants an OrderID in every report; NONE says that there is no order.
    private static void WriteOrderId(ref FixWriter writer, ulong orderId)
    {
        if (orderId == 0)
        {
            writer.Add(Tag.OrderId, "NONE"u8);
            return;
        }

        Span<byte> digits = stackalloc byte[20];
        _ = orderId.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
        writer.Add(Tag.OrderId, digits[..written]);
    }
}
