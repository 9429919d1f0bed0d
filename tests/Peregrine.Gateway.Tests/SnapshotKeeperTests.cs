using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Journal;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests;

/// <summary>When snapshots are taken, what goes behind them, and that the link's thread has no part in it.</summary>
public class SnapshotKeeperTests
{
    private const long MinuteNs = 60_000_000_000;

    [Fact]
    public void Poll_TakesOneAfterSoManyCommandsOrMinutes()
    {
        List<long> taken = [];
        long released = 0;
        SnapshotOptions options = new() { EveryCommands = 100, EveryMinutes = 5, Take = (request, _) => Note(taken, request) };
        using SnapshotKeeper keeper = new(options, "none", 0, () => new LinkProgress(released, released), NullLogger.Instance);
        long nowNs = Primitives.Clock.MonotonicNs;

        keeper.Poll(nowNs);
        released = 99;
        keeper.Poll(nowNs);
        released = 100;
        keeper.Poll(nowNs);
        keeper.Poll(nowNs);
        released = 101;
        keeper.Poll(nowNs + (5 * MinuteNs) - 1);
        keeper.Poll(nowNs + (5 * MinuteNs));
        keeper.Poll(nowNs + (50 * MinuteNs));

        Assert.Equal([100, 101], taken);
        Assert.Equal((2, 0, 101), (keeper.Taken, keeper.Failed, keeper.Sequence));
    }

    [Fact]
    public void Poll_ThatFails_ChangesNothingAndTriesAgainAtTheNextInterval()
    {
        ListLogger log = new();
        long released = 100;
        SnapshotOptions options = new() { EveryCommands = 100, EveryMinutes = 0, Take = (_, _) => throw new IOException("no room") };
        using SnapshotKeeper keeper = new(options, "none", 0, () => new LinkProgress(released, released), log);

        keeper.Poll(0);
        keeper.Poll(0);
        Assert.Equal((0, 1, 0), (keeper.Taken, keeper.Failed, keeper.Sequence));
        released = 200;
        keeper.Poll(0);

        Assert.Equal(2, keeper.Failed);
        Assert.Equal(["no snapshot was taken, the older ones stay: no room", "no snapshot was taken, the older ones stay: no room"], log.Lines);
    }

    [Fact]
    public void Retention_WaitsUntilTheSessionStoresHoldWhatTheSnapshotDoesNotMakeAgain()
    {
        using LinkRig rig = new(change: options => options with { SegmentBytes = 64 << 10, OrdersMax = 256 });
        for (int part = 0; part < 3; part++)
        {
            SnapshotRecoveryTests.TradeAndSnapshot(rig, snapshots: 1, first: 1 + (part * 1_000), pairs: 200);
        }

        SnapshotRecoveryTests.Trade(rig, 9_000, 5);
        long sequence = rig.Link.Status().Sequence;
        long released = sequence;
        SnapshotOptions options = new() { EveryCommands = 1, Retention = new JournalRetentionOptions() };
        ListLogger log = new();
        using SnapshotKeeper keeper = new(options, rig.DataFolder, 0, () => new LinkProgress(released, long.MaxValue), log);
        keeper.Poll(1);
        Assert.Equal(1, keeper.Taken);

        released = keeper.Sequence - 1;
        keeper.Poll(1);
        Assert.Equal(0, JournalReader.FindExtent(SnapshotRecoveryTests.JournalOf(rig)).Start.Records);
        released = keeper.Sequence;
        keeper.Poll(1);

        Assert.True(JournalReader.FindExtent(SnapshotRecoveryTests.JournalOf(rig)).Start.Records > 0);
        Assert.Equal(0, keeper.Failed);
        Assert.Equal([4105, 4108], log.Messages.Select(message => message.Id));
        ulong hash = rig.Link.StateHash;
        rig.CrashAndStart();
        Assert.Equal(hash, rig.Link.StateHash);
    }

    // Counted, not timed: the same orders with and without snapshots being taken meanwhile cost the link's thread the same journal
    // records, batches, bytes, syncs and waits, and not a byte of memory.
    [Fact]
    public void Snapshots_OfARunningLink_CostItsThreadNothing()
    {
        using LinkRig without = new(change: options => options with { Wait = WaitMode.Spin });
        using LinkRig with = new(change: options => options with { Wait = WaitMode.Spin });
        Work alone = RunOrders(without, _ => { });
        int taken = 0;
        Work beside = RunOrders(with, round =>
        {
            // On a thread of its own, in this process: what the link's thread allocates is counted for that thread alone.
            Thread taker = new(() => taken += Snapshotter.Take(SnapshotRecoveryTests.Request(with)).Info is null ? 0 : 1);
            taker.Start();
            taker.Join();
        });

        Assert.Equal(alone, beside);
        Assert.True(taken > 5, $"{taken} snapshots");
    }

    private static Work RunOrders(LinkRig rig, Action<int> between)
    {
        using FixClient client = rig.Connect();
        long linkBytes = 0;
        for (int round = 0; round < 12; round++)
        {
            client.New((2 * round) + 1, '1', "A"u8, 10_000, 3);
            client.New((2 * round) + 2, '2', "B"u8, 10_000, 3);
            int wanted = (2 * round) + 2;
            while (client.Reports('0') < wanted)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Assert.True(rig.Link.TryPass());
                linkBytes += round < 4 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
                client.Receive();
            }

            between(round);
        }

        LinkStatus status = rig.Link.Status();
        return new Work(status.Sequence, status.JournalSyncs, JournalReader.FindExtent(SnapshotRecoveryTests.JournalOf(rig)).End.Sequence, linkBytes);
    }

    private static SnapshotTaken Note(List<long> taken, SnapshotRequest request)
    {
        taken.Add(request.UpToRecords);
        return new SnapshotTaken(request.UpToRecords, "");
    }

    private readonly record struct Work(long Commands, long Syncs, long Sequence, long AllocatedBytes);
}
