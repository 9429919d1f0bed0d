using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>Messages that the store has no more: the application makes them again, says that there are none, or cannot.</summary>
public class RemakeTests
{
    [Fact]
    public void TellAgain_GivesTheNumbersThatFollow_AndSaysThatThePeerMayHaveThem_UnlessItAsksAgain()
    {
        SessionBench bench = new SessionBench { IsPossResend = true, Remakes = sequence => (RemakeStatus.Made, sequence + 1) }.LogOn();
        bench.Session.TellAgain(3);
        bench.Session.Continue(bench.NowNs);
        bench.Report("E4");
        string[] first = bench.Take();

        bench.Peer("2", 2, "7=3|16=3|");

        Assert.Equal(["35=8|34=2|97=Y|17=R2", "35=8|34=3|97=Y|17=R3", "35=8|34=4|97=Y|17=R4", "35=8|34=5|17=E4"], first);
        Assert.Equal([$"35=8|34=3|43=Y|122={bench.Now}|17=R3"], bench.Take());
    }

    [Fact]
    public void Message_ThatIsStillBeingMade_IsWaitedForWithoutWork()
    {
        RemakeStatus status = RemakeStatus.Wait;
        int asked = 0;
        SessionBench bench = Forgetful(sequence =>
        {
            asked++;
            return (status, sequence + 1);
        });

        bench.Peer("2", 2, "7=2|16=2|");
        bool isResending = bench.Session.IsResending;
        bench.Session.Continue(bench.NowNs);
        (int askedMeanwhile, string[] meanwhile) = (asked, bench.Take());
        status = RemakeStatus.Made;
        bench.Session.Resume(bench.NowNs);

        Assert.Equal((false, 1), (isResending, askedMeanwhile));
        Assert.Empty(meanwhile);
        Assert.Equal([$"35=8|34=2|43=Y|122={bench.Now}|17=R2"], bench.Take());
    }

    [Fact]
    public void Message_ThatIsGone_EndsTheSessionWithTheReason_AndFillsNothing()
    {
        SessionBench bench = Forgetful(sequence => (RemakeStatus.Gone, sequence + 1));

        bench.Peer("2", 2, "7=2|16=0|");

        string goodbye = Assert.Single(bench.Take());
        Assert.StartsWith("35=5|34=7|58=message 2 was asked for and is kept no more", goodbye, StringComparison.Ordinal);
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void Gap_OfTheApplication_IsFilledNoFurtherThanThePeerAsked()
    {
        SessionBench bench = Forgetful(_ => (RemakeStatus.Gap, 100));

        bench.Peer("2", 2, "7=2|16=2|");
        bench.Report("E7");

        Assert.Equal([$"35=4|34=2|43=Y|122={bench.Now}|123=Y|36=3", "35=8|34=7|17=E7"], bench.Take());
    }

    [Fact]
    public void Gap_LongerThanTheApplicationKnows_EndsWhereTheStoreHasAMessage()
    {
        SessionBench bench = Forgetful(sequence => (RemakeStatus.Gap, sequence + 1));
        bench.Peer("1", 2, "112=a|");
        bench.Report("E8");
        bench.Take();

        bench.Peer("2", 3, "7=2|16=0|");

        Assert.Equal(["36=3", "36=4", "36=5", "17=E5", "17=E6", "36=8", "17=E8"], bench.Take().Select(message => message.Split('|')[^1]));
    }

    // Logged on, with the reports E2 to E6 under the numbers 2 to 6, of which the store has the last four.
    private static SessionBench Forgetful(Func<long, (RemakeStatus, long)> remakes)
    {
        SessionBench bench = new SessionBench(new MemorySessionStore(4)) { Remakes = remakes }.LogOn();
        for (int number = 2; number <= 6; number++)
        {
            bench.Report($"E{number}");
        }

        bench.Take();
        return bench;
    }
}
