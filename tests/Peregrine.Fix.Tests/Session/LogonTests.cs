using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

public class LogonTests
{
    [Fact]
    public void Logon_First_IsAnsweredWithTheSameInterval()
    {
        SessionBench bench = new SessionBench().Connect();

        bench.Peer("A", 1, "98=0|108=7|");

        Assert.Equal(["35=A|34=1|98=0|108=7"], bench.Take());
        Assert.Equal((FixSessionState.LoggedOn, 2L), (bench.Session.State, bench.Session.NextIncoming));
        Assert.Equal(["logon"], bench.Events);
    }

    [Fact]
    public void Logon_WithReset_StartsBothNumbersAnewAndKeepsTheMark()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Report("E1");
        bench.Order(2);
        bench.Break();

        bench.LogOn(1, "141=Y|");

        Assert.Equal((2L, 2L, 1L), (bench.Session.NextIncoming, bench.Session.NextOutgoing, bench.Session.Mark));
    }

    [Fact]
    public void Logon_WithoutReset_GoesOnWithTheNumbers()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(2);
        bench.Break();

        bench.Connect();
        bench.Peer("A", 3, "98=0|108=30|");

        Assert.Equal(["35=A|34=2|98=0|108=30"], bench.Take());
        Assert.Equal(4, bench.Session.NextIncoming);
    }

    [Fact]
    public void Logon_NumberTooLow_IsToldAndDisconnected()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Break();
        bench.Events.Clear();

        bench.Connect();
        bench.Peer("A", 1, "98=0|108=30|");

        Assert.Equal(["35=5|34=2|58=MsgSeqNum too low, expecting 2 but received 1"], bench.Take());
        Assert.False(bench.IsConnected);
        Assert.Empty(bench.Events);
    }

    [Fact]
    public void Logon_NumberTooHigh_IsAnsweredAndTheGapAskedFor()
    {
        SessionBench bench = new SessionBench().Connect();

        bench.Peer("A", 5, "98=0|108=30|");

        Assert.Equal(["35=A|34=1|98=0|108=30", "35=2|34=2|7=1|16=0"], bench.Take());
        Assert.Equal(1, bench.Session.NextIncoming);
    }

    [Theory]
    [InlineData("D", "CLIENT", "BROKER", 0)]
    [InlineData("0", "CLIENT", "BROKER", 0)]
    [InlineData("A", "OTHER", "BROKER", 0)]
    [InlineData("A", "CLIENT", "OTHER", 0)]
    [InlineData("A", "CLIENT", "BROKER", 121)]
    [InlineData("A", "CLIENT", "BROKER", -121)]
    public void FirstMessage_Wrong_EndsInSilenceAndSpendsNoNumber(string type, string sender, string target, int clockSeconds)
    {
        SessionBench bench = new SessionBench().Connect();

        bench.Peer(type, 1, "98=0|108=30|", time: bench.Time(clockSeconds), sender: sender, target: target);

        Assert.Empty(bench.Take());
        Assert.False(bench.IsConnected);
        Assert.Equal((FixSessionState.Disconnected, 1L, 1L), (bench.Session.State, bench.Session.NextIncoming, bench.Session.NextOutgoing));
        Assert.NotEqual("", bench.Session.LastEndReason);
        Assert.Empty(bench.Events);
    }

    [Theory]
    [InlineData("8=FIX.4.2|")]
    [InlineData("34=|")]
    public void FirstMessage_WrongVersionOrNoNumber_EndsInSilenceAndSpendsNoNumber(string what)
    {
        SessionBench bench = new SessionBench().Connect();
        string number = what.StartsWith("34", StringComparison.Ordinal) ? "" : "34=1|";

        bench.PeerRaw(Wire.Message($"35=A|{number}49=CLIENT|52={bench.Now}|56=BROKER|98=0|108=30|", number.Length == 0 ? "FIX.4.4" : "FIX.4.2"));

        Assert.Empty(bench.Take());
        Assert.False(bench.IsConnected);
        Assert.Equal(1, bench.Session.NextOutgoing);
    }

    [Theory]
    [InlineData("98=0|108=301|", "HeartBtInt must be 0 to 300 and EncryptMethod 0")]
    [InlineData("98=1|108=30|", "HeartBtInt must be 0 to 300 and EncryptMethod 0")]
    [InlineData("98=0|", "Required tag missing: tag 108")]
    [InlineData("98=0|108=x|", "Incorrect data format for value: tag 108")]
    public void Logon_ThatCannotBe_IsToldWhy(string body, string text)
    {
        SessionBench bench = new SessionBench().Connect();

        bench.Peer("A", 1, body);

        Assert.Equal([$"35=5|34=1|58={text}"], bench.Take());
        Assert.False(bench.IsConnected);
        Assert.Empty(bench.Events);
    }

    [Fact]
    public void Logon_Second_Disconnects()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("A", 2, "98=0|108=30|");

        Assert.Empty(bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void Version42_Option_IsSpoken()
    {
        SessionBench bench = new SessionBench(
            options: new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT", BeginString = "FIX.4.2" }).Connect();

        bench.PeerRaw(Wire.Message($"35=A|34=1|49=CLIENT|52={bench.Now}|56=BROKER|98=0|108=30|", "FIX.4.2"));

        Assert.StartsWith("8=FIX.4.2|", Assert.Single(bench.Raw), StringComparison.Ordinal);
    }

    [Fact]
    public void Logout_OfThePeer_IsAnsweredAndEnds()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("5", 2);

        Assert.Equal(["35=5|34=2"], bench.Take());
        Assert.False(bench.IsConnected);
        Assert.Equal(3, bench.Session.NextIncoming);
        Assert.Equal(["logon", "logoff: logged out"], bench.Events);
    }

    [Fact]
    public void Logout_OfThePeerBehindAGap_IsAnsweredAndTheGapStays()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("5", 9);

        Assert.Equal(["35=5|34=2"], bench.Take());
        Assert.False(bench.IsConnected);
        Assert.Equal(2, bench.Session.NextIncoming);
    }

    [Fact]
    public void Logout_OfOurs_EndsWithTheAnswer()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Session.Logout("closing", bench.NowNs);
        bench.Wait(1);
        bench.Peer("5", 2);

        Assert.Equal(["35=5|34=2|58=closing"], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void Logout_OfOursWithoutAnAnswer_EndsAfterTwoSecondsEvenIfThePeerTalksOn()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Session.Logout("closing", bench.NowNs);
        bench.Wait(1.5);
        bench.Peer("1", 2, "112=still here|");
        bench.Wait(0.4);
        Assert.True(bench.IsConnected);
        bench.Wait(0.2);

        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void Frames_BehindTheEnd_AreIgnored()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Peer("5", 2);
        bench.Take();

        bench.Order(3);

        Assert.Empty(bench.Received);
        Assert.Empty(bench.Take());
        Assert.Equal(3, bench.Session.NextIncoming);
    }

    [Fact]
    public void Logon_WithResetOnAnOpenSession_BeginsAnewOnTheSameConnection()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Report("E1");
        bench.Order(2);
        bench.Take();

        bench.Peer("A", 1, "98=0|108=30|141=Y|");
        bench.Order(2, "C2");

        Assert.Equal(["35=A|34=1|98=0|108=30|141=Y"], bench.Take());
        Assert.Equal(["D 2 C1", "D 2 C2"], bench.Received);
        Assert.Equal((3L, 2L, 1L), (bench.Session.NextIncoming, bench.Session.NextOutgoing, bench.Session.Mark));
    }

    [Fact]
    public void Logon_WithResetOnAnOpenSession_ForgetsAResendInHand()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Reports(200);

        bench.Peer("2", 2, "7=1|16=0|");
        bench.Take();

        bench.Peer("A", 1, "98=0|108=30|141=Y|");

        Assert.Equal(["35=A|34=1|98=0|108=30|141=Y"], bench.Take());
        Assert.False(bench.Session.IsBehind);
    }

    [Fact]
    public void Logon_WithResetOnAnOpenSessionAndAnotherNumber_IsToldAndEnds()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("A", 5, "98=0|108=30|141=Y|");

        Assert.Equal(["35=5|34=2|58=a Logon with ResetSeqNumFlag=Y has MsgSeqNum 1, not 5"], bench.Take());
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void NextExpected_BehindOurs_IsSentWithoutARequest()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Break();
        bench.Report("E1");
        bench.Report("E2");

        bench.Connect();
        bench.Peer("A", 2, "98=0|108=30|789=3|");

        Assert.Equal(["35=A|34=4|98=0|108=30|789=3", $"35=8|34=3|43=Y|122={bench.Now}|17=E2"], bench.Take());
    }

    [Fact]
    public void NextExpected_OfALogonBehindAGap_SaysWhatIsMissedAndAsksWhenItDoesNotCome()
    {
        SessionBench bench = new SessionBench().Connect();

        bench.Peer("A", 5, "98=0|108=30|789=1|");
        string[] first = bench.Take();
        bench.NowNs += 11 * SessionBench.SecondNs;
        bench.Peer("0", 6);

        Assert.Equal(["35=A|34=1|98=0|108=30|789=1"], first);
        Assert.Equal(["35=2|34=2|7=1|16=0"], bench.Take());
    }

    [Theory]
    [InlineData("789=9|", "NextExpectedMsgSeqNum (789) is 9, expected 1 to 1, which is our next number")]
    [InlineData("789=0|", "NextExpectedMsgSeqNum (789) is 0, expected 1 to 1, which is our next number")]
    [InlineData("141=Y|789=2|", "NextExpectedMsgSeqNum (789) is 2, expected 1 to 1, which is our next number")]
    public void NextExpected_ThatWasNeverSent_IsToldAndEnds(string field, string text)
    {
        SessionBench bench = new SessionBench().Connect();

        bench.Peer("A", 1, $"98=0|108=30|{field}");

        Assert.Equal([$"35=5|34=1|58={text}"], bench.Take());
        Assert.False(bench.IsConnected);
    }
}
