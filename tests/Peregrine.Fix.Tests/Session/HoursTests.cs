using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>A session and its hours. The bench's clock begins on 2026-01-31, a Saturday, at 12:00 UTC.</summary>
public class HoursTests
{
    private const int HourSeconds = 3600;

    [Fact]
    public void Logon_OutsideOfTheHours_IsToldWhenTheyBegin()
    {
        SessionBench bench = new SessionBench(options: Options(Daily(13, 17))).Connect();

        bench.Peer("A", 1, "98=0|108=30|");

        Assert.Equal(["35=5|34=1|58=the session is closed until 2026-01-31 13:00:00 UTC (2026-01-31 13:00:00 UTC)"], bench.Take());
        Assert.False(bench.IsConnected || bench.Session.IsInHours);
        Assert.Empty(bench.Events);
    }

    [Fact]
    public void HoursThatEnd_LogOutWithATextAndThenDisconnect()
    {
        SessionBench bench = new SessionBench(options: Options(Daily(11, 13))).LogOn(heartbeatSeconds: 0);
        bench.NowNs += (HourSeconds - 1) * SessionBench.SecondNs;
        bench.Peer("0", 2);
        bench.Wait(0.999);
        Assert.Empty(bench.Take());

        bench.Wait(0.001);

        Assert.Equal(["35=5|34=2|58=the session is closed until 2026-02-01 11:00:00 UTC (2026-02-01 11:00:00 UTC)"], bench.Take());
        Assert.True(bench.IsConnected);
        bench.Wait(3);
        Assert.False(bench.IsConnected);
        Assert.Equal(1, bench.Session.Counters.HoursEnded);
        bench.Connect().Peer("A", 3, "98=0|108=30|");
        Assert.False(bench.IsConnected);
    }

    [Fact]
    public void Period_ThatBegins_BeginsBothNumbersAnew_WithoutAConnection()
    {
        SessionBench bench = new SessionBench(options: Options(Daily(11, 13))).LogOn();
        bench.Order(2);
        bench.Report("E1");
        bench.Break();
        bench.Take();

        bench.Wait(22 * HourSeconds);
        Assert.Equal((3L, 3L), (bench.Session.NextIncoming, bench.Session.NextOutgoing));
        bench.Wait(HourSeconds);

        Assert.Equal((1L, 1L, 1L, 1), (bench.Session.NextIncoming, bench.Session.NextOutgoing, bench.Session.Mark, bench.Session.Resets));
        Assert.Equal(1, bench.Session.Counters.PeriodsBegun);
        bench.Connect().Peer("A", 1, "98=0|108=30|");
        Assert.Equal(["35=A|34=1|98=0|108=30"], bench.Take());
        bench.Wait(1);
        Assert.Equal(1, bench.Session.Resets);
    }

    [Fact]
    public void PeriodsThatTouch_SayGoodbyeInBetweenAndBeginAnew()
    {
        SessionBench bench = new SessionBench(options: Options(Daily(13, 13))).LogOn(heartbeatSeconds: 0);
        bench.NowNs += (HourSeconds - 1) * SessionBench.SecondNs;
        bench.Peer("0", 2);

        bench.Wait(1);
        Assert.Equal("35=5|34=2|58=the session's period is over: the next one has begun", bench.Take()[^1]);
        bench.Peer("5", 3);
        Assert.False(bench.IsConnected);

        // No tick in between: the Logon finds the new numbers in any case.
        bench.Connect().Peer("A", 1, "98=0|108=30|");
        Assert.Equal(["35=A|34=1|98=0|108=30"], bench.Take());
        Assert.Equal((2L, 1), (bench.Session.NextIncoming, bench.Session.Resets));
    }

    [Fact]
    public void Process_DownWhenAPeriodBegan_BeginsAnewWhenItIsBack()
    {
        SessionBench before = new SessionBench(options: Options(Daily(11, 13))).LogOn();
        before.Order(2);
        before.Session.SaveIncoming();

        SessionBench sameDay = new(before.Store, Options(Daily(11, 13))) { NowNs = before.NowNs + (600 * SessionBench.SecondNs) };
        sameDay.Wait(0);
        Assert.Equal((3L, 2L), (sameDay.Session.NextIncoming, sameDay.Session.NextOutgoing));

        SessionBench nextDay = new(before.Store, Options(Daily(11, 13))) { NowNs = before.NowNs + (24 * HourSeconds * SessionBench.SecondNs) };
        nextDay.Connect().Peer("A", 1, "98=0|108=30|");
        Assert.Equal(["35=A|34=1|98=0|108=30"], nextDay.Take());
    }

    [Fact]
    public void Clock_SetBackBehindTheStart_BeginsNothingTwice()
    {
        SessionBench bench = new(options: Options(Daily(13, 17)));
        bench.Wait(0);
        bench.Wait(HourSeconds + 1);
        bench.LogOn();
        int resets = bench.Session.Resets;

        bench.Wait(-10);
        bench.Wait(20);

        Assert.Equal(resets, bench.Session.Resets);
        Assert.Equal(1, bench.Session.Resets);
    }

    [Fact]
    public void Store_ThatDoesNotKnowSinceWhen_IsOfThePeriodThatItIsFoundIn()
    {
        MemorySessionStore store = new() { NextIncoming = 40 };
        SessionBench bench = new(store, Options(Daily(11, 13)));

        bench.Wait(0);

        Assert.Equal((40L, bench.NowNs), (bench.Session.NextIncoming, store.BeganNs));
    }

    [Fact]
    public void Messages_ThatTheApplicationTakesBack_AreToldInTheNewPeriod()
    {
        SessionBench bench = new(options: Options(Daily(11, 13))) { ResetMark = session => session.SentMark };
        bench.LogOn();
        bench.Report("E1");
        bench.Break();
        bench.Report("E2");
        bench.Report("E3");
        bench.Remakes = sequence => (RemakeStatus.Made, sequence);

        bench.Wait(23 * HourSeconds);

        Assert.Equal((3L, 3L), (bench.Session.NextOutgoing, bench.Session.Mark));
        bench.LogOn();
        bench.Peer("2", 2, "7=1|16=0|");
        Assert.Equal(["8 1 R1", "8 2 R2"], bench.Take().Where(message => message.StartsWith("35=8", StringComparison.Ordinal))
            .Select(message => $"8 {message.Split("34=")[1].Split('|')[0]} {message.Split("17=")[1]}"));
    }

    [Fact]
    public void Initiator_OutsideOfItsHours_SaysNothing_AndInThemBeginsWithOne()
    {
        MemorySessionStore store = new() { NextIncoming = 9, BeganNs = 1 };
        store.GoOnFrom(12, 0);
        SessionBench bench = new(store, Options(Daily(13, 17)) with { IsInitiator = true });

        bench.Connect();
        Assert.False(bench.IsConnected);
        Assert.Empty(bench.Take());
        Assert.False(bench.Session.IsInHours);
        bench.Wait(HourSeconds);
        bench.Connect();

        Assert.True(bench.Session.IsInHours);
        Assert.Equal(["35=A|34=1|98=0|108=30"], bench.Take());
        Assert.Equal(1, bench.Session.NextIncoming);
    }

    [Fact]
    public void Reset_ByAnOperator_OfAPeerThatIsThere_LogsItOutFirst()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Order(2);

        Assert.False(bench.Session.ResetNumbers("new numbers", bench.NowNs));

        Assert.Equal(["35=5|34=2|58=new numbers"], bench.Take());
        Assert.Equal((3L, 3L), (bench.Session.NextIncoming, bench.Session.NextOutgoing));
        bench.Peer("5", 3);
        Assert.Equal((1L, 1L, 1), (bench.Session.NextIncoming, bench.Session.NextOutgoing, bench.Session.Resets));
        Assert.True(bench.Session.ResetNumbers("", bench.NowNs));
        bench.LogOn();
        bench.Break();
        Assert.Equal((2L, 2), (bench.Session.NextIncoming, bench.Session.Resets));
        Assert.Equal((2L, 1L), (bench.Session.Counters.ResetsAsked, bench.Session.Counters.LogoutsAsked));
    }

    [Fact]
    public void Logout_ByAnOperator_OfWhoeverIsThere_EndsIt()
    {
        SessionBench bench = new(options: new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT", IsInitiator = true });
        Assert.False(bench.Session.TryLogOut("go", bench.NowNs));

        bench.Connect();
        Assert.True(bench.Session.TryLogOut("go", bench.NowNs));

        Assert.False(bench.IsConnected);
        Assert.Equal((FixSessionState.Disconnected, "go"), (bench.Session.State, bench.Session.LastEndReason));
    }

    [Fact]
    public void Session_WithoutASchedule_GoesOnForEver()
    {
        SessionBench bench = new SessionBench().LogOn();
        bench.Break();

        bench.Wait(400L * 24 * HourSeconds);

        Assert.True(bench.Session.IsInHours);
        Assert.Equal((2L, 0), (bench.Session.NextIncoming, bench.Session.Resets));
    }

    private static FixSchedule Daily(int start, int end) => FixSchedule.Daily(new TimeOnly(start, 0), new TimeOnly(end, 0), TimeZoneInfo.Utc);

    private static FixSessionOptions Options(FixSchedule schedule) =>
        new() { CompId = "BROKER", PeerCompId = "CLIENT", MessageTypes = ["D"], Schedule = schedule };
}
