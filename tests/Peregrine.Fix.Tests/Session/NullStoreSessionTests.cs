using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Fix.Tests.Session;

/// <summary>Sessions whose store keeps no messages.</summary>
public class NullStoreSessionTests
{
    [Fact]
    public void Resend_OfEverything_IsOneGapFillAndLiveMessagesGoOn()
    {
        SessionBench bench = new SessionBench(new NullSessionStore()).LogOn();
        for (int report = 0; report < 200_000; report++)
        {
            bench.Store.Append(0, "8=FIX"u8);
        }

        bench.Peer("2", 2, "7=1|16=0|");

        Assert.Equal([$"35=4|34=1|43=Y|122={bench.Now}|123=Y|36=200002"], bench.Take());
        Assert.False(bench.Session.IsBehind);
        bench.Report("E1");
        Assert.Equal(["35=8|34=200002|17=E1"], bench.Take());
    }

    [Fact]
    public void Resend_OfAPart_EndsWhereThePeerSaid()
    {
        SessionBench bench = new SessionBench(new NullSessionStore()).LogOn();
        bench.Reports(20);

        bench.Take();
        bench.Peer("2", 2, "7=3|16=5|");

        Assert.Equal([$"35=4|34=3|43=Y|122={bench.Now}|123=Y|36=6"], bench.Take());
    }

    [Fact]
    public void Resend_OfWhatTheApplicationHas_IsMadeAgain()
    {
        SessionBench bench = new SessionBench(new NullSessionStore())
        {
            Remakes = sequence => sequence == 3 ? (RemakeStatus.Made, 4) : (RemakeStatus.Gap, sequence < 3 ? 3 : long.MaxValue),
        };
        bench.LogOn();
        bench.Reports(5);

        bench.Take();
        bench.Peer("2", 2, "7=1|16=0|");

        Assert.Equal(
            [
                $"35=4|34=1|43=Y|122={bench.Now}|123=Y|36=3",
                $"35=8|34=3|43=Y|122={bench.Now}|17=R3",
                $"35=4|34=4|43=Y|122={bench.Now}|123=Y|36=7",
            ],
            bench.Take());
    }

    [Fact]
    public void Connection_ThatTakesNoMore_GetsAGapFillForWhatItRefused()
    {
        SessionBench bench = new SessionBench(new NullSessionStore()).LogOn();
        bench.Room = 2;
        bench.Reports(5);

        Assert.Equal(["35=8|34=2|17=E0", "35=8|34=3|17=E1"], bench.Take());
        bench.Room = int.MaxValue;
        bench.Session.OnWritable();
        bench.Report("E5");

        Assert.Equal([$"35=4|34=4|43=Y|122={bench.Now}|123=Y|36=7", "35=8|34=7|17=E5"], bench.Take());
        Assert.Equal(3, bench.Session.Counters.Delayed);
    }

    [Fact]
    public void Messages_WhileThePeerIsAway_KeepTheirNumbersAndAreGapFilled()
    {
        SessionBench bench = new SessionBench(new NullSessionStore()).LogOn();
        bench.Break();
        bench.Report("E1");
        bench.Report("E2");

        bench.Connect();
        bench.Peer("A", 2, "98=0|108=30|");
        Assert.Equal(["35=A|34=4|98=0|108=30"], bench.Take());
        bench.Peer("2", 3, "7=2|16=0|");

        Assert.Equal([$"35=4|34=2|43=Y|122={bench.Now}|123=Y|36=5"], bench.Take());
        bench.Report("E3");
        Assert.Equal(["35=8|34=5|17=E3"], bench.Take());
    }

    [Fact]
    public void Goodbye_BehindWhatWasRefused_EndsTheConnectionAllTheSame()
    {
        SessionBench bench = new SessionBench(new NullSessionStore()).LogOn();
        bench.Room = 0;
        bench.Report("E1");
        bench.Session.Disconnect("enough", bench.NowNs);
        Assert.True(bench.IsConnected);

        bench.Room = int.MaxValue;
        bench.Session.OnWritable();

        Assert.False(bench.IsConnected);
        Assert.Equal([$"35=4|34=2|43=Y|122={bench.Now}|123=Y|36=4"], bench.Take());
        Assert.Equal("enough", bench.Session.LastEndReason);
    }

    [Fact]
    public void RoundTrip_Warm_AllocatesNothing()
    {
        QuietPeer peer = new(new SessionBench(), new NullSessionStore());
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
        Assert.Equal((rounds + 2, rounds + 2L), (peer.Session.NextIncoming, peer.Session.NextOutgoing));
    }
}
