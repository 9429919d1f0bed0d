using Peregrine.Distribution;
using Peregrine.Distribution.Wire;
using Peregrine.Sequencing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.MarketData;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.MarketData;

/// <summary>
/// Turns what the books show into updates, and publishes them when their command is durable: a trade print never leaves before its trade is safe.
/// What is hidden, and what an iceberg holds back, is in none of them: only its trades are told, without the order.
/// </summary>
/// <remarks>Thread: the link's. Allocates: no, after warm-up.</remarks>
internal sealed class BookTap(MarketDataServer server, int capacity) : ICommandTap
{
    private readonly ReleaseRing<Waiting> _waiting = new(capacity);
    private TradingCore _core = null!;
    private Instrument[] _instruments = [];
    private int[] _ids = [];

    /// <summary>Names the core's instruments, at start and when there are more; those that are named keep their books.
    /// The core tells order deltas.</summary>
    public void UseInstruments(TradingCore core)
    {
        _core = core;
        _instruments = [.. core.Rules!.Instruments];
        _ids = [.. _instruments.Select(
            instrument => server.Define(new InstrumentInfo(instrument.Symbol, instrument.PriceDecimals, instrument.TickUnits, instrument.LotUnits)))];
    }

    /// <summary>Publishes every order that shows something, in the order of the queues: the books as recovery left them.
    /// The server's thread must run.</summary>
    public void PublishResting(long timeNs)
    {
        foreach (Instrument instrument in _instruments)
        {
            PublishSide(instrument, Side.Buy, timeNs);
            PublishSide(instrument, Side.Sell, timeNs);
        }

        server.Signal();
    }

    /// <inheritdoc/>
    public void Collect(in CommandView command)
    {
        ReadOnlySpan<MatchEvent> events = _core.MatchEvents;
        for (int index = 0; index < events.Length; index++)
        {
            ref readonly MatchEvent match = ref events[index];
            switch (match.Type)
            {
                case MatchEventType.OrderAdded:
                    Push(in command, in match, BookUpdateKind.Add, match.OrderId, match.Side);
                    break;
                case MatchEventType.OrderChanged:
                    Push(in command, in match, BookUpdateKind.Modify, match.OrderId, match.Side);
                    break;
                case MatchEventType.OrderRemoved:
                    Push(in command, in match, BookUpdateKind.Delete, match.OrderId, match.Side);
                    break;
                case MatchEventType.Trade when index + 1 < events.Length && IsExecutionOfShown(in match, in events[index + 1]):
                    // The execution takes off what the delta behind it tells.
                    Push(in command, in match, BookUpdateKind.Execute, match.RestingOrderId, match.Side.Opposite());
                    index++;
                    break;
                case MatchEventType.Trade:
                    Push(in command, in match, BookUpdateKind.Trade, 0, match.Side);
                    break;
                default:
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void Release(long durableSequence)
    {
        bool any = false;
        while (_waiting.Count > 0 && _waiting.Front.Sequence <= durableSequence)
        {
            server.Publish(_waiting.Front.Update);
            _waiting.Pop();
            any = true;
        }

        if (any)
        {
            server.Signal();
        }
    }

    // In an auction there is no aggressor, and the trade is at another price than the orders': a print, and what it does to each order.
    private static bool IsExecutionOfShown(in MatchEvent trade, in MatchEvent next) =>
        trade.Side != 0 && next.OrderId == trade.RestingOrderId && next.Type is MatchEventType.OrderChanged or MatchEventType.OrderRemoved;

    private void PublishSide(Instrument instrument, Side side, long timeNs)
    {
        for (int depth = 0; _core.Engine.BooksOf(instrument.Id).TryGetLevel(instrument.Id, side, depth, out BookLevel level); depth++)
        {
            foreach (RestingOrder order in _core.Engine.BooksOf(instrument.Id).GetQueue(instrument.Id, side, level.Price))
            {
                if (order.Shown.Lots > 0)
                {
                    server.Publish(Update(instrument, BookUpdateKind.Add, order.OrderId, side, order.Price, order.Shown, timeNs));
                }
            }
        }
    }

    private void Push(in CommandView command, in MatchEvent match, BookUpdateKind kind, ulong orderId, Side side)
    {
        Instrument instrument = _instruments[match.InstrumentId];
        _waiting.Push(new Waiting { Sequence = command.Sequence,
            Update = Update(instrument, kind, orderId, side, match.Price, match.Quantity, command.TimeNs) });
    }

    // The checks of an order's amounts see to it that they fit.
    private BookUpdate Update(Instrument instrument, BookUpdateKind kind, ulong orderId, Side side, Price price, Quantity quantity, long timeNs) =>
        new()
    {
        Kind = kind,
        OrderId = orderId,
        InstrumentId = _ids[instrument.Id],
        Side = side,
        Price = checked((long)instrument.ToPriceUnits(price)),
        Quantity = checked((long)instrument.ToUnits(quantity)),
        TimeNs = timeNs,
        IsEventEnd = true,
    };

    private struct Waiting
    {
        public long Sequence;
        public BookUpdate Update;
    }
}
