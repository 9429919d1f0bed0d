using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;

namespace Peregrine.Gateway.Tests;

/// <summary>Sessions of the link that have hours: their numbers begin anew with each period, and the journal knows it.</summary>
public sealed class SessionHoursTests
{
    private const long DayNs = 86_400_000_000_000;

    [Fact]
    public void Logon_OutsideOfTheHours_IsToldWhenTheyBegin()
    {
        using LinkRig rig = new(change: options => options with { SessionSchedules = Hours(fromHours: 2, toHours: 3) });
        using FixClient client = new(rig.Link.FixEndPoint, "CLIENT") { Seen = _ => { } };

        client.Logon();
        rig.Pump(client, () => client.IsClosed);

        Assert.False(client.IsLoggedOn);
        Assert.Contains("|58=the session is closed until ", Assert.Single(client.Raw), StringComparison.Ordinal);
    }

    [Fact]
    public void Period_ThatBeganWhileTheLinkWasDown_BeginsWithOne_AndTellsWhatNobodyWasTold()
    {
        using LinkRig rig = new(change: options => TwoSessions(options) with { SessionSchedules = Hours(fromHours: -1, toHours: -1) });
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 10_000, 10);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        using (FixClient other = rig.Connect(compId: "OTHER"))
        {
            // Its trade is a report to a client that is away.
            other.New(1, '2', "B"u8, 10_000, 10);
            rig.Pump(other, () => other.Reports('F') == 1);
        }

        rig.Link.Dispose();
        MakeOlder(rig, DayNs);
        rig.CrashAndStart();
        List<string> seen = [];
        using FixClient again = rig.Connect(nextOutgoing: 1, nextIncoming: 1, seen: seen.Add);
        rig.Pump(again, () => again.Reports('F') == 1);

        Assert.Equal(0, again.Reports('0'));
        Assert.Contains(rig.Log, line => line.StartsWith("session CLIENT begins with number 1 both ways", StringComparison.Ordinal));
        (long incoming, long outgoing) = (again.NextIncoming, again.NextOutgoing);
        again.Dispose();
        rig.CrashAndStart();
        using FixClient same = rig.Connect(outgoing, incoming);
        Assert.True(same.IsLoggedOn);
    }

    [Fact]
    public void Store_LostWithinAPeriod_GoesOnWithItsNumbers()
    {
        using LinkRig rig = new(change: options => options with { SessionSchedules = Hours(fromHours: -1, toHours: -1) });
        (long incoming, long outgoing) = (0, 0);
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 10_000, 10);
            rig.Pump(client, () => client.Reports('0') == 1);
            (incoming, outgoing) = (client.NextIncoming, client.NextOutgoing);
        }

        rig.Link.Dispose();
        File.Delete(StorePath(rig));
        rig.Restart();

        using FixClient again = rig.Connect(outgoing, incoming);
        Assert.True(again.IsLoggedOn);
        Assert.Equal(0, rig.Link.Status().Sessions.Count(session => session.NextIncoming == 1));
    }

    [Fact]
    public async Task Reset_ByAnOperator_TellsWhatNobodyWasTold_AndOutlivesTheProcess()
    {
        using LinkRig rig = new(change: TwoSessions);
        using FixClient client = rig.Connect();
        client.New(1, '1', "A"u8, 10_000, 10);
        rig.Pump(client, () => client.Reports('0') == 1);

        Task<FixRequestOutcome> reset = rig.Link.RequestReset("CLIENT", "new numbers");
        rig.Pump(client, () => client.Messages('5') == 1 && reset.IsCompleted);
        client.Dispose();
        using (FixClient other = rig.Connect(compId: "OTHER"))
        {
            other.New(1, '2', "B"u8, 10_000, 10);
            rig.Pump(other, () => other.Reports('F') == 1);
        }

        rig.CrashAndStart();
        using FixClient again = rig.Connect(nextOutgoing: 1, nextIncoming: 1);
        rig.Pump(again, () => again.Reports('F') == 1);
        Task<FixRequestOutcome> unknown = rig.Link.RequestLogout("NOBODY", "");
        Assert.Equal(FixRequestOutcome.Begun, await reset);
        Assert.Equal(FixRequestOutcome.UnknownSession, await unknown);
        Assert.Equal(0, again.Reports('0'));
        Task<FixRequestOutcome> late = rig.Link.RequestLogout("CLIENT", "");
        rig.Link.Dispose();
        Assert.Equal(FixRequestOutcome.Stopped, await late);
    }

    [Fact]
    public void Schedule_OfNoSession_IsAFault()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new LinkRig(change: options => options with
        {
            SessionSchedules = new Dictionary<string, FixSchedule> { ["NOBODY"] = FixSchedule.Daily(default, default, TimeZoneInfo.Utc) },
        }));

        Assert.Contains("SessionSchedules: NOBODY, expected the CompID of one of Sessions", fault.Message, StringComparison.Ordinal);
    }

    private static LinkOptions TwoSessions(LinkOptions options) =>
        options with { Sessions = [new ClientSession("CLIENT", [0, 1]), new ClientSession("OTHER", [0, 1])] };

    private static string StorePath(LinkRig rig) => Path.Combine(rig.DataFolder, "sessions", "CLIENT.session");

    // As if its numbers had begun so much earlier.
    private static void MakeOlder(LinkRig rig, long byNs)
    {
        using FileSessionStore store = FileSessionStore.Open(StorePath(rig), 1 << 20, new SessionStoreOwner("PEREGRINE", "CLIENT"));
        store.BeganNs -= byNs;
    }

    // Hours from now; equal ones are a whole day that has begun so long ago.
    private static Dictionary<string, FixSchedule> Hours(int fromHours, int toHours)
    {
        TimeOnly now = TimeOnly.FromDateTime(DateTime.UnixEpoch.AddTicks(Clock.UnixNs / 100));
        return new() { ["CLIENT"] = FixSchedule.Daily(now.AddHours(fromHours), now.AddHours(toHours), TimeZoneInfo.Utc) };
    }
}
