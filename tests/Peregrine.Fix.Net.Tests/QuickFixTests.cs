using System.Net;
using System.Net.Sockets;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net.Tests;

/// <summary>Sessions with QuickFIX C++ both ways, either side killed and come back: nothing is lost or doubled.</summary>
public sealed class QuickFixTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quickfix-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Acceptor_OfTheirs_KilledInBetween_GetsEveryOrderOnce() => PlayInitiator("FIX.4.4", "", 3_000);

    [Fact]
    public void Initiator_OfTheirs_AndOursThatDies_LoseNoOrder() => PlayAcceptor("FIX.4.4", "", 3_000);

    [Theory]
    [Trait("Size", "Long")]
    [InlineData("FIX.4.0", "")]
    [InlineData("FIX.4.1", "")]
    [InlineData("FIX.4.2", "")]
    [InlineData("FIX.4.3", "")]
    [InlineData("FIX.4.4", "")]
    [InlineData("FIXT.1.1", "7")]
    [InlineData("FIXT.1.1", "8")]
    [InlineData("FIXT.1.1", "9")]
    public void Sessions_OfEveryVersion_LoseAndDoubleNothing(string version, string applVerId)
    {
        PlayInitiator(version, applVerId, 10_000);
        PlayAcceptor(version, applVerId, 10_000);
    }

    private void PlayInitiator(string version, string applVerId, int orders)
    {
        int port = FreePort();
        Desk desk = new();
        using EventLoop loop = new(new EventLoopOptions { OutputBytesMax = 1 << 18 });
        using FileSessionStore store = Store("OURS", "THEIRS", version + applVerId);
        FixSession session = new(Options("OURS", "THEIRS", version, applVerId) with { IsInitiator = true }, store, desk);
        FixInitiatorOptions connection = new() { EndPoint = new IPEndPoint(IPAddress.Loopback, port), ReconnectMs = 20 };
        using FixInitiator initiator = new(loop, connection, session);
        HashSet<long> seen = [];
        int repeated = 0;
        int killed = 0;
        PeerProcess peer = Theirs("acceptor", port, version, applVerId, "THEIRS", "OURS");
        long startNs = Clock.MonotonicNs;
        for (int sent = 0; seen.Count < orders;)
        {
            Assert.True(Clock.MonotonicNs - startNs < 120_000_000_000, $"{version}: {seen.Count} of {orders}: {session.LastEndReason}");
            for (int batch = 0; batch < 50 && sent < orders && sent < seen.Count + 2_000; batch++)
            {
                Send(session, ++sent);
            }

            _ = loop.Poll(1);
            initiator.OnTick(Clock.UnixNs);
            initiator.Continue(Clock.UnixNs);
            loop.FlushAll();
            session.SaveIncoming();
            peer.Read();
            repeated += peer.TakeOrders().Count(order => !seen.Add(order));
            if (killed < 2 && seen.Count > orders * (killed + 1) / 3)
            {
                killed++;
                peer.Dispose();
                repeated += peer.TakeOrders().Count(order => !seen.Add(order));
                peer = Theirs("acceptor", port, version, applVerId, "THEIRS", "OURS");
            }
        }

        peer.Dispose();
        Assert.Equal(orders, seen.Max());

        // It prints an order before it writes down that it has it.
        Assert.InRange(repeated, 0, killed);
    }

    private void PlayAcceptor(string version, string applVerId, int orders)
    {
        int port = FreePort();
        Desk desk = new();
        using PeerProcess peer = Theirs("initiator", port, version, applVerId, "THEIRS2", "OURS");
        peer.Say($"send 1 {orders}");
        for (int life = 1; life <= 3; life++)
        {
            RunAcceptor(port, version, applVerId, desk, peer, until: life == 3 ? orders : orders * life / 3);

            // What was received and not saved is received again.
            if (life < 3)
            {
                desk.Die();
            }
        }

        Assert.Equal(Enumerable.Range(1, orders).Select(number => (long)number), desk.Received);
    }

    private void RunAcceptor(int port, string version, string applVerId, Desk desk, PeerProcess peer, int until)
    {
        using EventLoop loop = new(new EventLoopOptions());
        using FixAcceptor acceptor = new(loop, new FixAcceptorOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, port), CompId = "OURS" });
        using FileSessionStore store = Store("OURS", "THEIRS2", version + applVerId);
        FixSession session = new(Options("OURS", "THEIRS2", version, applVerId), store, desk);
        acceptor.Add(session);
        long startNs = Clock.MonotonicNs;
        while (desk.Received.Count < until)
        {
            Assert.True(Clock.MonotonicNs - startNs < 120_000_000_000,
                $"{version}: {desk.Received.Count} of {until}: {session.LastEndReason} {string.Join(' ', peer.Told)}");
            _ = loop.Poll(5);
            acceptor.OnTick(Clock.UnixNs);
            acceptor.Continue(Clock.UnixNs);
            loop.FlushAll();
            peer.Read();
            if (desk.Received.Count % 7 == 0)
            {
                session.SaveIncoming();
                desk.Save();
            }
        }
    }

    private static void Send(FixSession session, long number)
    {
        FixWriter writer = session.BeginMessage("D"u8, Clock.UnixNs);
        writer.Add(Tag.ClOrdId, number);
        writer.Add(Tag.Symbol, "ACME"u8);
        writer.Add(Tag.Side, '1');
        Assert.True(session.TryEndMessage(ref writer, number), "it fits");
    }

    private static FixSessionOptions Options(string compId, string peer, string version, string applVerId) =>
        new() { CompId = compId, PeerCompId = peer, BeginString = version, DefaultApplVerId = applVerId, HeartbeatSeconds = 10 };

    private FileSessionStore Store(string compId, string peer, string version) =>
        FileSessionStore.Open(Path.Combine(_folder.FullName, $"{peer}-{version}.session"), 16 << 20, new SessionStoreOwner(compId, peer));

    private PeerProcess Theirs(string role, int port, string version, string applVerId, string sender, string target) =>
        new(role, port, version, applVerId, _folder.CreateSubdirectory($"their-{role}-{version}{applVerId}").FullName, sender, target);

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class Desk : IFixApplication
    {
        private int _saved;

        public List<long> Received { get; } = [];

        public void Save() => _saved = Received.Count;

        public void Die() => Received.RemoveRange(_saved, Received.Count - _saved);

        public bool OnMessage(FixSession session, in FixMessage message)
        {
            _ = message.TryGetLong(Tag.ClOrdId, out long number);
            Received.Add(number);
            return true;
        }

        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }
    }
}
