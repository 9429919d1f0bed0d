using System.Globalization;
using System.Net;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Gateway.Tests.OrderEntry;
using Peregrine.Sequencing.Sessions;
using Peregrine.Testing;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests;

/// <summary>Sessions of several versions beside each other, what they are sent again, and what becomes of one that changes its version.</summary>
public sealed class VersionSessionsTests
{
    public static TheoryData<string> Versions => VersionTable.Versions;

    [Fact]
    public void Sessions_OfEveryVersion_TradeOnOnePort_EachInItsOwnWords()
    {
        string[] versions = [.. OrderDialect.Names];
        using LinkRig rig = new(change: options => options with
        {
            Sessions = [.. versions.Select(version => new ClientSession(version, [0, 1]))],
            SessionVersions = versions.ToDictionary(version => version),
        });
        List<(string Version, string Text)> seen = [];
        FixClient[] clients = [.. versions.Select(version =>
            rig.Connect(compId: version, version: version, seen: message => seen.Add((version, message))))];
        for (int place = 0; place < versions.Length; place++)
        {
            // Who is before it buys from it, but for the first.
            clients[place].Send("D", $"11=s{place}|1=A|55=TEST|54=2|38=10|40=2|44=100|");
            PumpAll(rig, clients, () => seen.Exists(message => Field(message.Text, 11) == $"s{place}"));
            int buyer = (place + 1) % versions.Length;
            clients[buyer].Send("D", $"11=b{place}|1=B|55=TEST|54=1|38=10|40=2|44=100|");
            PumpAll(rig, clients, () => seen.Count(message => Field(message.Text, 39) == "2") == 2 * (place + 1));
        }

        Assert.All(versions, version =>
        {
            VersionTable table = new(version);
            List<string> own = [.. seen.Where(message => message.Version == version).Select(message => message.Text)];
            Assert.All(own, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
            Assert.All(own, message => Assert.StartsWith($"8={table.Dialect.BeginString}|", message, StringComparison.Ordinal));
            Assert.Equal(2, own.Count(message => Field(message, 39) == "2"));
        });
        Array.ForEach(clients, client => client.Dispose());
    }

    [Theory]
    [InlineData("FIX.4.2", false)]
    [InlineData("FIX.4.2", true)]
    [InlineData("FIX.4.0", true)]
    [InlineData("FIX.5.0SP2", true)]
    public void Reports_AskedForAfterARestart_AreTheSameFieldByField(string version, bool isStoreLost) => AskAgain(version, isStoreLost);

    [Theory]
    [Trait("Size", "Long")]
    [MemberData(nameof(Versions))]
    public void Reports_OfEachVersion_AskedForAfterARestart_AreTheSameFieldByField(string version)
    {
        AskAgain(version, isStoreLost: false);
        AskAgain(version, isStoreLost: true);
    }

    [Fact]
    public void Session_OfAnotherVersionThanBefore_BeginsWithNewNumbers_AndIsToldByName()
    {
        using LinkRig rig = new();
        (long Out, long In) next = Trade(rig, "FIX.4.4", pairs: 3, _ => { });

        // What comes while nobody is there was told to no connection yet.
        using (FixClient client = rig.Connect(next.Out, next.In))
        {
            client.New(900, '1', "A"u8, 9_000, 5);
            rig.Pump(client, () => client.Reports('0') == 1);
            next = (client.NextOutgoing, client.NextIncoming);
        }

        rig.Change = LinkRig.Speaking("FIX.4.2");
        rig.Restart();
        Assert.Contains(rig.Log, line => line.Contains("session CLIENT spoke FIX.4.4 and speaks FIX.4.2 from here on", StringComparison.Ordinal));

        List<string> seen = [];
        using (FixClient client = rig.Connect(seen: seen.Add, version: "FIX.4.2"))
        {
            client.Send("2", "7=1|16=0|");
            client.Send("H", "11=900|55=TEST|54=1|");
            rig.Pump(client, () => seen.Exists(message => Field(message, 20) == "3"));
            next = (client.NextOutgoing, client.NextIncoming);
        }

        VersionTable table = new("FIX.4.2");
        Assert.All(seen, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
        Assert.Equal("900", Field(Assert.Single(seen, message => Field(message, 35) == "8"), 11));

        // The same again is no change.
        rig.Restart();
        using FixClient back = rig.Connect(next.Out, next.In, version: "FIX.4.2");
        Assert.DoesNotContain(rig.Log, line => line.Contains("spoke FIX.4.2", StringComparison.Ordinal));
    }

    [Fact]
    public void Reports_ThatNoConnectionWasGiven_FollowInTheNewVersion()
    {
        using LinkRig rig = new(change: options => options with { Sessions = [new ClientSession("CLIENT", [0]), new ClientSession("OTHER", [1])] });
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 10_000, 10);
            rig.Pump(client, () => client.Reports('0') == 1);
        }

        using (FixClient other = rig.Connect(compId: "OTHER"))
        {
            other.New(2, '2', "B"u8, 10_000, 10);
            rig.Pump(other, () => other.Reports('F') == 1);
        }

        Func<LinkOptions, LinkOptions> before = rig.Change;
        rig.Change = options => LinkRig.Speaking("FIX.4.2")(before(options));
        rig.Restart();
        List<string> seen = [];
        using FixClient back = rig.Connect(seen: seen.Add, version: "FIX.4.2");
        rig.Pump(back, () => back.Reports('2') == 1);

        string fill = seen.Last(message => Field(message, 35) == "8");
        Assert.Equal(("1", "2", "0", "10"), (Field(fill, 11), Field(fill, 39), Field(fill, 20), Field(fill, 32)));
        Assert.Null(new VersionTable("FIX.4.2").FindFault(fill));
    }

    [Fact]
    public void Logon_WithAnotherVersionOfFixt_IsRefusedByName()
    {
        using LinkRig rig = new(change: LinkRig.Speaking("FIX.5.0SP1"));
        List<string> seen = [];
        using FixClient client = new(rig.Link.FixEndPoint, "CLIENT", version: "FIX.5.0SP2") { Seen = seen.Add };
        client.Logon();
        rig.Pump(client, () => client.IsClosed);

        Assert.Contains("|58=DefaultApplVerID (1137) is 9, expected 8: this session speaks FIX.5.0SP1|", seen[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Logon_WithAnotherBeginString_IsToldInTheLogByBoth()
    {
        using LinkRig rig = new(change: LinkRig.Speaking("FIX.4.2"));
        using FixClient client = new(rig.Link.FixEndPoint, "CLIENT");
        client.Logon();
        rig.Pump(client, () => client.IsClosed);

        Assert.Contains(rig.Log, line => line.Contains("Logon of CLIENT with BeginString FIX.4.4, expected FIX.4.2", StringComparison.Ordinal));
    }

    [Fact]
    public void Message_OfAnotherVersionOfFixt_IsRefused()
    {
        using LinkRig rig = new(change: LinkRig.Speaking("FIX.5.0SP2"));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: "FIX.5.0SP2");
        client.Send("D", "1128=7|11=X|1=A|55=TEST|54=1|38=10|40=2|44=100|");
        client.Send("D", "1128=9|11=Y|1=A|55=TEST|54=1|38=10|40=2|44=100|");
        rig.Pump(client, () => client.Reports('0') == 1);

        Assert.Equal(("j", "0", "Y"), (Field(seen[^2], 35), Field(seen[^2], 380), Field(seen[^1], 11)));
        Assert.StartsWith("ApplVerID (1128)", Field(seen[^2], 58), StringComparison.Ordinal);
    }

    [Fact]
    public void DropCopy_OfAnotherVersion_TellsEachReportInItsOwnWords()
    {
        using LinkRig rig = new(change: options => options with
        {
            DropCopySessions = ["WATCH"], DropCopyVersion = "FIX.4.2", DropCopyEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
        });
        List<string> seen = [];
        using FixClient watch = new(rig.Link.DropCopyEndPoint!, "WATCH", version: "FIX.4.2") { Seen = seen.Add };
        watch.Logon();
        rig.Pump(watch, () => watch.IsLoggedOn);
        using FixClient client = rig.Connect();
        client.Send("D", "11=X|1=A|55=TEST|54=1|38=30|40=2|44=100|");
        client.Send("D", "11=Y|1=B|55=TEST|54=2|38=10|40=2|44=100|");
        client.Send("q", "11=Z|530=7|");
        PumpAll(rig, [watch, client], () => client.Messages('r') == 1 && watch.Messages('B') == 1);

        VersionTable table = new("FIX.4.2");
        Assert.All(seen, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
        Assert.Equal(["0 0", "0 0", "2 2", "1 1", "4 4"],
            seen.Where(message => Field(message, 35) == "8").Select(message => $"{Field(message, 150)} {Field(message, 39)}"));
        Assert.Equal(("CLIENT", "Z cancelled orders: 1"), (Field(seen[^1], 115), Field(seen[^1], 58)));
    }

    [Fact]
    public void DropCopy_OfAnotherVersionThanBefore_BeginsWithNewNumbers_AndIsToldByName()
    {
        using LinkRig rig = new(change: options => options with
        {
            DropCopySessions = ["WATCH"], DropCopyEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
        });
        long nextOut;
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 9_000, 5);
            rig.Pump(client, () => client.Reports('0') == 1);
            nextOut = client.NextOutgoing;
        }

        Func<LinkOptions, LinkOptions> before = rig.Change;
        rig.Change = options => before(options) with { DropCopyVersion = "FIX.5.0SP1" };
        rig.Restart();
        Assert.Contains(rig.Log, line => line.Contains("session WATCH spoke FIX.4.4 and speaks FIX.5.0SP1 from here on", StringComparison.Ordinal));

        List<string> seen = [];
        using FixClient watch = new(rig.Link.DropCopyEndPoint!, "WATCH", version: "FIX.5.0SP1") { Seen = seen.Add };
        watch.Logon();
        rig.Pump(watch, () => watch.Messages('B') == 1);
        using FixClient again = rig.Connect(nextOut, 3);
        again.New(2, '1', "A"u8, 9_000, 5);
        PumpAll(rig, [watch, again], () => watch.Messages('8') == 1);

        VersionTable table = new("FIX.5.0SP1");
        Assert.All(seen, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
        Assert.Equal("Reports between ExecID 0 and 1 were not sent, and left out as the numbers were set back.",
            Field(seen.Single(message => Field(message, 35) == "B"), 58));
        Assert.Equal("2", Field(seen[^1], 11));
    }

    [Fact]
    public void Versions_ThatAreNone_AreFaults()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new LinkRig(change: options => options with
        {
            SessionVersions = new Dictionary<string, string> { ["NOBODY"] = "FIX.4.2", ["CLIENT"] = "FIX.4.5" }, DropCopyVersion = "FIXT.1.1",
        }));

        Assert.Contains("SessionVersions: NOBODY, expected the CompID of one of Sessions", fault.Message, StringComparison.Ordinal);
        Assert.Contains("SessionVersions of CLIENT: FIX.4.5, expected one of FIX.4.0, FIX.4.1, ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("DropCopyVersion: FIXT.1.1, expected one of FIX.4.0, ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_OfSessions_NamesTheirVersion()
    {
        using LinkRig rig = new(change: LinkRig.Speaking("FIX.4.1"));

        Assert.Equal("FIX.4.1", Assert.Single(rig.Link.Status().Sessions, session => session.CompId == "CLIENT").Version);
    }

    [Fact]
    public void Session_OfAnOlderVersion_OnceWarm_AllocatesNothing()
    {
        using LinkRig rig = new(change: LinkRig.Speaking("FIX.4.2"));
        using FixClient client = rig.Connect(version: "FIX.4.2");
        int round = 0;
        void Trade()
        {
            client.New((3 * round) + 1, '1', "A"u8, 10_000, 3);
            client.New((3 * round) + 2, '2', "B"u8, 10_000, 3);
            client.Cancel((3 * round) + 3, (3 * round) + 1, '1');
            round++;
            while (client.Messages('9') < round)
            {
                Assert.True(rig.Link.TryPass());
                client.Receive();
            }
        }

        for (int warm = 0; warm < 2_000; warm++)
        {
            Trade();
        }

        Allocation.AssertNone(() =>
        {
            for (int order = 0; order < 500; order++)
            {
                Trade();
            }
        });

        Assert.Equal(2 * round, client.Reports('2'));
    }

    private static void AskAgain(string version, bool isStoreLost)
    {
        using LinkRig rig = new(change: LinkRig.Speaking(version));
        List<string> first = [];
        (long nextOut, long nextIn) = Trade(rig, version, pairs: 30, first.Add);
        rig.Link.Dispose();
        if (isStoreLost)
        {
            // Made again from the journal then.
            File.Delete(Path.Combine(rig.DataFolder, "sessions", "CLIENT.session"));
        }

        rig.Restart();
        List<string> again = [];
        using FixClient client = rig.Connect(nextOut, nextIncoming: 1, again.Add, version: version);
        rig.Pump(client, () => client.NextIncoming > nextIn);

        Assert.Equal(Reports(first), Reports(again));
        VersionTable table = new(version);
        Assert.All(again, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
        Assert.Contains("|43=Y|", again.First(message => Field(message, 35) == "8"), StringComparison.Ordinal);
    }

    private static (long NextOut, long NextIn) Trade(LinkRig rig, string version, int pairs, Action<string> seen)
    {
        int fills = 0;
        using FixClient client = rig.Connect(version: version, seen: message =>
        {
            seen(message);
            fills += Field(message, 39) == "2" ? 1 : 0;
        });
        for (int pair = 0; pair < pairs; pair++)
        {
            client.Send("D", string.Create(CultureInfo.InvariantCulture, $"11=s{pair}|1=A|55=TEST|54=1|38=10|40=2|44=100|"));
            client.Send("D", string.Create(CultureInfo.InvariantCulture, $"11=b{pair}|1=B|55=TEST|54=2|38=10|40=2|44=100|"));
            rig.Pump(client, () => fills == 2 * (pair + 1));
        }

        return (client.NextOutgoing, client.NextIncoming);
    }

    // All of a report but what a repetition has of its own.
    private static List<string> Reports(List<string> messages) => [.. messages.Where(message => Field(message, 35) == "8").Select(message =>
        string.Join('|', message.Split('|').Where(field => field.Split('=')[0] is not ("9" or "10" or "43" or "52" or "97" or "122"))))];

    private static void PumpAll(LinkRig rig, FixClient[] clients, Func<bool> isDone) => rig.Pump(clients[0], () =>
    {
        Array.ForEach(clients, client => client.Receive());
        return isDone();
    });
}
