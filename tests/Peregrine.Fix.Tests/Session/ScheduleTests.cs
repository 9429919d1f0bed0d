using System.Globalization;
using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Fix.Tests.Session;

/// <summary>Periods of sessions by a clock that is changed twice a year, against a model that walks minute by minute.</summary>
public class ScheduleTests
{
    private const long MinuteNs = 60_000_000_000;

    // Half hours, other days, changes at midnight, a winter that counts as the exception, zones that never change.
    private static readonly string[] Zones =
    [
        "UTC", "Europe/Berlin", "America/New_York", "Europe/Dublin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns",
        "Asia/Beirut", "Pacific/Chatham", "Atlantic/Azores", "Africa/Casablanca",
    ];

    [Theory]
    [InlineData("08:00", "17:00", "", "2026-11-30 08:00", true, "2026-11-30 07:00", "2026-11-30 16:00")]
    [InlineData("08:00", "17:00", "", "2026-11-30 07:59", false, "2026-11-29 07:00", "2026-11-30 07:00")]
    [InlineData("08:00", "17:00", "", "2026-11-30 17:00", false, "2026-11-30 07:00", "2026-12-01 07:00")]
    [InlineData("22:00", "05:00", "", "2026-11-30 02:00", true, "2026-11-29 21:00", "2026-11-30 04:00")]
    [InlineData("17:00", "17:00", "", "2026-11-30 17:00", true, "2026-11-30 16:00", "2026-12-01 16:00")]
    [InlineData("08:00", "17:00", "Monday Friday", "2026-12-01 09:00", false, "2026-11-30 07:00", "2026-12-04 07:00")]
    [InlineData("22:00", "05:00", "Friday", "2026-12-05 04:59", true, "2026-12-04 21:00", "2026-12-05 04:00")]
    public void Daily_AtAMoment_IsInThePeriodOfTheDay(string start, string end, string days, string local, bool isOpen, string from, string change)
    {
        FixSchedule schedule = FixSchedule.Daily(Time(start), Time(end), Zone("Europe/Berlin"),
            [.. days.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<DayOfWeek>)]);

        FixPeriod period = schedule.At(Ns(local) - (60 * MinuteNs));

        Assert.Equal(new FixPeriod(isOpen, Ns(from), Ns(change)), period);
    }

    [Theory]
    [InlineData("Sunday", "17:00", "Friday", "17:00", "2026-12-01 12:00", true, "2026-11-29 17:00", "2026-12-04 17:00")]
    [InlineData("Sunday", "17:00", "Friday", "17:00", "2026-12-05 12:00", false, "2026-11-29 17:00", "2026-12-06 17:00")]
    [InlineData("Friday", "17:00", "Monday", "08:00", "2026-12-06 12:00", true, "2026-12-04 17:00", "2026-12-07 08:00")]
    [InlineData("Monday", "08:00", "Monday", "08:00", "2026-12-06 12:00", true, "2026-11-30 08:00", "2026-12-07 08:00")]
    [InlineData("Monday", "08:00", "Monday", "09:00", "2026-12-06 12:00", false, "2026-11-30 08:00", "2026-12-07 08:00")]
    [InlineData("Monday", "08:00", "Monday", "07:00", "2026-12-07 06:59", true, "2026-11-30 08:00", "2026-12-07 07:00")]
    public void Weekly_AtAMoment_IsInThePeriodOfTheWeek(string startDay, string start, string endDay, string end, string now, bool isOpen,
        string from, string change)
    {
        FixSchedule schedule = FixSchedule.Weekly(Enum.Parse<DayOfWeek>(startDay), Time(start), Enum.Parse<DayOfWeek>(endDay), Time(end),
            TimeZoneInfo.Utc);

        Assert.Equal(new FixPeriod(isOpen, Ns(from), Ns(change)), schedule.At(Ns(now)));
    }

    // Clocks in Berlin go from 02:00 to 03:00 on 2026-03-29, at 01:00 UTC, and from 03:00 back to 02:00 on 2026-10-25, at 01:00 UTC too.
    [Theory]
    [InlineData("02:30", "17:00", "2026-03-29 12:00", "2026-03-29 01:00", "2026-03-29 15:00")]
    [InlineData("00:30", "02:30", "2026-03-29 00:00", "2026-03-28 23:30", "2026-03-29 01:00")]
    [InlineData("02:30", "17:00", "2026-10-25 12:00", "2026-10-25 00:30", "2026-10-25 16:00")]
    [InlineData("00:30", "02:30", "2026-10-25 00:00", "2026-10-24 22:30", "2026-10-25 00:30")]
    [InlineData("00:30", "03:30", "2026-10-25 02:00", "2026-10-24 22:30", "2026-10-25 02:30")]
    public void Boundary_InTheSkippedHour_IsTheChange_AndInTheDoubledOneTheFirst(string start, string end, string now, string from, string change)
    {
        FixSchedule schedule = FixSchedule.Daily(Time(start), Time(end), Zone("Europe/Berlin"));

        Assert.Equal(new FixPeriod(true, Ns(from), Ns(change)), schedule.At(Ns(now)));
    }

    [Fact]
    public void Period_WithBothEndsInTheSkippedHour_DoesNotTakePlace()
    {
        FixSchedule schedule = FixSchedule.Daily(Time("02:10"), Time("02:50"), Zone("Europe/Berlin"));

        Assert.Equal(new FixPeriod(false, Ns("2026-03-28 01:10"), Ns("2026-03-30 00:10")), schedule.At(Ns("2026-03-29 01:00")));
    }

    [Fact]
    public void Schedule_InWords_SaysItsTimesZoneAndDays()
    {
        FixSchedule daily = FixSchedule.Daily(Time("22:00"), Time("05:00"), Zone("Asia/Kathmandu"), DayOfWeek.Monday, DayOfWeek.Friday);
        FixSchedule weekly = FixSchedule.Weekly(DayOfWeek.Monday, Time("08:00"), DayOfWeek.Monday, Time("08:00"), TimeZoneInfo.Utc);

        Assert.Equal("22:00:00 to 05:00:00 1 days later Asia/Kathmandu on Monday, Friday", daily.ToString());
        Assert.Equal("08:00:00 to 08:00:00 7 days later UTC on Monday", weekly.ToString());
        Assert.Equal("2026-12-01 03:45:00 Asia/Kathmandu (2026-11-30 22:00:00 UTC)", daily.Tell(Ns("2026-11-30 22:00")));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixSchedule.Daily(Time("22:00"), Time("05:00"), TimeZoneInfo.Utc, (DayOfWeek)7));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixSchedule.Weekly(DayOfWeek.Monday, default, (DayOfWeek)(-1), default, TimeZoneInfo.Utc));
    }

    [Fact]
    public void At_AnyMomentOfAnyZone_SaysWhatAWalkOverEveryMinuteFinds()
    {
        int seeds = ProofSize.Of(60, 6_000);
        string[] all = [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id)];
        for (int seed = 0; seed < seeds; seed++)
        {
            Random random = new(seed);
            string name = seeds > 1_000 && random.Next(2) == 0 ? all[random.Next(all.Length)] : Zones[random.Next(Zones.Length)];
            MinuteModel model = new(random, Zone(name));

            Assert.Equal("", model.Compare($"seed {seed}, {name}, "));
        }
    }

    private static TimeZoneInfo Zone(string name) => TimeZoneInfo.FindSystemTimeZoneById(name);

    private static TimeOnly Time(string text) => TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);

    private static long Ns(string utc) =>
        (DateTime.ParseExact(utc, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Looks at the clock each minute of some weeks, and knows nothing of offsets:
    /// a boundary is reached when the clock first shows it, or more.</summary>
    private sealed class MinuteModel
    {
        private readonly TimeZoneInfo _zone;
        private readonly Random _random;
        private readonly bool[] _days = new bool[7];
        private readonly TimeOnly _start;
        private readonly TimeOnly _end;
        private readonly int _length;

        public MinuteModel(Random random, TimeZoneInfo zone)
        {
            (_random, _zone) = (random, zone);
            _start = AnyTime();
            _end = random.Next(8) == 0 ? _start : AnyTime();
            if (random.Next(2) == 0)
            {
                DayOfWeek[] days = [.. Enum.GetValues<DayOfWeek>().Where(_ => random.Next(3) > 0)];
                Array.ForEach(days.Length > 0 ? days : Enum.GetValues<DayOfWeek>(), day => _days[(int)day] = true);
                _length = _end <= _start ? 1 : 0;
                Schedule = FixSchedule.Daily(_start, _end, zone, days);
            }
            else
            {
                (DayOfWeek first, DayOfWeek last) = ((DayOfWeek)random.Next(7), (DayOfWeek)random.Next(7));
                _days[(int)first] = true;
                _length = first == last && _end <= _start ? 7 : ((int)last - (int)first + 7) % 7;
                Schedule = FixSchedule.Weekly(first, _start, last, _end, zone);
            }
        }

        private FixSchedule Schedule { get; }

        public string Compare(string where)
        {
            List<(long Start, long End)> periods = Walk(out long firstNs, out long lastNs);
            for (int probe = 0; probe < 400; probe++)
            {
                // Any moment, or one beside a boundary.
                (long start, long end) = periods[_random.Next(periods.Count)];
                long near = _random.Next(2) == 0 ? start : end;
                long now = _random.Next(2) == 0 ? near + _random.Next(-1, 2) : firstNs + _random.NextInt64(lastNs - firstNs);
                if (now < firstNs || now >= lastNs)
                {
                    continue;
                }

                FixPeriod expected = PeriodAt(periods, now);
                FixPeriod found = Schedule.At(now);
                if (found != expected)
                {
                    return $"{where}{Schedule} at {now} ({DateTime.UnixEpoch.AddTicks(now / 100):s}): {found}, and the walk finds {expected}";
                }
            }

            return "";
        }

        private static FixPeriod PeriodAt(List<(long Start, long End)> periods, long now)
        {
            (long start, long end) = periods.Last(period => period.Start <= now);
            return now < end ? new FixPeriod(true, start, end) : new FixPeriod(false, start, periods.First(period => period.Start > now).Start);
        }

        // Around the day of a change as often as not.
        private List<(long Start, long End)> Walk(out long firstNs, out long lastNs)
        {
            DateTime middle = new DateTime(2012, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(_random.Next(365 * 24));
            for (int day = 0; day < 400 && _random.Next(40) > 0 && _zone.GetUtcOffset(middle) == _zone.GetUtcOffset(middle.AddDays(1)); day++)
            {
                middle = middle.AddDays(1);
            }

            DateTime begin = middle.AddDays(-40);
            DateTime reached = TimeZoneInfo.ConvertTimeFromUtc(begin, _zone);
            DateOnly from = DateOnly.FromDateTime(reached).AddDays(1);
            List<(DateTime Start, DateTime End)> local = [.. Enumerable.Range(0, 75).Select(from.AddDays).Where(date => _days[(int)date.DayOfWeek])
                .Select(date => (date.ToDateTime(_start), date.AddDays(_length).ToDateTime(_end)))];
            long[] starts = new long[local.Count];
            long[] ends = new long[local.Count];
            (int nextStart, int nextEnd) = (0, 0);
            for (int minute = 0; nextEnd < local.Count; minute++)
            {
                DateTime utc = begin.AddMinutes(minute);
                DateTime shown = TimeZoneInfo.ConvertTimeFromUtc(utc, _zone);
                reached = shown > reached ? shown : reached;
                long ns = (utc - DateTime.UnixEpoch).Ticks * 100;
                for (; nextStart < local.Count && local[nextStart].Start <= reached; nextStart++)
                {
                    starts[nextStart] = ns;
                }

                for (; nextEnd < local.Count && local[nextEnd].End <= reached; nextEnd++)
                {
                    ends[nextEnd] = ns;
                }
            }

            List<(long Start, long End)> periods = [.. starts.Zip(ends).Where(period => period.First < period.Second)];
            (firstNs, lastNs) = (periods[0].Start, periods[^1].Start);
            return periods;
        }

        // Clocks are changed at night.
        private TimeOnly AnyTime() => new(_random.Next(_random.Next(2) == 0 ? 4 : 24), _random.Next(60));
    }
}
