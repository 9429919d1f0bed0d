using Microsoft.Extensions.Logging;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Testing;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>The clock is held against the journal: what is odd is told, what would stop trading time is refused.</summary>
public sealed class StartClockTests : IReportTap
{
    private const long Second = 1_000_000_000;
    private const long Now = 1_790_000_000 * Second;
    private readonly ListLogger _log = new();
    private readonly List<long> _times = [];

    void IReportTap.OnReport(in ReportView report, bool isReplay)
    {
        if (!isReplay)
        {
            _times.Add(report.TimeNs);
        }
    }

    void IReportTap.OnRules(TradingRules rules)
    {
    }

    [Theory]
    [InlineData(0L, 0)] // no journal yet
    [InlineData(Now, 0)]
    [InlineData(Now - (86_400 * Second), 0)]
    [InlineData(Now - (86_400 * Second) - 1, 1)] // more than a day ahead of the journal
    [InlineData(Now + (5 * Second), 0)]
    public void Check_ClockThatMayBe_IsTakenAndToldWhenItIsOdd(long journalNs, int lines)
    {
        Assert.Equal(0, StartClock.Check(journalNs, Now, acceptsBehind: false, _log));

        Assert.Equal(lines, _log.Lines.Length);
        Assert.All(_log.Lines, line => Assert.Contains("2026-09-21 14:13:20", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_ClockBehindTheJournal_IsRefusedWithBothTimesAndTheWayOn()
    {
        string message = Assert.Throws<IOException>(() => StartClock.Check(Now + (5 * Second) + 1, Now, acceptsBehind: false, _log)).Message;

        Assert.Contains("2026-09-21 14:13:20.000 UTC", message, StringComparison.Ordinal);
        Assert.Contains("2026-09-21 14:13:25.000 UTC", message, StringComparison.Ordinal);
        Assert.Contains("--accept-clock-behind", message, StringComparison.Ordinal);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Check_ClockBehindAndAccepted_GivesHowFarTradingTimeIsAhead()
    {
        Assert.Equal(3_600 * Second, StartClock.Check(Now + (3_600 * Second), Now, acceptsBehind: true, _log));

        LoggedMessage told = Assert.Single(_log.Messages);
        Assert.Equal((LogLevel.Warning, 4100), (told.Level, told.Id));
        Assert.Equal("the clock says 2026-09-21 14:13:20.000 UTC, 3600.0 s behind the journal's last record of 2026-09-21 15:13:20.000 UTC: as " +
            "--accept-clock-behind allowed, trading time runs on from there and stays so far ahead", told.Text);
        Assert.Equal("Clock=09/21/2026 14:13:20 BehindSeconds=3600 Journal=09/21/2026 15:13:20", told.Values);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(1_577_836_799L * Second)] // the last second of 2019
    public void Check_ClockThatWasNeverSet_IsRefused(long clockNs)
    {
        string message = Assert.Throws<IOException>(() => StartClock.Check(0, clockNs, acceptsBehind: true, _log)).Message;

        Assert.Contains("expected 2020 or later", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Link_AfterAClockThatWasAhead_RunsOnFromTheJournalOnlyWhenTold()
    {
        LinkOptions Seen(LinkOptions options) => options with { ReportTaps = [this] };
        using LinkRig rig = new(change: options => Seen(options) with { ClockShiftNs = 3_600 * Second });
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        rig.Change = Seen;
        Assert.Contains("--accept-clock-behind", Assert.Throws<IOException>(rig.Restart).Message, StringComparison.Ordinal);
        rig.Change = options => Seen(options) with { AcceptClockBehind = true };
        rig.Restart();
        SessionStatus session = rig.Link.Status().Sessions[0];
        using FixClient again = rig.Connect(session.NextIncoming, session.NextOutgoing);
        for (int order = 2; order <= 3; order++)
        {
            again.New(order, '1', "A"u8, 9_000, 1);
            rig.Pump(again, () => again.Reports('0') == order - 1);
        }

        Assert.True(_times[0] < _times[1] && _times[1] < _times[2], $"trading time goes on: {string.Join(", ", _times)}");
        Assert.True(_times[2] - Primitives.Clock.UnixNs > 1_800 * Second, "from the journal's last time, not from the clock's");
        Assert.Contains(rig.Log, line => line.Contains("runs on from there", StringComparison.Ordinal));
    }
}
