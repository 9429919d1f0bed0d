using Peregrine.Testing;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Trading.Tests.Matching.Sharding;

/// <summary>1, 2, 3 and 5 shards are one engine, to the byte, after each of many random commands.</summary>
public class ShardedEngineProofTests(ITestOutputHelper output)
{
    private const int CommandsPerPlay = 1_500;
    private const int InstrumentsMax = 7;

    public static TheoryData<string> Mixes => [.. CommandMixes.All.Select(mix => mix.Name)];

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Shards_RandomCommands_EqualOneEngineAfterEach(string name)
    {
        CommandMix mix = MixOf(name);
        int plays = ProofSize.Of(80_000, 5_000_000) / CommandsPerPlay / CommandMixes.All.Count;
        (int joined, int taken, int full) = (0, 0, 0);

        for (int seed = 1; seed <= plays; seed++)
        {
            ShardDuel duel = new(mix, seed, ShardDuel.Make(mix, 1), ShardDuel.Make(mix, 2), ShardDuel.Make(mix, 3), ShardDuel.Make(mix, 5));
            AssertNoDifference(duel, mix, seed);
            (joined, taken, full) = (joined + duel.Joined, taken + duel.TakenElsewhere, full + duel.FullElsewhere);
        }

        output.WriteLine($"{mix}: {plays * CommandsPerPlay} commands, {joined} joined from several instruments, {taken} ids taken and " +
            $"{full} refused for room elsewhere");
        Assert.True(joined > 0 || (mix.Times == 0 && mix.MassCancels == 0), "the mix has joined events of several instruments");
        Assert.True(taken > 0 || name != "wrong", "the mix has ids that are taken in other shards");
        Assert.True(full > 0 || name != "capacity", "the mix has filled the shards together");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shards_WrongMerge_IsFound(bool joinsParts)
    {
        CommandMix mix = MixOf("everything") with { Times = 12, MassCancels = 4 };
        string? difference = null;
        for (int seed = 1; seed <= 40 && difference is null; seed++)
        {
            ShardDuel duel = new(mix, seed, ShardDuel.Make(mix, 3, new WrongMerge(3, joinsParts)));
            for (int i = 0; i < CommandsPerPlay && difference is null; i++)
            {
                difference = duel.Step();
            }
        }

        output.WriteLine($"{difference}");
        Assert.NotNull(difference);
        Assert.Contains("event ", difference, StringComparison.Ordinal);
    }

    private static CommandMix MixOf(string name) => CommandMixes.All.Single(m => m.Name == name) with { InstrumentsMax = InstrumentsMax };

    private static void AssertNoDifference(ShardDuel duel, CommandMix mix, int seed)
    {
        for (int i = 0; i < CommandsPerPlay; i++)
        {
            string? difference = duel.Step();
            Assert.True(difference is null, $"mix {mix}, seed {seed}, step {i}: {difference}");
        }
    }

    // Either shard after shard, or by instrument, but with what ended orders and ended auctions set off among them.
    private sealed class WrongMerge(int shards, bool joinsParts) : ShardMerge(shards)
    {
        protected override bool IsBefore(int instrumentId, int otherId) => joinsParts && base.IsBefore(instrumentId, otherId);

        protected override int EndOf(int part, in ShardAnswer answer, int count) => joinsParts ? count : base.EndOf(part, in answer, count);
    }
}
