using Peregrine.Distribution.Transports;
using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Publishing;

/// <summary>What a publisher has done. Written by the server's thread; others may read for display.</summary>
public sealed class PublisherCounters : ICounterSource
{
    /// <summary>Updates taken in.</summary>
    public long Updates { get; internal set; }

    /// <summary>Changes that came of them; each has a sequence number.</summary>
    public long Changes { get; internal set; }

    /// <summary>Updates that named an unknown order, or nothing that can be done.</summary>
    public long Ignored { get; internal set; }

    /// <summary>Frames encoded; each may be sent to many.</summary>
    public long Frames { get; internal set; }

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.marketdata.updates", "{update}", "Updates of books taken in.", () => Updates),
        Counter.Total("peregrine.marketdata.changes", "{change}", "Changes of books that came of them.", () => Changes),
        Counter.Total("peregrine.marketdata.ignored", "{update}", "Updates that named an unknown order, or nothing that can be done.", () => Ignored),
        Counter.Total("peregrine.marketdata.frames", "{frame}", "Frames encoded.", () => Frames),
    ];
}

/// <summary>
/// Keeps the books and turns updates of any feed into clean changes: each names an order that is there and takes no more than it has,
/// so that a subscriber who does what he is told has the same book. Nothing here knows of connections.
/// </summary>
/// <remarks>Thread: one owner. Allocates: for new instruments and channels, and when there are more orders or levels than ever before.</remarks>
internal sealed class BookPublisher(IReadOnlyList<IBookTransport>? transports = null)
{
    private readonly IBookTransport[] _transports = [.. transports ?? []];
    private readonly List<InstrumentBook> _instruments = [];
    private readonly List<Channel> _dirty = [];

    public MarketBooks Books { get; } = new();

    public PublisherCounters Counters { get; } = new();

    public IReadOnlyList<InstrumentBook> Instruments => _instruments;

    /// <summary>Adds an instrument; its id is its index.</summary>
    public void Add(InstrumentInfo info) => _instruments.Add(new InstrumentBook(_instruments.Count, info));

    /// <summary>Applies one update to the books and collects what came of it.</summary>
    public void Process(in BookUpdate update)
    {
        Counters.Updates++;
        InstrumentBook instrument = _instruments[update.InstrumentId];
        instrument.TimeNs = update.TimeNs;
        switch (update.Kind)
        {
            case BookUpdateKind.Add:
                Add(instrument, update, update.OrderId, update.Side);
                break;
            case BookUpdateKind.Execute:
                Execute(instrument, update);
                break;
            case BookUpdateKind.Reduce:
                Reduce(instrument, update, update.Quantity);
                break;
            case BookUpdateKind.Delete:
                Reduce(instrument, update, long.MaxValue);
                break;
            case BookUpdateKind.Replace:
                Replace(instrument, update);
                break;
            case BookUpdateKind.Modify:
                Modify(instrument, update);
                break;
            case BookUpdateKind.Clear:
                Clear(instrument);
                break;
            case BookUpdateKind.Trade:
                Trade(instrument, update);
                break;
            case BookUpdateKind.Top:
                SetTop(instrument, update);
                break;
            default:
                Counters.Ignored++;
                break;
        }
    }

    /// <summary>Encodes everything that was collected.</summary>
    /// <returns>The channels with new frames; valid until the next call of <see cref="Process"/>.</returns>
    public List<Channel> Flush()
    {
        foreach (Channel channel in _dirty)
        {
            channel.Flush();
        }

        return _dirty;
    }

    /// <summary>Forgets which channels had new frames; call it when their subscribers were told.</summary>
    public void EndFlush()
    {
        foreach (Channel channel in _dirty)
        {
            channel.IsDirty = false;
        }

        _dirty.Clear();
    }

    private void Add(InstrumentBook instrument, in BookUpdate update, ulong orderId, Side side)
    {
        if (Books.TryGetOrder(instrument.Id, orderId, out Side oldSide, out long oldPrice, out _))
        {
            Change(instrument, OrderChangeKind.Delete, orderId, oldSide, oldPrice, 0);
        }

        if (update.Quantity <= 0 || side is not (Side.Buy or Side.Sell) || !Books.HasRoom(instrument.Id, side, update.Price, update.Quantity))
        {
            Counters.Ignored++;
            return;
        }

        Change(instrument, OrderChangeKind.Add, orderId, side, update.Price, update.Quantity);
    }

    private void Execute(InstrumentBook instrument, in BookUpdate update)
    {
        if (!Books.TryGetOrder(instrument.Id, update.OrderId, out Side side, out long price, out long quantity))
        {
            // An order older than the feed: the trade is real all the same.
            BookUpdate trade = update;
            trade.Side = update.Side is Side.Buy or Side.Sell ? update.Side.Opposite() : 0;
            Trade(instrument, trade);
            return;
        }

        long tradePrice = update.Price == 0 ? price : update.Price;
        Trade(instrument, tradePrice, Math.Min(update.Quantity, quantity), side.Opposite());
        Change(instrument, OrderChangeKind.Execute, update.OrderId, side, price, Math.Min(update.Quantity, quantity), tradePrice);
    }

    private void Reduce(InstrumentBook instrument, in BookUpdate update, long by)
    {
        if (!Books.TryGetOrder(instrument.Id, update.OrderId, out Side side, out long price, out long quantity) || by <= 0)
        {
            Counters.Ignored++;
            return;
        }

        bool isAll = by >= quantity;
        Change(instrument, isAll ? OrderChangeKind.Delete : OrderChangeKind.Reduce, update.OrderId, side, price, isAll ? 0 : by);
    }

    private void Replace(InstrumentBook instrument, in BookUpdate update)
    {
        if (!Books.TryGetOrder(instrument.Id, update.OrderId, out Side side, out long price, out _))
        {
            Counters.Ignored++;
            return;
        }

        Change(instrument, OrderChangeKind.Delete, update.OrderId, side, price, 0);
        Add(instrument, update, update.NewOrderId, side);
    }

    private void Modify(InstrumentBook instrument, in BookUpdate update)
    {
        bool isKnown = Books.TryGetOrder(instrument.Id, update.OrderId, out Side side, out long price, out long quantity);
        if (isKnown && update.Price == price && update.Side == side && update.Quantity > 0 && update.Quantity <= quantity)
        {
            // It keeps its place.
            if (update.Quantity < quantity)
            {
                Change(instrument, OrderChangeKind.Reduce, update.OrderId, side, price, quantity - update.Quantity);
            }

            return;
        }

        Add(instrument, update, update.OrderId, update.Side);
    }

    // What was on the side goes order by order; the level stands there as one order.
    private void SetTop(InstrumentBook instrument, in BookUpdate update)
    {
        if (update.Side is not (Side.Buy or Side.Sell))
        {
            Counters.Ignored++;
            return;
        }

        while (Books.TryGetHead(instrument.Id, update.Side, out ulong orderId, out _))
        {
            _ = Books.TryGetOrder(instrument.Id, orderId, out Side side, out long price, out _);
            Change(instrument, OrderChangeKind.Delete, orderId, side, price, 0);
        }

        if (update.Quantity > 0)
        {
            Add(instrument, update, BookUpdateKinds.TopOrderId(update.Side), update.Side);
        }
    }

    private void Clear(InstrumentBook instrument)
    {
        instrument.Sequence++;
        Counters.Changes++;
        BookUpdate clear = new() { Kind = BookUpdateKind.Clear, InstrumentId = instrument.Id };
        _ = Books.Apply(clear);
        Dirty(instrument, Depth.Best);
        Dirty(instrument, Depth.Levels)?.AddEmptied();
        Dirty(instrument, Depth.Orders)?.Add(new OrderEntry { Kind = OrderChangeKind.Clear });
        Tell(new BookChange { InstrumentId = instrument.Id, Kind = OrderChangeKind.Clear, TimeNs = instrument.TimeNs });
    }

    private void Trade(InstrumentBook instrument, in BookUpdate update)
    {
        if (update.Quantity <= 0)
        {
            Counters.Ignored++;
            return;
        }

        Trade(instrument, update.Price, update.Quantity, update.Side);
        instrument.Sequence++;
        Counters.Changes++;
        Dirty(instrument, Depth.Orders)?.Add(new OrderEntry
        {
            Kind = OrderChangeKind.Trade,
            OrderId = update.OrderId,
            Side = update.Side,
            Price = update.Price,
            Quantity = update.Quantity,
            TradeId = instrument.Trades,
        });
        FlushTrades(instrument);
        Tell(new BookChange
        {
            InstrumentId = instrument.Id,
            Kind = OrderChangeKind.Trade,
            Side = update.Side,
            OrderId = update.OrderId,
            Price = update.Price,
            Quantity = update.Quantity,
            TradeId = instrument.Trades,
            TimeNs = instrument.TimeNs,
        });
    }

    // A trade is told with the sequence number of the change that it makes, which its caller counts right after.
    private void Trade(InstrumentBook instrument, long price, long quantity, Side aggressor)
    {
        instrument.Trades++;
        instrument.LastTrade = new TradeEntry { TradeId = instrument.Trades, Price = price, Quantity = quantity, Aggressor = aggressor,
            TimeNs = instrument.TimeNs };
        Dirty(instrument, Depth.Trades);
    }

    private static void FlushTrades(InstrumentBook instrument)
    {
        if (instrument.Channels[(int)Depth.Trades] is { } trades)
        {
            trades.Add(instrument.LastTrade);
        }
    }

    private void Change(InstrumentBook instrument, OrderChangeKind kind, ulong orderId, Side side, long price, long quantity, long tradePrice = 0)
    {
        BookUpdate change = new()
        {
            Kind = kind switch
            {
                OrderChangeKind.Add => BookUpdateKind.Add,
                OrderChangeKind.Delete => BookUpdateKind.Delete,
                _ => BookUpdateKind.Reduce,
            },
            InstrumentId = instrument.Id,
            OrderId = orderId,
            Side = side,
            Price = price,
            Quantity = quantity,
        };
        BookResult result = Books.Apply(change);
        Check.That(result == BookResult.Ok, "a clean change fits the book");
        instrument.Sequence++;
        Counters.Changes++;
        Dirty(instrument, Depth.Best);
        if (Dirty(instrument, Depth.Levels) is { } levels)
        {
            _ = Books.TryGetLevelAt(instrument.Id, side, price, out long levelQuantity, out int orderCount);
            levels.Add(new LevelEntry { Side = side, Price = price, Quantity = levelQuantity, OrderCount = orderCount });
        }

        bool isTrade = kind == OrderChangeKind.Execute;
        Dirty(instrument, Depth.Orders)?.Add(new OrderEntry
        {
            Kind = kind,
            OrderId = orderId,
            Side = side,
            Price = isTrade ? tradePrice : price,
            Quantity = quantity,
            TradeId = isTrade ? instrument.Trades : 0,
        });
        if (isTrade)
        {
            FlushTrades(instrument);
        }

        Tell(new BookChange
        {
            InstrumentId = instrument.Id,
            Kind = kind,
            Side = side,
            OrderId = orderId,
            Price = price,
            Quantity = quantity,
            TradePrice = tradePrice,
            TradeId = kind == OrderChangeKind.Execute ? instrument.Trades : 0,
            TimeNs = instrument.TimeNs,
        });
    }

    private void Tell(in BookChange change)
    {
        foreach (IBookTransport transport in _transports)
        {
            transport.OnChange(in change);
        }
    }

    private Channel? Dirty(InstrumentBook instrument, Depth depth)
    {
        Channel? channel = instrument.Channels[(int)depth];
        if (channel is { IsDirty: false })
        {
            channel.IsDirty = true;
            _dirty.Add(channel);
        }

        return channel;
    }
}
