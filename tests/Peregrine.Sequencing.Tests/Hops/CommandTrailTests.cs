using Peregrine.Sequencing.Hops;

namespace Peregrine.Sequencing.Tests.Hops;

/// <summary>Rings behind the sequencer, and the times that commands leave in them.</summary>
public class CommandTrailTests
{
    [Fact]
    public void Hops_OfACommand_AreEachTheTimeSinceTheOneBefore()
    {
        HopStatistics statistics = new();
        HopTimes hops = new() { ReceivedNs = 1_000, ValidatedNs = 1_001, SequencedNs = 1_003, MatchedNs = 1_007, DurableNs = 1_015, SentNs = 1_031 };

        statistics.Record(in hops, count: 3);

        Assert.Equal([1L, 2, 4, 8, 16], Enumerable.Range(0, 5).Select(hop => statistics.Hop(hop).Max));
        Assert.Equal((31L, 3L, 93L), (statistics.Total.Max, statistics.Total.Count, statistics.Total.Sum));
    }

    [Fact]
    public void Trail_OfCommandsOfOneTime_CountsEachAndWaitsForTheLast()
    {
        CommandTrail trail = new(8);
        HopStatistics statistics = new();
        HopTimes hops = new() { ReceivedNs = 10, ValidatedNs = 11, SequencedNs = 12, MatchedNs = 13 };
        for (int sequence = 1; sequence <= 3; sequence++)
        {
            trail.Push(sequence, in hops);
        }

        trail.MarkDurable(2, 20);
        trail.MarkSent(30, statistics);
        Assert.Equal((3, 0L), (trail.Count, statistics.Total.Count));

        trail.MarkDurable(3, 40);
        trail.MarkSent(50, statistics);
        Assert.Equal((0, 3L, 40L), (trail.Count, statistics.Total.Count, statistics.Total.Max));
    }

    [Fact]
    public void Trail_BehindADurableCommandOfTheSameTime_KeepsTheNewOneApart()
    {
        CommandTrail trail = new(8);
        HopStatistics statistics = new();
        HopTimes hops = new() { ReceivedNs = 10, ValidatedNs = 11, SequencedNs = 12, MatchedNs = 13 };
        trail.Push(1, in hops);
        trail.MarkDurable(1, 20);
        trail.Push(2, in hops);

        trail.MarkSent(30, statistics);

        Assert.Equal((1, 1L), (trail.Count, statistics.Total.Count));
        trail.MarkDurable(2, 40);
        trail.MarkSent(50, statistics);
        Assert.Equal((0, 2L), (trail.Count, statistics.Total.Count));
    }

    [Fact]
    public void ReleaseRing_ThatGrowsAroundItsEnd_KeepsTheOrder()
    {
        ReleaseRing<int> ring = new(4);
        int pushed = 0;
        int popped = 0;
        for (; pushed < 3; pushed++)
        {
            ring.Push(pushed);
        }

        for (; popped < 3; popped++)
        {
            Assert.Equal(popped, ring.Front);
            ring.Pop();
        }

        for (; pushed < 14; pushed++)
        {
            ring.Push(pushed);
        }

        Assert.Equal((11, 16, 2), (ring.Count, ring.Capacity, ring.GrowCount));
        for (; ring.Count > 0; popped++)
        {
            Assert.Equal(popped, ring.Front);
            ring.Pop();
        }

        Assert.Equal(14, popped);
    }
}
