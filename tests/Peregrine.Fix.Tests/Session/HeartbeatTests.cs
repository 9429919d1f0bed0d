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
    public void IntervalZero_WhileThePeerSpeaks_NothingIsSentAndNobodyIsDisconnected()
    {
        SessionBench bench = new SessionBench().LogOn(heartbeatSeconds: 0);

        for (int message = 2; message < 12; message++)
        {
            bench.Wait(119);
            bench.Peer("0", message);
        }

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

    [Theory]
    [InlineData(0, 120)]
    [InlineData(300, 120)]
    [InlineData(30, 36)]
    public void Silence_WhateverIntervalThePeerAskedFor_IsAskedAboutAndEnds(int heartbeatSeconds, int patienceSeconds)
    {
        SessionBench bench = new SessionBench().LogOn(heartbeatSeconds: heartbeatSeconds);

        bench.Wait(patienceSeconds);
        string[] before = bench.Take();
        bench.Wait(1);
        string[] asked = bench.Take();
        bench.Wait(patienceSeconds - 1);
        bool isThere = bench.IsConnected;
        bench.Wait(0.1);

        Assert.DoesNotContain(before, message => message.StartsWith("35=1|", StringComparison.Ordinal));
        Assert.Contains(asked, message => message.StartsWith("35=1|", StringComparison.Ordinal));
        Assert.Equal((true, false), (isThere, bench.IsConnected));
    }
}
