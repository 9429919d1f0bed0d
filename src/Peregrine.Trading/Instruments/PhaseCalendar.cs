namespace Peregrine.Trading.Instruments;

/// <summary>From a time of day on, an instrument is in a phase.</summary>
/// <param name="At">Local time of day.</param>
/// <param name="CancelsForbidden">Whether cancels and replaces are refused from then on.</param>
public readonly record struct PhaseStep(TimeOnly At, TradingPhase Phase, bool CancelsForbidden = false);

/// <summary>A change of phase at a moment.</summary>
/// <param name="TimeNs">Unix nanoseconds.</param>
public readonly record struct PhaseChange(long TimeNs, TradingPhase Phase, bool CancelsForbidden);

/// <summary>The phases of a trading day, and which days are trading days. Pure data; <see cref="PhaseSchedule"/> reads it.</summary>
/// <remarks>Local time has a fixed offset: where clocks are changed, the calendar of the season is put in force.</remarks>
public sealed record PhaseCalendar
{
    /// <summary>What local time is ahead of UTC; whole minutes, within ±14 hours.</summary>
    public TimeSpan UtcOffset { get; init; }

    /// <summary>By ascending time of day, at least one. The last one holds until the first one of the next trading day.</summary>
    public IReadOnlyList<PhaseStep> Steps { get; init; } = [];

    /// <summary>The days of the week without trading.</summary>
    public IReadOnlyList<DayOfWeek> Weekend { get; init; } = [DayOfWeek.Saturday, DayOfWeek.Sunday];

    /// <summary>Local dates without trading.</summary>
    public IReadOnlySet<DateOnly> Holidays { get; init; } = new HashSet<DateOnly>();

    /// <summary>Whether two calendars, or none, give the same phases at all times.</summary>
    public static bool AreSame(PhaseCalendar? first, PhaseCalendar? second) =>
        ReferenceEquals(first, second)
        || (first is not null && second is not null && first.UtcOffset == second.UtcOffset && first.Steps.SequenceEqual(second.Steps)
            && first.Weekend.SequenceEqual(second.Weekend) && first.Holidays.SetEquals(second.Holidays));

    /// <summary>Whether there is trading on a local date.</summary>
    public bool IsTradingDay(DateOnly date) => !Weekend.Contains(date.DayOfWeek) && !Holidays.Contains(date);

    /// <summary>Finds every fault.</summary>
    /// <returns>One line each; empty when the calendar is good.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        if (UtcOffset.Ticks % TimeSpan.TicksPerMinute != 0 || UtcOffset.Duration() > TimeSpan.FromHours(14))
        {
            faults.Add($"UtcOffset is {UtcOffset}, expected whole minutes within ±14:00");
        }

        if (Steps.Count == 0)
        {
            faults.Add("Steps is empty, expected at least one");
        }

        for (int i = 0; i < Steps.Count; i++)
        {
            if (!TradingPhases.IsKnown(Steps[i].Phase))
            {
                faults.Add($"Steps[{i}] has phase {(byte)Steps[i].Phase}, expected 1 to 7");
            }

            if (i > 0 && Steps[i].At <= Steps[i - 1].At)
            {
                faults.Add($"Steps[{i}] is at {Steps[i].At:HH:mm:ss}, not after the step before");
            }
        }

        return faults;
    }
}
