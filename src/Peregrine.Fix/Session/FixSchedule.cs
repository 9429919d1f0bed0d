using System.Globalization;

namespace Peregrine.Fix.Session;

/// <summary>Where a moment lies in a schedule.</summary>
/// <param name="IsOpen">Whether it is within a period: from its start, up to but without its end.</param>
/// <param name="StartNs">When the last period began, be it over or not, Unix nanoseconds; <see cref="long.MinValue"/> for none.</param>
/// <param name="ChangeNs">When the period ends, or where none is open when the next one begins, Unix nanoseconds.</param>
public readonly record struct FixPeriod(bool IsOpen, long StartNs, long ChangeNs);

/// <summary>
/// When a session may be on: periods that begin each day, on some days of the week, or once a week, by the clock of a time zone. With each period
/// both numbers begin with 1. Pure data: the time is an argument.
/// </summary>
/// <remarks>
/// Where clocks are changed: a boundary within the skipped hour is the moment of the change, one within the doubled hour is the first of the two.
/// A period that has both ends within the skipped hour does not take place. Thread: any.
/// </remarks>
public sealed class FixSchedule
{
    // The last period and the next begin within so many days, also where one of a week does not take place.
    private const int DaysLookedAt = 16;

    private const long NsPerTick = 100;

    private readonly TimeOnly _start;
    private readonly TimeOnly _end;
    private readonly int _endsDaysLater;
    private readonly bool[] _startsOn = new bool[7];

    private FixSchedule(TimeOnly start, TimeOnly end, int endsDaysLater, TimeZoneInfo zone, IEnumerable<DayOfWeek> startDays)
    {
        (_start, _end, _endsDaysLater, Zone) = (start, end, endsDaysLater, zone);
        foreach (DayOfWeek day in startDays)
        {
            _startsOn[(int)day] = true;
        }
    }

    /// <summary>Whose clock it goes by.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>A period on each of some days of the week.</summary>
    /// <param name="start">Local time.</param>
    /// <param name="end">Local time; not after <paramref name="start"/> it is that of the next day, so that equal times are a whole day.</param>
    /// <param name="zone">The clock; <see cref="TimeZoneInfo.FindSystemTimeZoneById"/> knows the names of IANA.</param>
    /// <param name="days">The days on which a period begins; none for every day.</param>
    /// <exception cref="ArgumentOutOfRangeException">A day is none of the week.</exception>
    public static FixSchedule Daily(TimeOnly start, TimeOnly end, TimeZoneInfo zone, params IReadOnlyCollection<DayOfWeek> days)
    {
        foreach (DayOfWeek day in days)
        {
            CheckDay(day, nameof(days));
        }

        return new FixSchedule(start, end, end <= start ? 1 : 0, zone, days.Count > 0 ? days : Enum.GetValues<DayOfWeek>());
    }

    /// <summary>One period a week.</summary>
    /// <param name="startDay">The day on which it begins.</param>
    /// <param name="start">Local time.</param>
    /// <param name="endDay">The day on which it ends.</param>
    /// <param name="end">Local time; the same day and a time not after <paramref name="start"/> is a week later.</param>
    /// <param name="zone">The clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">A day is none of the week.</exception>
    public static FixSchedule Weekly(DayOfWeek startDay, TimeOnly start, DayOfWeek endDay, TimeOnly end, TimeZoneInfo zone)
    {
        CheckDay(startDay, nameof(startDay));
        CheckDay(endDay, nameof(endDay));
        int days = ((int)endDay - (int)startDay + 7) % 7;
        return new FixSchedule(start, end, days == 0 && end <= start ? 7 : days, zone, [startDay]);
    }

    /// <summary>Finds where a moment lies.</summary>
    /// <param name="unixNs">Unix nanoseconds.</param>
    /// <remarks>Allocates: no. Some microseconds of work: whoever asks often keeps the answer up to <see cref="FixPeriod.ChangeNs"/>.</remarks>
    public FixPeriod At(long unixNs)
    {
        DateOnly today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(ToUtc(unixNs), Zone));
        long startNs = long.MinValue;
        long endNs = long.MinValue;
        for (int day = 1; day >= -DaysLookedAt && startNs == long.MinValue; day--)
        {
            if (TryPeriod(today.AddDays(day), out long first, out long last) && first <= unixNs)
            {
                (startNs, endNs) = (first, last);
            }
        }

        if (unixNs < endNs)
        {
            return new FixPeriod(true, startNs, endNs);
        }

        for (int day = -1; day <= DaysLookedAt; day++)
        {
            if (TryPeriod(today.AddDays(day), out long first, out _) && first > unixNs)
            {
                return new FixPeriod(false, startNs, first);
            }
        }

        return new FixPeriod(false, startNs, long.MaxValue);
    }

    /// <summary>A moment by the schedule's clock, for people: "2026-11-30 08:00:00 Europe/Berlin (2026-11-30 07:00:00 UTC)". Allocates.</summary>
    public string Tell(long unixNs)
    {
        DateTime utc = ToUtc(unixNs);
        return string.Create(CultureInfo.InvariantCulture,
            $"{TimeZoneInfo.ConvertTimeFromUtc(utc, Zone):yyyy-MM-dd HH:mm:ss} {Zone.Id} ({utc:yyyy-MM-dd HH:mm:ss} UTC)");
    }

    /// <summary>It in words: "08:00:00 to 17:00:00 Europe/Berlin on Monday, Tuesday"; two that are the same say the same.</summary>
    public override string ToString()
    {
        string days = string.Join(", ", Enum.GetValues<DayOfWeek>().Where(day => _startsOn[(int)day]));
        string later = _endsDaysLater > 0 ? string.Create(CultureInfo.InvariantCulture, $" {_endsDaysLater} days later") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{_start:HH:mm:ss} to {_end:HH:mm:ss}{later} {Zone.Id} on {days}");
    }

    private static void CheckDay(DayOfWeek day, string name)
    {
        if (!Enum.IsDefined(day))
        {
            throw new ArgumentOutOfRangeException(name, day, "expected Sunday to Saturday");
        }
    }

    private static DateTime ToUtc(long unixNs) => DateTime.UnixEpoch.AddTicks(unixNs / NsPerTick);

    // The period that begins on a local date; false when there is none.
    private bool TryPeriod(DateOnly date, out long startNs, out long endNs)
    {
        (startNs, endNs) = (0, 0);
        if (!_startsOn[(int)date.DayOfWeek])
        {
            return false;
        }

        startNs = InstantOf(date.ToDateTime(_start));
        endNs = InstantOf(date.AddDays(_endsDaysLater).ToDateTime(_end));
        return startNs < endNs;
    }

    // The first moment at which the clock shows this time or a later one of it: so the order of times is that of moments.
    private long InstantOf(DateTime local)
    {
        long ticks = local.Ticks;
        long before = OffsetAt(ticks - TimeSpan.TicksPerDay);
        long after = OffsetAt(ticks + TimeSpan.TicksPerDay);
        long first = ticks - Math.Max(before, after);
        long second = ticks - Math.Min(before, after);
        if (OffsetAt(first) == ticks - first)
        {
            return ToUnixNs(first);
        }

        if (OffsetAt(second) == ticks - second)
        {
            return ToUnixNs(second);
        }

        // The clock is changed between the two, and never shows it.
        while (second - first > 1)
        {
            long middle = first + ((second - first) / 2);
            (first, second) = middle + OffsetAt(middle) < ticks ? (middle, second) : (first, middle);
        }

        return ToUnixNs(second);
    }

    private static long ToUnixNs(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) * NsPerTick;

    private long OffsetAt(long utcTicks) => Zone.GetUtcOffset(new DateTime(utcTicks, DateTimeKind.Utc)).Ticks;
}
