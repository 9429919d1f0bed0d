using Peregrine.Primitives;

namespace Peregrine.Trading.Matching.Sharding;

/// <summary>
/// Several engines, each with the books of some instruments, that are together one: the same commands give the same events, results, counters and
/// digests as one <see cref="MatchingEngine"/>, whatever the number of shards and whichever instrument is where. It runs them one after the other,
/// on the caller's thread; whoever puts the shards on threads uses its parts (<see cref="Router"/>, <see cref="Shards"/>, <see cref="Merge"/>).
/// </summary>
/// <remarks>Thread: one owner. Allocates: as <see cref="MatchingEngine"/>.</remarks>
public sealed partial class ShardedEngine : IMatchingEngine
{
    private readonly ShardEngine[] _shards;
    private readonly MatchEventBuffer[] _events;
    private readonly ShardAnswer[] _answers;

    // The digest's terms of the empty books that stand for those of other shards.
    private ulong _termsElsewhere;

    /// <summary>Makes shards without instruments.</summary>
    /// <param name="merge">How events are joined; null: as one engine tells them.</param>
    /// <exception cref="ArgumentException">The options have faults; all of them are named.</exception>
    public ShardedEngine(ShardingOptions options, ShardMerge? merge = null)
    {
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        Options = options;
        Merge = merge ?? new ShardMerge(options.Shards);
        Router = new ShardRouter(options);
        _shards = new ShardEngine[options.Shards];
        _events = new MatchEventBuffer[options.Shards];
        _answers = new ShardAnswer[options.Shards];
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            _shards[shard] = new ShardEngine(options.OrderCapacity, options.EmitsOrderDeltas);
            _events[shard] = new MatchEventBuffer();
        }
    }

    /// <summary>What it was made with.</summary>
    public ShardingOptions Options { get; }

    /// <summary>Which command goes where.</summary>
    public ShardRouter Router { get; }

    /// <summary>Joins events.</summary>
    public ShardMerge Merge { get; }

    /// <summary>The shards.</summary>
    public ReadOnlySpan<ShardEngine> Shards => _shards;

    /// <inheritdoc/>
    /// <remarks>The instrument goes to shard <c>id % shards</c>.</remarks>
    public int AddInstrument(InstrumentTerms terms) => AddInstrument(terms, InstrumentCount % _shards.Length);

    /// <summary>Adds an empty book to a shard that the caller chooses: busy instruments apart from each other.</summary>
    /// <returns>Its id: 0, 1, 2, ...</returns>
    /// <exception cref="ArgumentException">There is no such shard, or the terms have faults.</exception>
    public int AddInstrument(InstrumentTerms terms, int shard)
    {
        if ((uint)shard >= (uint)_shards.Length)
        {
            throw new ArgumentException($"shard is {shard}, expected 0 to {_shards.Length - 1}", nameof(shard));
        }

        // The owner first: it looks at the terms.
        _shards[shard].AddInstrument(terms, isOwn: true);
        for (int other = 0; other < _shards.Length; other++)
        {
            if (other != shard)
            {
                _shards[other].AddInstrument(terms, isOwn: false);
                _termsElsewhere += ShardEngine.TermElsewhere(InstrumentCount);
            }
        }

        Router.AddInstrument(shard);
        return InstrumentCount - 1;
    }

    /// <inheritdoc/>
    public void SetTerms(int instrumentId, InstrumentTerms terms) => BooksOf(instrumentId).SetTerms(instrumentId, terms);

    /// <inheritdoc/>
    public RejectReason Submit(in MatchOrder order, MatchEventBuffer events) => (RejectReason)Run(ShardCommand.Submit(in order), events);

    /// <inheritdoc/>
    public RejectReason Cancel(ulong orderId, MatchEventBuffer events) => (RejectReason)Run(ShardCommand.Cancel(orderId), events);

    /// <inheritdoc/>
    public RejectReason Reduce(ulong orderId, Quantity lots, MatchEventBuffer events) =>
        (RejectReason)Run(ShardCommand.Reduce(orderId, lots), events);

    /// <inheritdoc/>
    public RejectReason Replace(in MatchReplace replace, MatchEventBuffer events) => (RejectReason)Run(ShardCommand.Replace(in replace), events);

    /// <inheritdoc/>
    public RejectReason Cross(in MatchCross cross, MatchEventBuffer events) => (RejectReason)Run(ShardCommand.Cross(in cross), events);

    /// <inheritdoc/>
    public int MassCancel(in MassCancelFilter filter, MatchEventBuffer events) => Run(ShardCommand.MassCancel(in filter), events);

    /// <inheritdoc/>
    public int List(in MassCancelFilter filter, MatchEventBuffer events) => Run(ShardCommand.List(in filter), events);

    /// <inheritdoc/>
    public RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events) =>
        (RejectReason)Run(ShardCommand.SetPhase(instrumentId, phase, cancelsForbidden), events);

    /// <inheritdoc/>
    public void AdvanceTime(long timeNs, MatchEventBuffer events) => _ = Run(ShardCommand.AdvanceTime(timeNs), events);

    private int Run(ShardCommand command, MatchEventBuffer events)
    {
        int first = events.Count;
        RouteStatus status = Router.Route(ref command, out int shard);
        Check.That(status == RouteStatus.Sent, "nothing is on its way when a command runs by itself");
        int result;
        if (shard != ShardRouter.All)
        {
            result = _shards[shard].Run(in command, events).Result;
        }
        else
        {
            for (int i = 0; i < _shards.Length; i++)
            {
                _events[i].Clear();
                _answers[i] = _shards[i].Run(in command, _events[i]);
            }

            result = Merge.Merge(_events, _answers, events);
        }

        Router.Complete(events.Span[first..]);
        return result;
    }
}
