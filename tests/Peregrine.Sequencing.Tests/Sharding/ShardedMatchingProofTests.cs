using Peregrine.Primitives;
using Peregrine.Sequencing.Sharding;
using Peregrine.Testing;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Tests.Matching;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>Shards on threads of their own are one engine, to the byte, whatever the timing.</summary>
public class ShardedMatchingProofTests(ITestOutputHelper output)
{
    private const int CommandsPerPlay = 1_500;
    private static readonly int[] ShardCounts = [1, 2, 3, 5];

    public static TheoryData<string> Mixes => [.. CommandMixes.All.Select(mix => mix.Name)];

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Threads_SentAhead_EqualOneEngine(string name)
    {
        CommandMix mix = MixOf(name);
        int plays = ProofSize.Of(40_000, 2_000_000) / CommandsPerPlay / CommandMixes.All.Count;
        (long full, long waits, long shardWaits) = (0, 0, 0);

        for (int seed = 1; seed <= plays; seed++)
        {
            RecordedPlay play = new(mix, seed, CommandsPerPlay);
            foreach (int shards in ShardCounts)
            {
                // Small bounds, so that all of them are reached.
                using ShardedMatching matching = Make(mix, shards, inFlightMax: 1 + (seed * 7 % 60), eventsMax: 2 << (seed % 6), seed);
                new ThreadedDuel(play, matching, $"mix {mix}, seed {seed}, {shards} shards").PlayAhead(new Random(seed));
                (full, waits, shardWaits) = (full + matching.FullCount, waits + matching.WaitsCount, shardWaits + matching.ShardWaits);
            }
        }

        output.WriteLine($"{mix}: {plays * CommandsPerPlay} commands; {full} times full, {waits} times to wait for results, " +
            $"{shardWaits} times a shard for room");
        Assert.True(full > 0 || name == "capacity", "the bound of commands on their way was reached");
        Assert.True(waits > 0 || name is not ("capacity" or "wrong"), "commands had to wait for results");
    }

    [Theory]
    [InlineData("everything")]
    [InlineData("wrong")]
    [InlineData("capacity")]
    public void Threads_StepByStep_HaveTheDigestOfOneEngineAfterEach(string name)
    {
        CommandMix mix = MixOf(name);
        int plays = ProofSize.Of(1, 40);
        for (int seed = 101; seed <= 100 + plays; seed++)
        {
            RecordedPlay play = new(mix, seed, CommandsPerPlay);
            foreach (int shards in ShardCounts)
            {
                using ShardedMatching matching = Make(mix, shards, inFlightMax: 1, eventsMax: 64, seed);
                new ThreadedDuel(play, matching, $"mix {mix}, seed {seed}, {shards} shards").PlayStepByStep();
            }
        }
    }

    private static CommandMix MixOf(string name) => CommandMixes.All.Single(m => m.Name == name) with { InstrumentsMax = 7 };

    private static ShardedMatching Make(CommandMix mix, int shards, int inFlightMax, int eventsMax, int seed) => new(new ShardedMatchingOptions
    {
        Sharding = new ShardingOptions { Shards = shards, OrderCapacity = mix.Capacity, InFlightMax = inFlightMax, EmitsOrderDeltas = true },
        EventsMax = eventsMax,
        Wait = (seed % 3) switch { 0 => WaitStrategy.Block, 1 => WaitStrategy.Yield, _ => new WaitStrategy(5, 20) },
    });
}
