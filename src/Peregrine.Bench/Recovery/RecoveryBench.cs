using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Recovery;

/// <summary>What to measure.</summary>
internal sealed record RecoveryBenchOptions
{
    /// <summary>Where journal and snapshot are made; a folder of its own in it goes when the bench ends.</summary>
    public required string Folder { get; init; }

    /// <summary>Commands in the journal that is replayed.</summary>
    public required int Commands { get; init; }

    /// <summary>Orders that rest in the snapshot that is loaded.</summary>
    public required int Orders { get; init; }

    /// <summary>How often each is measured.</summary>
    public required int Rounds { get; init; }

    public required int Seed { get; init; }

    public required Action<string> Progress { get; init; }
}

/// <summary>Figures of one run; times in nanoseconds, one a round.</summary>
/// <param name="ReplayNs">Opening the journal and carrying out all of it, state hashes proved.</param>
/// <param name="LoadNs">Checking the snapshot whole and loading it.</param>
/// <param name="LoadAllocatedBytes">Allocated by one load, the core's own memory included.</param>
internal sealed record RecoveryBenchResult(long[] ReplayNs, long JournalBytes, long ProvenHashes, long[] LoadNs, long SnapshotBytes,
    long LoadAllocatedBytes);

/// <summary>How long a start takes: the replay of a journal, and the load of a snapshot. The files are in the page cache.</summary>
internal sealed class RecoveryBench(RecoveryBenchOptions options)
{
    private const int CommandsPerBatch = 64;
    private const int ProgressEvery = 1 << 18;
    private const int RestingMax = 4_096;
    private const int LevelsPerSide = 1_000;
    private const long MiddleTicks = 10_000;
    private readonly string _folder = Path.Combine(options.Folder, "peregrine-recovery-bench");
    private ulong _random = ((ulong)(uint)options.Seed << 1) | 1;

    /// <summary>Runs everything.</summary>
    /// <exception cref="IOException">No room, or the folder cannot be written.</exception>
    public RecoveryBenchResult Run()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        try
        {
            (long[] replayNs, long journalBytes, long proven) = MeasureReplay();
            (long[] loadNs, long snapshotBytes, long allocated) = MeasureLoad();
            return new RecoveryBenchResult(replayNs, journalBytes, proven, loadNs, snapshotBytes, allocated);
        }
        finally
        {
            if (Directory.Exists(_folder))
            {
                Directory.Delete(_folder, recursive: true);
            }
        }
    }

    private (long[] Ns, long Bytes, long ProvenHashes) MeasureReplay()
    {
        string folder = Path.Combine(_folder, "journal");
        WriteJournal(folder);
        long[] times = new long[options.Rounds];
        long proven = 0;
        for (int round = 0; round < times.Length; round++)
        {
            options.Progress($"replay, round {round + 1}");
            GC.Collect();
            long beginNs = Clock.MonotonicNs;
            JournalReplay replay = new(CoreOf(RestingMax * 2), new NoSink());
            using ReplayPipe pipe = new(replay);
            using (JournalWriter.Open(new JournalOptions { Folder = folder }, pipe, out _))
            {
                times[round] = Clock.MonotonicNs - beginNs;
            }

            proven = replay.ProvenHashes;
            Check.That(replay.CommandCount == options.Commands, "the replay carries out every command");
        }

        return (times, Directory.EnumerateFiles(folder, "*.journal").Sum(path => new FileInfo(path).Length), proven);
    }

    private void WriteJournal(string folder)
    {
        using JournalWriter journal = JournalWriter.Open(new JournalOptions { Folder = folder }, new NoRecords(), out _);
        TradingCore core = new(CoreOf(RestingMax * 2));
        Sequencer sequencer = new(core, journal, lastTimeNs: 0, inFlightMax: 1 << 14);
        byte[] bounds = new byte[JournalReplay.BoundsBytes];
        _ = JournalReplay.EncodeBounds(core.Options, bounds);
        core.Configure(Rules());
        Require(sequencer.TryAppendNow(JournalRecordType.Bounds, bounds)
            && sequencer.TryAppendNow(JournalRecordType.Rules, RulesCodec.Encode(core.Rules!)));
        NoSink sink = new();
        ulong[] recent = new ulong[RestingMax];
        for (int number = 1; number <= options.Commands; number++)
        {
            OrderCommand command = NextCommand(number, recent);
            SubmitStatus status;
            while ((status = sequencer.Submit(ref command)) == SubmitStatus.Busy)
            {
                Require(sequencer.TryCommit());
                _ = sequencer.Release(sink);
                sequencer.MarkSent();
            }

            Require(status == SubmitStatus.Ok);
            if (number % CommandsPerBatch == 0)
            {
                Require(sequencer.TryCommit());
                _ = sequencer.Release(sink);
                sequencer.MarkSent();
            }

            if (number % ProgressEvery == 0)
            {
                options.Progress($"journal: {number} of {options.Commands} commands");
            }
        }

        Require(sequencer.TryCommit());
        journal.Drain();
    }

    // Orders around a middle, of which many trade; each place is cancelled before it is used again, so that few thousand rest.
    private OrderCommand NextCommand(int number, ulong[] recent)
    {
        ref ulong place = ref recent[Below(recent.Length)];
        if (place != 0)
        {
            OrderCommand cancel = new() { Type = CommandType.Cancel, OrderId = place, SessionId = 1 };
            place = 0;
            return cancel;
        }

        place = (ulong)number;
        bool isBuy = Below(2) == 0;
        long distance = Below(31) - 1;
        return NewOrder((ulong)number, isBuy, MiddleTicks + (isBuy ? -distance : distance), 1 + Below(99));
    }

    private (long[] Ns, long Bytes, long AllocatedBytes) MeasureLoad()
    {
        SnapshotStore store = SnapshotStore.Open(Path.Combine(_folder, "snapshots"));
        (SnapshotInfo info, ulong hash) = WriteSnapshot(store);
        JournalExtent extent = new(default, info.Position, 1, 1);
        long[] times = new long[options.Rounds];
        long allocated = 0;
        for (int round = 0; round < times.Length; round++)
        {
            options.Progress($"load, round {round + 1}");
            GC.Collect();
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long beginNs = Clock.MonotonicNs;
            List<SnapshotFault> faults = [];
            Require(store.TryOpenNewest(extent, faults, out SnapshotReader? reader));
            using (reader)
            {
                LinkState? state = LinkState.TryLoad(reader!, emitsOrderDeltas: false, out _);
                times[round] = Clock.MonotonicNs - beginNs;
                allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
                Check.That(state is not null && state.Core.StateHash == hash
                    && state.Core.WorkingOrderCount == options.Orders, "what was saved is loaded");
            }
        }

        return (times, new FileInfo(info.Path).Length, allocated);
    }

    private (SnapshotInfo Info, ulong StateHash) WriteSnapshot(SnapshotStore store)
    {
        TradingCore core = new(CoreOf(options.Orders));
        core.Configure(Rules());
        ReportBuffer reports = new();
        for (int number = 1; number <= options.Orders; number++)
        {
            bool isBuy = number % 2 == 0;
            long distance = 1 + Below(LevelsPerSide);
            OrderCommand command = NewOrder((ulong)number, isBuy, MiddleTicks + (isBuy ? -distance : distance), 1 + Below(99));
            (command.Sequence, command.TimeNs) = (number, number);
            core.Execute(in command, reports);
            reports.Clear();
            if (number % ProgressEvery == 0)
            {
                options.Progress($"snapshot: {number} of {options.Orders} orders");
            }
        }

        JournalPosition position = new(options.Orders, options.Orders, default);
        using SnapshotWriter writer = store.Create(position, Clock.UnixNs, LinkState.Schema);
        new LinkState(core, options.Orders, new Dictionary<int, long> { [1] = options.Orders }).Save(writer);
        return (writer.Complete(), core.StateHash);
    }

    private static OrderCommand NewOrder(ulong number, bool isBuy, long ticks, int lots)
    {
        Span<byte> text = stackalloc byte[16];
        bool isFormatted = System.Buffers.Text.Utf8Formatter.TryFormat(number, text, out int length);
        Check.That(ClientOrderId.TryCreate(text[..length], out ClientOrderId id) && isFormatted, "a number is a client order id");
        return new OrderCommand
        {
            Type = CommandType.New,
            OrderId = number,
            SessionId = 1,
            AccountId = isBuy ? 0 : 1,
            Side = isBuy ? Side.Buy : Side.Sell,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Day,
            Price = new Price(ticks),
            Quantity = new Quantity(lots),
            ClientOrderId = id,
        };
    }

    // xorshift64* (Vigna 2016, public domain): the same stream on every machine.
    private int Below(int bound)
    {
        _random ^= _random >> 12;
        _random ^= _random << 25;
        _random ^= _random >> 27;
        return (int)((_random * 0x2545f4914f6cdd1dUL >> 33) % (ulong)bound);
    }

    private static CoreOptions CoreOf(int orders) => new() { OrdersMax = orders };

    private static TradingRules Rules() => new(
        [new Instrument(0, "BENCH", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(MiddleTicks) }],
        [new Account(0, "BUYER", new AccountLimits(0, 0, 0)), new Account(1, "SELLER", new AccountLimits(0, 0, 0))]);

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new IOException("the bench's journal or snapshot cannot be written; make room, or choose another folder");
        }
    }

    private sealed class NoSink : IReportSink
    {
        public void Deliver(in ReportView report)
        {
        }
    }

    private sealed class NoRecords : IJournalVisitor
    {
        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
        }
    }
}
