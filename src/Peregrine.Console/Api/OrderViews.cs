using Peregrine.Gateway;
using Peregrine.Primitives;
using Peregrine.Telemetry;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Api;

/// <summary>Reports in the words of the API.</summary>
/// <param name="rules">Names of instruments and accounts, as they are at the moment.</param>
/// <param name="sessions">Names of sessions by their numbers.</param>
internal sealed class OrderViews(Func<TradingRules> rules, IReadOnlyDictionary<int, string> sessions)
{
    /// <summary>Names of all sessions.</summary>
    public IReadOnlyCollection<string> Sessions { get; } = [.. sessions.Values];

    /// <summary>An order, as the last report of it says.</summary>
    public OrderView ToOrder(in OrderReport report)
    {
        Instrument? instrument = InstrumentOf(report.InstrumentId);

        // Amounts of an order that was taken fit 64 bits, see Instrument; of no other is there anything to show.
        return new OrderView(
            report.OrderId == 0 ? null : report.OrderId.ToString(System.Globalization.CultureInfo.InvariantCulture), report.ClientOrderId.ToString(),
            SessionOf(report.SessionId),
            AccountOf(report.AccountId), instrument?.Symbol, Word(report.Side), Word(report.OrderType), Word(report.TimeInForce),
            report.OrderType == OrderType.Limit && instrument is not null ? ToDecimal(instrument, report.Price) : null,
            (long)(instrument?.ToUnits(report.Quantity) ?? report.Quantity.Lots), (long)(instrument?.ToUnits(report.CumulativeQuantity) ?? 0),
            (long)(instrument?.ToUnits(report.LeavesQuantity) ?? 0), AverageOf(report, instrument), Word(report.Status),
            report.Reason == RejectReason.None
            ? null
            : report.Reason.ToString(), report.Reason == RejectReason.None ? null : ReportText.Reason(report),
            report.TimeNs / 1_000_000);
    }

    /// <summary>A refused request.</summary>
    public RejectView ToReject(in OrderReport report) => new(
        report.TimeNs / 1_000_000, SessionOf(report.SessionId), InstrumentOf(report.InstrumentId)?.Symbol, report.ClientOrderId.ToString(),
        report.Type == ReportType.Rejected
        ? "new"
        : report.RequestType == CommandType.Replace ? "replace" : "cancel", report.Reason.ToString(), ReportText.Reason(report));

    /// <summary>An instrument that orders are taken for.</summary>
    public static InstrumentView ToView(Instrument instrument)
    {
        decimal unit = PriceUnit.Of(instrument.PriceDecimals);
        return new InstrumentView(
            instrument.Symbol, instrument.PriceDecimals, instrument.TickUnits / unit, instrument.LotUnits, instrument.IsOpen, IsTradable: true,
            instrument.ReferencePrice.Ticks == 0 ? null : ToDecimal(instrument, instrument.ReferencePrice));
    }

    private static decimal ToDecimal(Instrument instrument, Price price) =>
        (decimal)instrument.ToPriceUnits(price) / PriceUnit.Of(instrument.PriceDecimals);

    // Four decimals more than a price, as on FIX, and not less than eight. 96 bits hold them for the largest price there is.
    private static decimal? AverageOf(in OrderReport report, Instrument? instrument)
    {
        if (report.CumulativeQuantity.Lots == 0 || instrument is null)
        {
            return null;
        }

        int extraDecimals = Math.Max(4, 8 - instrument.PriceDecimals);
        Int128 average = instrument.AveragePriceUnits(report.CumulativeNotional, report.CumulativeQuantity, extraDecimals);
        return (decimal)average / PriceUnit.Of(instrument.PriceDecimals + extraDecimals);
    }

    // Enum names in camel case: the words of the API are those of the code.
    private static string Word<T>(T value)
        where T : struct, Enum
    {
        string name = value.ToString();
        return $"{char.ToLowerInvariant(name[0])}{name[1..]}";
    }

    private Instrument? InstrumentOf(int id) => rules().Instruments is var known && (uint)id < (uint)known.Count ? known[id] : null;

    private string? AccountOf(int id) => rules().Accounts is var known && (uint)id < (uint)known.Count ? known[id].Name : null;

    private string SessionOf(int id) => sessions.GetValueOrDefault(id, "?");
}
