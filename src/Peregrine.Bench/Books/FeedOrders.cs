using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.MarketData;
using Peregrine.Trading.Matching;

namespace Peregrine.Bench.Books;

/// <summary>
/// A feed's messages as orders into a matching engine of their own, without the feed's books: an add is a limit order, a delete a cancel, a partial
/// cancel a reduction, an execution an incoming immediate-or-cancel order of the other side, a replace a cancel and a limit order.
/// </summary>
/// <remarks>One thread. What came of it against what the feed recorded is the matter of peregrine replay --orders.</remarks>
internal sealed class FeedOrders
{
    // As many as peregrine replay --orders: a refusal for want of room would make the rest cheap.
    private const int OrderCapacity = 1 << 19;

    // Ids of incoming orders lie above those of feeds.
    private const ulong IncomingIds = 1UL << 63;
    private const int NobodysOrder = -1;

    private readonly MatchingEngine _engine = new(OrderCapacity);
    private readonly MatchEventBuffer _events = new();
    private readonly Dictionary<int, int> _instruments = [];
    private int _lastInstrument;
    private int _lastEngineId = -1;
    private ulong _nextIncomingId = IncomingIds;

    public ulong StateHash => _engine.StateHash;

    public int OrderCount => _engine.OrderCount;

    /// <summary>Makes an instrument of the engine for each of the feed's.</summary>
    public FeedOrders(ReadOnlySpan<BookUpdate> updates)
    {
        foreach (ref readonly BookUpdate update in updates)
        {
            if (!_instruments.ContainsKey(update.InstrumentId))
            {
                _instruments.Add(update.InstrumentId, _engine.AddInstrument(new InstrumentTerms()));
            }
        }
    }

    /// <summary>Cancels all that rests; the memory that the books have grown to stays.</summary>
    public void Clear()
    {
        _events.Clear();
        _ = _engine.MassCancel(new MassCancelFilter(), _events);
    }

    public void Play(in BookUpdate update)
    {
        _events.Clear();
        switch (update.Kind)
        {
            case BookUpdateKind.Add:
                Submit(in update, update.OrderId, update.Side, update.Price, TimeInForce.Day);
                break;
            case BookUpdateKind.Delete:
                _ = _engine.Cancel(update.OrderId, _events);
                break;
            case BookUpdateKind.Reduce:
                _ = _engine.Reduce(update.OrderId, new Quantity(update.Quantity), _events);
                break;
            case BookUpdateKind.Execute:
                Execute(in update);
                break;
            case BookUpdateKind.Replace when _engine.TryGetOrder(update.OrderId, out RestingOrder replaced):
                _ = _engine.Cancel(update.OrderId, _events);
                Submit(in update, update.NewOrderId, replaced.Side, update.Price, TimeInForce.Day);
                break;
            default:
                break;
        }
    }

    // ITCH names neither side nor price of what was executed: then they are those of the order.
    private void Execute(in BookUpdate update)
    {
        if (update.Side != 0)
        {
            Submit(in update, _nextIncomingId++, update.Side.Opposite(), update.Price, TimeInForce.ImmediateOrCancel);
        }
        else if (_engine.TryGetOrder(update.OrderId, out RestingOrder resting))
        {
            Submit(in update, _nextIncomingId++, resting.Side.Opposite(), resting.Price.Ticks, TimeInForce.ImmediateOrCancel);
        }
    }

    private void Submit(in BookUpdate update, ulong orderId, Side side, long price, TimeInForce timeInForce)
    {
        MatchOrder order = new()
        {
            OrderId = orderId,
            Price = new Price(price),
            Quantity = new Quantity(update.Quantity),
            InstrumentId = EngineId(update.InstrumentId),
            Account = NobodysOrder,
            Side = side,
            Type = OrderType.Limit,
            TimeInForce = timeInForce,
        };
        _ = _engine.Submit(in order, _events);
    }

    // Feeds come in runs of one instrument: the last one is looked at first.
    private int EngineId(int instrumentId)
    {
        if (instrumentId != _lastInstrument || _lastEngineId < 0)
        {
            (_lastInstrument, _lastEngineId) = (instrumentId, _instruments[instrumentId]);
        }

        return _lastEngineId;
    }
}
