using Peregrine.Gateway.Recovery;
using Peregrine.Journal;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests;

/// <summary>The session stores held against the journal: what one lacks the other makes again,
/// or the start is refused with what is missing.</summary>
public class SessionRecoveryTests
{
    [Fact]
    public void Journal_ShorterThanAStoreProves_IsRefusedByNameAndLeftAsItWas()
    {
        using LinkRig rig = new();
        Trade(rig, first: 1, pairs: 50);
        rig.Link.Dispose();
        string segment = CutInHalf(rig);
        byte[] before = File.ReadAllBytes(segment);

        DataFolderException fault = Assert.Throws<DataFolderException>(rig.Restart);

        Assert.Contains("CLIENT.session holds ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--accept-lost-commands", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(segment));
    }

    [Fact]
    public void Journal_ShorterThanAStoreProves_WhenAccepted_TellsTheClientAndUsesNoIdTwice()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        (long nextOut, long nextIn) = Trade(rig, first: 1, pairs: 50, seen.Add);
        long lastExecId = rig.Link.Core.LastExecId;
        rig.Link.Dispose();
        _ = CutInHalf(rig);
        Func<LinkOptions, LinkOptions> change = rig.Change;
        rig.Change = options => change(options) with { AcceptLostCommands = true };

        rig.Restart();
        rig.Change = change;
        rig.Restart();

        List<string> after = [];
        using FixClient client = rig.Connect(nextOut, nextIn, after.Add);
        client.New(9_001, '1', "A"u8, 9_000, 1);
        rig.Pump(client, () => client.Reports('0') == 1);
        Assert.Single(after, message => message.Contains("|35=B|", StringComparison.Ordinal)
            && message.Contains("is void", StringComparison.Ordinal));
        Assert.True(client.LastExecId > lastExecId, $"{client.LastExecId} is above {lastExecId}, which was told");
    }

    [Fact]
    public void Journal_Missing_BesideAStoreThatWasUsed_IsRefused()
    {
        using LinkRig rig = new();
        Trade(rig, first: 1, pairs: 5);
        rig.Link.Dispose();
        Directory.Delete(Path.Combine(rig.DataFolder, "journal"), recursive: true);

        DataFolderException fault = Assert.Throws<DataFolderException>(rig.Restart);

        Assert.Contains("journal ends with command 0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("CLIENT.session", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshot_AheadOfTheJournal_IsRefused_AndSetAsideWhenAccepted()
    {
        using LinkRig rig = new();
        Trade(rig, first: 1, pairs: 50);
        _ = Snapshotter.Take(new SnapshotRequest(Path.Combine(rig.DataFolder, "journal"), Path.Combine(rig.DataFolder, "snapshots"), Keep: 2));
        string snapshot = Directory.GetFiles(Path.Combine(rig.DataFolder, "snapshots"), "*.snapshot").Single();
        rig.Link.Dispose();
        File.Delete(Path.Combine(rig.DataFolder, "sessions", "CLIENT.session"));
        _ = CutInHalf(rig);

        DataFolderException fault = Assert.Throws<DataFolderException>(rig.Restart);

        Assert.Contains(snapshot, fault.Message, StringComparison.Ordinal);
        Func<LinkOptions, LinkOptions> change = rig.Change;
        rig.Change = options => change(options) with { AcceptLostCommands = true };
        rig.Restart();
        Assert.True(File.Exists(snapshot + ".ahead"));
        rig.Change = change;
        rig.Restart();
    }

    [Fact]
    public void Journal_OfAnotherLink_IsRefusedByBothNames()
    {
        using LinkRig rig = new();
        using LinkRig other = new();
        Trade(rig, first: 1, pairs: 5);
        Trade(other, first: 1, pairs: 9);
        rig.Link.Dispose();
        other.Link.Dispose();
        string journal = Path.Combine(rig.DataFolder, "journal");
        Directory.Delete(journal, recursive: true);
        LinkRig.Copy(Path.Combine(other.DataFolder, "journal"), journal);

        DataFolderException fault = Assert.Throws<DataFolderException>(rig.Restart);

        Assert.Contains("are not of one link", fault.Message, StringComparison.Ordinal);
        Assert.Contains("CLIENT.session is of link", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Store_Deleted_OrDamaged_IsMadeAgain_AndTheClientGetsEverythingUnderTheSameNumbers(bool isDamaged)
    {
        using LinkRig rig = new();
        List<string> first = [];
        (long nextOut, long nextIn) = Trade(rig, first: 1, pairs: 60, first.Add);
        rig.Link.Dispose();
        string store = Path.Combine(rig.DataFolder, "sessions", "CLIENT.session");
        if (isDamaged)
        {
            byte[] bytes = File.ReadAllBytes(store);
            bytes[24] ^= 0x10;
            File.WriteAllBytes(store, bytes);
        }
        else
        {
            File.Delete(store);
        }

        rig.Restart();

        List<string> again = [];
        using FixClient client = rig.Connect(nextOut, nextIncoming: 1, again.Add);
        rig.Pump(client, () => client.NextIncoming > nextIn);
        Assert.Equal(Reports(first), Reports(again));
        Assert.Equal(isDamaged, File.Exists(store + ".damaged"));
    }

    [Fact]
    public void Store_Deleted_AndLoggedOnWithReset_TellsEveryReportAgainAsPossiblyRepeated()
    {
        using LinkRig rig = new();
        List<string> first = [];
        _ = Trade(rig, first: 1, pairs: 60, first.Add);
        rig.Link.Dispose();
        File.Delete(Path.Combine(rig.DataFolder, "sessions", "CLIENT.session"));
        rig.Restart();

        List<string> again = [];
        using FixClient client = new(rig.Link.FixEndPoint, "CLIENT") { Seen = again.Add };
        client.Logon(isReset: true);
        rig.Pump(client, () => Reports(again).Count == Reports(first).Count);

        Assert.Equal(Reports(first).Select(report => report.ExecId), Reports(again).Select(report => report.ExecId));
        Assert.All(again.Where(message => message.Contains("|35=8|", StringComparison.Ordinal)), report =>
        {
            Assert.Contains("|97=Y|", report, StringComparison.Ordinal);
            Assert.DoesNotContain("|43=Y|", report, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Client_AwayForMoreThanItsStoreHolds_GetsEveryReportOnce(bool isReset)
    {
        using LinkRig rig = new(change: options =>
            options with { SessionStoreBytes = 64 << 10, Sessions = [new ClientSession("CLIENT", [0]), new ClientSession("OTHER", [1])] });
        int fills = ProofSize.Of(1_500, 20_000);
        List<string> seen = [];
        long nextOut;
        long nextIn;
        using (FixClient client = rig.Connect(seen: seen.Add))
        {
            client.New(1, '1', "A"u8, 10_000, 1_000);
            client.New(2, '1', "A"u8, 10_000, 1_000);
            rig.Pump(client, () => client.Reports('0') == 2);
            (nextOut, nextIn) = (client.NextOutgoing, client.NextIncoming);
        }

        using (FixClient other = rig.Connect(compId: "OTHER"))
        {
            for (int order = 0; order < fills; order++)
            {
                other.New(10 + order, '2', "B"u8, 10_000, 1);
                rig.Pump(other, () => other.Reports('F') > order);
            }
        }

        using FixClient back = isReset
            ? new(rig.Link.FixEndPoint, "CLIENT") { Seen = seen.Add }
            : new(rig.Link.FixEndPoint, "CLIENT", nextOut, nextIn) { Seen = seen.Add };
        back.Logon(isReset);
        int expected = 2 + Math.Min(fills, 2_000);
        rig.Pump(back, () => Reports(seen).Count >= expected || back.IsClosed);

        List<(long ExecId, string Text)> reports = Reports(seen);
        Assert.True(expected == reports.Count, string.Join(Environment.NewLine, rig.Log.Concat(back.Raw.TakeLast(5))));
        Assert.Equal(expected, reports.Select(report => report.ExecId).Distinct().Count());
        Assert.True(reports.Select(report => report.ExecId).SequenceEqual(reports.Select(report => report.ExecId).Order()), "in their order");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Client_ThatSawALogonOnly_AndThenResets_IsToldWhatCameWhileItWasAway(bool isRefused)
    {
        using LinkRig rig = new(change: options => options with { Sessions = [new ClientSession("CLIENT", [0]), new ClientSession("OTHER", [1])] });
        List<string> seen = [];
        (long nextOut, long nextIn) = (0, 0);
        using (FixClient client = rig.Connect(seen: seen.Add))
        {
            client.New(1, '1', "A"u8, 10_000, 1_000);
            rig.Pump(client, () => client.Reports('0') == 1);
            (nextOut, nextIn) = (client.NextOutgoing, client.NextIncoming);
        }

        using (FixClient other = rig.Connect(compId: "OTHER"))
        {
            for (int order = 0; order < 20; order++)
            {
                other.New(10 + order, '2', "B"u8, 10_000, 1);
            }

            rig.Pump(other, () => other.Reports('F') == 20);
        }

        // Its number is too low: a Logout says so. Or it is right, and the client goes before it has asked for anything.
        using (FixClient brief = new(rig.Link.FixEndPoint, "CLIENT", isRefused ? 1 : nextOut, nextIn + 1_000) { Seen = _ => { } })
        {
            brief.Logon();
            rig.Pump(brief, () => brief.Raw.Count > 0);
        }

        using FixClient back = new(rig.Link.FixEndPoint, "CLIENT") { Seen = seen.Add };
        back.Logon(isReset: true);
        rig.Pump(back, () => Reports(seen).Count == 21 || back.IsClosed);
        Assert.Equal(21, Reports(seen).Select(report => report.ExecId).Distinct().Count());
    }

    [Fact]
    public void Incoming_AfterACrash_IsWhatTheJournalHolds_AlsoWhereTheStoreLags()
    {
        using LinkRig rig = new(Durability.Fsync);
        Trade(rig, first: 1, pairs: 10);
        SessionStatus reached = rig.Link.Status().Sessions[0];
        rig.Link.Dispose();

        // As if the process had died between a command and the store of its number: the places of the next number are of earlier.
        string store = Path.Combine(rig.DataFolder, "sessions", "CLIENT.session");
        using (Fix.Net.FileSessionStore opened = Fix.Net.FileSessionStore.Open(store, 1 << 20, new Fix.Net.SessionStoreOwner("PEREGRINE", "CLIENT")))
        {
            opened.NextIncoming = 5;
        }

        rig.Restart();

        Assert.Equal(reached.NextIncoming, rig.Link.Status().Sessions[0].NextIncoming);
    }

    [Fact]
    public void Stores_Swapped_AreRefusedByName()
    {
        using LinkRig rig = new(change: options => options with { Sessions = [new ClientSession("CLIENT", [0]), new ClientSession("OTHER", [1])] });
        Trade(rig, first: 1, pairs: 3);
        rig.Link.Dispose();
        string folder = Path.Combine(rig.DataFolder, "sessions");
        File.Move(Path.Combine(folder, "CLIENT.session"), Path.Combine(folder, "swap"));
        File.Move(Path.Combine(folder, "OTHER.session"), Path.Combine(folder, "CLIENT.session"));
        File.Move(Path.Combine(folder, "swap"), Path.Combine(folder, "OTHER.session"));

        IOException fault = Assert.ThrowsAny<IOException>(rig.Restart);

        Assert.Contains("CLIENT.session is that of PEREGRINE with OTHER", fault.Message, StringComparison.Ordinal);
    }

    private static (long NextOut, long NextIn) Trade(LinkRig rig, int first, int pairs, Action<string>? seen = null)
    {
        SessionStatus session = rig.Link.Status().Sessions[0];
        using FixClient client = rig.Connect(session.NextIncoming, session.NextOutgoing, seen ?? (_ => { }));
        for (int pair = 0; pair < pairs; pair++)
        {
            client.New(first + (2 * pair), '1', "A"u8, 10_000, 3);
            client.New(first + (2 * pair) + 1, '2', "A"u8, 10_050, 3);
            if (pair % 7 == 0)
            {
                client.Send("1", "112=between");
                client.Send("D", "11=bad|55=TEST|54=1|38=1|40=2|44=100.00|1=NOBODY");
            }

            rig.Pump(client, () => client.Reports('0') >= (2 * pair) + 2);
        }

        return (client.NextOutgoing, client.NextIncoming);
    }

    private static string CutInHalf(LinkRig rig)
    {
        string segment = Directory.GetFiles(Path.Combine(rig.DataFolder, "journal"), "*.journal").Single();
        byte[] bytes = File.ReadAllBytes(segment);
        int end = Array.FindLastIndex(bytes, value => value != 0);
        bytes.AsSpan(end / 2).Clear();
        File.WriteAllBytes(segment, bytes);
        return segment;
    }

    private static List<(long ExecId, string Text)> Reports(List<string> messages) =>
    [
        .. messages.Where(message => message.Contains("|35=8|", StringComparison.Ordinal)).Select(message =>
            (long.Parse(message.Split("|17=")[1].Split('|')[0], System.Globalization.CultureInfo.InvariantCulture),
            message[message.IndexOf("|37=", StringComparison.Ordinal)..^8])),
    ];
}
