using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Tests.Instruments;

/// <summary>Days of a venue, worked out by hand.</summary>
public class PhaseScheduleTests
{
    private static readonly PhaseCalendar Shanghai = VenueProfiles.Ashare.Calendar!;

    [Fact]
    public void Due_AWholeTradingDay_IsEveryStepAtItsUtcTime()
    {
        // Monday 2026-01-05; Shanghai is 8 hours ahead, so 09:15 there is 01:15 UTC.
        PhaseChange[] changes = Due(Shanghai, Utc(2026, 1, 4, 16, 0), Utc(2026, 1, 5, 16, 0));

        Assert.Equal(
            [
                new(Utc(2026, 1, 5, 1, 15), TradingPhase.OpeningAuction, false),
                new(Utc(2026, 1, 5, 1, 20), TradingPhase.OpeningAuction, true),
                new(Utc(2026, 1, 5, 1, 25), TradingPhase.PreOpen, false),
                new(Utc(2026, 1, 5, 1, 30), TradingPhase.Continuous, false),
                new(Utc(2026, 1, 5, 3, 30), TradingPhase.Halted, false),
                new(Utc(2026, 1, 5, 5, 0), TradingPhase.Continuous, false),
                new(Utc(2026, 1, 5, 6, 57), TradingPhase.ClosingAuction, true),
                new(Utc(2026, 1, 5, 7, 0), TradingPhase.Closed, false),
            ],
            changes);
    }

    [Fact]
    public void Due_Bounds_AreExcludedBelowAndIncludedAbove()
    {
        PhaseChange[] changes = Due(Shanghai, Utc(2026, 1, 5, 1, 15), Utc(2026, 1, 5, 1, 20));

        PhaseChange change = Assert.Single(changes);
        Assert.Equal(Utc(2026, 1, 5, 1, 20), change.TimeNs);
        Assert.True(change.CancelsForbidden);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Due_NoTimeBetween_IsNothing(long difference)
    {
        long timeNs = Utc(2026, 1, 5, 1, 15);

        Assert.Empty(Due(Shanghai, timeNs, timeNs + difference));
    }

    [Fact]
    public void Due_FridayEveningToMondayMorning_HasNothingOfTheWeekend()
    {
        // Friday 2026-01-09 15:00 to Monday 2026-01-12 09:20, local.
        PhaseChange[] changes = Due(Shanghai, Utc(2026, 1, 9, 7, 0), Utc(2026, 1, 12, 1, 20));

        Assert.Equal([Utc(2026, 1, 12, 1, 15), Utc(2026, 1, 12, 1, 20)], changes.Select(change => change.TimeNs));
    }

    [Fact]
    public void Due_AHoliday_IsLeftOut()
    {
        PhaseCalendar calendar = Shanghai with { Holidays = new HashSet<DateOnly> { new(2026, 1, 6) } };

        PhaseChange[] changes = Due(calendar, Utc(2026, 1, 5, 7, 0), Utc(2026, 1, 7, 1, 15));

        Assert.Equal([Utc(2026, 1, 7, 1, 15)], changes.Select(change => change.TimeNs));
    }

    [Fact]
    public void Due_LocalMidnight_DecidesTheDay()
    {
        // Sunday 15:59:59 UTC is Sunday 23:59:59 in Shanghai; a calendar whose day begins at 00:00 changes one second later.
        PhaseCalendar calendar = Shanghai with { Steps = [new(new TimeOnly(0, 0), TradingPhase.PreOpen)] };
        long midnight = Utc(2026, 1, 4, 16, 0);

        Assert.Empty(Due(calendar, midnight - 1_000_000_000, midnight - 1));
        Assert.Equal([midnight], Due(calendar, midnight - 1, midnight).Select(change => change.TimeNs));
    }

    [Fact]
    public void Due_WestOfGreenwich_CountsFromLocalMidnightToo()
    {
        // 09:30 in a zone 5 hours behind is 14:30 UTC; Monday there lasts into Tuesday UTC.
        PhaseCalendar calendar = new() { UtcOffset = TimeSpan.FromHours(-5),
            Steps = [new(new TimeOnly(9, 30), TradingPhase.Continuous), new(new TimeOnly(22, 0), TradingPhase.Closed)] };

        PhaseChange[] changes = Due(calendar, Utc(2026, 1, 4, 0, 0), Utc(2026, 1, 6, 3, 0));

        Assert.Equal([Utc(2026, 1, 5, 14, 30), Utc(2026, 1, 6, 3, 0)], changes.Select(change => change.TimeNs));
    }

    [Fact]
    public void Due_SmallRoom_GoesOnFromTheLastOne()
    {
        PhaseChange[] room = new PhaseChange[3];
        List<PhaseChange> all = [];
        long from = Utc(2026, 1, 2, 0, 0);
        long to = Utc(2026, 1, 31, 0, 0);
        int count;
        do
        {
            count = PhaseSchedule.Due(Shanghai, from, to, room);
            all.AddRange(room[..count]);
            from = count > 0 ? room[count - 1].TimeNs : from;
        }
        while (count == room.Length);

        // 21 trading days from Friday 2026-01-02 to Friday 2026-01-30, 8 steps each.
        Assert.Equal(21 * 8, all.Count);
        Assert.Equal(Due(Shanghai, Utc(2026, 1, 2, 0, 0), to), all);
    }

    [Theory]
    [InlineData("2026-01-05 09:14:59", TradingPhase.Closed, false)]
    [InlineData("2026-01-05 09:15:00", TradingPhase.OpeningAuction, false)]
    [InlineData("2026-01-05 09:24:59", TradingPhase.OpeningAuction, true)]
    [InlineData("2026-01-05 09:25:00", TradingPhase.PreOpen, false)]
    [InlineData("2026-01-05 12:00:00", TradingPhase.Halted, false)]
    [InlineData("2026-01-05 14:56:59", TradingPhase.Continuous, false)]
    [InlineData("2026-01-05 14:57:00", TradingPhase.ClosingAuction, true)]
    [InlineData("2026-01-05 23:59:59", TradingPhase.Closed, false)]
    [InlineData("2026-01-10 10:00:00", TradingPhase.Closed, false)]
    public void At_ALocalTime_IsThePhaseOfTheLastStep(string local, TradingPhase phase, bool cancelsForbidden)
    {
        DateTime time = DateTime.ParseExact(local, "yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        long timeNs = Utc(time.Year, time.Month, time.Day, time.Hour, time.Minute, time.Second) - (8 * 3_600_000_000_000);

        PhaseChange found = PhaseSchedule.At(Shanghai, timeNs);

        Assert.Equal((phase, cancelsForbidden), (found.Phase, found.CancelsForbidden));
        Assert.True(found.TimeNs <= timeNs);
    }

    [Fact]
    public void At_AnyTime_AgreesWithTheChangesDue()
    {
        PhaseCalendar calendar = Shanghai with { Holidays = new HashSet<DateOnly> { new(2026, 1, 7) } };
        long from = Utc(2026, 1, 5, 0, 0);
        PhaseChange before = PhaseSchedule.At(calendar, from);
        for (long minute = 1; minute <= 14 * 24 * 60; minute++)
        {
            long now = from + (minute * 60_000_000_000);
            PhaseChange[] due = Due(calendar, now - 60_000_000_000, now);
            before = due.Length > 0 ? due[^1] : before;
            Assert.Equal(before, PhaseSchedule.At(calendar, now));
        }
    }

    [Fact]
    public void Calendar_Faults_AreAllNamed()
    {
        PhaseCalendar calendar = new() { UtcOffset = TimeSpan.FromHours(15),
            Steps = [new(new TimeOnly(9, 0), 0), new(new TimeOnly(9, 0), TradingPhase.Closed)] };

        Assert.Equal(3, calendar.Validate().Count);
        Assert.Contains("Steps is empty", Assert.Single(new PhaseCalendar().Validate()));
        Assert.All(VenueProfiles.All, profile => Assert.Empty(profile.Calendar?.Validate() ?? []));
    }

    private static PhaseChange[] Due(PhaseCalendar calendar, long afterNs, long upToNs)
    {
        PhaseChange[] changes = new PhaseChange[1_000];
        return changes[..PhaseSchedule.Due(calendar, afterNs, upToNs, changes)];
    }

    private static long Utc(int year, int month, int day, int hour, int minute, int second = 0) =>
        (new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks * 100;
}
