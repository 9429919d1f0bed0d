using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>An event of the engine in the words of the script: what is printed, and what expectations are held against.</summary>
internal sealed record MatchFact
{
    /// <summary>The printed words of the types of events.</summary>
    public static readonly (string Word, MatchEventType Value)[] Kinds =
    [
        ("accepted", MatchEventType.Accepted), ("rejected", MatchEventType.Rejected), ("trade", MatchEventType.Trade),
            ("cancelled", MatchEventType.Cancelled),
        ("replaced", MatchEventType.Replaced), ("level", MatchEventType.LevelChanged), ("triggered", MatchEventType.Triggered),
            ("restated", MatchEventType.Restated),
        ("phase", MatchEventType.PhaseChanged), ("indicative", MatchEventType.Indicative), ("orderAdded", MatchEventType.OrderAdded),
        ("orderChanged", MatchEventType.OrderChanged), ("orderRemoved", MatchEventType.OrderRemoved),
    ];

    public required MatchEventType Type { get; init; }

    /// <summary>The line of the script whose command it came from.</summary>
    public required int Line { get; init; }

    /// <summary>Unix nanoseconds; null before the first time of the script.</summary>
    public required long? TimeNs { get; init; }

    /// <summary>Null when a request named an order that there is not.</summary>
    public required ScriptInstrument? Instrument { get; init; }

    /// <summary>The order's name; null for trades, levels, phases and indicative prices.</summary>
    public string? Order { get; init; }

    /// <summary>Of the order or level; of a trade, the side that came; null in an auction.</summary>
    public Side? Side { get; init; }

    /// <summary>Null when the order has none.</summary>
    public Price? Price { get; init; }

    /// <summary>Lots.</summary>
    public long Quantity { get; init; }

    /// <summary>Lots; of an indicative price, the surplus.</summary>
    public long Leaves { get; init; }

    public string? BuyOrder { get; init; }

    public string? SellOrder { get; init; }

    public long BuyLeaves { get; init; }

    public long SellLeaves { get; init; }

    public RejectReason Reason { get; init; }

    public TradingPhase Phase { get; init; }

    public bool CancelsForbidden { get; init; }

    /// <summary>Of a level.</summary>
    public int OrderCount { get; init; }

    /// <summary>Of a level or a shown order: the place among the changes of its book.</summary>
    public long Sequence { get; init; }

    public string Kind => ScriptWords.Of(Kinds, Type);

    /// <summary>Puts an event into words.</summary>
    /// <param name="orderOf">An order as it was asked for, by its id.</param>
    public static MatchFact From(in MatchEvent match, int line, long? timeNs, ScriptInstrument? instrument, ScriptNames names,
        Func<ulong, MatchOrder> orderOf)
    {
        MatchFact fact = new() { Type = match.Type, Line = line, TimeNs = timeNs, Instrument = instrument, Reason = match.Reason,
            Quantity = match.Quantity.Lots, Leaves = match.Leaves.Lots };
        switch (match.Type)
        {
            case MatchEventType.Trade:
                bool isBuy = match.Side != Primitives.Side.Sell;
                (string own, string other) = (names.OrderName(match.OrderId), names.OrderName(match.RestingOrderId));
                return fact with
                {
                    Price = match.Price,
                    Side = match.Side == 0 ? null : match.Side,
                    BuyOrder = isBuy ? own : other,
                    SellOrder = isBuy ? other : own,
                    BuyLeaves = (isBuy ? match.Leaves : match.RestingLeaves).Lots,
                    SellLeaves = (isBuy ? match.RestingLeaves : match.Leaves).Lots,
                };
            case MatchEventType.LevelChanged:
                return fact with { Side = match.Side, Price = match.Price, OrderCount = match.OrderCount, Sequence = match.DeltaSequence };
            case MatchEventType.PhaseChanged:
                return fact with { Phase = match.Phase, CancelsForbidden = match.Quantity.Lots != 0 };
            case MatchEventType.Indicative:
                return fact with { Price = match.Quantity.Lots == 0 ? null : match.Price };
            case MatchEventType.OrderAdded or MatchEventType.OrderChanged or MatchEventType.OrderRemoved:
                return fact with { Order = names.OrderName(match.OrderId), Side = match.Side, Price = match.Price, Sequence = match.DeltaSequence };
            default:
                return fact with
                {
                    Order = match.OrderId == 0 && match.InstrumentId < 0 && match.Type != MatchEventType.Rejected
                        ? null
                        : names.OrderName(match.OrderId),
                    Side = match.Side == 0 ? null : match.Side,
                    Price = HasPrice(in match, orderOf(match.OrderId)) ? match.Price : null,
                };
        }
    }

    // A market order's price is 0, and so is that of a stop until it is restated or replaced, when it is the stop price. Market-to-limit orders, and
    // pegged ones without a limit, have none as they come.
    private static bool HasPrice(in MatchEvent match, in MatchOrder order) => match.Type switch
    {
        MatchEventType.Replaced or MatchEventType.Restated => true,
        MatchEventType.Accepted or MatchEventType.Rejected when order.Type == OrderType.MarketToLimit => false,
        MatchEventType.Accepted or MatchEventType.Rejected when order.Type == OrderType.Pegged => order.Flags.HasFlag(OrderFlags.HasLimit),
        _ => match.InstrumentId >= 0 && order.Type is not (OrderType.Market or OrderType.Stop or OrderType.TrailingStop),
    };
}
