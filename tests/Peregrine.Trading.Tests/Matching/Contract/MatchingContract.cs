using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching.Contract;

/// <summary>
/// What every matching engine does, by examples worked out by hand from docs/matching.md: a file for each feature. Events are compared as lines, see
/// <see cref="Line"/>.
/// </summary>
public abstract partial class MatchingContract
{
    protected static readonly Func<MatchOrder, MatchOrder> Hidden = o => o with { Flags = o.Flags | OrderFlags.Hidden };
    protected static readonly Func<MatchOrder, MatchOrder> AllOrNone = o => o with { Flags = o.Flags | OrderFlags.AllOrNone };
    protected static readonly Func<MatchOrder, MatchOrder> PostOnly = o => o with { Flags = o.Flags | OrderFlags.PostOnly };

    private readonly MatchEventBuffer _events = new();
    private IMatchingEngine _engine = null!;

    /// <summary>A new engine.</summary>
    protected abstract IMatchingEngine Create(int orderCapacity);

    protected static Func<MatchOrder, MatchOrder> Display(long lots) => o => o with { DisplayQuantity = new Quantity(lots) };

    protected static Func<MatchOrder, MatchOrder> Minimum(long lots) => o => o with { MinimumQuantity = new Quantity(lots) };

    protected static Func<MatchOrder, MatchOrder> Of(OrderType type) => o => o with { Type = type };

    protected static Func<MatchOrder, MatchOrder> During(TimeInForce time) => o => o with { TimeInForce = time };

    protected static Func<MatchOrder, MatchOrder> Until(long timeNs) => o => o with { TimeInForce = TimeInForce.GoodTillTime, ExpireTimeNs = timeNs };

    protected static Func<MatchOrder, MatchOrder> StopAt(long price) => o => o with { Type = OrderType.Stop, StopPrice = new Price(price) };

    protected static Func<MatchOrder, MatchOrder> StopLimitAt(long price) => o => o with { Type = OrderType.StopLimit, StopPrice = new Price(price) };

    protected static Func<MatchOrder, MatchOrder> Trail(long ticks) => o => o with { Type = OrderType.TrailingStop, OffsetTicks = ticks };

    protected static Func<MatchOrder, MatchOrder> PegTo(PegReference reference, long offset = 0) =>
        o => o with { Type = OrderType.Pegged, Peg = reference, OffsetTicks = offset };

    protected static Func<MatchOrder, MatchOrder> OwnedBy(int account) => o => o with { Account = account };

    protected static Func<MatchOrder, MatchOrder> Preventing(SelfTradePrevention mode) => o => o with { SelfTrade = mode };

    /// <summary>Starts with one instrument, of id 0.</summary>
    protected void Open(InstrumentTerms? terms = null, int orderCapacity = 100)
    {
        _engine = Create(orderCapacity);
        _engine.AddInstrument(terms ?? new InstrumentTerms());
    }

    protected RejectReason Buy(ulong id, long lots, long price, params Func<MatchOrder, MatchOrder>[] with) =>
        Submit(id, Side.Buy, lots, price, with);

    protected RejectReason Sell(ulong id, long lots, long price, params Func<MatchOrder, MatchOrder>[] with) =>
        Submit(id, Side.Sell, lots, price, with);

    protected void Cancel(ulong id) => _engine.Cancel(id, _events);

    protected void Reduce(ulong id, long lots) => _engine.Reduce(id, new Quantity(lots), _events);

    protected void Replace(ulong id, long? price = null, long? leaves = null, long? stop = null, long? trail = null, long? display = null,
        long? expiry = null) =>
        _engine.Replace(
            new MatchReplace
            {
                OrderId = id,
                Price = new Price(price ?? 0),
                Leaves = new Quantity(leaves ?? 0),
                StopPrice = new Price(stop ?? 0),
                OffsetTicks = trail ?? 0,
                DisplayQuantity = new Quantity(display ?? 0),
                ExpireTimeNs = expiry ?? 0,
                Fields = (price is null ? 0 : ReplaceFields.Price) | (leaves is null
                    ? 0
                    : ReplaceFields.Leaves) | (stop is null && trail is null ? 0 : ReplaceFields.Stop)
                    | (display is null ? 0 : ReplaceFields.Display) | (expiry is null ? 0 : ReplaceFields.Expiry),
            },
            _events);

    protected void Enter(TradingPhase phase, bool cancelsForbidden = false) => _engine.SetPhase(0, phase, cancelsForbidden, _events);

    protected void Time(long timeNs) => _engine.AdvanceTime(timeNs, _events);

    /// <summary>Makes the last trade price, and leaves the book as it was.</summary>
    protected void TradeAt(long price)
    {
        Buy(901, 1, price);
        Sell(902, 1, price);
    }

    /// <summary>Forgets what was told so far: it was the arrangement.</summary>
    protected void Arranged() => _events.Clear();

    /// <summary>Fails unless exactly this was told since the arrangement or the last look.</summary>
    protected void Told(params string[] lines)
    {
        List<string> told = [];
        foreach (ref readonly MatchEvent match in _events.Span)
        {
            if (match.Type is not (MatchEventType.LevelChanged
                or MatchEventType.OrderAdded or MatchEventType.OrderChanged or MatchEventType.OrderRemoved))
            {
                told.Add(Line(in match));
            }
        }

        _events.Clear();
        Assert.Equal(string.Join("\n", lines), string.Join("\n", told));
    }

    /// <summary>Fails unless a side shows exactly these levels, best first: "lots@price".</summary>
    protected void Shows(Side side, params string[] levels)
    {
        List<string> shown = [];
        for (int depth = 0; _engine.TryGetLevel(0, side, depth, out BookLevel level); depth++)
        {
            shown.Add($"{level.Quantity.Lots}@{level.Price.Ticks}");
        }

        Assert.Equal(levels, shown);
    }

    protected RestingOrder Order(ulong id)
    {
        Assert.True(_engine.TryGetOrder(id, out RestingOrder order), $"order {id} rests or is parked");
        return order;
    }

    protected void IsGone(ulong id) => Assert.False(_engine.TryGetOrder(id, out _), $"order {id} is gone");

    private static string Line(in MatchEvent e)
    {
        string reason = e.Reason == RejectReason.None ? "" : $" {e.Reason}";
        return e.Type switch
        {
            MatchEventType.Accepted => $"accepted {e.OrderId}",
            MatchEventType.Rejected => $"rejected {e.OrderId}{reason}",
            MatchEventType.Trade => $"trade {e.OrderId} with {e.RestingOrderId}: {e.Quantity.Lots}@{e.Price.Ticks} leaves " +
                $"{e.Leaves.Lots} and {e.RestingLeaves.Lots}",
            MatchEventType.Cancelled => $"cancelled {e.OrderId}{reason}: {e.Quantity.Lots} leaves {e.Leaves.Lots}",
            MatchEventType.Replaced => $"replaced {e.OrderId}: {e.Leaves.Lots}@{e.Price.Ticks}",
            MatchEventType.Triggered => $"triggered {e.OrderId}: {e.Leaves.Lots}@{e.Price.Ticks}",
            MatchEventType.Restated => $"restated {e.OrderId}{reason}: shows {e.Quantity.Lots}@{e.Price.Ticks} leaves {e.Leaves.Lots}",
            MatchEventType.PhaseChanged => $"phase {e.Phase}{(e.Quantity.Lots == 1 ? ", cancels forbidden" : "")}{reason}",
            MatchEventType.Indicative => $"indicative {e.Quantity.Lots}@{e.Price.Ticks} surplus {e.Leaves.Lots}",
            _ => $"{e.Type}",
        };
    }

    private RejectReason Submit(ulong id, Side side, long lots, long price, Func<MatchOrder, MatchOrder>[] with)
    {
        MatchOrder order = new()
        {
            OrderId = id,
            Side = side,
            Price = new Price(price),
            Quantity = new Quantity(lots),
            Account = -1,
            Firm = -1,
            Strategy = -1,
            Type = OrderType.Limit,
            TimeInForce = TimeInForce.Day,
        };
        return _engine.Submit(with.Aggregate(order, (o, change) => change(o)), _events);
    }
}
