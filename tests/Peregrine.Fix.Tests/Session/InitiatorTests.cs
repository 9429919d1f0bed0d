using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>The side that logs on.</summary>
public class InitiatorTests
{
    [Fact]
    public void Connected_LogsOnAndIsOnWithTheAnswer()
    {
        SessionBench bench = Bench().Connect();
        Assert.Equal(["35=A|34=1|98=0|108=30"], bench.Take());
        Assert.Equal(FixSessionState.LogonSent, bench.Session.State);

        bench.Peer("A", 1, "98=0|108=30|");
        bench.Order(2);

        Assert.Equal((FixSessionState.LoggedOn, 3L), (bench.Session.State, bench.Session.NextIncoming));
        Assert.Equal(["logon"], bench.Events);
        Assert.Equal(["D 2 C1"], bench.Received);
        bench.Wait(31);
        Assert.Equal(["35=0|34=2"], bench.Take());
    }

    [Fact]
    public void Reset_IsAskedForAndTaken()
    {
        SessionBench bench = Bench(options => options with { ResetOnLogon = true });
        bench.Report("before");

        bench.Connect();
        bench.Peer("A", 1, "98=0|108=30|141=Y|");

        Assert.Equal(["35=A|34=1|98=0|108=30|141=Y"], bench.Take());
        Assert.Equal((2L, 2L), (bench.Session.NextIncoming, bench.Session.NextOutgoing));
    }

    [Fact]
    public void Reset_OfWhatNobodyGot_NumbersItBeforeWhatIsSentMeanwhile()
    {
        SessionBench bench = Bench(options => options with { ResetOnLogon = true });
        bench.ResetMark = session => session.SentMark;
        bench.Report("E1");
        bench.Report("E2");

        bench.Connect();
        bench.Report("E3");

        Assert.Equal(["35=A|34=1|98=0|108=30|141=Y", "35=8|34=4|17=E3"], bench.Take());
        Assert.Equal((5L, 3L), (bench.Session.NextOutgoing, bench.Session.Mark));
        bench.Remakes = sequence => (RemakeStatus.Made, sequence);
        bench.Peer("A", 1, "98=0|108=30|141=Y|");
        bench.Peer("2", 2, "7=2|16=3|");
        Assert.Equal(["R2", "R3"], bench.Take().Select(message => message.Split("17=")[1]));
    }

    [Fact]
    public void Answer_BehindAGap_IsOnAndAsksForIt()
    {
        SessionBench bench = Bench().Connect();
        bench.Take();

        bench.Peer("A", 5, "98=0|108=30|");

        Assert.Equal(["35=2|34=2|7=1|16=0"], bench.Take());
        Assert.Equal(FixSessionState.LoggedOn, bench.Session.State);
    }

    [Theory]
    [InlineData("5", "58=go away|", "our Logon was refused: go away")]
    [InlineData("0", "", "the first message is not a Logon")]
    public void Answer_ThatIsNoLogon_EndsWithItsReason(string type, string body, string reason)
    {
        SessionBench bench = Bench().Connect();

        bench.Peer(type, 1, body);

        Assert.Equal((false, reason), (bench.IsConnected, bench.Session.LastEndReason));
        Assert.Empty(bench.Events);
    }

    [Fact]
    public void Answer_WithANumberTooLow_IsToldAndEnds()
    {
        SessionBench bench = Bench().Connect();
        bench.Peer("A", 1, "98=0|108=30|");
        bench.Break();
        bench.Connect();
        bench.Take();

        bench.Peer("A", 1, "98=0|108=30|");

        Assert.Equal(["35=5|34=3|58=MsgSeqNum too low, expecting 2 but received 1"], bench.Take());
    }

    [Fact]
    public void Answer_ThatDoesNotCome_EndsAfterTenSeconds()
    {
        SessionBench bench = Bench().Connect();

        bench.Wait(10);
        bool isThere = bench.IsConnected;
        bench.Wait(0.1);

        Assert.Equal((true, false, "no answer to our Logon"), (isThere, bench.IsConnected, bench.Session.LastEndReason));
    }

    [Theory]
    [InlineData("FIX.4.0", "9", "FIX.4.0")]
    [InlineData("FIX.4.4", "9", "FIX.4.4")]
    [InlineData("FIXT.1.1", "7", "FIXT.1.1")]
    public void TwoSessions_OfOurs_TalkToEachOther(string version, string applVerId, string expected)
    {
        FixSessionOptions options = new() { CompId = "BROKER", PeerCompId = "CLIENT", BeginString = version, DefaultApplVerId = applVerId };
        SessionBench acceptor = new(options: options);
        SessionBench initiator = new(options: options with { CompId = "CLIENT", PeerCompId = "BROKER", IsInitiator = true });
        acceptor.Connect();
        initiator.Connect();

        Exchange(initiator, acceptor);
        initiator.Wait(37);
        acceptor.Wait(37);
        Exchange(initiator, acceptor);
        initiator.Session.Logout("", initiator.NowNs);
        Exchange(initiator, acceptor);

        Assert.Equal(expected, initiator.Session.Options.BeginString);
        Assert.Equal(["logon", "logoff: logged out"], initiator.Events);
        Assert.Equal(["logon", "logoff: logged out"], acceptor.Events);
        Assert.Equal(initiator.Session.NextOutgoing, acceptor.Session.NextIncoming);
        Assert.Equal(acceptor.Session.NextOutgoing, initiator.Session.NextIncoming);
    }

    private static void Exchange(SessionBench one, SessionBench other)
    {
        while (one.Raw.Count + other.Raw.Count > 0)
        {
            string[] first = [.. one.Raw];
            string[] second = [.. other.Raw];
            _ = one.Take();
            _ = other.Take();
            Array.ForEach(first, message => other.PeerRaw(Wire.Bytes(message)));
            Array.ForEach(second, message => one.PeerRaw(Wire.Bytes(message)));
        }
    }

    private static SessionBench Bench(Func<FixSessionOptions, FixSessionOptions>? change = null)
    {
        FixSessionOptions options = new() { CompId = "BROKER", PeerCompId = "CLIENT", IsInitiator = true };
        return new SessionBench(options: change?.Invoke(options) ?? options);
    }
}
