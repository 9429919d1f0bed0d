using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests;

/// <summary>Starts from snapshots: the same state, every report once, and the older snapshot or the whole journal where one does not serve.</summary>
public class SnapshotRecoveryTests
{
    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Crash_WithSnapshotsAtRandomPoints_LosesNoAnswerAndRepeatsNone(Durability durability)
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        using LinkRig rig = new(durability);
        SortedSet<long> execIds = [];
        void Note(string text) => Add(text, execIds, seed);
        long nextIn = 1;
        long number = 0;
        int started = 0;
        int rounds = ProofSize.Of(12, 200);
        for (int run = 0; run < rounds; run++)
        {
            using FixClient client = rig.Connect(rig.Link.Status().Sessions[0].NextIncoming, nextIn, Note);
            for (int part = random.Next(1, 4); part > 0; part--)
            {
                int orders = random.Next(1, 40);
                for (int order = 0; order < orders; order++)
                {
                    client.New(++number, order % 2 == 0 ? '1' : '2', order % 2 == 0 ? "A"u8 : "B"u8, 10_000 - (order % 3), 3);
                }

                for (int passes = random.Next(0, 6); passes > 0; passes--)
                {
                    Assert.True(rig.Link.TryPass());
                    client.Receive();
                }

                if (random.Next(3) > 0)
                {
                    _ = Snapshotter.Take(Request(rig));
                }
            }

            ulong hash = rig.Link.StateHash;
            long sequence = rig.Link.Status().Sequence;
            nextIn = client.NextIncoming;
            if (random.Next(3) == 0)
            {
                Damage(rig, random, newest: 1);
            }

            rig.CrashAndStart();
            LinkRecovery recovery = rig.Link.Recovery;
            long reached = recovery.Commands + (recovery.Start.Snapshot?.Position.Sequence ?? 0);
            started += recovery.Start.Snapshot is null ? 0 : 1;
            Assert.True(reached < sequence || hash == recovery.StateHash, $"the start reaches the state that was, seed {seed}");
            ProveAgainstZero(rig, seed);
        }

        using FixClient last = rig.Connect(rig.Link.Status().Sessions[0].NextIncoming, nextIn, Note);
        last.New(999_999, '1', "A"u8, 9_900, 1);
        long before = last.Reports('0');
        rig.Pump(last, () => execIds.Count > 0 && last.Reports('0') > before && execIds.Max == execIds.Count);
        Assert.True(execIds.Min == 1, $"every execution from the first on was told, seed {seed}");
        Assert.True(started > 0, $"some starts are from a snapshot, seed {seed}");
    }

    [Fact]
    public void Start_WithADamagedNewest_TakesTheOlderAndSaysWhy()
    {
        using LinkRig rig = new();
        TradeAndSnapshot(rig, snapshots: 3);
        Damage(rig, new Random(1), newest: 1);

        rig.Restart();

        SnapshotFault passed = Assert.Single(rig.Link.Recovery.Start.Passed);
        Assert.True(passed.Offset > 0);
        Assert.NotNull(rig.Link.Recovery.Start.Snapshot);
        Assert.True(string.CompareOrdinal(passed.Path, rig.Link.Recovery.Start.Snapshot.Value.Path) > 0);
    }

    [Fact]
    public void Start_WithAllDamaged_ReplaysTheWholeJournal()
    {
        using LinkRig rig = new();
        TradeAndSnapshot(rig, snapshots: 2);
        ulong hash = rig.Link.StateHash;
        long commands = rig.Link.Status().Sequence;
        Damage(rig, new Random(2), newest: 2);

        rig.Restart();

        Assert.Null(rig.Link.Recovery.Start.Snapshot);
        Assert.Equal(2, rig.Link.Recovery.Start.Passed.Count);
        Assert.Equal((commands, hash), (rig.Link.Recovery.Commands, rig.Link.Recovery.StateHash));
    }

    [Fact]
    public void Start_FromASnapshot_AppendsNeitherBoundsNorRulesAgain()
    {
        using LinkRig rig = new();
        TradeAndSnapshot(rig, snapshots: 1);
        long records = JournalReader.FindExtent(JournalOf(rig)).End.Records;

        rig.Restart();

        Assert.NotNull(rig.Link.Recovery.Start.Snapshot);

        // The one more is that of the end in order.
        Assert.Equal(records + 1, JournalReader.FindExtent(JournalOf(rig)).End.Records);
    }

    [Fact]
    public void Start_WithAStoreOlderThanTheSnapshot_MakesItAgainAndTheClientGoesOn()
    {
        using LinkRig rig = new();
        TradeAndSnapshot(rig, snapshots: 1);
        string store = Path.Combine(rig.DataFolder, "sessions", "CLIENT.session");
        string before = Path.Combine(rig.DataFolder, "..", "before");
        LinkRig.Copy(store, before);
        TradeAndSnapshot(rig, snapshots: 1, first: 500);
        SessionStatus reached = rig.Link.Status().Sessions[0];
        rig.Link.Dispose();
        File.Copy(before, store, overwrite: true);

        rig.Restart();

        Assert.Empty(rig.Link.Recovery.Start.Passed);
        Assert.Contains(rig.Log, line => line.Contains("CLIENT.session is older than the journal", StringComparison.Ordinal));
        Assert.Equal((reached.NextIncoming, reached.NextOutgoing),
            (rig.Link.Status().Sessions[0].NextIncoming, rig.Link.Status().Sessions[0].NextOutgoing));
    }

    [Fact]
    public void Start_WithTheStoreLostAndOldSegmentsGone_GoesOnByTheSnapshotsNumbers()
    {
        using LinkRig rig = WithOldSegmentsGone();
        SessionStatus reached = rig.Link.Status().Sessions[0];
        rig.Link.Dispose();
        File.Delete(Path.Combine(rig.DataFolder, "sessions", "CLIENT.session"));

        rig.Restart();

        Assert.Equal((reached.NextIncoming, reached.NextOutgoing),
            (rig.Link.Status().Sessions[0].NextIncoming, rig.Link.Status().Sessions[0].NextOutgoing));
        List<string> seen = [];
        using FixClient client = rig.Connect(reached.NextIncoming, nextIncoming: 1, seen.Add);
        rig.Pump(client, () => client.IsClosed);
        Assert.Contains(client.Raw, message => message.Contains("|35=5|", StringComparison.Ordinal)
            && message.Contains("is kept no more", StringComparison.Ordinal));

        // Number 1 was the answer to a Logon; nothing behind it is called a gap.
        Assert.All(client.Raw.Where(message => message.Contains("|35=4|", StringComparison.Ordinal)),
            fill => Assert.Contains("|36=2|", fill, StringComparison.Ordinal));
    }

    [Fact]
    public void Start_WithTheStoreLostAndNobodyWhoKnowsItsNumbers_IsRefusedUntilTheLossIsAllowed()
    {
        using LinkRig rig = WithOldSegmentsGone();
        rig.Link.Dispose();
        File.Delete(Path.Combine(rig.DataFolder, "sessions", "CLIENT.session"));
        ForgetNumbers(rig);

        IOException fault = Assert.Throws<IOException>(rig.Restart);

        Assert.Contains("session CLIENT was sent its reports up to number 0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--skip-lost-reports", fault.Message, StringComparison.Ordinal);
        Func<LinkOptions, LinkOptions> change = rig.Change;
        rig.Change = options => change(options) with { SkipLostReports = true };
        rig.Restart();
        Assert.Contains("CLIENT", rig.Link.Recovery.Start.Skipped, StringComparison.Ordinal);
        using FixClient client = rig.Connect(nextIncoming: rig.Link.Status().Sessions[0].NextOutgoing);
        client.New(9_999, '1', "A"u8, 9_000, 1);
        rig.Pump(client, () => client.Reports('0') + client.Reports('8') == 1);
    }

    [Fact]
    public void Snapshot_OfAnotherJournal_IsPassedOver()
    {
        using LinkRig rig = new();
        TradeAndSnapshot(rig, snapshots: 1);
        using LinkRig other = new();
        TradeAndSnapshot(other, snapshots: 1, pairs: 60);
        string foreign = Directory.GetFiles(Path.Combine(rig.DataFolder, "snapshots"), "*.snapshot").Single();
        File.Copy(foreign, Path.Combine(other.DataFolder, "snapshots", Path.GetFileName(foreign)));
        File.Delete(Directory.GetFiles(Path.Combine(other.DataFolder, "snapshots"), "*.snapshot").Max(StringComparer.Ordinal)!);

        other.Restart();

        Assert.Null(other.Link.Recovery.Start.Snapshot);
        Assert.Contains("link", Assert.Single(other.Link.Recovery.Start.Passed).Reason, StringComparison.Ordinal);
        using FixClient client = other.Connect(other.Link.Status().Sessions[0].NextIncoming, other.Link.Status().Sessions[0].NextOutgoing);
        client.New(9_999, '1', "A"u8, 9_000, 1);
        other.Pump(client, () => client.Reports('0') == 1);
    }

    [Fact]
    public void Snapshot_WithNothingNew_IsNotTaken()
    {
        using LinkRig rig = new();
        TradeAndSnapshot(rig, snapshots: 1);

        SnapshotOutcome outcome = Snapshotter.Take(Request(rig));

        Assert.Null(outcome.Info);
        Assert.Contains("holds everything", outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshot_BesideAnother_IsRefused()
    {
        using LinkRig rig = new();
        TradeAndSnapshot(rig, snapshots: 1);
        using Linux.Files.LinuxFile held = Linux.Files.LinuxFile.OpenOrCreate(Path.Combine(rig.DataFolder, "snapshots", "lock"));
        Assert.True(held.TryLock());

        IOException fault = Assert.Throws<JournalException>(() => Snapshotter.Take(Request(rig)));

        Assert.Contains("another snapshot is being taken", fault.Message, StringComparison.Ordinal);
    }

    internal static SnapshotRequest Request(LinkRig rig) => new(JournalOf(rig), Path.Combine(rig.DataFolder, "snapshots"), 2);

    internal static string JournalOf(LinkRig rig) => Path.Combine(rig.DataFolder, "journal");

    internal static void TradeAndSnapshot(LinkRig rig, int snapshots, int first = 1, int pairs = 40)
    {
        for (int snapshot = 0; snapshot < snapshots; snapshot++)
        {
            Trade(rig, first + (snapshot * 2 * pairs), pairs);
            Assert.NotNull(Snapshotter.Take(Request(rig)).Info);
        }
    }

    /// <summary>Pairs of orders that trade, but for every fifth; until all is answered.</summary>
    internal static void Trade(LinkRig rig, int first, int pairs)
    {
        SessionStatus session = rig.Link.Status().Sessions[0];
        using FixClient client = rig.Connect(session.NextIncoming, session.NextOutgoing);
        for (int pair = 0; pair < pairs; pair++)
        {
            client.New(first + (2 * pair), '1', "A"u8, 10_000, 3);
            client.New(first + (2 * pair) + 1, '2', "B"u8, 10_000 + (pair % 5 == 0 ? 50 : 0), 3);
            rig.Pump(client, () => client.Reports('0') + client.Reports('8') >= (2 * pair) + 2);
        }
    }

    // Whatever it began with, a replay of the whole journal, where all of it is there, says the same.
    private static void ProveAgainstZero(LinkRig rig, int seed)
    {
        ReportCounter counter = new();
        JournalReplay zero = new(new(), counter);
        _ = JournalReader.Scan(JournalOf(rig), zero);
        Assert.True(zero.Core.StateHash == rig.Link.StateHash, $"a replay from zero gives the same state, seed {seed}");
    }

    private static LinkRig WithOldSegmentsGone()
    {
        LinkRig rig = new(change: options => options with { SegmentBytes = 64 << 10, OrdersMax = 256 });
        for (int part = 0; part < 4; part++)
        {
            TradeAndSnapshot(rig, snapshots: 1, first: 1 + (part * 1_000), pairs: 200);
        }

        JournalRetentionResult gone =
            JournalRetention.Apply(JournalOf(rig), SnapshotStore.Open(Path.Combine(rig.DataFolder, "snapshots")),
                new JournalRetentionOptions(), 0, []);
        Assert.True(gone.Segments > 0);
        return rig;
    }

    // The same snapshots as a version would have written them that did not look at the sessions' numbers.
    private static void ForgetNumbers(LinkRig rig)
    {
        string folder = Path.Combine(rig.DataFolder, "snapshots");
        List<(JournalPosition At, LinkState State)> states = [];
        foreach (SnapshotReader reader in SnapshotStore.Open(folder).OpenNewestFirst(JournalReader.FindExtent(JournalOf(rig)), []))
        {
            using (reader)
            {
                states.Add((reader.Info.Position, LinkState.TryLoad(reader, emitsOrderDeltas: false, out _)!));
            }
        }

        Directory.Delete(folder, recursive: true);
        foreach ((JournalPosition at, LinkState state) in Enumerable.Reverse(states))
        {
            using SnapshotWriter writer = SnapshotStore.Open(folder).Create(at, 1, LinkState.Schema);
            (state with { Ledger = new() }).Save(writer);
            _ = writer.Complete();
        }
    }

    private static long LastExecIdOf(LinkRig rig) => rig.Link.Core.LastExecId;

    private static void Damage(LinkRig rig, Random random, int newest)
    {
        string folder = Path.Combine(rig.DataFolder, "snapshots");
        string[] paths = Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.snapshot").OrderDescending(StringComparer.Ordinal).Take(newest)]
            : [];
        foreach (string path in paths)
        {
            byte[] bytes = File.ReadAllBytes(path);
            bytes[random.Next(bytes.Length)] ^= 0x10;
            File.WriteAllBytes(path, bytes);
        }
    }

    private static void Add(string text, SortedSet<long> execIds, int seed)
    {
        string? field = text.Split('|').FirstOrDefault(part => part.StartsWith("17=", StringComparison.Ordinal));
        if (field is null)
        {
            return;
        }

        long execId = long.Parse(field[3..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(execIds.Add(execId), $"execution {execId} is told once, seed {seed}");
        Assert.True(execIds.Max == execId, $"execution {execId} comes in order, seed {seed}");
    }
}
