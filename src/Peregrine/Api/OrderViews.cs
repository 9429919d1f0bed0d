using Peregrine.Gateway;
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
        decimal unit = PriceUnit.Of(instrument?.PriceDecimals ?? 0);
        bool hasAverage = report.CumulativeQuantity.Lots > 0 && instrument is not null;
        decimal? average = hasAverage ? Math.Round((decimal)report.CumulativeNotional / report.CumulativeQuantity.Lots * instrument!.TickUnits / unit, 8) : null;
        return new OrderView(
            report.OrderId == 0 ? null : report.OrderId.ToString(System.Globalization.CultureInfo.InvariantCulture), report.ClientOrderId.ToString(), SessionOf(report.SessionId),
            AccountOf(report.AccountId), instrument?.Symbol, Word(report.Side), Word(report.OrderType), Word(report.TimeInForce),
            report.OrderType == OrderType.Limit && instrument is not null ? instrument.ToPriceUnits(report.Price) / unit : null,
            instrument?.ToUnits(report.Quantity) ?? report.Quantity.Lots, instrument?.ToUnits(report.CumulativeQuantity) ?? 0, instrument?.ToUnits(report.LeavesQuantity) ?? 0,
            average, Word(report.Status), report.Reason == RejectReason.None ? null : report.Reason.ToString(), report.Reason == RejectReason.None ? null : ReportText.Reason(report),
            report.TimeNs / 1_000_000);
    }

    /// <summary>A refused request.</summary>
    public RejectView ToReject(in OrderReport report) => new(
        report.TimeNs / 1_000_000, SessionOf(report.SessionId), InstrumentOf(report.InstrumentId)?.Symbol, report.ClientOrderId.ToString(),
        report.Type == ReportType.Rejected ? "new" : report.RequestType == CommandType.Replace ? "replace" : "cancel", report.Reason.ToString(), ReportText.Reason(report));

    /// <summary>An instrument that orders are taken for.</summary>
    public static InstrumentView ToView(Instrument instrument)
    {
        decimal unit = PriceUnit.Of(instrument.PriceDecimals);
        return new InstrumentView(
            instrument.Symbol, instrument.PriceDecimals, instrument.TickUnits / unit, instrument.LotUnits, instrument.IsOpen, IsTradable: true,
            instrument.ReferencePrice.Ticks == 0 ? null : instrument.ToPriceUnits(instrument.ReferencePrice) / unit);
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
