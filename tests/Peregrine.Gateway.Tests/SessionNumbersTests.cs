using System.Buffers;
using Peregrine.Fix.Net;
using Peregrine.Gateway.Sessions;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;
using Peregrine.Testing;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>What the journal's notes say of a session's numbers, and what is made of a store by them.</summary>
public sealed class SessionNumbersTests : IDisposable
{
    private static readonly SessionStoreOwner Owner = new("PEREGRINE", "CLIENT");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("session-numbers-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Runs_OfNumbersThatWereSpent_SayOfEachNumberWhatItWas()
    {
        // 1 and 2 are none, 3 to 5 reports 1 to 3, 6 is none, 7 report 4, 8 to 10 none.
        NumberRuns runs = new();
        runs.GoOnFrom(1, 0);
        (long Number, long Mark)[] spent = [(1, 0), (2, 0), (6, 3), (8, 4), (9, 4), (10, 4)];
        Array.ForEach(spent, one => runs.Spend(one.Number, one.Mark));

        Assert.Equal([new NumberRun(1, 2, 0), new NumberRun(6, 6, 3), new NumberRun(8, 10, 4)], runs.Runs);
        Assert.Equal(["-3", "-3", "1", "2", "3", "-7", "4", "-11", "-11", "-11", "5", "6"], Enumerable.Range(1, 12)
            .Select(number => What(runs, number)));
        Assert.Equal((11, 13), (runs.NextAfter(4), runs.NextAfter(6)));
    }

    [Fact]
    public void Runs_WithANumberThatDoesNotFollow_KnowNothingBefore()
    {
        NumberRuns runs = new();
        runs.GoOnFrom(1, 0);
        runs.Spend(1, 0);
        runs.Spend(5, 2);

        Assert.Equal(["?", "?", "?", "?", "-6", "3"], Enumerable.Range(1, 6).Select(number => What(runs, number)));
    }

    [Fact]
    public void Runs_Voided_EndWithTheLastNumber()
    {
        NumberRuns runs = new();
        runs.GoOnFrom(1, 0);
        runs.Spend(1, 0);
        runs.Void(9, 3);

        Assert.Equal(["-2", "1", "2", "3", "-10", "-10", "-10", "-10", "-10", "4"], Enumerable.Range(1, 10).Select(number => What(runs, number)));
        runs.Void(9, 3);
        Assert.Equal(10, runs.NextAfter(3));
    }

    [Fact]
    public void Runs_AtTheirBound_ForgetTheOldestQuarter()
    {
        NumberRuns runs = new();
        for (long run = 0; run < NumberRuns.RunsMax; run++)
        {
            runs.Spend((2 * run) + 1, run);
        }

        (int full, string oldest) = (runs.Runs.Count, What(runs, 1));
        runs.Spend((2L * NumberRuns.RunsMax) + 1, NumberRuns.RunsMax);

        Assert.Equal((NumberRuns.RunsMax, "-2"), (full, oldest));
        Assert.Equal((NumberRuns.RunsMax / 4 * 3) + 1, runs.Runs.Count);
        Assert.Equal("?", What(runs, NumberRuns.RunsMax / 2));
        Assert.Equal("-" + ((NumberRuns.RunsMax / 2) + 2), What(runs, (NumberRuns.RunsMax / 2) + 1));
    }

    [Fact]
    public void Ledger_NextIncoming_IsBehindTheLastCommand_OrWhatALaterNoteSays()
    {
        SessionLedger ledger = new();
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Spent, 0, 1, 0, 2, 0), 0);
        List<long> next = [ledger.NextIncoming(7)];
        ledger.OnCommand(Command(7, sequence: 1, number: 2).View());
        next.Add(ledger.NextIncoming(7));

        // A heartbeat's note may know less than the command before it, and more than one behind it.
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Spent, 0, 2, 0, 9, 0), 1);
        next.Add(ledger.NextIncoming(7));
        ledger.OnCommand(Command(7, sequence: 2, number: 10).View());
        next.Add(ledger.NextIncoming(7));
        ledger.OnNote(new SessionNote(7, SessionNoteKind.GoesOn, 1, 1, 0, 1, 0), 2);
        next.Add(ledger.NextIncoming(7));
        ledger.OnCommand(Command(8, sequence: 3, number: 5).View());

        Assert.Equal([2, 3, 9, 11, 1], next);
        Assert.Equal((6, 1), (ledger.NextIncoming(8), ledger.NextIncoming(9)));
    }

    [Fact]
    public void Ledger_HighestOrderId_NeverFalls_AndOnlyNewOrdersRaiseIt()
    {
        SessionLedger ledger = new();
        ledger.OnCommand((Command(7, 1, 1) with { OrderId = 9 }).View());
        ledger.OnCommand((Command(7, 2, 2) with { OrderId = 4 }).View());
        ledger.OnCommand((Command(7, 3, 3) with { OrderId = 20, Type = CommandType.Cancel }).View());

        Assert.Equal(9UL, ledger.HighestOrderId);
    }

    [Fact]
    public void Ledger_News_AreOwedUntilTheyAreTold()
    {
        SessionLedger ledger = new();
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Spent, 0, 1, 0, 2, 0), 0);
        bool atFirst = ledger.Find(7)!.OwesNews;
        ledger.OnLoss(1_000, 0);
        bool afterLoss = ledger.Find(7)!.OwesNews;
        ledger.OnNote(new SessionNote(7, SessionNoteKind.GoesOn, 1, 1, 0, 1, 0), 0);
        bool afterReset = ledger.Find(7)!.OwesNews;
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Spent, 1, 1, 0, 2, 0), 0);
        bool beforeNews = ledger.Find(7)!.OwesNews;
        ledger.OnNote(new SessionNote(7, SessionNoteKind.NewsTold, 1, 2, 0, 2, 0), 0);
        bool afterNews = ledger.Find(7)!.OwesNews;
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Void, 1, 2, 0, 2, 0), 0);

        Assert.Equal((false, true, true, true, false, true), (atFirst, afterLoss, afterReset, beforeNews, afterNews, ledger.Find(7)!.OwesNews));
        Assert.Equal(1_000UL, ledger.HighestOrderId);
    }

    [Fact]
    public void Ledger_SavedAndLoaded_HasEveryNumber()
    {
        SessionLedger ledger = new();
        ledger.OnNote(new SessionNote(7, SessionNoteKind.GoesOn, 3, 1, 0, 1, 0), 1);
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Spent, 3, 4, 3, 6, 2), 2);
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Unsure, 3, 5, 3, 6, 2), 2);
        ledger.OnNote(new SessionNote(9, SessionNoteKind.Void, 0, 8, 2, 5, 1), 2);
        ledger.OnCommand((Command(7, sequence: 3, number: 11) with { OrderId = 77 }).View());
        ledger.OnCommand(Command(9, sequence: 4, number: 12).View());
        Guid identity = Guid.NewGuid();

        SessionLedger again = Load(Save(ledger, identity), CoreAt(4), out Guid link);

        Assert.Equal((identity, 77UL, 12L, 13L), (link, again.HighestOrderId, again.NextIncoming(7), again.NextIncoming(9)));
        foreach ((int session, SessionNumbers numbers) in ledger.Noted)
        {
            SessionNumbers loaded = again.Find(session)!;
            Assert.Equal(
                (numbers.Resets, numbers.NotedIncoming, numbers.NotedAfter, numbers.BegunAfter, numbers.SentMark, numbers.OwesNews, numbers.IsUnsure),
                (loaded.Resets, loaded.NotedIncoming, loaded.NotedAfter, loaded.BegunAfter, loaded.SentMark, loaded.OwesNews, loaded.IsUnsure));
            Assert.Equal(numbers.Outgoing.Runs, loaded.Outgoing.Runs);
        }
    }

    [Fact]
    public void Ledger_OfACommandTheCoreDoesNotHave_OrWithRunsThatDoNotFollow_IsRefused()
    {
        SessionLedger ahead = new();
        ahead.OnCommand(Command(7, sequence: 5, number: 1).View());
        SessionLedger torn = new();
        SessionNumbers numbers = new();
        numbers.Outgoing.Add(new NumberRun(1, 1, 0));
        numbers.Outgoing.Add(new NumberRun(5, 5, 2));
        torn.Restore(7, numbers);

        Assert.Throws<InvalidDataException>(() => Load(Save(ahead, Guid.Empty), CoreAt(4), out _));
        Assert.Throws<InvalidDataException>(() => Load(Save(torn, Guid.Empty), CoreAt(4), out _));
    }

    [Theory]
    [InlineData(5, 5, true)]
    [InlineData(5, 6, false)]
    [InlineData(5, 0, true)]
    public void Note_IsReadAsItWasWritten_OrRefusedWithMoreSentThanMade(long mark, long sentMark, bool isGood)
    {
        SessionNote note = new(7, SessionNoteKind.Spent, 2, 11, mark, 3, sentMark);
        byte[] bytes = new byte[SessionNote.Bytes];
        note.Encode(bytes);

        Assert.Equal(isGood, SessionNote.TryDecode(bytes, out SessionNote read));
        Assert.Equal(note, isGood ? read : note);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Store_BehindTheNotes_ByOneNumber_IsMadeAgain(int lacking, bool isOlder)
    {
        // 1 answers the Logon, 2 and 3 are reports, 4 is none.
        using FileSessionStore store = Store();
        long[] marks = [0, 1, 2, 2];
        Array.ForEach(marks[..^lacking], mark => store.Append(mark, "m"u8));

        MendedSession mended = SessionMending.Mend(store, isLost: false, Journaled(2), keptReports: 100);

        Assert.Equal(isOlder, mended.Line is not null);
        Assert.Equal((5, 2, 0), (store.NextOutgoing, store.Mark, mended.Missing));
    }

    [Fact]
    public void Store_BehindTheNotes_ByOneReport_IsMadeAgain_WithWhatEitherKnowsWasSent()
    {
        // As many numbers as the notes know, and a report less among them.
        using FileSessionStore store = Store();
        Array.ForEach([0L, 1, 1, 1], mark => store.Append(mark, "m"u8));
        store.SentMark = 1;
        store.NextIncoming = 2;

        MendedSession mended = SessionMending.Mend(store, isLost: false, Journaled(2, sentMark: 0), keptReports: 100);

        Assert.Contains("is older than the journal", mended.Line, StringComparison.Ordinal);
        Assert.Equal((5, 2, 1, 9, 0), (store.NextOutgoing, store.Mark, store.SentMark, store.NextIncoming, mended.UnsureTo));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Store_ThatIsOlder_WhereNotesMayBeMissing_IsNotSure_AndBeginsWithNewNumbers(bool mayMissNotes, bool mustReset)
    {
        using FileSessionStore store = Store();
        store.Append(0, "m"u8);

        MendedSession mended = SessionMending.Mend(store, isLost: false, Journaled(2, mayMissNotes: mayMissNotes), keptReports: 100);

        Assert.Equal((mustReset, mustReset ? 2 : 0), (mended.MustReset, mended.UnsureTo));
        Assert.Equal(mustReset, mended.Missed.Any(note => note.Kind == SessionNoteKind.Unsure));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Store_MadeAgain_WhereTheJournalsEndIsLost_BeginsWithNewNumbers(bool isLost, int stored)
    {
        // What went with that end may be a reset: the client can have had other messages under the numbers that are known.
        using FileSessionStore store = Store();
        Array.ForEach(new[] { 0L, 1 }[..stored], mark => store.Append(mark, "m"u8));

        MendedSession mended = SessionMending.Mend(store, isLost, Journaled(2) with { IsEndLost = true }, keptReports: 100);

        Assert.Equal((true, 2), (mended.MustReset, mended.UnsureTo));
        Assert.Contains("has to log on with ResetSeqNumFlag=Y", mended.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Store_ThatIsWhole_BeginsWithNewNumbers_WhereItHadToBefore(bool isUnsure)
    {
        using FileSessionStore store = Store();
        Array.ForEach([0L, 1, 2, 2], mark => store.Append(mark, "m"u8));

        Assert.Equal(isUnsure, SessionMending.Mend(store, isLost: false, Journaled(2, isUnsure: isUnsure), keptReports: 100).MustReset);
    }

    [Fact]
    public void Store_ThatIsLost_IsMadeAgain_AndNothingIsSureToHaveBeenSent()
    {
        using FileSessionStore store = Store();

        MendedSession mended = SessionMending.Mend(store, isLost: true, Journaled(6), keptReports: 100);

        Assert.Equal((9, 6, 6, 9), (store.NextOutgoing, store.Mark, mended.UnsureTo, store.NextIncoming));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(3, 0)]
    public void Store_ThatLacksReportsOnly_GetsTheirNumbers(long kept, long missing)
    {
        using FileSessionStore store = Store();
        Array.ForEach([0L, 1, 2, 2], mark => store.Append(mark, "m"u8));
        store.NextIncoming = 20;

        MendedSession mended = SessionMending.Mend(store, isLost: false, Journaled(6), kept);

        Assert.Equal(missing, mended.Missing);
        Assert.Equal(missing > 0 ? (5, 2L) : (9, 6L), (store.NextOutgoing, store.Mark));
        Assert.Equal(20, store.NextIncoming);
    }

    [Theory]
    [InlineData(3, "-2 1 2 -5 3")]
    [InlineData(5, "-2 1 2 -5 3 -7 4 5")]
    public void Store_AheadOfTheJournal_KeepsTheNumbersOfTheReportsThatItStillMakes(long made, string numbers)
    {
        // The journal's notes know of 1 and 4; that 6 and 9 were no reports either went with its end, the reports 3 to 5 around them perhaps not.
        using FileSessionStore store = Store();
        Array.ForEach([0L, 1, 2, 2, 3, 3, 4, 5, 5, 6], mark => store.Append(mark, "m"u8));

        MendedSession mended = SessionMending.Mend(store, isLost: false, Journaled(made), keptReports: 100);

        string[] expected = numbers.Split(' ');
        Assert.Equal(expected, Enumerable.Range(1, expected.Length).Select(number => What(mended.Numbers, number)));
        Assert.Equal($"-{store.NextOutgoing}", What(mended.Numbers, store.NextOutgoing - 1));
        Assert.Equal((11, made, false), (store.NextOutgoing, store.Mark, mended.MustReset));
        Assert.Equal(made + 1, long.Parse(What(mended.Numbers, store.NextOutgoing), System.Globalization.CultureInfo.InvariantCulture));
    }

    // Notes of a Logon's answer under 1 and of a number 4 behind two reports; the client's next number is 9.
    private static JournaledSession Journaled(long reports, long sentMark = 2, bool mayMissNotes = false, bool isUnsure = false)
    {
        SessionLedger ledger = new();
        ledger.OnNote(new SessionNote(7, SessionNoteKind.GoesOn, 0, 1, 0, 1, 0), 0);
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Spent, 0, 1, 0, 2, 0), 0);
        ledger.OnNote(new SessionNote(7, SessionNoteKind.Spent, 0, 4, 2, 9, sentMark), 2);
        ledger.Find(7)!.IsUnsure = isUnsure;
        return new JournaledSession(ledger.Find(7), reports, ledger.NextIncoming(7), Floor: 0, mayMissNotes);
    }

    private static OrderCommand Command(int session, long sequence, long number) =>
        new() { Type = CommandType.New, SessionId = session, Sequence = sequence, SessionSequence = number };

    private static TradingCore CoreAt(long commands)
    {
        TradingCore core = new(new CoreOptions { OrdersMax = 16, ClientOrderIdsMax = 16 });
        ReportBuffer reports = new(64);
        for (long sequence = 1; sequence <= commands; sequence++)
        {
            OrderCommand command = new() { Type = CommandType.Time, Sequence = sequence, TimeNs = sequence, SessionId = -1 };
            core.Execute(in command, reports);
        }

        return core;
    }

    private static byte[] Save(SessionLedger ledger, Guid identity)
    {
        ArrayBufferWriter<byte> bytes = new();
        LedgerState.Save(ledger, identity, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static SessionLedger Load(byte[] bytes, TradingCore core, out Guid identity) =>
        LedgerState.Load(new SavedBytes(bytes), core, out identity);

    // A report's number, "-" and the number behind for anything else, "?" for what is not known.
    private static string What(NumberRuns runs, long number) => runs.Find(number, out long report, out long following) switch
    {
        NumberKind.Report => $"{report}",
        NumberKind.Other => $"-{following}",
        _ => "?",
    };

    private FileSessionStore Store() => FileSessionStore.Open(Path.Combine(_folder.FullName, "CLIENT.session"), 64 << 10, Owner);
}
