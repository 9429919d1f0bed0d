using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>What is numbered while the peer is behind goes out in turn, whatever it is, and a goodbye too.</summary>
public class LastWordsTests
{
    [Fact]
    public void SessionMessages_DuringAResend_GoOutBehindIt()
    {
        SessionBench bench = Behind(300);

        bench.Peer("2", 2, "7=2|16=0|");
        bench.Peer("1", 3, "112=are you there|");
        bench.Peer("D", 4, $"11=C1|55=ACME|54=1|38=100|40=2|44=abc|60={bench.Now}|");
        bench.Order(7);
        Finish(bench);

        Assert.Equal(
            [
                "35=0|34=302|112=are you there",
                "35=3|34=303|45=4|371=44|372=D|373=6|58=Incorrect data format for value",
                "35=2|34=304|7=5|16=0",
            ],
            bench.Take()[300..]);
    }

    [Fact]
    public void SessionMessages_ForASlowReader_GoOutInTurn()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Room = 0;
        bench.Report("E1");
        bench.Peer("1", 2, "112=a|");
        bench.Report("E2");
        bench.Peer("1", 3, "112=b|");

        bench.Room = int.MaxValue;
        bench.Session.OnWritable();

        Assert.Equal(["35=8|34=2|17=E1", "35=0|34=3|112=a", "35=8|34=4|17=E2", "35=0|34=5|112=b"], bench.Take());
    }

    [Fact]
    public void SessionMessages_ThatWereSent_AreFilledWhenAskedFor_ButARejectIsRepeated()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Peer("1", 2, "112=a|");
        bench.Peer("0", 3, "0=X|");
        bench.Peer("1", 4, "112=b|");
        bench.Take();

        bench.Peer("2", 5, "7=1|16=0|");

        Assert.Equal(
            [
                $"35=4|34=1|43=Y|122={bench.Now}|123=Y|36=3",
                $"35=3|34=3|43=Y|122={bench.Now}|45=3|371=0|372=0|373=0|58=Invalid tag number",
                $"35=4|34=4|43=Y|122={bench.Now}|123=Y|36=5",
            ],
            bench.Take());
    }

    [Theory]
    [InlineData("5", 3, "35=5|34=302")]
    [InlineData("0", 1, "35=5|34=302|58=MsgSeqNum too low, expecting 3 but received 1")]
    public void Logout_DuringAResend_IsSaidBehindIt(string type, long number, string words)
    {
        SessionBench bench = Behind(300);
        bench.Peer("2", 2, "7=2|16=0|");

        bench.Peer(type, number);
        bench.Report("too late for this connection");
        bench.Order(4);
        Assert.True(bench.IsConnected, "there is more to say");
        Finish(bench);

        string[] sent = bench.Take();
        Assert.Equal((301, words, false), (sent.Length, sent[^1], bench.IsConnected));
        Assert.Empty(bench.Received);
    }

    [Theory]
    [InlineData("5", 2, "35=5|34=3")]
    [InlineData("0", 1, "35=5|34=3|58=MsgSeqNum too low, expecting 2 but received 1")]
    public void Logout_ForASlowReader_IsSaidWhenItReads(string type, long number, string words)
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Room = 0;
        bench.Report("E1");

        bench.Peer(type, number);
        Assert.True(bench.IsConnected);
        bench.Room = int.MaxValue;
        bench.Session.OnWritable();

        Assert.Equal(["35=8|34=2|17=E1", words], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void Logout_ForAPeerThatReadsNothing_WaitsFiveSeconds()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Room = 0;
        bench.Report("E1");
        bench.Peer("5", 2);

        bench.Wait(5);
        bool isThere = bench.IsConnected;
        bench.Wait(0.1);

        Assert.Equal((true, false), (isThere, bench.IsConnected));
        Assert.Equal("logged out", bench.Session.LastEndReason);
    }

    [Fact]
    public void Logout_BehindReportsThatAreStillBeingMade_IsSaidOutOfTurnAtLast()
    {
        SessionBench bench = new(new MemorySessionStore(8)) { Remakes = number => (RemakeStatus.Wait, number) };
        bench.LogOn();
        bench.Reports(20);

        bench.Take();
        bench.Peer("2", 2, "7=2|16=0|");
        bench.Peer("5", 3);
        bench.Wait(5.1);

        Assert.Equal(["35=5|34=22"], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void Logon_AfterAnUnsaidGoodbye_FillsIt()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Room = 0;
        bench.Peer("5", 2);
        bench.Break();
        bench.Room = int.MaxValue;
        bench.Connect();
        bench.Peer("A", 3, "98=0|108=30|");

        bench.Peer("2", 4, "7=2|16=0|");

        Assert.Equal(["35=A|34=3|98=0|108=30", $"35=4|34=2|43=Y|122={bench.Now}|123=Y|36=4"], bench.Take());
    }

    private static SessionBench Behind(int reports)
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Reports(reports);

        bench.Take();
        return bench;
    }

    private static void Finish(SessionBench bench)
    {
        for (int pass = 0; bench.Session.IsResending; pass++)
        {
            Assert.True(pass < 100, "a resend ends");
            bench.Session.Continue(bench.NowNs);
        }
    }
}
