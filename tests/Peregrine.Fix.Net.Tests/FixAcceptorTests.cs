using Microsoft.Extensions.Logging;
using Peregrine.Fix.Session;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>Sessions over real sockets.</summary>
public class FixAcceptorTests
{
    private static string Order(int answers) => $"11=C1|55=ACME|54=1|38={answers}|40=1|60={DateTime.UtcNow:yyyyMMdd-HH:mm:ss.fff}|";

    [Fact]
    public void Session_LogonHeartbeatLogout_RunsItsCourse()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer peer = new(rig.Acceptor.EndPoint);

        peer.Logon();
        rig.Pump(() => peer.Count("A") == 1, peer);
        peer.Send("1", "112=HELLO|");
        rig.Pump(() => peer.Count("0") == 1, peer);
        peer.Send("D", Order(3));
        rig.Pump(() => peer.Count("8") == 3, peer);
        peer.Send("5", "");
        rig.Pump(() => peer.Count("5") == 1 && peer.IsClosed, peer);

        Assert.Contains("|112=HELLO|", peer.Messages[1], StringComparison.Ordinal);
        Assert.Equal(["logon", "logoff"], rig.Events);
    }

    [Theory]
    [InlineData("STRANGER", "A", "98=0|108=30|")]
    [InlineData("CLIENT", "D", "11=C1|")]
    public void FirstMessage_ThatIsNoLogonOfASession_EndsTheConnectionAndIsLogged(string sender, string type, string body)
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer peer = new(rig.Acceptor.EndPoint);

        peer.Send(type, body, sender);
        rig.Pump(() => peer.IsClosed, peer);

        Assert.Empty(peer.Messages);
        Assert.Equal(1, rig.Acceptor.Counters.UnknownSessions);
        LoggedMessage told = Assert.Single(rig.Log.Messages);
        Assert.Equal((LogLevel.Warning, 4000), (told.Level, told.Id));
        Assert.Contains("refused", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondLogon_WhileTheFirstIsOn_IsRefusedAndTheFirstStays()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer first = new(rig.Acceptor.EndPoint);
        first.Logon();
        rig.Pump(() => first.Count("A") == 1, first);

        using Peer second = new(rig.Acceptor.EndPoint);
        second.Logon();
        rig.Pump(() => second.IsClosed, first, second);

        first.Send("1", "112=STILL HERE|");
        rig.Pump(() => first.Count("0") == 1, first);
    }

    [Fact]
    public void Garbage_BeforeAndBetweenMessages_IsSkippedAndCounted()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer peer = new(rig.Acceptor.EndPoint);

        peer.SendRaw("garbage\r\n");
        peer.Logon();
        rig.Pump(() => peer.Count("A") == 1, peer);
        peer.SendRaw("8=FIX.4.4\u00019=x\u0001");
        peer.Send("1", "112=A|");
        rig.Pump(() => peer.Count("0") == 1, peer);

        Assert.True(rig.Acceptor.Counters.GarbledFrames >= 2);
    }

    [Fact]
    public void Frame_TooLarge_EndsTheSessionWithAWord()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer peer = new(rig.Acceptor.EndPoint);
        peer.Logon();
        rig.Pump(() => peer.Count("A") == 1, peer);

        peer.Send("D", $"58={new string('x', 20_000)}|");
        rig.Pump(() => peer.IsClosed, peer);

        Assert.Contains("larger than 8192 bytes", peer.Messages[^1], StringComparison.Ordinal);
        Assert.Equal(1, rig.Acceptor.Counters.OversizedFrames);
    }

    [Fact]
    public void Connection_WithoutALogonInTime_IsEnded()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer peer = new(rig.Acceptor.EndPoint);
        rig.Pump(() => rig.Acceptor.Counters.Connections == 1, peer);

        rig.Acceptor.OnTick(Clock.UnixNs + 4_000_000_000);
        Assert.Equal(0, rig.Acceptor.Counters.LogonTimeouts);
        rig.Acceptor.OnTick(Clock.UnixNs + 6_000_000_000);

        rig.Pump(() => peer.IsClosed, peer);
        Assert.Equal(1, rig.Acceptor.Counters.LogonTimeouts);
    }

    [Fact]
    public void Connections_WithoutALogon_AreBoundedAndTheOldestGoes()
    {
        using AcceptorRig rig = new(new MemorySessionStore(), options => options with { PendingMax = 4, PendingPerAddressMax = 100 });
        using Peer client = new(rig.Acceptor.EndPoint);
        client.Logon();
        rig.Pump(() => client.Count("A") == 1, client);
        List<Peer> idle = [];
        for (int count = 1; count <= 10; count++)
        {
            idle.Add(new Peer(rig.Acceptor.EndPoint));
            rig.Pump(() => rig.Acceptor.Counters.Connections == 1 + count);
        }

        rig.Pump(() => idle.Take(6).All(peer => peer.IsClosed), [.. idle]);
        client.Send("1", "112=STILL HERE|");
        rig.Pump(() => client.Count("0") == 1, client);

        Assert.Equal(6, rig.Acceptor.Counters.PendingEvictions);
        Assert.DoesNotContain(idle.Skip(6), peer => peer.IsClosed);
        Assert.Single(rig.Log.Lines);
        rig.Acceptor.OnTick(Clock.UnixNs + 2_000_000_000);
        Assert.Contains("(and 4 more like it)", rig.Log.Lines[^1], StringComparison.Ordinal);
        idle.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public void Client_WhileThePortIsFullOfIdleConnections_LogsOn()
    {
        using AcceptorRig rig = new(new MemorySessionStore(), options => options with { PendingMax = 3, PendingPerAddressMax = 100 });
        Peer[] idle = [.. Enumerable.Range(0, 3).Select(_ => new Peer(rig.Acceptor.EndPoint))];
        rig.Pump(() => rig.Acceptor.Counters.Connections == 3);

        using Peer client = new(rig.Acceptor.EndPoint);
        client.Logon();
        rig.Pump(() => client.Count("A") == 1, [client, .. idle]);

        // It counts no more: the next idle one takes the place that the client had.
        using Peer next = new(rig.Acceptor.EndPoint);
        rig.Pump(() => rig.Acceptor.Counters.Connections == 5);
        Assert.Equal(1, rig.Acceptor.Counters.PendingEvictions);
        Array.ForEach(idle, peer => peer.Dispose());
    }

    [Fact]
    public void Address_WithTooManyIdleConnections_LosesItsOwnOldest()
    {
        using AcceptorRig rig = new(new MemorySessionStore(), options => options with { PendingMax = 8, PendingPerAddressMax = 2 });
        using Peer elsewhere = new(rig.Acceptor.EndPoint);
        rig.Pump(() => rig.Acceptor.Counters.Connections == 1);
        Peer[] same = [.. Enumerable.Range(0, 3).Select(_ => new Peer(rig.Acceptor.EndPoint, from: "127.0.0.2"))];

        rig.Pump(() => same[0].IsClosed, [elsewhere, .. same]);

        Assert.Equal(1, rig.Acceptor.Counters.PendingEvictions);
        Assert.False(elsewhere.IsClosed || same[1].IsClosed || same[2].IsClosed, "only one of the address that has too many goes");
        Array.ForEach(same, peer => peer.Dispose());
    }

    [Fact]
    public void Resend_OfAHistoryLargerThanTheOutput_ComesWholeAndInOrder()
    {
        // 800 messages of about 1,000 bytes: six times what may be pending on the connection.
        const int answers = 800;
        using AcceptorRig rig = new(new MemorySessionStore(4_096));
        using Peer peer = new(rig.Acceptor.EndPoint);
        peer.Logon();
        rig.Pump(() => peer.Count("A") == 1, peer);
        peer.Send("D", Order(answers));
        rig.Pump(() => peer.Count("8") == answers, peer);

        peer.Send("2", "7=1|16=0|");
        rig.Pump(() => peer.Count("8") == 2 * answers, peer);

        string[] repeated = [.. peer.Messages.Where(message => message.Contains("|35=8|", StringComparison.Ordinal)
            && message.Contains("|43=Y|", StringComparison.Ordinal))];
        Assert.Equal(answers, repeated.Length);
        Assert.Equal(Enumerable.Range(2, answers),
            repeated.Select(message => int.Parse(message.Split("|34=")[1].Split('|')[0], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Numbers_WithAFileStore_GoOnInTheNextProcess()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("acceptor-test-");
        string path = Path.Combine(folder.FullName, "CLIENT.session");
        using (FileSessionStore store = FileSessionStore.Open(path, 1 << 20, new SessionStoreOwner("BROKER", "CLIENT")))
        {
            using AcceptorRig rig = new(store);
            using Peer peer = new(rig.Acceptor.EndPoint);
            peer.Logon();
            peer.Send("D", Order(2));
            rig.Pump(() => peer.Count("8") == 2, peer);
            rig.Session.SaveIncoming();
        }

        using (FileSessionStore store = FileSessionStore.Open(path, 1 << 20, new SessionStoreOwner("BROKER", "CLIENT")))
        {
            using AcceptorRig rig = new(store);
            using Peer peer = new(rig.Acceptor.EndPoint) { Sequence = 3 };
            peer.Logon();
            rig.Pump(() => peer.Count("A") == 1, peer);

            Assert.Contains("|34=4|", peer.Messages[0], StringComparison.Ordinal);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void Session_ThatIsMadeForALogon_IsOnAndStays()
    {
        List<FixLogonName> asked = [];
        AcceptorRig? rig = null;
        rig = new AcceptorRig(new MemorySessionStore(), options => options with { MakeSession = name =>
        {
            asked.Add(name);
            return name.PeerCompId == "EVIL" ? null
                : new FixSession(new FixSessionOptions { CompId = name.CompId, PeerCompId = name.PeerCompId }, new MemorySessionStore(), rig!);
        } });
        using AcceptorRig owned = rig;
        using Peer evil = new(rig.Acceptor.EndPoint);
        using Peer fresh = new(rig.Acceptor.EndPoint);

        evil.Send("A", "98=0|108=30|", "EVIL");
        fresh.Send("A", "98=0|108=30|", "FRESH");
        rig.Pump(() => evil.IsClosed && fresh.Count("A") == 1, evil, fresh);

        Assert.Equal([("FIX.4.4", "BROKER", "EVIL", ""), ("FIX.4.4", "BROKER", "FRESH", "")],
            asked.Select(name => (name.BeginString, name.CompId, name.PeerCompId, name.DefaultApplVerId)));
        FixSession made = rig.Acceptor.Sessions[^1];
        Assert.Equal(("FRESH", false, false), (made.Options.PeerCompId, made.TryResetNumbers(), rig.Acceptor.Remove(made)));

        fresh.Send("5", "", "FRESH");
        rig.Pump(() => fresh.IsClosed, fresh);
        using Peer again = new(rig.Acceptor.EndPoint);
        again.Sequence = 3;
        again.Send("A", "98=0|108=30|", "FRESH");
        rig.Pump(() => again.Count("A") == 1, again);
        Assert.Equal(2, asked.Count);
        again.Send("5", "", "FRESH");
        rig.Pump(() => again.IsClosed, again);
        Assert.Equal((true, 1L, 1L), (made.TryResetNumbers(), made.NextIncoming, made.NextOutgoing));
        Assert.True(rig.Acceptor.Remove(made), "nobody is on");
    }
}
