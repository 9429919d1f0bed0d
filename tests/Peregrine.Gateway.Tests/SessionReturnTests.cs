using System.Buffers.Binary;
using Peregrine.Fix.Net;
using Peregrine.Journal;
using Peregrine.Linux.Files;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;

namespace Peregrine.Gateway.Tests;

/// <summary>Clients that come back: to reports that are made again from a snapshot on, several at a time, behind a loss,
/// and with new numbers.</summary>
public class SessionReturnTests
{
    private const int OrderCount = 20;

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void Reports_AskedForAroundASnapshot_AreTheSameAsBefore(int behind)
    {
        using LinkRig rig = new();
        List<string> first = [];
        long atSnapshot;
        using (FixClient client = rig.Connect(seen: first.Add))
        {
            Enter(rig, client, 1);
            _ = Snapshotter.Take(new SnapshotRequest(Path.Combine(rig.DataFolder, "journal"), Path.Combine(rig.DataFolder, "snapshots"), Keep: 2));
            atSnapshot = client.NextIncoming - 1;
            Enter(rig, client, 1 + OrderCount);
        }

        Lose(rig, "CLIENT");
        List<string> again = [];
        long wanted = atSnapshot + behind;

        using FixClient back = rig.Connect(rig.Link.Status().Sessions[0].NextIncoming, wanted, again.Add);
        rig.Pump(back, () => Reports(again).Count == Reports(first).Count + 1 - (int)(wanted - 1));

        Assert.Equal(Reports(first).Skip((int)(wanted - 2)), Reports(again));
    }

    [Fact]
    public void Clients_MoreThanAreServedAtATime_AllGetEverything()
    {
        string[] names = ["CLIENT", "SECOND", "THIRD", "FOURTH"];
        using LinkRig rig = new(change: options => options with { Sessions = [.. names.Select(name => new ClientSession(name, [0]))] });
        Dictionary<string, List<string>> first = [];
        foreach (string name in names)
        {
            using FixClient client = rig.Connect(seen: (first[name] = []).Add, compId: name);
            Enter(rig, client, 1);
        }

        rig.Link.Dispose();
        Array.ForEach(names, name => File.Delete(Path.Combine(rig.DataFolder, "sessions", $"{name}.session")));
        rig.Restart();

        Dictionary<string, List<string>> again = [];
        FixClient[] back = [.. names.Select(
            (name, index) => rig.Connect(rig.Link.Status().Sessions[index].NextIncoming, nextIncoming: 1, (again[name] = []).Add, name))];
        foreach ((FixClient client, string name) in back.Zip(names))
        {
            rig.Pump(client, () =>
            {
                Array.ForEach(back, other => other.Receive());
                return Reports(again[name]).Count == OrderCount;
            });
            Assert.Equal(Reports(first[name]), Reports(again[name]));
        }

        Array.ForEach(back, client => client.Dispose());
    }

    [Fact]
    public void Loss_IsToldAgainToAClientThatBeginsWithNewNumbers_UntilItGoesOn()
    {
        using LinkRig rig = LosingRig(out long lastExecId);
        List<string> seen = [];
        SessionStatus session = rig.Link.Status().Sessions[0];
        using (FixClient client = rig.Connect(session.NextIncoming, session.NextOutgoing, seen.Add))
        {
            rig.Pump(client, () => News(seen) == 1);
        }

        using (FixClient client = new(rig.Link.FixEndPoint, "CLIENT") { Seen = seen.Add })
        {
            client.Logon(isReset: true);
            rig.Pump(client, () => News(seen) == 2);
            client.New(9_001, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => seen.Any(message => message.Contains("|11=9001|", StringComparison.Ordinal)));
            Assert.True(client.LastExecId > lastExecId, $"{client.LastExecId} is above {lastExecId}, which was told, also in the run that lost it");
        }

        using (FixClient client = new(rig.Link.FixEndPoint, "CLIENT") { Seen = seen.Add })
        {
            client.Logon(isReset: true);
            client.New(9_002, '1', "A"u8, 9_000, 1);
            rig.Pump(client, () => seen.Any(message => message.Contains("|11=9002|", StringComparison.Ordinal)));
        }

        Assert.Equal(2, News(seen));
    }

    [Fact]
    public void Number_ThatNobodyKnowsAnyMore_EndsTheSessionWithTheReason_AndFillsNothing()
    {
        using LinkRig rig = new();
        using (FixClient client = rig.Connect())
        {
            Enter(rig, client, 1);
        }

        rig.Link.Dispose();
        using (FileSessionStore store =
            FileSessionStore.Open(Path.Combine(rig.DataFolder, "sessions", "CLIENT.session"), 1 << 20, new SessionStoreOwner("PEREGRINE", "CLIENT")))
        {
            // A reset that the journal was not told of, and numbers behind it whose messages the store has no more.
            store.Reset(store.Mark);
            store.GoOnFrom(30, store.Mark);
        }

        rig.Restart();
        using FixClient back = new(rig.Link.FixEndPoint, "CLIENT", rig.Link.Status().Sessions[0].NextIncoming) { Seen = _ => { } };
        back.Logon();
        rig.Pump(back, () => back.IsClosed);

        Assert.Contains(back.Raw, message => message.Contains("|35=5|", StringComparison.Ordinal)
            && message.Contains("|58=message 1 was asked for and is kept no more", StringComparison.Ordinal));
        Assert.DoesNotContain(back.Raw, message => message.Contains("|35=4|", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void NextIncoming_OfTheStore_IsNeverBeyondWhatIsDurable(Durability durability)
    {
        using LinkRig rig = new(durability);
        using FixClient client = rig.Connect();
        long before = rig.Link.Status().Sequence;
        string path = Path.Combine(rig.DataFolder, "sessions", "CLIENT.session");
        for (int order = 0; order < 10 * OrderCount; order++)
        {
            client.New(1 + order, '1', "A"u8, 10_000, 1);
            Assert.True(rig.Link.TryPass());
            client.Receive();
            long saved = SavedIncoming(path);
            long durable = rig.Link.Status().DurableSequence;

            // 1 was the Logon, each command one message.
            Assert.True(saved <= 2 + durable - before,
                $"order {order}: the client's next number is {saved} in its store, and {durable - before} commands are durable");
        }

        rig.Pump(client, () => client.Reports('0') == 10 * OrderCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Reset_IsNotedUnderTheCountItBegins_WithWhatWasSent(int tradesMeanwhile)
    {
        using LinkRig rig = new(change: options => options with { Sessions = [new ClientSession("CLIENT", [0]), new ClientSession("OTHER", [1])] });
        using (FixClient client = rig.Connect())
        {
            Enter(rig, client, 1);
        }

        using (FixClient other = rig.Connect(compId: "OTHER"))
        {
            rig.Pump(other, () => rig.Link.Status().Sessions[0].State != Fix.Session.FixSessionState.LoggedOn);
            for (int trade = 0; trade < tradesMeanwhile; trade++)
            {
                other.New(1 + trade, '2', "B"u8, 10_000, 1);
            }

            rig.Pump(other, () => other.Reports('F') == tradesMeanwhile);
        }

        using (FixClient client = new(rig.Link.FixEndPoint, "CLIENT"))
        {
            client.Logon(isReset: true);
            rig.Pump(client, () => client.IsLoggedOn);
        }

        rig.Link.Dispose();
        NoteReader notes = new();
        _ = JournalReader.Scan(Path.Combine(rig.DataFolder, "journal"), notes);

        SessionNote goesOn = notes.Notes.Last(note => note.Kind == SessionNoteKind.GoesOn);
        Assert.Equal((1, 1, OrderCount, 1, OrderCount), (goesOn.Resets, goesOn.Number, goesOn.Mark, goesOn.NextIncoming, goesOn.SentMark));
    }

    [Fact]
    public void Report_OfAClientThatIsAway_HoldsBackWhatCountsAsSent_JustBeforeItsCommand()
    {
        using LinkRig rig = new(change: options => options with { Sessions = [new ClientSession("CLIENT", [0]), new ClientSession("OTHER", [1])] });
        using (FixClient client = rig.Connect())
        {
            Enter(rig, client, 1);
        }

        SessionStatus away = rig.Link.Status().Sessions[0];
        using FixClient other = rig.Connect(compId: "OTHER");
        rig.Pump(other, () => rig.Link.SentSequence == long.MaxValue && rig.Link.Status().Sessions[0].State != Fix.Session.FixSessionState.LoggedOn);
        long before = rig.Link.Status().Sequence;
        other.New(1, '2', "B"u8, 10_000, 1);
        rig.Pump(other, () => other.Reports('F') == 1 && rig.Link.SentSequence != long.MaxValue);
        long held = rig.Link.SentSequence;

        using FixClient back = rig.Connect(away.NextIncoming, away.NextOutgoing);
        rig.Pump(back, () => back.Reports('F') == 1 && rig.Link.SentSequence == long.MaxValue);

        // The command right before the one whose report nobody was given.
        Assert.Equal(before, held);
    }

    private static void Enter(LinkRig rig, FixClient client, long number)
    {
        long before = client.Reports('0');
        for (int order = 0; order < OrderCount; order++)
        {
            client.New(number + order, '1', "A"u8, 10_000, 1);
        }

        rig.Pump(client, () => client.Reports('0') == before + OrderCount);
    }

    private static void Lose(LinkRig rig, string compId)
    {
        rig.Link.Dispose();
        File.Delete(Path.Combine(rig.DataFolder, "sessions", $"{compId}.session"));
        rig.Restart();
    }

    // It traded, and went on without the second half of its journal.
    private static LinkRig LosingRig(out long lastExecId)
    {
        LinkRig rig = new();
        using (FixClient client = rig.Connect())
        {
            Enter(rig, client, 1);
            lastExecId = client.LastExecId;
        }

        rig.Link.Dispose();
        string segment = Directory.GetFiles(Path.Combine(rig.DataFolder, "journal"), "*.journal").Single();
        byte[] bytes = File.ReadAllBytes(segment);
        bytes.AsSpan(Array.FindLastIndex(bytes, value => value != 0) / 2).Clear();
        File.WriteAllBytes(segment, bytes);
        Func<LinkOptions, LinkOptions> change = rig.Change;
        rig.Change = options => change(options) with { AcceptLostCommands = true };
        rig.Restart();
        return rig;
    }

    private static int News(List<string> seen) => seen.Count(message => message.Contains("|35=B|", StringComparison.Ordinal));

    private static List<string> Reports(List<string> messages) =>
    [
        .. messages.Where(message => message.Contains("|35=8|", StringComparison.Ordinal)).Select(message =>
            $"{message.Split("|34=")[1].Split('|')[0]} {message[message.IndexOf("|37=", StringComparison.Ordinal)..^8]}"),
    ];

    // From the file itself, which the link has mapped: docs/wire/session-store-v2.md.
    private static long SavedIncoming(string path)
    {
        using LinuxFile file = LinuxFile.Open(path);
        byte[] header = new byte[4_096];
        Assert.Equal(header.Length, file.Read(header, 0).Value);
        (long generation, long next)[] places = [.. new[] { 1_024, 2_048 }.Select(at =>
            (BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(at)), BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(at + 8))))];
        return places.MaxBy(place => place.generation).next;
    }

    private sealed class NoteReader : IJournalVisitor
    {
        public List<SessionNote> Notes { get; } = [];

        public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
        {
            if (header.Type == JournalRecordType.SessionNote && SessionNote.TryDecode(payload, out SessionNote note))
            {
                Notes.Add(note);
            }
        }
    }
}
