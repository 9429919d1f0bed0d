using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Peregrine.Sequencing.Recovery;

/// <summary>The clock held against the journal, once at a start: while the link runs, its clock cannot jump.</summary>
internal static class StartClock
{
    /// <summary>How far the clock may be behind: it is set back by so little often enough,
    /// and trading time stands still until it has caught up.</summary>
    public const long BehindMaxNs = 5_000_000_000;

    private const long AheadToldNs = 86_400_000_000_000;
    private const string Format = "yyyy-MM-dd HH:mm:ss.fff";

    // Nobody trades with this before it was written: such a clock was never set.
    private static readonly long Earliest = (new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Refuses a clock that makes no sense, or tells of one that is odd.</summary>
    /// <param name="journalNs">Time of the journal's last record, Unix nanoseconds; 0 for an empty journal.</param>
    /// <param name="clockNs">The clock, Unix nanoseconds.</param>
    /// <param name="acceptsBehind">Go on although the clock is behind.</param>
    /// <param name="log">Told what a person should know.</param>
    /// <returns>How far trading time must be ahead of the clock; 0 as a rule.</returns>
    /// <exception cref="IOException">With both times and what to do.</exception>
    public static long Check(long journalNs, long clockNs, bool acceptsBehind, ILogger log)
    {
        if (clockNs < Earliest)
        {
            throw new IOException($"the clock says {Text(clockNs)}, expected 2020 or later: set the clock, then start again");
        }

        long behindNs = journalNs - clockNs;
        if (behindNs > BehindMaxNs)
        {
            if (!acceptsBehind)
            {
                throw new IOException(
                    $"the clock says {Text(clockNs)}, and the journal's last record is of {Text(journalNs)}, {Seconds(behindNs)} s later: "
                    + $"set the clock; or, if the journal was written by a clock "
                    + "that was ahead, start with --accept-clock-behind: trading time then runs on from the journal's");
            }

            log.ClockBehind(Time(clockNs), behindNs / 1e9, Time(journalNs));
            return behindNs;
        }

        if (journalNs > 0 && -behindNs > AheadToldNs)
        {
            log.ClockAhead(Time(clockNs), Time(journalNs), -behindNs / 1e9);
        }

        return 0;
    }

    private static DateTime Time(long unixNs) => DateTime.UnixEpoch.AddTicks(unixNs / 100);

    private static string Text(long unixNs) => Time(unixNs).ToString(Format, CultureInfo.InvariantCulture) + " UTC";

    private static string Seconds(long ns) => (ns / 1e9).ToString("F1", CultureInfo.InvariantCulture);
}
