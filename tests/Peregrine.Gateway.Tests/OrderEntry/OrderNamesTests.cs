using System.Net;
using Peregrine.Gateway.OrderEntry;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Names of lists and crosses in what is told of their orders: later, again, to others, and by the next run.</summary>
public sealed class OrderNamesTests : IDisposable
{
    private readonly LinkRig _rig = new(change: options => options with
    {
        DropCopySessions = ["COPY"],
        DropCopyEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
    });

    private readonly List<string> _seen = [];

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Names_AreInReportsOfTheNextRun_AndInThoseThatAreMadeAgain()
    {
        using (FixClient client = _rig.Connect(seen: _seen.Add))
        {
            VersionListsTests.Enter(client, "FIX.4.4", "L", "10", "20", "5000");
            Cross(client, "X");
            _rig.Pump(client, () => client.Messages('8') == 7);
        }

        // The store is lost: every report of the session is made again from the journal.
        Func<LinkOptions, LinkOptions> before = _rig.Change;
        _rig.Change = options =>
        {
            File.Delete(Path.Combine(_rig.DataFolder, "sessions", "CLIENT.session"));
            return before(options);
        };
        _rig.CrashAndStart();
        _seen.Clear();
        using FixClient again = Reset();
        _rig.Pump(again, () => again.Messages('8') == 7);
        Assert.Equal(["L1 L -", "L2 L -", "L3 L -", "x1 - X", "x2 - X", "x1 - X", "x2 - X"], Reports().Select(Text));

        again.Send("M", "66=L|");
        again.Send("K", "66=L|");
        _rig.Pump(again, () => again.Messages('N') == 3);
        Assert.Equal(["L1 0 10", "L2 0 20", "L3 8 0"], VersionListsTests.Orders(_seen.First(message => Field(message, 35) == "N"), 39, 151));
        Assert.Equal(["L1 L -", "L2 L -"], Reports().Skip(7).Select(Text));
    }

    [Fact]
    public void Names_AreInCopies()
    {
        List<string> copies = [];
        using FixClient client = _rig.Connect();
        using FixClient copy = new(_rig.Link.DropCopyEndPoint!, "COPY") { Seen = copies.Add };
        copy.Logon();
        _rig.Pump(copy, () => copy.IsLoggedOn);
        VersionListsTests.Enter(client, "FIX.4.4", "L", "10", "5000");
        Cross(client, "X");
        _rig.Pump(copy, () => copy.Messages('8') == 6);

        Assert.Equal(["L1 L -", "L2 L -", "x1 - X", "x2 - X", "x1 - X", "x2 - X"],
            copies.Where(message => Field(message, 35) == "8").Select(Text));
    }

    [Fact]
    public void Lists_AreKnownAfterAStartFromASnapshot_WithTheNamesOfReplacedOrders()
    {
        using (FixClient client = _rig.Connect(seen: _seen.Add))
        {
            VersionListsTests.Enter(client, "FIX.4.4", "L", "10", "20");
            client.Send("G", "11=R|41=L1|55=TEST|54=1|38=15|40=2|44=97|");
            _rig.Pump(client, () => client.Messages('8') == 3);
            Assert.Equal("L", Field(_seen[^1], 66));
        }

        _rig.Restart();
        using FixClient again = Reset();
        _seen.Clear();
        again.Send("M", "66=L|");
        _rig.Pump(again, () => again.Messages('N') == 1);
        Assert.Equal(["R 0 15", "L2 0 20"], VersionListsTests.Orders(_seen.First(message => Field(message, 35) == "N"), 39, 151));
    }

    [Fact]
    public void List_OfANameThatIsThere_OrThatNobodyKnows_IsRefusedByName()
    {
        using FixClient client = _rig.Connect(seen: _seen.Add);
        VersionListsTests.Enter(client, "FIX.4.4", "L", "10");
        VersionListsTests.Enter(client, "FIX.4.4", "L", "10");
        client.Send("M", "66=other|");
        client.Send("K", "66=other|");
        client.Send("L", "66=other|");
        _rig.Pump(client, () => client.Messages('j') == 3);

        Assert.Equal(("7", "ListID (66) is that of another list: give each one of its own"), (Field(_seen[2], 431), Field(_seen[2], 444)));
        Assert.All(_seen.Where(message => Field(message, 35) == "j"),
            refusal => Assert.Equal(("1", "other"), (Field(refusal, 380), Field(refusal, 379))));
        Assert.Equal(1, _rig.Link.Status().WorkingOrders);
    }

    [Fact]
    public void ListThatWaits_IsDroppedWithTheSession_OrByItsCancel()
    {
        using (FixClient client = _rig.Connect(seen: _seen.Add))
        {
            for (int number = 0; number <= HeldLists.ListsMax; number++)
            {
                client.Send("E", $"66=W{number}|394=3|433=2|68=1|73=1|11=w{number}|67=1|1=A|55=TEST|54=1|38=10|40=2|44=98|");
            }

            client.Send("K", "66=W1|");
            client.Send("M", "66=W1|");
            _rig.Pump(client, () => client.Messages('j') == 1);
            List<string> told = [.. _seen.Where(message => Field(message, 35) == "N").Select(status => $"{Field(status, 66)} {Field(status, 431)}")];
            Assert.Equal([.. Enumerable.Range(0, HeldLists.ListsMax).Select(number => $"W{number} 2"), "W8 7", "W1 6"], told);
        }

        _seen.Clear();
        using FixClient again = Reset();
        again.Send("L", "66=W0|");
        _rig.Pump(again, () => again.Messages('j') == 1);
        Assert.Equal(0, _rig.Link.Status().WorkingOrders);
    }

    private IEnumerable<string> Reports() => _seen.Where(message => Field(message, 35) == "8");

    private FixClient Reset()
    {
        FixClient client = new(_rig.Link.FixEndPoint, "CLIENT") { Seen = _seen.Add };
        client.Logon(isReset: true);
        _rig.Pump(client, () => client.IsLoggedOn);
        return client;
    }

    private static void Cross(FixClient client, string name) => client.Send("s",
        $"548={name}|549=1|550=0|552=2|54=1|11=x1|1=A|38=10|54=2|11=x2|1=B|38=10|55=TEST|40=2|44=100|");

    private static string Text(string report) => $"{Field(report, 11)} {Field(report, 66)} {Field(report, 548)}";
}
