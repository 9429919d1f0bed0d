using System.Globalization;
using Peregrine.Journal;
using Peregrine.Journal.Tests;
using Peregrine.Primitives;
using Peregrine.Sequencing.Hops;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>The order of commands, and that nothing leaves before its command is durable.</summary>
public sealed class SequencerTests : IDisposable, IReportSink, IJournalVisitor
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sequencer-test-");
    private readonly List<OrderReport> _delivered = [];

    public void Dispose() => _folder.Delete(recursive: true);

    void IReportSink.Deliver(in ReportView report) => _delivered.Add(report.ToReport());

    void IJournalVisitor.OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
    }

    [Theory]
    [InlineData(Durability.None)]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Reports_BeforeTheirCommandIsDurable_DoNotLeave(Durability durability)
    {
        using JournalWriter journal = Open(durability);
        Sequencer sequencer = Make(journal, inFlightMax: 64);
        OrderCommand command = NewOrder(1);

        Assert.Equal(SubmitStatus.Ok, sequencer.Submit(ref command));
        Assert.Equal(0, sequencer.Release(this));
        Assert.True(sequencer.HasWork);

        Assert.True(sequencer.TryCommit());
        journal.Drain();
        Assert.Equal(1, sequencer.Release(this));
        sequencer.MarkSent();

        Assert.Equal((1, ReportType.Accepted), (_delivered[0].Sequence, _delivered[0].Type));
        Assert.False(sequencer.HasWork);
    }

    [Fact]
    public void Reports_BeyondTheNumberThatWasRead_StayThoughTheyAreDurable()
    {
        using JournalWriter journal = Open(Durability.Os);
        Sequencer sequencer = Make(journal, inFlightMax: 64);
        for (long order = 1; order <= 3; order++)
        {
            OrderCommand command = NewOrder(order);
            Assert.Equal(SubmitStatus.Ok, sequencer.Submit(ref command));
        }

        Assert.True(sequencer.TryCommit());
        Assert.Equal(3, journal.DurableSequence);

        // Whoever completes the commands up to 2 must not find those of 3 delivered before, nor those of 2 missing.
        Assert.Equal((2, 2L), (sequencer.Release(this, 2), sequencer.ReleasedSequence));
        Assert.Equal((1, 3L), (sequencer.Release(this), sequencer.ReleasedSequence));
    }

    [Theory]
    [InlineData(CommandType.New, false)]
    [InlineData(CommandType.Cancel, true)]
    [InlineData(CommandType.Replace, false)]
    [InlineData(CommandType.Status, false)]
    [InlineData(CommandType.Reduce, true)]
    [InlineData(CommandType.MassCancel, true)]
    [InlineData(CommandType.Disconnect, true)]
    [InlineData(CommandType.Phase, true)]
    [InlineData(CommandType.Time, true)]
    public void Command_OnAFullDisk_GoesOnOnlyWhereItAddsNoRisk(CommandType type, bool goesOn) => Assert.Equal(goesOn, Sequencer.TakesRiskOff(type));

    [Fact]
    public void Commands_GetNumbersWithoutHolesAndTimesThatNeverFall()
    {
        using JournalWriter journal = Open(Durability.Os);
        Sequencer sequencer = Make(journal, inFlightMax: 64);
        long lastTimeNs = 0;

        for (long sequence = 1; sequence <= 50; sequence++)
        {
            OrderCommand command = NewOrder(sequence);
            Assert.Equal(SubmitStatus.Ok, sequencer.Submit(ref command));
            Assert.Equal(sequence, command.Sequence);
            Assert.True(command.TimeNs >= lastTimeNs);
            lastTimeNs = command.TimeNs;
        }
    }

    [Fact]
    public void Commands_MoreThanMayBeInFlight_AreBusyUntilReleased()
    {
        using JournalWriter journal = Open(Durability.Os);
        Sequencer sequencer = Make(journal, inFlightMax: 16);
        for (long order = 1; order <= 16; order++)
        {
            OrderCommand accepted = NewOrder(order);
            Assert.Equal(SubmitStatus.Ok, sequencer.Submit(ref accepted));
        }

        OrderCommand command = NewOrder(17);
        Assert.Equal(SubmitStatus.Busy, sequencer.Submit(ref command));
        Assert.Equal((16, 1), (sequencer.LastSequence, sequencer.BusyCount));

        Assert.True(sequencer.TryCommit());
        _ = sequencer.Release(this);
        sequencer.MarkSent();
        Assert.Equal(SubmitStatus.Ok, sequencer.Submit(ref command));
    }

    [Fact]
    public void Commands_ThatComeTogether_ShareTheirTimesAndAreTakenAsFarAsThereIsRoom()
    {
        using JournalWriter journal = Open(Durability.Os);
        Sequencer sequencer = Make(journal, inFlightMax: 16);
        OrderCommand[] commands = [.. Enumerable.Range(1, 20).Select(number => NewOrder(number))];

        SubmitStatus status = Submit(sequencer, commands, out int taken);

        Assert.Equal((SubmitStatus.Busy, 16, 16L, 1L), (status, taken, sequencer.LastSequence, sequencer.BusyCount));
        Assert.Equal(16, sequencer.WaitingCommands);
        Assert.True(sequencer.TryCommit());
        Assert.Equal(16, sequencer.Release(this));
        sequencer.MarkSent();
        Assert.Equal((0, 16L), (sequencer.WaitingCommands, sequencer.Hops.Total.Count));
        Assert.Equal(SubmitStatus.Ok, Submit(sequencer, commands.AsSpan(16), out taken));
        Assert.Equal((4, 20L), (taken, sequencer.LastSequence));
        Assert.True(sequencer.TryCommit());
        Assert.Equal(4, sequencer.Release(this));
        Assert.Equal([.. Enumerable.Range(1, 20).Select(number => (long)number)], _delivered.Select(report => report.Sequence));
        Assert.All(_delivered[..16], report => Assert.Equal(_delivered[0].TimeNs, report.TimeNs));
        Assert.True(_delivered[19].TimeNs >= _delivered[0].TimeNs);
    }

    // Keys of client ids are computed some commands ahead there: each command must meet its own.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Commands_ThatComeTogether_DoWhatTheyDoOneByOne(int seed)
    {
        OrderCommand[] commands = [.. ClientCommands(seed, 500)];
        OrderCommand[] same = [.. commands];
        Random random = new(seed + 100);
        using JournalWriter journal = Open(Durability.None);
        Sequencer single = Make(journal, inFlightMax: 1_024);
        foreach (ref OrderCommand command in commands.AsSpan())
        {
            Assert.Equal(SubmitStatus.Ok, single.Submit(ref command));
            single.CarryOut();
        }

        LetOut(single);
        string[] wanted = Told();
        using JournalWriter second = Open(Durability.None, "second");
        Sequencer together = Make(second, inFlightMax: 16);
        for (int first = 0, taken; first < same.Length; first += taken)
        {
            int count = Math.Min(1 + random.Next(20), same.Length - first);
            if (Submit(together, same.AsSpan(first, count), out taken) == SubmitStatus.Busy)
            {
                LetOut(together);
            }
        }

        LetOut(together);
        Assert.True(together.BusyCount > 0, "batches were broken off");
        Assert.Contains(wanted, line => line.Contains(nameof(RejectReason.DuplicateClientOrderId), StringComparison.Ordinal));
        Assert.Contains(wanted, line => line.Contains(nameof(ReportType.Cancelled), StringComparison.Ordinal));
        Assert.Equal(wanted, Told());

        void LetOut(Sequencer sequencer)
        {
            Assert.True(sequencer.TryCommit());
            _ = sequencer.Release(this);
            sequencer.MarkSent();
        }

        string[] Told()
        {
            string[] told = [.. _delivered.Select(
                report => $"{report.ExecId} {report.Type} {report.OrderId} {report.ClientOrderId} {report.OriginalClientOrderId} {report.Reason}")];
            _delivered.Clear();
            return told;
        }
    }

    // The clock may be behind the last command of the journal: set back, or that of another machine.
    [Fact]
    public void Commands_WhenTheClockIsBehindTheJournal_KeepItsTimeAloneAndTogether()
    {
        TimesSeen seen = new();
        long ahead = Clock.UnixNs + 3_600_000_000_000;
        using (JournalWriter journal = Open(Durability.Os))
        {
            Sequencer sequencer = Make(journal, inFlightMax: 64, ahead);
            OrderCommand[] together = [.. Enumerable.Range(1, 10).Select(number => NewOrder(number))];
            OrderCommand alone = NewOrder(11);

            Assert.Equal(SubmitStatus.Ok, Submit(sequencer, together, out _));
            Assert.True(sequencer.TryCommit());
            Assert.Equal(SubmitStatus.Ok, sequencer.Submit(ref alone));
            Assert.Equal(SubmitStatus.Ok, Submit(sequencer, together.AsSpan(0, 1), out _));
            Assert.True(sequencer.TryAppendNow(JournalRecordType.Rules, RulesCodec.Encode(SmallRules.Rules())));
            Assert.True(sequencer.TryCommit());

            Assert.Equal(ahead, alone.TimeNs);
        }

        _ = JournalReader.Scan(Path.Combine(_folder.FullName, "journal"), seen);
        Assert.Equal(15, seen.Times.Count);
        Assert.All(seen.Times, time => Assert.Equal(ahead, time));
    }

    // A batch ends with the state hash that a replay must reach. The command that would leave no room for it is refused, and no other. Batches and
    // ids of many lengths, so that the segment ends at many places of a command.
    [Fact]
    public void Commands_OnAFullDisk_AreTakenAsLongAsTheStateHashFitsToo()
    {
        int command = JournalWriter.RecordBytes(CommandCodec.BytesMax);
        int hash = JournalWriter.RecordBytes(Sequencer.StateHashBytes);
        int onlyTheHashTooMuch = 0;
        for (int batch = 1; batch <= 8; batch++)
        {
            for (int idLength = 8; idLength < ClientOrderId.LengthMax; idLength += 8)
            {
                MemoryFiles files = new() { SpaceBytes = 64 << 10 };
                JournalOptions options = new() { Folder = "/j", Files = files, Durability = Durability.Os, SegmentBytes = 64 << 10,
                    BatchBytesMax = 4 << 10 };
                using JournalWriter journal = JournalWriter.Open(options, this, out _);
                Sequencer sequencer = Make(journal, inFlightMax: 1_024);
                int taken = TakeUntilFull(sequencer, batch, idLength, () => journal.HasRoom(command + hash));

                onlyTheHashTooMuch += journal.HasRoom(command) ? 1 : 0;
                Assert.True(sequencer.TryCommit(), $"batches of {batch}, ids of {idLength}: the last one is closed");
                Assert.Equal((taken, 1L), (journal.DurableSequence, sequencer.NoSpaceCount));
            }
        }

        Assert.True(onlyTheHashTooMuch > 0, "a command alone would have fitted somewhere");
    }

    [Fact]
    public void Trail_CommandsOfOneMoment_AreSentWhenTheLastOfThemIsDurable()
    {
        CommandTrail trail = new(8);
        HopStatistics statistics = new();
        HopTimes first = new() { ReceivedNs = 1, ValidatedNs = 2, SequencedNs = 3, MatchedNs = 4 };
        HopTimes second = first with { SequencedNs = 5, MatchedNs = 6 };
        trail.Push(1, in first);
        trail.Push(2, in first);
        trail.Push(3, in second);

        trail.MarkDurable(1, nowNs: 7);
        trail.MarkSent(8, statistics);
        Assert.Equal((3, 0L), (trail.Count, statistics.Total.Count));

        // What is durable takes no more commands in, whenever they were.
        trail.MarkDurable(3, nowNs: 9);
        trail.Push(4, in second);
        trail.MarkSent(10, statistics);

        Assert.Equal((1, 7, 3L), (trail.Count, trail.FreeCount, statistics.Total.Count));
        Assert.Equal((9L, 27L), (statistics.Total.Max, statistics.Total.Sum));
    }

    [Fact]
    public void ReleaseRing_WhenOneCommandFillsMany_GrowsAndKeepsTheOrder()
    {
        ReleaseRing<OrderReport> ring = new(4);
        for (long execId = 1; execId <= 3; execId++)
        {
            ring.Push(new OrderReport { ExecId = execId });
        }

        ring.Pop();
        for (long execId = 4; execId <= 20; execId++)
        {
            ring.Push(new OrderReport { ExecId = execId });
        }

        for (long execId = 2; execId <= 20; execId++)
        {
            Assert.Equal(execId, ring.Front.ExecId);
            ring.Pop();
        }

        Assert.Equal((0, 3), (ring.Count, ring.GrowCount));
    }

    // As a door does with what came in one read: in bytes, with one look at the clock for all of them.
    private static SubmitStatus Submit(Sequencer sequencer, ReadOnlySpan<OrderCommand> commands, out int taken)
    {
        byte[] bytes = new byte[CommandCodec.BytesMax];
        Arrival arrival = Arrival.Now();
        for (taken = 0; taken < commands.Length; taken++)
        {
            SubmitStatus status = sequencer.Submit(bytes.AsSpan(0, CommandCodec.Encode(in commands[taken], bytes)), in arrival);
            if (status != SubmitStatus.Ok)
            {
                return status;
            }
        }

        return SubmitStatus.Ok;
    }

    private JournalWriter Open(Durability durability, string folder = "journal") =>
        JournalWriter.Open(new JournalOptions { Folder = Path.Combine(_folder.FullName, folder), Durability = durability, SegmentBytes = 8 << 20 },
            this, out _);

    private static Sequencer Make(JournalWriter journal, int inFlightMax, long lastTimeNs = 0)
    {
        TradingCore core = new(new CoreOptions { OrdersMax = 128, ClientOrderIdsMax = 1_024 });
        core.Configure(SmallRules.Rules());
        return new Sequencer(core, journal, lastTimeNs, inFlightMax);
    }

    // Every command is taken while there is room for one and its hash, and the first without is refused.
    private int TakeUntilFull(Sequencer sequencer, int batch, int idLength, Func<bool> hasRoom)
    {
        for (int number = 1; ; number++)
        {
            OrderCommand command = NewOrder(number);
            command.ClientOrderId = ClientOrderId.From(number.ToString(CultureInfo.InvariantCulture).PadLeft(idLength, '0'));
            SubmitStatus expected = hasRoom() ? SubmitStatus.Ok : SubmitStatus.NoSpace;

            SubmitStatus status = sequencer.Submit(ref command);

            Assert.True(status == expected, $"batches of {batch}, ids of {idLength}, command {number}: {status}");
            if (status != SubmitStatus.Ok)
            {
                return number - 1;
            }

            if (number % batch == 0)
            {
                Assert.True(sequencer.TryCommit());
                _ = sequencer.Release(this);
                sequencer.MarkSent();
            }
        }
    }

    private sealed class TimesSeen : IJournalVisitor
    {
        public List<long> Times { get; } = [];

        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload) => Times.Add(header.TimeNs);
    }

    // New orders and cancels of them, now and then under an id that was used.
    private static IEnumerable<OrderCommand> ClientCommands(int seed, int count)
    {
        Random random = new(seed);
        for (int number = 1; number <= count; number++)
        {
            OrderCommand command = NewOrder(number);
            if (random.Next(10) == 0)
            {
                command.ClientOrderId = ClientOrderId.From($"C{1 + random.Next(number)}");
            }

            if (random.Next(2) == 0)
            {
                command.Type = CommandType.Cancel;
                command.OriginalClientOrderId = ClientOrderId.From($"C{1 + random.Next(number)}");
            }

            yield return command;
        }
    }

    private static OrderCommand NewOrder(long number) => new()
    {
        Type = CommandType.New,
        OrderId = (ulong)number,
        ClientOrderId = ClientOrderId.From($"C{number}"),
        Side = Side.Buy,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Price = new Price(10_000),
        Quantity = new Quantity(1),
    };
}
