using Peregrine.Journal.Snapshots;

namespace Peregrine.Journal.Tests;

/// <summary>
/// A loss of power at every call of a random run at level fsync. What was not synced is lost, kept, or kept page by page; a write is torn; names
/// that were not synced may be there or not. Nothing acknowledged may be missing, nothing wrong may come, and nothing is refused.
/// </summary>
public class CrashTests
{
    private const string Folder = "/j";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Power_LostAtEveryCall_LosesNothingAcknowledgedAndRefusesNothing(bool syncInline)
    {
        for (int seed = 1; seed <= ProofSize.Of(1, 6); seed++)
        {
            List<object> log = Record(seed, syncInline, batches: ProofSize.Of(60, 100));
            Random random = new(seed * 31);
            MemoryFiles model = new();
            Acknowledged acknowledged = new(0, 0);
            int calls = 0;
            foreach (object entry in log)
            {
                if (entry is Acknowledged later)
                {
                    acknowledged = later;
                    continue;
                }

                FileOp op = (FileOp)entry;
                string what = $"seed {seed}, call {++calls}: {op.Kind} {op.Path} at {op.Offset}";
                Check(model.AfterPowerLoss(() => false, _ => 0), acknowledged, what + ", nothing kept", random);
                Check(model.AfterPowerLoss(() => true, names => names), acknowledged, what + ", all kept", random);
                for (int round = 0; round < ProofSize.Of(2, 4); round++)
                {
                    Check(AnyPages(model, random), acknowledged, $"{what}, pages {round}", random);
                }

                bool isTorn = op.Kind == FileOpKind.Write && !op.Path.EndsWith("next.tmp", StringComparison.Ordinal);
                for (int round = 0; isTorn && round < ProofSize.Of(2, 4); round++)
                {
                    MemoryFiles torn = model.AfterPowerLoss(() => true, names => names);
                    torn.Replay(op, random.Next((int)op.Bytes));
                    Check(torn, acknowledged, $"{what}, torn {round}", random);
                }

                model.Replay(op);
                if (isTorn)
                {
                    // In the middle of the write: any of its pages may be on the disk already.
                    for (int round = 0; round < ProofSize.Of(2, 4); round++)
                    {
                        Check(AnyPages(model, random), acknowledged, $"{what}, own pages {round}", random);
                    }
                }
            }

            Assert.True(calls > 200 && acknowledged.Records > 300, $"{calls} calls, {acknowledged.Records} records");
        }
    }

    [Fact]
    public void Power_LostAtEveryByteOfTheLastWrites_LosesNothingAcknowledged()
    {
        const int Seed = 77;
        List<object> log = Record(Seed, syncInline: true, batches: 60);
        Random random = new(Seed);
        long bytesLeft = 64 << 10;
        int from = log.Count;
        while (from > 0 && bytesLeft > 0)
        {
            from--;
            bytesLeft -= log[from] is FileOp { Kind: FileOpKind.Write } op && op.Path.EndsWith(".journal", StringComparison.Ordinal) ? op.Bytes : 0;
        }

        MemoryFiles model = new();
        Acknowledged acknowledged = new(0, 0);
        int step = ProofSize.Of(97, 1);
        for (int index = 0; index < log.Count; index++)
        {
            if (log[index] is Acknowledged later)
            {
                acknowledged = later;
                continue;
            }

            FileOp op = (FileOp)log[index];
            bool isTorn = index >= from && op.Kind == FileOpKind.Write && op.Path.EndsWith(".journal", StringComparison.Ordinal);
            for (int bytes = 0; isTorn && bytes < op.Bytes; bytes += step)
            {
                MemoryFiles torn = model.AfterPowerLoss(() => true, names => names);
                torn.Replay(op, bytes);
                Check(torn, acknowledged, $"seed {Seed}, call {index}, byte {bytes}", random);
            }

            model.Replay(op);
        }
    }

    // What a start does: the newest good snapshot, the journal behind it; now and then it goes on writing.
    private static void Check(MemoryFiles files, Acknowledged acknowledged, string what, Random random)
    {
        try
        {
            SnapshotStore store = SnapshotStore.Open(files, "/s");
            JournalExtent extent = JournalReader.FindExtent(files, Folder);
            JournalPosition after = default;
            if (store.TryOpenNewest(extent, [], out SnapshotReader? reader))
            {
                after = reader!.Info.Position;
                reader.Dispose();
            }

            Assert.True(after.Records >= acknowledged.Snapshot, $"{what}: snapshot {acknowledged.Snapshot} was durable, {after.Records} is there");
            if (random.Next(10) > 0)
            {
                RecordList found = new();
                JournalRecovery recovery = JournalScan.Run(files, Folder, found, after, verifyChain: true).Recovery;
                AssertRecords(found, after.Records, recovery.End.Records, acknowledged, what);
                return;
            }

            RecordList opened = new();
            JournalOptions options = Options(files, syncInline: true) with { After = after };
            long last;
            using (JournalWriter writer = JournalWriter.Open(options, opened, out JournalRecovery recovery))
            {
                AssertRecords(opened, after.Records, recovery.End.Records, acknowledged, what);
                last = recovery.LastSequence + 1;
                Scratch.Append(writer, last);
            }

            RecordList again = new();
            JournalRecovery clean = JournalScan.Run(files, Folder, again, after, verifyChain: true).Recovery;
            AssertRecords(again, after.Records, last, acknowledged, what);
            Assert.True(clean.TornBytes == 0, $"{what}: torn again");
        }
        catch (JournalException refusal)
        {
            Assert.Fail($"{what}: refused: {refusal.Message}");
        }
    }

    private static void AssertRecords(RecordList found, long after, long end, Acknowledged acknowledged, string what)
    {
        Assert.True(end >= acknowledged.Records, $"{what}: {acknowledged.Records} was durable, {end} is there");
        bool isInOrder = found.Sequences.Count == end - after;
        for (int index = 0; isInOrder && index < found.Sequences.Count; index++)
        {
            isInOrder = found.Sequences[index] == after + index + 1;
        }

        Assert.True(isInOrder, $"{what}: {found.Sequences.Count} records from {after} to {end}");
    }

    private static MemoryFiles AnyPages(MemoryFiles model, Random random)
    {
        double share = (random.Next(9) + 1) / 10.0;
        return model.AfterPowerLoss(() => random.NextDouble() < share, names => random.Next(names + 1));
    }

    private static JournalOptions Options(MemoryFiles files, bool syncInline) =>
        new() { Folder = Folder, Files = files, Durability = Durability.Fsync, SyncInline = syncInline, SegmentBytes = 64 << 10,
            BatchBytesMax = 32 << 10, SpaceRetryMs = 1 };

    // Batches of one record to many pages, several starts, snapshots, old segments deleted or archived.
    private static List<object> Record(int seed, bool syncInline, int batches)
    {
        Random random = new(seed);
        MemoryFiles files = new() { Log = [] };
        SnapshotStore store = SnapshotStore.Open(files, "/s");
        long sequence = 0;
        long snapshot = 0;
        int left = batches;
        while (left > 0)
        {
            using JournalWriter writer = JournalWriter.Open(Options(files, syncInline) with { After = FindAfter(files, store) },
                new RecordList(), out _);
            for (int run = random.Next(10, 30); run > 0 && left > 0; run--, left--)
            {
                int records = random.Next(4) == 0 ? random.Next(60, 300) : random.Next(1, 8);
                for (int count = 0; count < records; count++)
                {
                    Scratch.Append(writer, ++sequence);
                }

                _ = writer.Commit();
                if (random.Next(2) == 0)
                {
                    writer.Drain();
                }

                files.Note(new Acknowledged(writer.DurableRecords, snapshot));
                if (random.Next(8) == 0)
                {
                    snapshot = TakeSnapshot(files, store, writer.DurableRecords, random);
                    files.Note(new Acknowledged(writer.DurableRecords, snapshot));
                    JournalRetentionOptions options = new() { ArchiveFolder = random.Next(2) == 0 ? "/a" : null };
                    _ = JournalRetention.Apply(Folder, store, options, 0, []);
                }
            }
        }

        return files.Log!;
    }

    private static JournalPosition FindAfter(MemoryFiles files, SnapshotStore store)
    {
        using SnapshotReader? reader = store.TryOpenNewest(JournalReader.FindExtent(files, Folder), [], out SnapshotReader? found) ? found : null;
        return reader?.Info.Position ?? default;
    }

    private static long TakeSnapshot(MemoryFiles files, SnapshotStore store, long upTo, Random random)
    {
        using JournalFollower follower = JournalFollower.Open(files, Folder, FindAfter(files, store));
        _ = follower.Read(new RecordList(), upTo);
        return SnapshotTests.Write(store, follower.Position, SnapshotTests.Content(random.Next(10_000), 1)).Position.Records;
    }

    private sealed record Acknowledged(long Records, long Snapshot);
}
