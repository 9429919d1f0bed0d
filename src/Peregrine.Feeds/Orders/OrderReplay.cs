using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.MarketData;
using Peregrine.Trading.Matching;

namespace Peregrine.Feeds.Orders;

/// <summary>
/// The feed's messages as orders against the matching core: an add is a limit order, a delete a cancel, a partial cancel a replace down, a
/// visible execution an incoming immediate-or-cancel order of the opposite side at its price and size. What the core then executes is held
/// against what the feed says was executed.
/// </summary>
/// <param name="isFollowing">
/// False: the core runs free, and a difference stays. True: after a difference the core is given the feed's own book again, so that each
/// message meets the book that it met in the recording.
/// </param>
/// <remarks>Thread: one owner. Allocates: while books and buffers grow.</remarks>
public sealed partial class OrderReplay(bool isFollowing)
{
    // Resting orders of every instrument of a busy day's hour; one more is rejected and counted.
    private const int OrderCapacity = 1 << 19;

    // Ids of our own lie above those of feeds.
    private const ulong AnonymousIds = 1UL << 62;
    private const ulong IncomingIds = 1UL << 63;
    private const int NobodysOrder = -1;

    private readonly MatchingEngine _engine = new(OrderCapacity);
    private readonly MatchEventBuffer _events = new();
    private readonly Dictionary<int, int> _instruments = [];
    private readonly Dictionary<(int Instrument, Side Side, long Price), ulong> _anonymous = [];
    private readonly long[] _byClass = new long[Enum.GetValues<ExecutionClass>().Length];
    private int _lastInstrument;
    private int _lastEngineId = -1;
    private ulong _nextAnonymousId = AnonymousIds;
    private ulong _nextIncomingId = IncomingIds;

    /// <summary>Visible executions in the feed.</summary>
    public long Recorded { get; private set; }

    /// <summary>Of those, on an order that was the first of the best price in the feed's own book.</summary>
    public long RecordedAtHead { get; private set; }

    /// <summary>On an order of that book that was not.</summary>
    public long RecordedNotAtHead { get; private set; }

    /// <summary>Executions of the class <see cref="ExecutionClass.SameOrder"/> where anonymous quantity stood for an order older than the
    /// file.</summary>
    public long AnonymousExecutions { get; private set; }

    /// <summary>Limit orders made of adds.</summary>
    public long Adds { get; private set; }

    /// <summary>Cancels and replaces for orders that the core had no more.</summary>
    public long Misses { get; private set; }

    /// <summary>Adds that the core refused: no room, an id twice, a price or size out of range.</summary>
    public long Rejects { get; private set; }

    /// <summary>Adds that traded at once in the core, which they did not in the recording.</summary>
    public long TradedAdds { get; private set; }

    /// <summary>How often the core was given the feed's book again.</summary>
    public long Resets { get; private set; }

    /// <summary>The core's state hash.</summary>
    public ulong StateHash => _engine.StateHash;

    /// <summary>Executions of a class.</summary>
    public long Of(ExecutionClass outcome) => _byClass[(int)outcome];

    /// <summary>Plays one message.</summary>
    /// <param name="books">The feed's books before the message.</param>
    /// <returns>True when the core did something else than the feed's book will: see <see cref="Reset"/>.</returns>
    public bool Play(MarketBooks books, in BookUpdate update)
    {
        _events.Clear();
        switch (update.Kind)
        {
            case BookUpdateKind.Add:
                return PlayAdd(update.InstrumentId, update.OrderId, update.Side, update.Price, update.Quantity);
            case BookUpdateKind.Delete or BookUpdateKind.Reduce:
                return PlayReduce(books, update);
            case BookUpdateKind.Replace:
                return PlayReplace(books, update);
            case BookUpdateKind.Execute:
                ExecutionClass outcome = PlayExecution(books, update);
                Recorded++;
                _byClass[(int)outcome]++;
                return outcome != ExecutionClass.SameOrder;
            default:
                return false;
        }
    }

    private bool PlayAdd(int instrumentId, ulong orderId, Side side, long price, long quantity)
    {
        Adds++;
        if (Submit(instrumentId, orderId, side, price, quantity, TimeInForce.Day) != RejectReason.None)
        {
            Rejects++;
            return true;
        }

        bool isTraded = HasTrade();
        TradedAdds += isTraded ? 1 : 0;
        return isTraded;
    }

    private bool PlayReduce(MarketBooks books, in BookUpdate update)
    {
        ulong orderId = update.OrderId;
        bool isKnown = books.TryGetOrder(update.InstrumentId, orderId, out _, out _, out _);
        if (!isKnown && !_anonymous.TryGetValue((update.InstrumentId, update.Side, update.Price), out orderId))
        {
            return false;
        }

        if (isKnown && update.Kind == BookUpdateKind.Delete)
        {
            bool isMissed = _engine.Cancel(orderId, _events) != RejectReason.None;
            Misses += isMissed ? 1 : 0;
            return isMissed;
        }

        if (!_engine.TryGetOrder(orderId, out RestingOrder resting))
        {
            Misses++;
            return true;
        }

        long leaves = resting.Leaves.Lots - update.Quantity;
        _ = leaves > 0 ? _engine.Replace(orderId, resting.Price, new Quantity(leaves), _events) : _engine.Cancel(orderId, _events);
        return false;
    }

    private bool PlayReplace(MarketBooks books, in BookUpdate update)
    {
        if (!books.TryGetOrder(update.InstrumentId, update.OrderId, out Side side, out _, out _))
        {
            return false;
        }

        bool isMissed = _engine.Cancel(update.OrderId, _events) != RejectReason.None;
        Misses += isMissed ? 1 : 0;
        return PlayAdd(update.InstrumentId, update.NewOrderId, side, update.Price, update.Quantity) || isMissed;
    }

    private ExecutionClass PlayExecution(MarketBooks books, in BookUpdate update)
    {
        ulong orderId = update.OrderId;
        bool isKnown = books.TryGetOrder(update.InstrumentId, orderId, out Side side, out long price, out _);
        if (!isKnown)
        {
            // ITCH names neither side nor price of it: then there is nothing to play.
            side = update.Side;
            price = update.Price;
            _ = _anonymous.TryGetValue((update.InstrumentId, side, price), out orderId);
        }

        CountPlace(books, update, side, isKnown);
        bool isInCore = _engine.TryGetOrder(orderId, out _);
        bool isHead = isInCore && _engine.TryGetHead(EngineId(update.InstrumentId), side, out RestingOrder head) && head.OrderId == orderId;
        if (side != 0)
        {
            _ = Submit(update.InstrumentId, _nextIncomingId++, side == Side.Buy
                ? Side.Sell
                : Side.Buy, price, update.Quantity, TimeInForce.ImmediateOrCancel);
        }

        if (isInCore && IsOnlyTrade(orderId, price, update.Quantity))
        {
            AnonymousExecutions += isKnown ? 0 : 1;
            return ExecutionClass.SameOrder;
        }

        return !isKnown ? ExecutionClass.OlderThanFile
            : !isInCore ? ExecutionClass.NotInCore : isHead ? ExecutionClass.OtherQuantity : ExecutionClass.NotHead;
    }

    // Where the recorded order stands in the feed's own book, whatever the core has made of it.
    private void CountPlace(MarketBooks books, in BookUpdate update, Side side, bool isKnown)
    {
        if (isKnown)
        {
            bool isHead = books.TryGetHead(update.InstrumentId, side, out ulong head, out long anonymous) && head == update.OrderId && anonymous == 0;
            RecordedAtHead += isHead ? 1 : 0;
            RecordedNotAtHead += isHead ? 0 : 1;
        }
    }

    private bool IsOnlyTrade(ulong restingOrderId, long price, long quantity)
    {
        int trades = 0;
        bool isSame = false;
        foreach (ref readonly MatchEvent match in _events.Span)
        {
            if (match.Type == MatchEventType.Trade)
            {
                trades++;
                isSame = match.RestingOrderId == restingOrderId && match.Price.Ticks == price && match.Quantity.Lots == quantity;
            }
        }

        return trades == 1 && isSame;
    }

    private bool HasTrade()
    {
        foreach (ref readonly MatchEvent match in _events.Span)
        {
            if (match.Type == MatchEventType.Trade)
            {
                return true;
            }
        }

        return false;
    }

    private RejectReason Submit(int instrumentId, ulong orderId, Side side, long price, long quantity, TimeInForce timeInForce)
    {
        MatchOrder order = new()
        {
            OrderId = orderId,
            Price = new Price(price),
            Quantity = new Quantity(quantity),
            InstrumentId = EngineId(instrumentId),
            Account = NobodysOrder,
            Side = side,
            Type = OrderType.Limit,
            TimeInForce = timeInForce,
        };
        return _engine.Submit(in order, _events);
    }

    // Feeds come in runs of one instrument: the last one is looked at first.
    private int EngineId(int instrumentId)
    {
        if (instrumentId == _lastInstrument && _lastEngineId >= 0)
        {
            return _lastEngineId;
        }

        if (!_instruments.TryGetValue(instrumentId, out int id))
        {
            id = _engine.AddInstrument(new InstrumentTerms());
            _instruments.Add(instrumentId, id);
        }

        (_lastInstrument, _lastEngineId) = (instrumentId, id);
        return id;
    }
}
