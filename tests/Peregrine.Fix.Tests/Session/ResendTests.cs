using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Fix.Tests.Session;

public class ResendTests
{
    [Fact]
    public void Resend_MixedMessages_RepeatsReportsAndFillsTheRest()
    {
        // 1 Logon, 2 E1, 3 Heartbeat, 4 Heartbeat, 5 E2
        SessionBench bench = new SessionBench().LogOn();
        string first = bench.Now;
        bench.Report("E1");
        bench.Peer("1", 2, "112=a|");
        bench.Peer("1", 3, "112=b|");
        bench.Report("E2");
        bench.Take();
        bench.NowNs += SessionBench.SecondNs;

        bench.Peer("2", 4, "7=1|16=0|");

        Assert.Equal(
            [
                $"35=4|34=1|43=Y|122={bench.Now}|123=Y|36=2",
                $"35=8|34=2|43=Y|122={first}|17=E1",
                $"35=4|34=3|43=Y|122={bench.Now}|123=Y|36=5",
                $"35=8|34=5|43=Y|122={first}|17=E2",
            ],
            bench.Take());
    }

    [Fact]
    public void Resend_PartOnly_EndsWhereThePeerSaid()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Reports(5);

        bench.Peer("1", 2, "112=a|");
        bench.Peer("1", 3, "112=b|");
        bench.Take();

        bench.Peer("2", 4, "7=3|16=4|");
        Assert.Equal([$"35=8|34=3|43=Y|122={bench.Now}|17=E1", $"35=8|34=4|43=Y|122={bench.Now}|17=E2"], bench.Take());
        bench.Peer("2", 5, "7=7|16=7|");

        Assert.Equal([$"35=4|34=7|43=Y|122={bench.Now}|123=Y|36=8"], bench.Take());
        bench.Report("E5");
        Assert.Equal(["35=8|34=9|17=E5"], bench.Take());
    }

    [Fact]
    public void Reports_WhileThePeerIsAway_AreDeliveredWhenItAsks()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Break();
        bench.Report("E1");
        bench.Report("E2");
        Assert.Empty(bench.Take());

        bench.Connect();
        bench.Peer("A", 2, "98=0|108=30|");
        Assert.Equal(["35=A|34=4|98=0|108=30"], bench.Take());
        bench.Peer("2", 3, "7=2|16=0|");

        Assert.Equal(
            [$"35=8|34=2|43=Y|122={bench.Now}|17=E1", $"35=8|34=3|43=Y|122={bench.Now}|17=E2", $"35=4|34=4|43=Y|122={bench.Now}|123=Y|36=5"],
            bench.Take());
    }

    [Fact]
    public void Resend_OfManyMessages_GoesInBatchesAndLiveMessagesFollowInOrder()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Reports(1_000);

        bench.Take();
        bench.Peer("2", 2, "7=2|16=0|");
        int first = bench.Sent.Count;
        bench.Report("LIVE");
        int passes = 0;
        while (bench.Session.IsResending)
        {
            int before = bench.Sent.Count;
            bench.Session.Continue(bench.NowNs);
            Assert.True(bench.Sent.Count - before <= 64 && ++passes < 100, "a batch is bounded");
        }

        string[] sent = bench.Take();
        Assert.Equal(64, first);
        Assert.Equal(1_001, sent.Length);
        Assert.Equal(Enumerable.Range(2, 1_001).Select(number => $"34={number}"), sent.Select(message => message.Split('|')[1]));
        Assert.Equal("35=8|34=1002|17=LIVE", sent[^1]);
    }

    [Fact]
    public void Resend_AskedForManyTimes_CostsABatchEach()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Reports(500);

        bench.Take();
        for (int request = 0; request < 100; request++)
        {
            bench.Peer("2", 2 + request, "7=1|16=0|");
        }

        Assert.Equal(100 * 64, bench.Take().Length);
    }

    [Fact]
    public void Resend_LongerThanABatch_IsToldOnceEachTimeItBegins()
    {
        SessionBench bench = new SessionBench().LogOn();
        int told = 0;
        bench.Session.ResendReady = session => told += ReferenceEquals(session, bench.Session) ? 1 : 100;
        bench.Reports(200);

        for (int request = 1; request <= 3; request++)
        {
            bench.Peer("2", 1 + request, "7=2|16=0|");
            Assert.Equal(request, told);
            while (bench.Session.IsResending)
            {
                bench.Session.Continue(bench.NowNs);
            }
        }

        Assert.Equal(3, told);
    }

    [Fact]
    public void Resend_ThatABatchEnds_IsNotTold()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Session.ResendReady = _ => Assert.Fail("there is nothing to continue");
        bench.Report("E0");

        bench.Peer("2", 2, "7=2|16=0|");

        Assert.False(bench.Session.IsResending);
    }

    [Fact]
    public void Connection_ThatTakesNoMore_GetsTheRestInOrderWhenWritable()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Room = 2;
        bench.Reports(5);

        Assert.Equal(["35=8|34=2|17=E0", "35=8|34=3|17=E1"], bench.Take());
        Assert.False(bench.Session.IsResending);
        bench.Room = int.MaxValue;
        bench.Session.OnWritable();

        Assert.Equal(["35=8|34=4|17=E2", "35=8|34=5|17=E3", "35=8|34=6|17=E4"], bench.Take());
        bench.Report("E5");
        Assert.Equal(["35=8|34=7|17=E5"], bench.Take());
    }

    [Fact]
    public void Connection_LostDuringAResend_ForgetsIt()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Reports(500);

        bench.Peer("2", 2, "7=1|16=0|");
        bench.Break();
        bench.Take();

        Assert.False(bench.Session.IsResending);
        bench.Connect();
        bench.Peer("A", 3, "98=0|108=30|");
        Assert.Equal(["35=A|34=502|98=0|108=30"], bench.Take());
    }

    [Fact]
    public void Messages_NoLongerInTheStore_AreGapFilled()
    {
        SessionBench bench = new SessionBench(new MemorySessionStore(8)).LogOn();
        bench.Reports(20);

        bench.Take();
        bench.Peer("2", 2, "7=1|16=0|");

        string[] sent = bench.Take();
        Assert.Equal($"35=4|34=1|43=Y|122={bench.Now}|123=Y|36=14", sent[0]);
        Assert.Equal(9, sent.Length);
    }

    [Fact]
    public void GapFill_ForAPartOfWhatIsGone_EndsWithTheWish()
    {
        SessionBench bench = new SessionBench(new MemorySessionStore(8)).LogOn();
        bench.Reports(20);

        bench.Take();
        bench.Peer("2", 2, "7=3|16=3|");

        Assert.Equal([$"35=4|34=3|43=Y|122={bench.Now}|123=Y|36=4"], bench.Take());
    }

    [Fact]
    public void GapFill_OverAVeryLongRun_IsBoundedWorkACall()
    {
        SessionBench bench = new SessionBench(new MemorySessionStore(8)).LogOn();
        for (int report = 0; report < 200_000; report++)
        {
            bench.Store.Append(0, default);
        }

        bench.Peer("2", 2, "7=1|16=0|");
        int calls = 0;
        while (bench.Session.IsResending)
        {
            bench.Session.Continue(bench.NowNs);
            calls++;
        }

        string[] sent = bench.Take();
        Assert.InRange(calls, 2, 5);
        Assert.EndsWith("|36=200002", sent[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Message_SavedUnderALargerLimit_IsGapFilled()
    {
        MemorySessionStore store = new();
        store.Append(1, Wire.Message($"35=8|34=1|49=BROKER|52=20260131-12:00:00.000|56=CLIENT|58={new string('x', 5_000)}|"));
        SessionBench bench = new SessionBench(store).LogOn();

        bench.Peer("2", 2, "7=1|16=1|");

        Assert.Equal([$"35=4|34=1|43=Y|122={bench.Now}|123=Y|36=2"], bench.Take());
    }

    [Fact]
    public void RoundTrip_Warm_AllocatesNothing()
    {
        SessionBench quiet = new();
        QuietPeer peer = new(quiet);
        int rounds = 0;
        void Run()
        {
            for (int round = 0; round < 10_000; round++)
            {
                peer.Round();
                rounds++;
            }
        }

        Run();

        Allocation.AssertNone(Run);
        Assert.Equal(rounds + 2, peer.Session.NextIncoming);
    }
}
