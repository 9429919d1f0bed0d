using Peregrine.Distribution;
using Peregrine.Distribution.Wire;
using Peregrine.Gateway.Sequencing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.MarketData;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.MarketData;

/// <summary>
/// Turns what the core does into updates of books, and publishes them when their command is durable: a trade print never leaves before
/// its trade is safe.
/// </summary>
/// <remarks>Thread: the link's. Allocates: no, after warm-up.</remarks>
internal sealed class BookTap(MarketDataServer server, int capacity) : ICommandTap
{
    private readonly ReleaseRing<Waiting> _waiting = new(capacity);
    private TradingCore _core = null!;
    private Instrument[] _instruments = [];
    private int[] _ids = [];

    /// <summary>Names the core's instruments and publishes what rests: the books as recovery left them.</summary>
    public void Start(TradingCore core)
    {
        _core = core;
        _instruments = [.. core.Rules!.Instruments];
        _ids = [.. _instruments.Select(instrument => server.Define(new InstrumentInfo(instrument.Symbol, instrument.PriceDecimals, instrument.TickUnits, instrument.LotUnits)))];
    }

    /// <summary>Publishes every resting order, in the order of the queues. The server's thread must run.</summary>
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
    public void Collect(in OrderCommand command)
    {
        ReadOnlySpan<MatchEvent> events = _core.MatchEvents.Span;
        ulong incoming = 0;
        bool rests = false;
        foreach (ref readonly MatchEvent match in events)
        {
            switch (match.Type)
            {
                case MatchEventType.Accepted:
                    incoming = match.OrderId;
                    rests = true;
                    break;
                case MatchEventType.Replaced:
                    incoming = match.OrderId;

                    // A replaced order that keeps its place causes nothing but the change of its own level; one that goes to the back
                    // first leaves its level and then trades, rests or is cancelled.
                    rests = events.Length != 2 || events[1].Type != MatchEventType.LevelChanged;
                    Push(command, match, rests ? BookUpdateKind.Delete : BookUpdateKind.Modify, match.OrderId, match.Side, match.Leaves);
                    break;
                case MatchEventType.Trade:
                    Push(command, match, BookUpdateKind.Execute, match.RestingOrderId, match.Side.Opposite(), match.Quantity);
                    break;
                case MatchEventType.Cancelled when incoming == 0:
                    Push(command, match, BookUpdateKind.Delete, match.OrderId, match.Side, match.Quantity);
                    break;
                default:
                    break;
            }
        }

        if (rests && _core.Books.TryGetOrder(incoming, out RestingOrder order))
        {
            MatchEvent added = new() { InstrumentId = order.InstrumentId, Price = order.Price };
            Push(command, added, BookUpdateKind.Add, order.OrderId, order.Side, order.Leaves);
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

    private void PublishSide(Instrument instrument, Side side, long timeNs)
    {
        for (int depth = 0; _core.Books.TryGetLevel(instrument.Id, side, depth, out BookLevel level); depth++)
        {
            foreach (RestingOrder order in _core.Books.GetQueue(instrument.Id, side, level.Price))
            {
                server.Publish(Update(instrument, BookUpdateKind.Add, order.OrderId, side, order.Price, order.Leaves, timeNs));
            }
        }
    }

    private void Push(in OrderCommand command, in MatchEvent match, BookUpdateKind kind, ulong orderId, Side side, Quantity quantity)
    {
        Instrument instrument = _instruments[match.InstrumentId];
        _waiting.Push(new Waiting { Sequence = command.Sequence, Update = Update(instrument, kind, orderId, side, match.Price, quantity, command.TimeNs) });
    }

    private BookUpdate Update(Instrument instrument, BookUpdateKind kind, ulong orderId, Side side, Price price, Quantity quantity, long timeNs) => new()
    {
        Kind = kind,
        OrderId = orderId,
        InstrumentId = _ids[instrument.Id],
        Side = side,
        Price = instrument.ToPriceUnits(price),
        Quantity = instrument.ToUnits(quantity),
        TimeNs = timeNs,
        IsEventEnd = true,
    };

    private struct Waiting
    {
        public long Sequence;
        public BookUpdate Update;
    }
}
