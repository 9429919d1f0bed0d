using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>The comparison itself: it finds faults, and shows them briefly.</summary>
public class EngineDuelTests
{
    private const int PlaysMax = 40;
    private const int CommandsPerPlay = 1_000;
    private const int ShrunkMax = 8;

    [Theory]
    [InlineData(EngineFault.LosesMinimum, "hidden")]
    [InlineData(EngineFault.LosesPrevention, "prevention")]
    [InlineData(EngineFault.LosesPlace, "plain")]
    [InlineData(EngineFault.TellsWrongLeaves, "plain")]
    [InlineData(EngineFault.ExpiresLate, "time")]
    [InlineData(EngineFault.IgnoresSamePhase, "auctions")]
    public void Duel_BrokenEngine_IsFoundAndShrunk(EngineFault fault, string mix)
    {
        Subject Create(int capacity) => BrokenEngine.AsSubject(capacity, fault);
        (MatchPlay play, string? difference) = FirstFailure(Create, CommandMixes.All.Single(m => m.Name == mix));

        MatchPlay shortest = new PlayShrinker(Create).Shrink(play);

        Assert.NotNull(difference);
        Assert.NotNull(EngineDuel.Play(Create, shortest));
        Assert.True(shortest.Commands.Count <= ShrunkMax, $"not short enough: {shortest}");
    }

    [Fact]
    public void Duel_WholeEngineInTheSameWrapper_IsNotFound()
    {
        (_, string? difference) = FirstFailure(capacity => BrokenEngine.AsSubject(capacity, EngineFault.None), CommandMixes.All[1], plays: 2);

        Assert.Null(difference);
    }

    [Fact]
    public void Mirror_DeltaLeftOut_IsFound()
    {
        BookMirror mirror = new();
        MatchEvent level = new() { Type = MatchEventType.LevelChanged, Side = Side.Buy, Price = new Price(1), Quantity = new Quantity(2),
            OrderCount = 1, DeltaSequence = 1 };

        Assert.Null(mirror.Apply(in level));
        Assert.NotNull(mirror.Apply(level with { DeltaSequence = 3 }));
    }

    [Theory]
    [InlineData(MatchEventType.OrderAdded, 1UL, 5L)]
    [InlineData(MatchEventType.OrderRemoved, 2UL, 5L)]
    [InlineData(MatchEventType.OrderRemoved, 1UL, 4L)]
    [InlineData(MatchEventType.OrderChanged, 2UL, 4L)]
    public void Mirror_DeltaThatDoesNotFit_IsFound(MatchEventType type, ulong orderId, long lots)
    {
        BookMirror mirror = new();
        MatchEvent added = new() { Type = MatchEventType.OrderAdded, OrderId = 1, Side = Side.Sell, Price = new Price(7), Quantity = new Quantity(5),
            DeltaSequence = 1 };
        _ = mirror.Apply(in added);

        Assert.NotNull(mirror.Apply(added with { Type = type, OrderId = orderId, Quantity = new Quantity(lots), DeltaSequence = 2 }));
    }

    private static (MatchPlay Play, string? Difference) FirstFailure(Func<int, Subject> create, CommandMix mix, int plays = PlaysMax)
    {
        (MatchPlay Play, string? Difference) run = default;
        for (int seed = 1; seed <= plays && run.Difference is null; seed++)
        {
            run = RandomPlay.Run(create, mix, seed, CommandsPerPlay, new CommandCoverage());
        }

        return run;
    }
}
