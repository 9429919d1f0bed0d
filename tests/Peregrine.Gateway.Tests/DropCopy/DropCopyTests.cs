using System.Net;
using Peregrine.Sequencing.Sessions;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.DropCopy;

/// <summary>Who sees every report of every session, and what they see after they were away, and after a crash.</summary>
public sealed class DropCopyTests : IDisposable
{
    private readonly LinkRig _rig = new(change: options => options with
    {
        Sessions = [new ClientSession("CLIENT", [0, 1]), new ClientSession("OTHER", [0, 1])],
        DropCopySessions = ["WATCH", "LATER"],
        DropCopyEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
    });

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Reports_OfEverySession_AreCopiedAsTheyWereTold()
    {
        (List<string> told, List<string> toldOther, List<string> copied) = ([], [], []);
        using FixClient watch = Watch(copied);
        using FixClient client = _rig.Connect(seen: told.Add);
        using FixClient other = _rig.Connect(seen: toldOther.Add, compId: "OTHER");

        Trade(client, other, 10);
        client.Cancel(500, 499, '1');
        Pump(watch, () => client.Messages('9') == 1 && Copies(copied).Count == Copies(told).Count + Copies(toldOther).Count, client, other);

        Assert.Equal(Copies(told).Concat(Copies(toldOther)).OrderBy(ExecId), Copies(copied).OrderBy(ExecId));
        List<long> ids = [.. Copies(copied).Select(ExecId).Where(id => id > 0)];
        Assert.Equal(ids.Order(), ids);
        Assert.All(copied.Where(IsReport), copy => Assert.Contains(Field(copy, 115), new[] { "CLIENT", "OTHER" }));
        Assert.Contains(copied, copy => Field(copy, 35) == "9" && Field(copy, 11) == "500");
    }

    [Fact]
    public void Reports_OfWhenItWasAway_ComeWhenItAsks()
    {
        List<string> copied = [];
        (long Out, long In) next;
        using FixClient client = _rig.Connect();
        using (FixClient watch = Watch(copied))
        {
            Enter(client, 1);
            Pump(watch, () => Copies(copied).Count == 1, client);
            next = (watch.NextOutgoing, watch.NextIncoming);
        }

        Enter(client, 2);
        Enter(client, 3);
        using FixClient again = Watch(copied, next.Out, next.In);
        Pump(again, () => Copies(copied).Count == 3, client);

        Assert.Equal(["1", "2", "3"], copied.Where(IsReport).Select(copy => Field(copy, 11)));
    }

    [Fact]
    public void Reports_ThatItsStoreDoesNotHaveAfterACrash_FollowFromTheJournal()
    {
        List<string> copied = [];
        (long Out, long In) next;
        string store = Path.Combine(_rig.DataFolder, "dropcopy", "WATCH.session");
        using (FixClient client = _rig.Connect())
        {
            using (FixClient watch = Watch(copied))
            {
                Enter(client, 1);
                Pump(watch, () => Copies(copied).Count == 1, client);
                next = (watch.NextOutgoing, watch.NextIncoming);
            }

            _rig.Pump(client, () => true);
            LinkRig.Copy(store, store + ".old");
            Enter(client, 2);
            Enter(client, 3);
        }

        _rig.Change = Chain(_rig.Change, options =>
        {
            // Between two runs, as if the last pages had never come to the disk.
            File.Move(store + ".old", store, overwrite: true);
            return options;
        });
        _rig.CrashAndStart();
        using FixClient again = Watch(copied, next.Out, next.In);
        Pump(again, () => Copies(copied).Count == 3);

        Assert.Equal(["1", "2", "3"], copied.Where(IsReport).Select(copy => Field(copy, 11)));
    }

    [Fact]
    public void ASessionThatIsNew_BeginsWithWhatHappensFromNowOn_AndTakesNoMessages()
    {
        using (FixClient first = _rig.Connect())
        {
            Enter(first, 1);
        }

        Directory.Delete(Path.Combine(_rig.DataFolder, "dropcopy"), recursive: true);
        _rig.CrashAndStart();
        List<string> copied = [];
        using FixClient watch = Watch(copied);
        using FixClient client = _rig.Connect(3, 3);
        Enter(client, 2);
        watch.Send("D", "11=X|1=A|55=TEST|54=1|38=10|40=2|44=100|");
        Pump(watch, () => watch.Messages('j') == 1 && Copies(copied).Count == 1, client);

        Assert.Equal("2", Field(Assert.Single(copied, IsReport), 11));
    }

    private static Func<LinkOptions, LinkOptions> Chain(Func<LinkOptions, LinkOptions> first, Func<LinkOptions, LinkOptions> then) =>
        options => then(first(options));

    private FixClient Watch(List<string> seen, long nextOutgoing = 1, long nextIncoming = 1)
    {
        FixClient watch = new(_rig.Link.DropCopyEndPoint!, "WATCH", nextOutgoing, nextIncoming) { Seen = seen.Add };
        watch.Logon();
        _rig.Pump(watch, () => watch.IsLoggedOn);
        return watch;
    }

    private void Enter(FixClient client, long number)
    {
        long before = client.Reports('0');
        client.New(number, '1', "A"u8, 9_900, 1);
        _rig.Pump(client, () => client.Reports('0') > before);
    }

    private void Trade(FixClient client, FixClient other, int count)
    {
        for (int order = 0; order < count; order++)
        {
            client.New(order, '1', "A"u8, 10_000, 1);
            other.New(order, '2', "B"u8, 10_000, 1);
            Pump(client, () => client.Reports('F') > order && other.Reports('F') > order, other);
        }
    }

    private void Pump(FixClient client, Func<bool> isDone, params FixClient[] others) => _rig.Pump(client, () =>
    {
        foreach (FixClient other in others)
        {
            other.Receive();
        }

        return isDone();
    });

    private static bool IsReport(string message) => Field(message, 35) is "8" or "9";

    // What a report says, apart from whose session it is in.
    private static List<string> Copies(List<string> messages) => [.. messages.Where(IsReport).Select(message => string.Join('|',
        message.Split('|').Where(field => !IsOfSession(field.Split('=')[0]))))];

    private static bool IsOfSession(string tag) => tag is "8" or "9" or "10" or "34" or "43" or "49" or "52" or "56" or "97" or "115" or "122";

    private static long ExecId(string report) => long.TryParse(Field('|' + report, 17), out long id) ? id : 0;
}
