using System.Buffers;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Sharding;

/// <summary>
/// Shards on threads of their own behind a core: a request is sent when it begins, and its answer taken when it is completed; with a window
/// (<see cref="CoreOptions.Window"/>) the shards work while the core checks the next. Reports and state are those of one engine and the same
/// window.
/// </summary>
/// <remarks>Thread: the core's. Allocates: when it is made, and when a buffer grows to a new high mark. Blocks: where an answer is waited
/// for.</remarks>
public readonly struct ShardsEngine : ICoreEngine
{
    private readonly ShardedMatching _shards;
    private readonly EarlyAnswers _early = new();

    /// <summary>Nobody else gives the shards requests.</summary>
    public ShardsEngine(ShardedMatching shards) => _shards = shards;

    /// <summary>The shards.</summary>
    public ShardedMatching Shards => _shards;

    /// <inheritdoc/>
    public IMatchingEngine View => Rest();

    /// <inheritdoc/>
    public MatchingEngine BooksOf(int instrumentId) => Rest().BooksOf(instrumentId);

    /// <inheritdoc/>
    public int InstrumentCount => _shards.Racy.InstrumentCount;

    /// <inheritdoc/>
    /// <remarks>From any thread, for display.</remarks>
    public int OrderCount => _shards.Racy.OrderCount;

    /// <inheritdoc/>
    /// <remarks>From any thread, for display.</remarks>
    public long TradeCount => _shards.Racy.TradeCount;

    /// <inheritdoc/>
    public ulong StateHash => Rest().StateHash;

    /// <inheritdoc/>
    public long TimeNs => Rest().TimeNs;

    /// <inheritdoc/>
    public bool AnswersAtOnce => false;

    /// <inheritdoc/>
    public int AddInstrument(InstrumentTerms terms) => Rest().AddInstrument(terms);

    /// <inheritdoc/>
    public void SetTerms(int instrumentId, InstrumentTerms terms) => Rest().SetTerms(instrumentId, terms);

    /// <inheritdoc/>
    public void AdvanceTime(long timeNs, MatchEventBuffer events)
    {
        // Where nothing is due the answer is known, and nobody need wait for it.
        ShardedEngine books = Rest();
        bool isDue = books.NextDueNs <= timeNs;
        Invariant.That(_early.IsEmpty && _early.Silent == 0, "time moves on when nothing is under way");
        Send(ShardCommand.AdvanceTime(timeNs));
        if (isDue)
        {
            _ = Complete(events);
        }
        else
        {
            _early.Silent = 1;
        }
    }

    /// <inheritdoc/>
    public void BeginNew(in MatchOrder order, MatchEventBuffer events) => Send(ShardCommand.Submit(in order));

    /// <inheritdoc/>
    public void BeginCancel(ulong orderId, MatchEventBuffer events) => Send(ShardCommand.Cancel(orderId));

    /// <inheritdoc/>
    public void BeginReduce(ulong orderId, Quantity lots, MatchEventBuffer events) => Send(ShardCommand.Reduce(orderId, lots));

    /// <inheritdoc/>
    public void BeginReplace(in MatchReplace replace, MatchEventBuffer events) => Send(ShardCommand.Replace(in replace));

    /// <inheritdoc/>
    public void BeginReplace(ulong orderId, Price price, Quantity leaves, MatchEventBuffer events) => Send(ShardCommand.Replace(
        new MatchReplace { OrderId = orderId, Fields = ReplaceFields.Price | ReplaceFields.Leaves, Price = price, Leaves = leaves }));

    /// <inheritdoc/>
    public void BeginMove(ulong orderId, Price price, MatchEventBuffer events) =>
        Send(ShardCommand.Replace(new MatchReplace { OrderId = orderId, Fields = ReplaceFields.Price, Price = price }));

    /// <inheritdoc/>
    public void BeginMassCancel(in MassCancelFilter filter, MatchEventBuffer events) => Send(ShardCommand.MassCancel(in filter));

    /// <inheritdoc/>
    public void BeginList(in MassCancelFilter filter, MatchEventBuffer events) => Send(ShardCommand.List(in filter));

    /// <inheritdoc/>
    public void BeginCross(in MatchCross cross, MatchEventBuffer events) => Send(ShardCommand.Cross(in cross));

    /// <inheritdoc/>
    public void BeginPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events) =>
        Send(ShardCommand.SetPhase(instrumentId, phase, cancelsForbidden));

    /// <inheritdoc/>
    public int Complete(MatchEventBuffer events)
    {
        if (!_early.IsEmpty)
        {
            return _early.Take(events);
        }

        TakeSilent();
        _shards.Take(out int result);
        Copy(_shards.Events, events);
        return result;
    }

    /// <inheritdoc/>
    public bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level) =>
        Rest().TryGetLevel(instrumentId, side, depth, out level);

    /// <inheritdoc/>
    public void SilenceLevels(int instrumentId)
    {
        // A hint, and the books are another thread's: level changes that nobody reads come along.
    }

    /// <inheritdoc/>
    public bool TryGetLastTrade(int instrumentId, out Price price) => Rest().TryGetLastTrade(instrumentId, out price);

    /// <inheritdoc/>
    public bool TryGetOrder(ulong orderId, out RestingOrder order) => Rest().TryGetOrder(orderId, out order);

    /// <summary>Nothing: the memory is another thread's.</summary>
    public void Prefetch(ulong orderId)
    {
    }

    /// <inheritdoc cref="Prefetch"/>
    public void PrefetchOrder(ulong orderId)
    {
    }

    /// <inheritdoc/>
    public void Save(IBufferWriter<byte> target) => Rest().Save(target);

    /// <inheritdoc/>
    public void Load(IStateSource source) => Rest().Load(source);

    /// <inheritdoc/>
    public bool Holds(ulong orderId, int tag, Side side, int instrumentId, int session, Quantity leaves) =>
        Rest().Holds(orderId, tag, side, instrumentId, session, leaves);

    // What depends on answers that are not taken, or finds no room, waits for them: they are kept until they are asked for.
    private void Send(in ShardCommand command)
    {
        RouteStatus status;
        while ((status = _shards.TrySend(command)) != RouteStatus.Sent)
        {
            TakeSilent();
            for (int wanted = status == RouteStatus.Waits ? _shards.InFlight : 1; wanted > 0 && _shards.InFlight > 0; wanted--)
            {
                _shards.Take(out int result);
                _early.Add(result, _shards.Events);
            }
        }
    }

    // Answers of a time at which nothing was due: they stand before all others, and tell nothing.
    private void TakeSilent()
    {
        for (; _early.Silent > 0; _early.Silent--)
        {
            _shards.Take(out _);
            Check.That(_shards.Events.IsEmpty, "nothing happens at a time at which nothing is due");
        }
    }

    // All books, with nothing on its way.
    private ShardedEngine Rest()
    {
        TakeSilent();
        return _shards.AtRest;
    }

    private static void Copy(ReadOnlySpan<MatchEvent> from, MatchEventBuffer to)
    {
        foreach (ref readonly MatchEvent match in from)
        {
            to.Add() = match;
        }
    }

    // Answers in their order, with the events of each.
    private sealed class EarlyAnswers
    {
        private readonly Queue<(int Result, int Events)> _answers = new();
        private readonly MatchEventBuffer _events = new();
        private int _taken;

        /// <summary>Times on their way at which nothing is due.</summary>
        public int Silent { get; set; }

        public bool IsEmpty => _answers.Count == 0;

        public void Add(int result, ReadOnlySpan<MatchEvent> events)
        {
            _answers.Enqueue((result, events.Length));
            Copy(events, _events);
        }

        public int Take(MatchEventBuffer events)
        {
            (int result, int count) = _answers.Dequeue();
            Copy(_events.Span.Slice(_taken, count), events);
            _taken += count;
            if (_answers.Count == 0)
            {
                _events.Clear();
                _taken = 0;
            }

            return result;
        }
    }
}
