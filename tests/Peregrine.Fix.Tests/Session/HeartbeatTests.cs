namespace Peregrine.Fix.Tests.Session;

public class HeartbeatTests
{
    [Fact]
    public void Heartbeat_AfterTheIntervalOfOurSilence_IsSent()
    {
        SessionBench bench = new SessionBench().LogOn(heartbeatSeconds: 10);

        bench.Wait(9.9);
        Assert.Empty(bench.Take());
        bench.Wait(0.2);

        Assert.Equal(["35=0|34=2"], bench.Take());
    }

    [Fact]
    public void Heartbeat_WhileWeTalk_IsNotSent()
    {
        SessionBench bench = new SessionBench().LogOn(heartbeatSeconds: 10);
        for (int second = 0; second < 10; second++)
        {
            bench.Report("E");
            bench.Wait(1);
        }

        Assert.DoesNotContain(bench.Take(), message => message.StartsWith("35=0", StringComparison.Ordinal));
    }

    [Fact]
    public void SilentPeer_IsAskedOnceAndThenDisconnected()
    {
        SessionBench bench = new SessionBench().LogOn(heartbeatSeconds: 10);

        bench.Wait(12.1);
        Assert.Equal(["35=1|34=2|112=TEST"], bench.Take().Where(message => !message.StartsWith("35=0", StringComparison.Ordinal)));
        bench.Wait(5);
        Assert.DoesNotContain(bench.Take(), message => message.StartsWith("35=1", StringComparison.Ordinal));
        Assert.True(bench.IsConnected);
        bench.Wait(7);

        Assert.False(bench.IsConnected);
        Assert.Equal("logoff: the peer is silent", bench.Events[^1]);
    }

    [Fact]
    public void SilentPeer_ThatAnswersTheTest_Stays()
    {
        SessionBench bench = new SessionBench().LogOn(heartbeatSeconds: 10);
        bench.Wait(12.1);

        bench.Peer("0", 2, "112=TEST|");
        bench.Wait(11.9);

        Assert.True(bench.IsConnected);
        bench.Wait(0.2);
        Assert.Contains(bench.Take(), message => message.Contains("35=1|34=4", StringComparison.Ordinal));
    }

    [Fact]
    public void IntervalZero_NothingIsSentAndNobodyIsDisconnected()
    {
        SessionBench bench = new SessionBench().LogOn(heartbeatSeconds: 0);

        bench.Wait(100_000);

        Assert.Empty(bench.Take());
        Assert.True(bench.IsConnected);
    }

    [Fact]
    public void TestRequest_IsAnsweredWithItsId()
    {
        SessionBench bench = new SessionBench().LogOn();

        bench.Peer("1", 2, "112=HELLO|");

        Assert.Equal(["35=0|34=2|112=HELLO"], bench.Take());
    }
}
