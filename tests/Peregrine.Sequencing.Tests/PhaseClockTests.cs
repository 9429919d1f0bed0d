using Peregrine.Journal;
using Peregrine.Journal.Tests;
using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>What happens because it is time for it, and what happens when there is no room to write that down.</summary>
public sealed class PhaseClockTests : IReportSink, IJournalVisitor
{
    private const long SegmentBytes = 1 << 16;
    private const long MinuteNs = 60_000_000_000;

    // A Wednesday, 09:00 in Shanghai.
    private const long NineNs = 1_790_125_200_000_000_000;
    private readonly List<OrderReport> _delivered = [];

    void IReportSink.Deliver(in ReportView report) => _delivered.Add(report.ToReport());

    void IJournalVisitor.OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
    }

    [Fact]
    public void Tick_OverATradingDay_SequencesItsPhases()
    {
        using JournalWriter journal = Open(new MemoryFiles());
        TradingCore core = Core();
        Sequencer sequencer = new(core, journal, lastTimeNs: 0, inFlightMax: 1 << 10);
        PhaseClock clock = new(core, sequencer, () => { }, new Dictionary<string, PhaseCalendar> { ["TEST"] = VenueProfiles.Ashare.Calendar! });
        List<(int Minute, TradingPhase Phase)> phases = [];

        for (int minute = 0; minute <= 400; minute++)
        {
            TradingPhase before = core.Books.GetPhase(0);
            clock.Tick(NineNs + (minute * MinuteNs));
            if (core.Books.GetPhase(0) != before)
            {
                phases.Add((minute, core.Books.GetPhase(0)));
            }
        }

        Assert.Equal(
            [
                (0, TradingPhase.Closed), (15, TradingPhase.OpeningAuction), (25, TradingPhase.PreOpen), (30, TradingPhase.Continuous),
                    (150, TradingPhase.Halted),
                (240, TradingPhase.Continuous), (357, TradingPhase.ClosingAuction), (360, TradingPhase.Closed),
            ],
            phases);

        // One more than changes of phase: cancels are forbidden from 09:20.
        Assert.Equal(9, core.CountOf(ReportType.PhaseChanged));
        Assert.Equal(9, sequencer.LastSequence);
    }

    [Fact]
    public void Tick_AfterALongPause_CatchesUpInOrder()
    {
        using JournalWriter journal = Open(new MemoryFiles());
        TradingCore core = Core();
        Sequencer sequencer = new(core, journal, lastTimeNs: 0, inFlightMax: 1 << 10);
        PhaseClock clock = new(core, sequencer, () => { }, new Dictionary<string, PhaseCalendar> { ["TEST"] = VenueProfiles.Ashare.Calendar! });
        clock.Tick(NineNs);

        for (int tick = 0; tick < 8; tick++)
        {
            clock.Tick(NineNs + (5 * 24 * 60 * MinuteNs));
        }

        Assert.Equal(TradingPhase.Closed, core.Books.GetPhase(0));
        Assert.Equal(1 + (3 * 8), core.CountOf(ReportType.PhaseChanged));
    }

    [Fact]
    public void Use_OfTheSameDay_KeepsThePhase_OfAnotherDayBeginsWithItsOwn()
    {
        using JournalWriter journal = Open(new MemoryFiles());
        TradingCore core = Core();
        Sequencer sequencer = new(core, journal, lastTimeNs: 0, inFlightMax: 1 << 10);
        PhaseCalendar day = VenueProfiles.Ashare.Calendar!;
        PhaseClock clock = new(core, sequencer, () => { }, new Dictionary<string, PhaseCalendar> { ["TEST"] = day });
        clock.Tick(NineNs + (60 * MinuteNs));
        OrderCommand halt = new() { Type = CommandType.Phase, SessionId = -1, AccountId = -1, Phase = TradingPhase.Halted };
        Assert.Equal(SubmitStatus.Ok, sequencer.Submit(ref halt));

        clock.Use(new Dictionary<string, PhaseCalendar> { ["TEST"] =
            day with { Steps = [.. day.Steps], Holidays = new HashSet<DateOnly>(day.Holidays) } });
        clock.Tick(NineNs + (61 * MinuteNs));
        TradingPhase same = core.Books.GetPhase(0);
        clock.Use(new Dictionary<string, PhaseCalendar> { ["TEST"] =
            day with { Steps = [new PhaseStep(new TimeOnly(9, 0), TradingPhase.PreOpen)] } });
        clock.Tick(NineNs + (62 * MinuteNs));
        TradingPhase other = core.Books.GetPhase(0);
        clock.Use(new Dictionary<string, PhaseCalendar>());
        clock.Tick(NineNs + (24 * 60 * MinuteNs));

        Assert.Equal((TradingPhase.Halted, TradingPhase.PreOpen, TradingPhase.PreOpen), (same, other, core.Books.GetPhase(0)));
    }

    [Fact]
    public void Submit_WithTheDiskFull_IsRefusedAndGoesOnWhenThereIsRoom()
    {
        MemoryFiles files = new() { SpaceBytes = SegmentBytes };
        using JournalWriter journal = Open(files);
        TradingCore core = Core();
        Sequencer sequencer = new(core, journal, lastTimeNs: 0, inFlightMax: 1 << 12);
        SubmitStatus status;
        ulong id = 0;
        do
        {
            status = TrySubmit(sequencer, ++id);
            if (id % 7 == 0)
            {
                Assert.True(sequencer.TryCommit());
            }
        }
        while (status == SubmitStatus.Ok);

        Assert.Equal(SubmitStatus.NoSpace, status);
        sequencer.CarryOut();
        Assert.Equal((1L, (long)id - 1, (long)id - 1), (sequencer.NoSpaceCount, sequencer.LastSequence, core.LastSequence));

        // What was taken is safe, with the state hash that closes its batch.
        Assert.True(sequencer.TryCommit());
        journal.Drain();
        Assert.Null(journal.Failure);
        Assert.Equal((int)id - 1, sequencer.Release(this));
        sequencer.MarkSent();

        files.SpaceBytes = 4 * SegmentBytes;
        Assert.True(SpinWait.SpinUntil(() => TrySubmit(sequencer, id) == SubmitStatus.Ok, TimeSpan.FromSeconds(60)), "room is not noticed");
        Assert.Equal((long)id, sequencer.LastSequence);
    }

    private static SubmitStatus TrySubmit(Sequencer sequencer, ulong id)
    {
        OrderCommand command = new()
        {
            Type = CommandType.New,
            OrderId = id,
            Side = Side.Buy,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Day,
            Price = new Price(10_000),
            Quantity = new Quantity(1),
        };
        return sequencer.Submit(ref command);
    }

    private static TradingCore Core()
    {
        TradingCore core = new(new CoreOptions { OrdersMax = 4_096, ClientOrderIdsMax = 1_024 });
        core.Configure(SmallRules.Rules());
        return core;
    }

    private JournalWriter Open(MemoryFiles files) => JournalWriter.Open(
        new JournalOptions { Folder = "/j", SegmentBytes = SegmentBytes, BatchBytesMax = 8 << 10, Files = files, SpaceRetryMs = 1 }, this, out _);
}
