namespace Peregrine.Trading.Instruments;

/// <summary>Which phase a calendar gives when. Pure: times are arguments.</summary>
/// <remarks>Thread: any. Allocates: no. Times are Unix nanoseconds, the years 1970 to 2262.</remarks>
public static class PhaseSchedule
{
    private const long NsPerTick = 100;
    private const long NsPerDay = TimeSpan.TicksPerDay * NsPerTick;

    // Longer than any row of holidays; before the first trading day there is nothing but the end of the one before.
    private const int DaysBackMax = 366;
    private static readonly int UnixEpochDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>The phase in force at a time: that of the last step at or before it.</summary>
    /// <returns>The step's own moment; without a trading day in the year before, the last step's phase at the time asked for.</returns>
    public static PhaseChange At(PhaseCalendar calendar, long timeNs)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        Require(calendar);
        long today = DayOf(calendar, timeNs);
        for (long day = today; day >= Math.Max(today - DaysBackMax, 0); day--)
        {
            if (!calendar.IsTradingDay(DateOf(day)))
            {
                continue;
            }

            for (int i = calendar.Steps.Count - 1; i >= 0; i--)
            {
                PhaseChange change = ChangeOf(calendar, day, i);
                if (change.TimeNs <= timeNs)
                {
                    return change;
                }
            }
        }

        PhaseStep last = calendar.Steps[^1];
        return new PhaseChange(timeNs, last.Phase, last.CancelsForbidden);
    }

    /// <summary>The changes after one time, up to and with another, in order.</summary>
    /// <param name="afterNs">Excluded.</param>
    /// <param name="upToNs">Included.</param>
    /// <param name="changes">Where they go; when it is full, ask again from the time of the last one.</param>
    /// <returns>How many were written; fewer than there is room for means that there are no more.</returns>
    public static int Due(PhaseCalendar calendar, long afterNs, long upToNs, Span<PhaseChange> changes)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        Require(calendar);
        int count = 0;
        if (upToNs <= afterNs)
        {
            return count;
        }

        // Days with no trading cost a test each: at most one for each day between the two times.
        long last = DayOf(calendar, upToNs);
        for (long day = DayOf(calendar, afterNs); day <= last; day++)
        {
            for (int i = 0; i < calendar.Steps.Count && calendar.IsTradingDay(DateOf(day)); i++)
            {
                PhaseChange change = ChangeOf(calendar, day, i);
                if (change.TimeNs <= afterNs || change.TimeNs > upToNs)
                {
                    continue;
                }

                if (count == changes.Length)
                {
                    return count;
                }

                changes[count++] = change;
            }
        }

        return count;
    }

    private static void Require(PhaseCalendar calendar)
    {
        if (calendar.Steps.Count == 0)
        {
            throw new ArgumentException("the calendar has no steps, expected at least one", nameof(calendar));
        }
    }

    private static long OffsetNs(PhaseCalendar calendar) => calendar.UtcOffset.Ticks * NsPerTick;

    // Days since 1970-01-01, local.
    private static long DayOf(PhaseCalendar calendar, long timeNs) =>
        (long)(((Int128)timeNs + OffsetNs(calendar) - (timeNs < -OffsetNs(calendar) ? NsPerDay - 1 : 0)) / NsPerDay);

    private static DateOnly DateOf(long day) => DateOnly.FromDayNumber((int)(UnixEpochDay + day));

    private static PhaseChange ChangeOf(PhaseCalendar calendar, long day, int index)
    {
        PhaseStep step = calendar.Steps[index];
        Int128 timeNs = ((Int128)day * NsPerDay) + (step.At.Ticks * NsPerTick) - OffsetNs(calendar);
        return new PhaseChange((long)Int128.Clamp(timeNs, long.MinValue, long.MaxValue), step.Phase, step.CancelsForbidden);
    }
}
