using System.Globalization;
using Peregrine.Fix.Net;
using Peregrine.Sequencing.Sessions;

namespace Peregrine.Gateway.Sessions;

/// <summary>What the journal says of a session, at its end.</summary>
/// <param name="Numbers">What its notes say; null when there are none.</param>
/// <param name="Reports">Reports of the session.</param>
/// <param name="NextIncoming">The number that the client's next message must have.</param>
/// <param name="Floor">Reports that were all sent for certain, where the store does not say.</param>
/// <param name="MayMissNotes">The last run ended in a way that can have taken notes of messages that left.</param>
internal readonly record struct JournaledSession(SessionNumbers? Numbers, long Reports, long NextIncoming, long Floor, bool MayMissNotes)
{
    /// <summary>The journal's end is lost, and that was accepted: what the client was told may be more than the store says.</summary>
    public bool IsEndLost { get; init; }
}

/// <summary>What became of a session's store.</summary>
/// <param name="Numbers">Which outgoing numbers are reports.</param>
/// <param name="Missing">Reports that go into the store next, from the journal.</param>
/// <param name="UnsureTo">Up to this report it is not known what the client was sent.</param>
/// <param name="Line">For the log; null when nothing was done.</param>
internal readonly record struct MendedSession(NumberRuns Numbers, long Missing, long UnsureTo, string? Line)
{
    /// <summary>What the journal was not told of these numbers, in order: it is to be noted.</summary>
    public IReadOnlyList<MissedNote> Missed { get; init; } = [];

    /// <summary>Which number was which report is not certain any more: the client has to begin with new numbers.</summary>
    public bool MustReset { get; init; }
}

/// <summary>A note that the journal lacks.</summary>
internal readonly record struct MissedNote(SessionNoteKind Kind, long Number, long Mark);

/// <summary>Brings a session's store to where the journal is: it may be lost, older than the journal, or a little behind after a crash.</summary>
internal static class SessionMending
{
    /// <summary>Mends it.</summary>
    /// <param name="store">The session's store, new where it was lost.</param>
    /// <param name="isLost">It was missing or damaged.</param>
    /// <param name="journal">What the journal says.</param>
    /// <param name="keptReports">So many reports can go into the store; with more, all are made again when they are asked for.</param>
    public static MendedSession Mend(FileSessionStore store, bool isLost, in JournaledSession journal, long keptReports)
    {
        bool wasUnsure = journal.Numbers is { IsUnsure: true };
        MendedSession mended = MendNumbers(store, isLost, in journal, keptReports);
        if (!mended.MustReset)
        {
            return mended with { MustReset = wasUnsure };
        }

        return mended with { Missed = [.. mended.Missed, new MissedNote(SessionNoteKind.Unsure, store.NextOutgoing, store.Mark)] };
    }

    private static MendedSession MendNumbers(FileSessionStore store, bool isLost, in JournaledSession journal, long keptReports)
    {
        if (isLost)
        {
            return MakeAgain(store, in journal, sentMark: journal.Floor, isSure: false);
        }

        if (store.Mark > journal.Reports)
        {
            return Void(store, in journal);
        }

        if (journal.Numbers is not { } known)
        {
            return AppendMissing(store, in journal, new NumberRuns(), keptReports);
        }

        return IsOlder(store, known)
            ? MakeAgain(store, in journal, Math.Max(store.SentMark, known.SentMark), isSure: true)
            : Follow(store, known, in journal, keptReports);
    }

    /// <summary>Whether the journal knows of numbers that the store does not.</summary>
    public static bool IsOlder(FileSessionStore store, SessionNumbers known) =>
        store.Resets < known.Resets
        || (store.Resets == known.Resets && (store.Mark < known.Outgoing.Last.Mark || store.NextOutgoing < known.Outgoing.NextAfter(store.Mark)));

    private static MendedSession Follow(FileSessionStore store, SessionNumbers known, in JournaledSession journal, long keptReports)
    {
        bool isSame = store.Resets == known.Resets;
        if (isSame && journal.NextIncoming > store.NextIncoming)
        {
            store.NextIncoming = journal.NextIncoming;
        }

        return AppendMissing(store, in journal, isSame ? known.Outgoing : new NumberRuns(), keptReports);
    }

    private static MendedSession AppendMissing(FileSessionStore store, in JournaledSession journal, NumberRuns runs, long keptReports)
    {
        List<MissedNote> missed = [];
        bool mustReset = !TryCollectMissed(store, runs, store.Mark, missed);
        long missing = journal.Reports - store.Mark;
        long unsureTo = journal.IsEndLost ? journal.Reports : 0;
        if (missing <= keptReports)
        {
            return new MendedSession(runs, missing, unsureTo, null) { Missed = missed, MustReset = mustReset };
        }

        store.GoOnFrom(store.NextOutgoing + missing, journal.Reports);
        string line = string.Create(CultureInfo.InvariantCulture,
            $"session store {store.Path} lacks {missing} reports: they are made again from the journal when they are asked for");
        return new MendedSession(runs, 0, unsureTo, line) { Missed = missed, MustReset = mustReset };
    }

    // Numbers that the journal was not told of: for want of room, as the process died before its batch was written, or by an earlier version.
    // Up to the last report that the journal makes. False when what was known and what the store still has do not meet.
    private static bool TryCollectMissed(FileSessionStore store, NumberRuns runs, long markMax, List<MissedNote> missed)
    {
        if (!runs.IsEmpty && store.NextOutgoing == runs.NextAfter(store.Mark))
        {
            return true;
        }

        long first = runs.IsEmpty ? store.NextOutgoing : runs.Last.Last + 1;
        while (runs.IsEmpty && store.TryRead(first - 1, out _, out _))
        {
            first--;
        }

        bool wasKnown = !runs.IsEmpty;
        if (!wasKnown)
        {
            // The first number of all answers a Logon; of any other one the mark before it is not known.
            long mark = store.Mark;
            bool isKnown = store.TryRead(first, out _, out mark);
            long from = !isKnown ? store.NextOutgoing : first == 1 ? 1 : first + 1;
            GoOnFrom(from, isKnown ? mark : store.Mark);
            first = from;
        }

        for (long before = runs.Last.Mark; first < store.NextOutgoing; first++)
        {
            if (!store.TryRead(first, out _, out long mark))
            {
                // Not all of them are there: they are known from the end on.
                GoOnFrom(store.NextOutgoing, store.Mark);
                return !wasKnown;
            }

            if (mark > markMax)
            {
                return true;
            }

            if (mark == before)
            {
                runs.Spend(first, mark);
                missed.Add(new MissedNote(SessionNoteKind.Spent, first, mark));
            }

            before = mark;
        }

        return true;

        void GoOnFrom(long number, long mark)
        {
            runs.GoOnFrom(number, mark);
            missed.Clear();
            missed.Add(new MissedNote(SessionNoteKind.GoesOn, number, mark));
        }
    }

    private static MendedSession MakeAgain(FileSessionStore store, in JournaledSession journal, long sentMark, bool isSure)
    {
        NumberRuns runs = new();
        long next = journal.Reports + 1;
        if (journal.Numbers is { } known)
        {
            runs = known.Outgoing;

            // Where the journal's end was lost, a note may know of more reports than it makes.
            next = journal.Reports >= runs.Last.Mark ? runs.NextAfter(journal.Reports) : runs.Last.Last + 1;
        }
        else
        {
            runs.GoOnFrom(1, 0);
        }

        // A crash may have taken notes, and a lost end a reset: the client can have had other messages under the numbers that are known.
        bool isUncertain = journal.MayMissNotes || journal.IsEndLost;
        bool isAny = next > 1 || journal.NextIncoming > 1 || journal.Numbers is not null;
        if (isAny)
        {
            store.Restore(next, journal.Reports, journal.Numbers?.Resets ?? 0, journal.NextIncoming, Math.Min(sentMark, journal.Reports));
        }

        string uncertain = isUncertain
            ? $"; after {(journal.IsEndLost ? "a loss of the journal's end" : "a crash")} its numbers are not certain: " +
                "its client has to log on with ResetSeqNumFlag=Y"
            : "";
        string? line = isAny
            ? string.Create(CultureInfo.InvariantCulture,
                $"session store {store.Path} {(isSure ? "is older than the journal" : "was lost")}: made again from it, " +
                $"next numbers {journal.NextIncoming} in, {next} out, {journal.Reports} " +
                $"reports{uncertain}")
            : null;
        return new MendedSession(runs, 0, isSure && !isUncertain ? 0 : journal.Reports, line)
        {
            MustReset = isAny && isUncertain,
            Missed = journal.Numbers is null ? [new MissedNote(SessionNoteKind.GoesOn, runs.Last.Last + 1, runs.Last.Mark)] : [],
        };
    }

    // The journal's end is lost, and that was accepted: the numbers go on, what went out under the last of them is void. Of the numbers before, a
    // note may have been lost with that end, although the reports around it were not: those the store still has.
    private static MendedSession Void(FileSessionStore store, in JournaledSession journal)
    {
        List<MissedNote> missed = [];
        NumberRuns runs = journal.Numbers is { } known && known.Resets == store.Resets ? known.Outgoing : new NumberRuns();
        bool mustReset = !TryCollectMissed(store, runs, journal.Reports, missed);
        runs.Void(store.NextOutgoing - 1, journal.Reports);
        missed.Add(new MissedNote(SessionNoteKind.Void, store.NextOutgoing - 1, journal.Reports));

        // Of those that the journal still makes the store forgets the messages too: they are made again.
        store.GoOnFrom(store.NextOutgoing, journal.Reports);
        return new MendedSession(runs, 0, 0, null) { Missed = missed, MustReset = mustReset };
    }
}
