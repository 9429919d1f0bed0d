using Peregrine.Distribution.Wire;
using Peregrine.Net;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Publishing;

/// <summary>Writes the book of a channel, as it is now, into the output of one connection.</summary>
/// <remarks>Thread: the server's. Allocates: when made.</remarks>
internal sealed class SnapshotWriter(MarketBooks books)
{
    private const int EntriesPerFrame = 512;
    private readonly LevelEntry[] _levels = new LevelEntry[EntriesPerFrame];
    private readonly OrderEntry[] _orders = new OrderEntry[EntriesPerFrame];
    private readonly TradeEntry[] _trades = new TradeEntry[1];
    private Connection _connection = null!;
    private FrameHeader _header;
    private int _count;
    private bool _isRefused;

    /// <summary>Writes all of it, in as many frames as it takes.</summary>
    /// <returns>False: the connection's output took only a part; the client forgets that when the next snapshot begins.</returns>
    public bool TryWrite(Connection connection, Channel channel)
    {
        InstrumentBook instrument = channel.Instrument;
        _connection = connection;
        _isRefused = false;
        _count = 0;
        _header = new FrameHeader { InstrumentId = instrument.Id, Depth = channel.Depth, Sequence = channel.SentSequence, TimeNs = instrument.TimeNs,
            IsFirst = true };
        switch (channel.Depth)
        {
            case Depth.Orders:
                AddOrders(instrument.Id, Side.Buy);
                AddOrders(instrument.Id, Side.Sell);
                break;
            case Depth.Trades:
                _trades[0] = instrument.LastTrade;
                _count = instrument.LastTrade.TradeId == 0 ? 0 : 1;
                break;
            default:
                int depth = channel.Depth == Depth.Best ? 1 : int.MaxValue;
                AddLevels(instrument.Id, Side.Buy, depth);
                AddLevels(instrument.Id, Side.Sell, depth);
                break;
        }

        _header.IsLast = true;
        WriteFrame();
        return !_isRefused;
    }

    private void AddLevels(int instrumentId, Side side, int depth)
    {
        int levels = Math.Min(books.LevelCount(instrumentId, side), depth);
        for (int level = 0; level < levels; level++)
        {
            _ = books.TryGetLevel(instrumentId, side, level, out long price, out long quantity);
            _levels[_count] = new LevelEntry { Side = side, Price = price, Quantity = quantity,
                OrderCount = books.OrderCountAt(instrumentId, side, level) };
            CountEntry();
        }
    }

    private void AddOrders(int instrumentId, Side side)
    {
        int levels = books.LevelCount(instrumentId, side);
        for (int level = 0; level < levels; level++)
        {
            _ = books.TryGetLevel(instrumentId, side, level, out long price, out _);
            foreach (QueuedOrder order in books.QueueAt(instrumentId, side, level))
            {
                _orders[_count] = new OrderEntry { Kind = OrderChangeKind.Add, OrderId = order.OrderId, Side = side, Price = price,
                    Quantity = order.Quantity };
                CountEntry();
            }
        }
    }

    private void CountEntry()
    {
        if (++_count == EntriesPerFrame)
        {
            WriteFrame();
        }
    }

    private void WriteFrame()
    {
        if (!_isRefused && _connection.TryReserve(FrameEncoder.BytesFor(_count), out Span<byte> target))
        {
            Depth depth = _header.Depth;
            _connection.Advance(FrameEncoder.Snapshot(
                target, _header, _levels.AsSpan(0, depth is Depth.Best or Depth.Levels ? _count : 0),
                _orders.AsSpan(0, depth == Depth.Orders ? _count : 0),
                _trades.AsSpan(0, depth == Depth.Trades ? _count : 0)));
        }
        else
        {
            _isRefused = true;
        }

        _header.IsFirst = false;
        _count = 0;
    }
}
