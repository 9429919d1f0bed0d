namespace Peregrine.Sequencing.Sessions;

/// <summary>What stands behind an outgoing sequence number.</summary>
public enum NumberKind : byte
{
    /// <summary>So long ago, or never seen: not known.</summary>
    Unknown = 0,

    /// <summary>A report.</summary>
    Report = 1,

    /// <summary>A session message or a refusal.</summary>
    Other = 2,
}

/// <summary>
/// Which outgoing numbers of a session were reports, and which. Reports take one number after the other, so only what lies between them is
/// kept: runs of numbers that went to something else.
/// </summary>
/// <remarks>
/// Bounded: beyond <see cref="RunsMax"/> runs the oldest quarter is forgotten; its numbers are unknown then. Finding is a binary search.
/// Thread: one owner. Allocates: when it grows.
/// </remarks>
public sealed class NumberRuns
{
    /// <summary>Most runs that are kept: a heartbeat a second between reports for 18 hours.</summary>
    public const int RunsMax = 1 << 16;

    // Room for some hours of heartbeats between reports, so that a link at work allocates nothing for them.
    private readonly List<NumberRun> _runs = new(256);

    /// <summary>The runs, the oldest first; empty when nothing is known.</summary>
    public IReadOnlyList<NumberRun> Runs => _runs;

    /// <summary>True when nothing is known.</summary>
    public bool IsEmpty => _runs.Count == 0;

    /// <summary>The last number that did not go to a report, and the mark at it.</summary>
    public NumberRun Last => _runs[^1];

    /// <summary>From here on numbers are known: the next is <paramref name="next"/>, and <paramref name="mark"/> reports were told before.</summary>
    public void GoOnFrom(long next, long mark)
    {
        _runs.Clear();

        // A run without a number: the first known one follows it.
        Invariant.That(next > 0 && mark >= 0, "numbers begin at 1, and reports are told after none");
        _runs.Add(new NumberRun(next, next - 1, mark));
    }

    /// <summary>A number went to something that is no report.</summary>
    /// <param name="number">The number.</param>
    /// <param name="mark">Reports told before it.</param>
    public void Spend(long number, long mark)
    {
        if (IsEmpty || number <= Last.Last || number - Last.Last - 1 != mark - Last.Mark)
        {
            // Something between is not known, as where the disk had no room for it.
            _runs.Clear();
            _runs.Add(new NumberRun(number, number, mark));
        }
        else if (number == Last.Last + 1 && mark == Last.Mark)
        {
            Invariant.That(Last.Last + 1 == number, "a run goes on with the next number");
            _runs[^1] = Last with { Last = number };
        }
        else
        {
            Add(new NumberRun(number, number, mark));
        }
    }

    /// <summary>All numbers behind the reports up to a mark went to something that is none, or is void.</summary>
    /// <param name="number">The last of them.</param>
    /// <param name="mark">The mark.</param>
    public void Void(long number, long mark)
    {
        if (IsEmpty || mark < Last.Mark)
        {
            GoOnFrom(number + 1, mark);
        }
        else if (number >= NextAfter(mark))
        {
            Add(new NumberRun(NextAfter(mark), number, mark));
        }
    }

    /// <summary>Adds a run that was saved.</summary>
    public void Add(in NumberRun run)
    {
        if (_runs.Count == RunsMax)
        {
            _runs.RemoveRange(0, RunsMax / 4);
        }

        Invariant.That(run.First <= run.Last + 1 && run.Mark >= 0, "a run ends where it begins or behind that");
        Invariant.That(_runs.Count < RunsMax, "no more runs are kept than may be");
        _runs.Add(run);
    }

    /// <summary>The number that follows when so many reports were told.</summary>
    /// <param name="mark">At least the mark of <see cref="Last"/>.</param>
    public long NextAfter(long mark) => Last.Last + 1 + (mark - Last.Mark);

    /// <summary>What a number stands for.</summary>
    /// <param name="number">A number that was given.</param>
    /// <param name="report">For <see cref="NumberKind.Report"/>: which, 1 is the session's first.</param>
    /// <param name="following">For <see cref="NumberKind.Other"/>: the number behind the run.</param>
    public NumberKind Find(long number, out long report, out long following)
    {
        (report, following) = (0, 0);
        int low = 0;
        int high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_runs[middle].First <= number)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == 0)
        {
            return NumberKind.Unknown;
        }

        NumberRun run = _runs[low - 1];
        if (number <= run.Last)
        {
            following = run.Last + 1;
            return NumberKind.Other;
        }

        Invariant.That(number > run.Last && (low == _runs.Count || number < _runs[low].First), "a report has a number between two runs");
        report = run.Mark + (number - run.Last);
        return NumberKind.Report;
    }
}

/// <summary>Numbers in a row that went to no report.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last; one below the first for none.</param>
/// <param name="Mark">Reports told before.</param>
public readonly record struct NumberRun(long First, long Last, long Mark);
