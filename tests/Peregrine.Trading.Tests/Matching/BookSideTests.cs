using Peregrine.Testing;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>The levels of a side against a sorted list of all of them, after every step, and the work that they cost where prices move.</summary>
public sealed class BookSideTests
{
    [Theory]
    [InlineData("dense", 1)]
    [InlineData("swing", 2)]
    [InlineData("trend", 3)]
    [InlineData("sparse", 4)]
    [InlineData("anything", 5)]
    public void Levels_UnderRandomChanges_AreThoseOfASortedList(string shape, int seed)
    {
        Random random = new(seed);
        BookSide side = new(new LadderPages(4));
        SortedList<long, int> model = [];
        int steps = ProofSize.Of(20_000, 1_000_000);
        for (int step = 0; step < steps; step++)
        {
            long key = KeyOf(shape, random, step);
            if (model.ContainsKey(key))
            {
                side.Remove(key);
                _ = model.Remove(key);
            }
            else if (model.Count < 300)
            {
                side.Add(key, step);
                model.Add(key, step);
            }
            else
            {
                long worst = model.Keys[random.Next(model.Count)];
                side.Remove(worst);
                _ = model.Remove(worst);
            }

            AssertSame(model, side, KeyOf(shape, random, step), $"{shape}, seed {seed}, step {step}");
        }
    }

    /// <summary>A price that runs away and comes back, with many levels behind it, costs what it adds and removes.</summary>
    [Theory]
    [InlineData(500)]
    [InlineData(800)]
    [InlineData(5_000)]
    [InlineData(1_000_000)]
    public void Best_FarAheadOfManyLevels_ComesAndGoesInAFewSteps(long ahead)
    {
        LadderPages pages = new(4);
        BookSide side = new(pages);
        for (int level = 0; level < 700; level++)
        {
            side.Add(-level, level);
        }

        long before = pages.DirectorySteps;
        const int Rounds = 1_000;
        for (int round = 0; round < Rounds; round++)
        {
            side.Add(ahead, 1_000);
            Assert.Equal((1_000, ahead), (side.Best, side.BestKey));
            side.Remove(ahead);
            Assert.Equal((0, 0L), (side.Best, side.BestKey));
        }

        Assert.True(pages.DirectorySteps - before <= 2 * Rounds, $"{pages.DirectorySteps - before} steps for {Rounds} rounds");
    }

    /// <summary>A market that swings: levels come before the price and go behind it, and nothing else is touched.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(400)]
    public void Levels_ThatFollowASwingingPrice_CostStepsAsTheyComeAndGo(int ticksPerTurn)
    {
        LadderPages pages = new(4);
        BookSide side = new(pages);
        SortedList<long, int> model = [];
        long changes = 0;
        for (int turn = 0; turn < 4_000; turn++)
        {
            long center = 20_000 - Math.Abs((turn % 400) - 200) * (long)ticksPerTurn;
            for (int depth = 0; depth < 3; depth++)
            {
                long key = center - depth;
                if (model.TryAdd(key, turn))
                {
                    side.Add(key, turn);
                    changes++;
                }
            }

            while (model.Count > 30)
            {
                long far = model.Keys[turn % 2 == 0 ? 0 : ^1];
                _ = model.Remove(far);
                side.Remove(far);
                changes++;
            }

            Assert.Equal(model.Keys[^1], side.BestKey);
        }

        // At most: to look for the page, for the one below it, and to put it in or take it out.
        Assert.True(pages.DirectorySteps <= 3 * changes, $"{pages.DirectorySteps} steps for {changes} changes");
    }

    [Fact]
    public void Page_ThatAnotherSideTook_IsNoLongerSeen()
    {
        LadderPages pages = new(1);
        (BookSide first, BookSide second) = (new(pages), new(pages));
        first.Add(70, 1);
        first.Remove(70);

        second.Add(70, 2);

        Assert.Equal((-1, 2), (first.Find(70), second.Find(70)));
        first.Add(71, 3);
        Assert.Equal((1, 1, -1), (first.Count, second.Count, second.Find(71)));
    }

    [Fact]
    public void Pages_ThatWereGivenBack_AreUsedAgain()
    {
        BookSide side = new(new LadderPages(4));
        void Work()
        {
            for (int round = 0; round < 2_000; round++)
            {
                long key = round * 1_000L % 77_000;
                side.Add(key, round);
                side.Add(key - 100_000, round);
                side.Remove(key);
                side.Remove(key - 100_000);
            }
        }

        Work();
        Work();
        Allocation.AssertNone(Work);
        Assert.Equal((0, -1, long.MinValue), (side.Count, side.Best, side.BestKey));
    }

    private static long KeyOf(string shape, Random random, int step) => shape switch
    {
        "dense" => 10_000 + random.Next(200),
        "swing" => 10_000 + (random.Next(2) * 3_000) + random.Next(60),
        "trend" => (step / 4) + random.Next(50),
        "sparse" => random.NextInt64(-1_000, 1_000) * 1_000_003,
        _ => random.Next(4) switch
        {
            0 => random.NextInt64(-(1L << 50), 1L << 50),
            1 => random.Next(-70, 70),
            2 => (1L << 50) - random.Next(70),
            _ => (random.Next(40) * 64L) - 1 + random.Next(3),
        },
    };

    private static void AssertSame(SortedList<long, int> model, BookSide side, long probe, string at)
    {
        bool any = model.Count > 0;
        (int best, long bestKey) = any ? (model.Values[^1], model.Keys[^1]) : (-1, long.MinValue);
        Assert.True((side.Count, side.Best, side.BestKey) == (model.Count, best, bestKey), $"{at}: best");
        Assert.True(side.Find(probe) == model.GetValueOrDefault(probe, -1), $"{at}: find {probe}");
        int above = model.Keys.ToList().BinarySearch(probe);
        int worse = (above >= 0 ? above : ~above) - 1;
        int better = above >= 0 ? above + 1 : ~above;
        int foundWorse = side.NextWorse(probe, out long worseKey);
        int foundBetter = side.NextBetter(probe, out long betterKey);
        Assert.True(worse < 0 ? foundWorse == -1 : (foundWorse, worseKey) == (model.Values[worse], model.Keys[worse]), $"{at}: worse than {probe}");
        Assert.True(better >= model.Count ? foundBetter == -1 : (foundBetter, betterKey) == (model.Values[better], model.Keys[better]),
            $"{at}: better than {probe}");
    }
}
