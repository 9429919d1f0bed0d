using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

public class SequenceTests
{
    [Fact]
    public void Message_InSequence_ReachesTheApplicationOnce()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Order(2, "A");
        bench.Order(3, "B");
        bench.Order(3, "B", header: $"43=Y|122={bench.Now}|");

        Assert.Equal(["D 2 A", "D 3 B"], bench.Received);
        Assert.Equal(4, bench.Session.NextIncoming);
        Assert.Empty(bench.Take());
    }

    [Fact]
    public void Message_NumberTooLow_IsToldAndDisconnected()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(2);

        bench.Order(2);

        Assert.Equal(["35=5|34=2|58=MsgSeqNum too low, expecting 3 but received 2"], bench.Take());
        Assert.False(bench.IsConnected);
        Assert.Single(bench.Received);
    }

    [Fact]
    public void Gap_ManyMessagesBehind_AsksOnceAndTakesTheResendInOrder()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Order(4, "C");
        bench.Order(5, "D");
        Assert.Equal(["35=2|34=2|7=2|16=0"], bench.Take());
        Assert.Empty(bench.Received);
        bench.Order(2, "A", $"43=Y|122={bench.Now}|");
        bench.Peer("4", 3, "123=Y|36=4|", $"43=Y|122={bench.Now}|");
        bench.Order(4, "C", $"43=Y|122={bench.Now}|");
        bench.Order(5, "D", $"43=Y|122={bench.Now}|");

        Assert.Equal(["D 2 A", "D 4 C", "D 5 D"], bench.Received);
        Assert.Empty(bench.Take());
    }

    [Fact]
    public void Gap_NewOneAfterTheFirstWasFilled_IsAskedForAgain()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(3);
        bench.Peer("4", 2, "123=Y|36=4|", $"43=Y|122={bench.Now}|");
        bench.Take();

        bench.Order(6);

        Assert.Equal(["35=2|34=3|7=4|16=0"], bench.Take());
    }

    [Fact]
    public void Gap_ThatIsNeverFilled_IsAskedForAgainAfterTenSeconds()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(5);
        bench.Take();

        for (int second = 1; second < 10; second++)
        {
            bench.NowNs += SessionBench.SecondNs;
            bench.Peer("0", 5 + second);
        }

        Assert.Empty(bench.Take());
        bench.NowNs += SessionBench.SecondNs;
        bench.Peer("0", 15);

        Assert.Equal(["35=2|34=3|7=2|16=0"], bench.Take());
    }

    [Fact]
    public void Gap_ThatShrinks_IsWaitedForAnewAndThenAskedForAgain()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(5);
        bench.Take();
        bench.NowNs += 9 * SessionBench.SecondNs;
        bench.Order(2, header: $"43=Y|122={bench.Now}|");
        bench.Order(6);
        bench.NowNs += 9 * SessionBench.SecondNs;
        bench.Order(7);
        string[] before = bench.Take();
        bench.NowNs += SessionBench.SecondNs;

        bench.Order(8);

        Assert.Empty(before);
        Assert.Equal(["35=2|34=3|7=3|16=0"], bench.Take());
    }

    [Fact]
    public void Gap_AskedForOnBothSides_IsAnsweredOutOfTurn()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Report("E1");
        bench.Take();

        bench.Peer("2", 5, "7=2|16=0|");

        Assert.Equal(["35=8|34=2|43=Y|122=" + bench.Now + "|17=E1", "35=2|34=3|7=2|16=0"], bench.Take());
    }

    [Fact]
    public void Garbled_Message_IsIgnoredAndMissedLater()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.PeerRaw(Wire.Message($"34=2|35=0|49=CLIENT|52={bench.Now}|56=BROKER|"));
        Assert.Empty(bench.Take());
        bench.Peer("0", 3);

        Assert.Equal(["35=2|34=2|7=2|16=0"], bench.Take());
        Assert.Equal(1, bench.Session.Counters.Garbled);
    }

    [Fact]
    public void GapFill_Forward_MovesOn()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("4", 2, "123=Y|36=20|");

        Assert.Equal(20, bench.Session.NextIncoming);
        Assert.Empty(bench.Take());
    }

    [Fact]
    public void GapFill_NotForward_IsRejected()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("4", 2, "123=Y|36=2|");

        Assert.Equal(["35=3|34=2|45=2|371=36|372=4|373=5|58=Value is incorrect (out of range) for this tag"], bench.Take());
        Assert.Equal(3, bench.Session.NextIncoming);
    }

    [Fact]
    public void Reset_AnyNumber_SetsTheNextOneUnlessItIsLower()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("4", 99, "36=50|");
        Assert.Equal(50, bench.Session.NextIncoming);
        bench.Peer("4", 1, "36=50|");
        Assert.Empty(bench.Take());
        bench.Peer("4", 50, "36=49|");

        Assert.Equal(["35=3|34=2|45=50|372=4|373=5|58=Value is incorrect (out of range) for this tag"], bench.Take());
        Assert.Equal(50, bench.Session.NextIncoming);
    }

    [Fact]
    public void PossDup_WithoutOriginalTime_IsRejected()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(2);

        bench.Order(2, header: "43=Y|");

        Assert.Equal(["35=3|34=2|45=2|371=122|372=D|373=1|58=Required tag missing"], bench.Take());
        Assert.Equal(3, bench.Session.NextIncoming);
        Assert.True(bench.IsConnected);
    }

    [Fact]
    public void PossDup_FirstSentAfterItWasRepeated_EndsTheSession()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(2);

        bench.Order(2, header: $"43=Y|122={bench.Time(10)}|");

        Assert.Equal(["35=3|34=2|45=2|372=D|373=10|58=SendingTime accuracy problem", "35=5|34=3"], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Theory]
    [InlineData("OTHER", "BROKER")]
    [InlineData("CLIENT", "OTHER")]
    public void CompId_Wrong_IsRejectedAndEnds(string sender, string target)
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("0", 2, sender: sender, target: target);

        Assert.Equal(["35=3|34=2|45=2|372=0|373=9|58=CompID problem", "35=5|34=3"], bench.Take());
        Assert.Equal((false, 3L), (bench.IsConnected, bench.Session.NextIncoming));
    }

    [Fact]
    public void CompId_WrongFarAhead_DoesNotHideTheGap()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("0", 1_000, sender: "OTHER");

        Assert.Equal(2, bench.Session.NextIncoming);
    }

    [Theory]
    [InlineData(121)]
    [InlineData(-121)]
    public void SendingTime_FarOff_IsRejectedAndEnds(int seconds)
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("0", 2, time: bench.Time(seconds));

        Assert.Equal(["35=3|34=2|45=2|372=0|373=10|58=SendingTime accuracy problem", "35=5|34=3"], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Theory]
    [InlineData(119)]
    [InlineData(-119)]
    public void SendingTime_SomewhatOff_IsTaken(int seconds)
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("0", 2, time: bench.Time(seconds));

        Assert.Empty(bench.Take());
        Assert.Equal(3, bench.Session.NextIncoming);
    }

    [Fact]
    public void Header_MissingOrEmptyField_IsRejectedAndTheSessionGoesOn()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.PeerRaw(Wire.Message($"35=0|34=2|49=CLIENT|52={bench.Now}|"));
        bench.PeerRaw(Wire.Message($"35=0|34=3|49=CLIENT|52={bench.Now}|56=|"));
        bench.PeerRaw(Wire.Message($"35=0|34=4|49=CLIENT|52=yesterday|56=BROKER|"));

        Assert.Equal(
            [
                "35=3|34=2|45=2|371=56|372=0|373=1|58=Required tag missing",
                "35=3|34=3|45=3|371=56|372=0|373=4|58=Tag specified without a value",
                "35=3|34=4|45=4|371=52|372=0|373=6|58=Incorrect data format for value",
            ],
            bench.Take());
        Assert.Equal((FixSessionState.LoggedOn, 5L), (bench.Session.State, bench.Session.NextIncoming));
    }

    [Fact]
    public void BeginString_Wrong_IsToldAndEnds()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.PeerRaw(Wire.Message($"35=0|34=2|49=CLIENT|52={bench.Now}|56=BROKER|", "FIX.4.1"));

        Assert.Equal(["35=5|34=2|58=Incorrect BeginString"], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void MsgSeqNum_Missing_Ends()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.PeerRaw(Wire.Message($"35=0|49=CLIENT|52={bench.Now}|56=BROKER|"));

        Assert.Equal(["35=5|34=2|58=MsgSeqNum missing or malformed"], bench.Take());
    }

    [Fact]
    public void MsgType_NotHandledOrInvalid_IsRejectedAccordingly()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("8", 2, "37=1|");
        bench.Peer("AE", 3);
        bench.Peer("*", 4);
        bench.Peer("", 5);

        Assert.Equal(
            [
                "35=j|34=2|45=2|372=8|380=3|58=Unsupported Message Type",
                "35=j|34=3|45=3|372=AE|380=3|58=Unsupported Message Type",
                "35=3|34=4|45=4|372=*|373=11|58=Invalid MsgType",
                "35=3|34=5|45=5|371=35|373=4|58=Tag specified without a value",
            ],
            bench.Take());
        Assert.Equal(6, bench.Session.NextIncoming);
    }

    [Fact]
    public void BusinessReject_OfThePeer_IsNotAnsweredWithAnother()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("j", 2, "45=1|372=8|380=3|");

        Assert.Empty(bench.Take());
        Assert.Equal(1, bench.Session.Counters.RejectedByPeer);
    }

    [Fact]
    public void References_TooLongToRepeat_AreLeftOut()
    {
        SessionBench bench = new SessionBench().LogOn();
        string huge = new('x', 5_000);

        bench.Peer("1", 2, $"112={huge}|");
        bench.Peer("*" + huge, 3);

        Assert.Equal(["35=3|34=2|45=2|371=112|372=1|373=5|58=Value is incorrect (out of range) for this tag",
            "35=3|34=3|45=3|373=11|58=Invalid MsgType"], bench.Take());
        Assert.True(bench.IsConnected);
    }

    [Fact]
    public void Application_ThatCannotTakeAMessage_EndsTheConnectionAndGetsItAgain()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.TakesMessages = false;
        bench.Order(2, "A");
        Assert.Equal((false, 2L), (bench.IsConnected, bench.Session.NextIncoming));
        bench.TakesMessages = true;

        bench.Connect();
        bench.Peer("A", 3, "98=0|108=30|");
        bench.Order(2, "A", $"43=Y|122={bench.Now}|");

        Assert.Equal(["D 2 A"], bench.Received);
    }
}
