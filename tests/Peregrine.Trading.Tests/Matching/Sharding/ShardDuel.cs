using System.Runtime.InteropServices;
using Peregrine.Oracles.Matching;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Trading.Tests.Matching.Sharding;

/// <summary>Gives random commands to one engine and to several sharded ones, and finds the first byte in which they differ.</summary>
internal sealed class ShardDuel
{
    private readonly SlowMatchingEngine _slow;
    private readonly MatchingEngine _one;
    private readonly ShardedEngine[] _sharded;
    private readonly RandomCommands _random;
    private readonly MatchEventBuffer _wanted = new(2);
    private readonly MatchEventBuffer _slowEvents = new(2);
    private readonly MatchEventBuffer _got = new(2);

    public ShardDuel(CommandMix mix, int seed, params ReadOnlySpan<ShardedEngine> sharded)
    {
        _random = new RandomCommands(mix, seed);
        _slow = new SlowMatchingEngine(mix.Capacity);
        _one = new MatchingEngine(mix.Capacity) { EmitsOrderDeltas = true };
        _sharded = sharded.ToArray();
        foreach (InstrumentTerms terms in _random.Instruments)
        {
            _ = _slow.AddInstrument(terms);
            _ = _one.AddInstrument(terms);
            foreach (ShardedEngine engine in _sharded)
            {
                _ = engine.AddInstrument(terms);
            }
        }
    }

    /// <summary>Times and mass cancels that told events of several instruments.</summary>
    public int Joined { get; private set; }

    /// <summary>New orders refused because an order of another instrument has their id.</summary>
    public int TakenElsewhere { get; private set; }

    /// <summary>New orders refused because the engine is full of orders of other instruments too.</summary>
    public int FullElsewhere { get; private set; }

    /// <summary>An engine as the mix wants it.</summary>
    public static ShardedEngine Make(CommandMix mix, int shards, ShardMerge? merge = null) =>
        new(new ShardingOptions { Shards = shards, OrderCapacity = mix.Capacity, EmitsOrderDeltas = true, InFlightMax = 1 }, merge);

    /// <summary>Gives all of them the next command.</summary>
    /// <returns>Where one of them differs from the one engine then, or null.</returns>
    public string? Step()
    {
        MatchCommand command = _random.Next(_slow);
        _wanted.Clear();
        _slowEvents.Clear();
        int result = command.Apply(_one, _wanted);
        Count(command, (RejectReason)result);
        _ = command.Apply(_slow, _slowEvents);
        foreach (ShardedEngine engine in _sharded)
        {
            _got.Clear();
            int got = command.Apply(engine, _got);
            string? difference = got != result ? $"it returned {got}, expected {result}" : CompareEvents() ?? CompareState(engine);
            if (difference is not null)
            {
                return $"{engine.Shards.Length} shards, {command}: {difference}";
            }
        }

        return null;
    }

    private void Count(MatchCommand command, RejectReason reason)
    {
        bool isSubmit = command.Kind == CommandKind.Submit;
        TakenElsewhere += isSubmit && reason == RejectReason.DuplicateOrderId
            && _slow.TryGetOrder(command.Order.OrderId, out RestingOrder taken) && taken.InstrumentId != command.Order.InstrumentId ? 1 : 0;
        FullElsewhere += isSubmit && reason == RejectReason.OrderCapacity && _one.OrderCountOf(command.Order.InstrumentId) < _one.OrderCount ? 1 : 0;
        bool isJoined = command.Kind is CommandKind.AdvanceTime or CommandKind.MassCancel or CommandKind.List
            && _wanted.Span.ToArray().DistinctBy(e => e.InstrumentId).Skip(1).Any();
        Joined += isJoined ? 1 : 0;
    }

    private string? CompareEvents()
    {
        if (MemoryMarshal.AsBytes(_got.Span).SequenceEqual(MemoryMarshal.AsBytes(_wanted.Span)))
        {
            return null;
        }

        int at = MemoryMarshal.AsBytes(_got.Span).CommonPrefixLength(MemoryMarshal.AsBytes(_wanted.Span)) / Marshal.SizeOf<MatchEvent>();
        return $"event {at} of {_got.Count} is {TextOf(_got, at)}, expected {TextOf(_wanted, at)} of {_wanted.Count}";
    }

    private static string TextOf(MatchEventBuffer events, int at) => at < events.Count ? MatchText.Of(in events[at]) : "none";

    private string? CompareState(ShardedEngine engine) =>
        Difference("orders", engine.OrderCount, _one.OrderCount)
        ?? Difference("ids remembered", engine.Router.IdCount, _one.OrderCount)
        ?? Difference("trades", engine.TradeCount, _one.TradeCount)
        ?? Difference("lots", engine.TradedLots, _one.TradedLots)
        ?? Difference("rejects", engine.RejectCount, _one.RejectCount)
        ?? Difference("time", engine.TimeNs, _one.TimeNs)
        ?? Difference("digest", engine.StateHash, _one.StateHash)
        ?? Difference("digest made afresh", engine.ComputeStateHash(), _one.StateHash)
        ?? (engine.NextDueNs <= _slow.NextDueNs && engine.NextDueNs > _one.TimeNs
            ? null
            : $"due at {engine.NextDueNs}, expected after {_one.TimeNs} and at most {_slow.NextDueNs}");

    private static string? Difference<T>(string what, T got, T wanted)
        where T : IEquatable<T> => got.Equals(wanted) ? null : $"{what} {got}, expected {wanted}";
}
