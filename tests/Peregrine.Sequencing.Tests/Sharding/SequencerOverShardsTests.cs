using System.Buffers;
using Peregrine.Journal;
using Peregrine.Journal.Tests;
using Peregrine.Primitives;
using Peregrine.Sequencing.Hops;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sharding;
using Peregrine.Testing;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;
using Peregrine.Trading.Tests.Orders;

namespace Peregrine.Sequencing.Tests.Sharding;

/// <summary>The same commands, submitted and committed at the same places: journal, reports, state and what is saved are the same bytes over any
/// number of shards, and a replay gives them again.</summary>
public sealed class SequencerOverShardsTests
{
    private static CoreOptions Small { get; } = new() { OrdersMax = 12, ClosedOrdersMax = 20, ClientOrderIdsMax = 40, Window = 8 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_OverAnyNumberOfShards_WritesTheSameAndReplaysToIt(int seed)
    {
        for (int round = 0; round < ProofSize.Of(3, 100); round++)
        {
            int play = (seed * 1_000_003) + round;
            Outcome one = Play(play, shards: 0);
            for (int shards = 1; shards <= 4; shards++)
            {
                Outcome other = Play(play, shards);
                string at = $"seed {play}, {shards} shards";
                Assert.True(one.Reports.SequenceEqual(other.Reports), $"{at}: other reports");
                Assert.True(one.Journal.SequenceEqual(other.Journal), $"{at}: another journal");
                Assert.True(one.State.SequenceEqual(other.State), $"{at}: another state is saved");
            }

            AssertReplays(play, one);
        }
    }

    private static Outcome Play(int seed, int shards)
    {
        CoreCommands random = new(seed);
        Random places = new(seed);
        MemoryFiles files = new() { SpaceBytes = 16 << 20 };
        Records records = new();
        JournalOptions options = new() { Folder = "/j", Files = files, Durability = Durability.Os, SegmentBytes = 64 << 10, BatchBytesMax = 4 << 10 };
        using JournalWriter journal = JournalWriter.Open(options, records, out _);
        TradingCore core = new(Small);
        core.Configure(random.Rules);
        Told told = new();
        Sequencer sequencer = new(core, journal, lastTimeNs: 0, inFlightMax: 256);
        AppendStart(journal, sequencer, random.Rules);
        using ShardedMatching? matching = MoveToShards(core, shards);

        List<ulong> ids = [];
        byte[] bytes = new byte[CommandCodec.BytesMax];
        for (int step = 0; step < 600; step++)
        {
            OrderCommand command = random.Next(ids);
            if (command.Type == CommandType.New)
            {
                ids.Add(command.OrderId);
            }

            // Times of the stream's own: the sequencer's clock is another in each run.
            long now = Clock.FromUnixNs(1_000_000_000_000_000_000 + command.TimeNs);
            int encoded = CommandCodec.Encode(in command, bytes);
            Arrival arrival = new(now, now, now);
            Assert.Equal(SubmitStatus.Ok, sequencer.Submit(bytes.AsSpan(0, encoded), in arrival));
            switch (places.Next(12))
            {
                case 0 or 1:
                    Assert.True(sequencer.TryCommit());
                    break;
                case 2:
                    sequencer.CarryOut();
                    break;
                case 3 when step % 5 == 0:
                    Assert.True(sequencer.TryCommit());
                    core.Configure(random.ChangeRules());
                    Append(journal, sequencer, JournalRecordType.Rules, RulesCodec.Encode(core.Rules!));
                    break;
                default:
                    break;
            }

            if (places.Next(20) == 0)
            {
                Assert.True(sequencer.TryCommit());
                _ = sequencer.Release(told);
                sequencer.MarkSent();
            }
        }

        Assert.True(sequencer.TryCommit());
        _ = sequencer.Release(told);
        journal.Drain();
        ArrayBufferWriter<byte> state = new();
        core.Save(state);
        _ = JournalScan.Run(files, "/j", records, after: null, verifyChain: true);
        return new Outcome([.. told.Bytes], [.. records.Bytes], state.WrittenSpan.ToArray(), files, core.StateHash);
    }

    private static void AppendStart(JournalWriter journal, Sequencer sequencer, TradingRules rules)
    {
        byte[] bounds = new byte[JournalReplay.WindowBoundsBytes];
        int length = JournalReplay.EncodeBounds(Small, bounds);
        Append(journal, sequencer, JournalRecordType.Bounds, bounds.AsSpan(0, length));
        Append(journal, sequencer, JournalRecordType.Rules, RulesCodec.Encode(rules));
    }

    private static ShardedMatching? MoveToShards(TradingCore core, int shards)
    {
        if (shards == 0)
        {
            return null;
        }

        ShardingOptions sharding = new() { Shards = shards, OrderCapacity = Small.OrdersMax, InFlightMax = Small.Window };
        ShardedMatching matching = new(new ShardedMatchingOptions { Sharding = sharding });
        core.RunOn(new ShardsEngine(matching));
        return matching;
    }

    private static void AssertReplays(int seed, Outcome first)
    {
        Told told = new();
        JournalReplay replay = new(new CoreOptions(), told);
        _ = JournalScan.Run(first.Files, "/j", replay, after: null, verifyChain: false);
        Assert.True(first.Reports.SequenceEqual(told.Bytes), $"seed {seed}: the replay tells other reports");
        Assert.Equal((first.StateHash, Small.Window), (replay.Core.StateHash, replay.Core.Options.Window));
        Assert.True(replay.ProvenHashes > 20, "the state is proved on the way");

        told = new Told();
        JournalReplay piped = new(new CoreOptions(), told);
        using (ReplayPipe pipe = new(piped))
        {
            _ = JournalScan.Run(first.Files, "/j", pipe, after: null, verifyChain: false);
            pipe.OnEnd();
        }

        Assert.True(first.Reports.SequenceEqual(told.Bytes), $"seed {seed}: the replay on two threads tells other reports");
        ArrayBufferWriter<byte> state = new();
        piped.Core.Save(state);
        Assert.True(first.State.AsSpan().SequenceEqual(state.WrittenSpan), $"seed {seed}: the replay saves another state");
        Assert.Equal(first.StateHash, TradingCore.Load(new SavedBytes(first.State)).StateHash);
    }

    private static void Append(JournalWriter journal, Sequencer sequencer, byte type, ReadOnlySpan<byte> payload) =>
        Assert.Equal(JournalStatus.Ok, journal.TryAppend(type, sequencer.LastSequence, 0, payload));

    private sealed record Outcome(byte[] Reports, byte[] Journal, byte[] State, MemoryFiles Files, ulong StateHash);

    private sealed class Told : IReportSink
    {
        public List<byte> Bytes { get; } = [];

        public void Deliver(in ReportView report) => Bytes.AddRange(report.Bytes);
    }

    // Every record with its head.
    private sealed class Records : IJournalVisitor
    {
        public List<byte> Bytes { get; } = [];

        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
            Bytes.AddRange(BitConverter.GetBytes(header.Sequence));
            Bytes.AddRange(BitConverter.GetBytes(header.TimeNs));
            Bytes.Add(header.Type);
            Bytes.AddRange(payload);
        }
    }
}
