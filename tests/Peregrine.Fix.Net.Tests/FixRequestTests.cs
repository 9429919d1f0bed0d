using System.Net;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>What an operator asks of sessions, from another thread than theirs.</summary>
public class FixRequestTests
{
    private const int PendingMax = 64;

    [Fact]
    public async Task Logout_OfAPeerThatIsOn_IsSaidAndLogged()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer peer = new(rig.Acceptor.EndPoint);
        peer.Logon();
        rig.Pump(() => peer.Count("A") == 1, peer);

        Task<FixRequestOutcome> asked = Task.Run(() => rig.Acceptor.RequestLogout(rig.Session, "for today"));
        FixRequestOutcome outcome = await Outcome(rig, asked);
        rig.Pump(() => peer.Count("5") == 1, peer);
        FixRequestOutcome again = await Outcome(rig, rig.Acceptor.RequestLogout(rig.Session, "for today"));
        peer.Send("5", "");
        rig.Pump(() => peer.IsClosed, peer);
        FixRequestOutcome gone = await Outcome(rig, rig.Acceptor.RequestLogout(rig.Session, "for today"));

        Assert.Equal((FixRequestOutcome.Done, FixRequestOutcome.Done, FixRequestOutcome.NotConnected), (outcome, again, gone));
        Assert.Contains("|58=for today|", peer.Messages[^1], StringComparison.Ordinal);
        LoggedMessage told = rig.Log.Messages.First(message => message.Id == 4002);
        Assert.Equal("FIX session with CLIENT: an operator asked for a logout (for today): Done", told.Text);
    }

    [Fact]
    public async Task Reset_OfAPeerThatIsOn_LogsItOutAndBeginsWithOne()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using Peer peer = new(rig.Acceptor.EndPoint);
        peer.Logon();
        rig.Pump(() => peer.Count("A") == 1, peer);

        FixRequestOutcome outcome = await Outcome(rig, rig.Acceptor.RequestReset(rig.Session, "new numbers"));
        rig.Pump(() => peer.Count("5") == 1, peer);
        peer.Send("5", "");
        rig.Pump(() => peer.IsClosed, peer);

        Assert.Equal((FixRequestOutcome.Begun, 1L, 1L), (outcome, rig.Session.NextIncoming, rig.Session.NextOutgoing));
        Assert.Equal(FixRequestOutcome.Done, await Outcome(rig, rig.Acceptor.RequestReset(rig.Session, "new numbers")));
        using Peer next = new(rig.Acceptor.EndPoint);
        next.Logon();
        rig.Pump(() => next.Count("A") == 1, next);
        Assert.Contains("|34=1|", next.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_ThatCannotBe_SayWhy()
    {
        AcceptorRig rig = new(new MemorySessionStore());
        FixSession stranger = new(new FixSessionOptions { CompId = "BROKER", PeerCompId = "STRANGER" }, new MemorySessionStore(), rig);

        Task<FixRequestOutcome>[] many = [.. Enumerable.Range(0, PendingMax).Select(_ => rig.Acceptor.RequestLogout(stranger, ""))];
        FixRequestOutcome tooMany = await rig.Acceptor.RequestLogout(stranger, "");
        rig.Acceptor.OnTick(Clock.UnixNs);
        Task<FixRequestOutcome> left = rig.Acceptor.RequestLogout(stranger, "");
        rig.Dispose();
        FixRequestOutcome late = await rig.Acceptor.RequestReset(stranger, "");

        Assert.Equal(FixRequestOutcome.Busy, tooMany);
        Assert.All(await Task.WhenAll(many), outcome => Assert.Equal(FixRequestOutcome.UnknownSession, outcome));
        Assert.Equal((FixRequestOutcome.Stopped, FixRequestOutcome.Stopped), (await left, late));
    }

    [Fact]
    public async Task Initiator_AskedToReset_ComesBackWithNumberOne()
    {
        MemorySessionStore store = new() { NextIncoming = 7 };
        store.GoOnFrom(9, 0);
        using EventLoop loop = new(new EventLoopOptions());
        FixSession session = new(new FixSessionOptions { CompId = "CLIENT", PeerCompId = "BROKER", IsInitiator = true }, store, new Nobody());
        FixInitiator initiator = new(loop, new FixInitiatorOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 1) }, session);

        Task<FixRequestOutcome> reset = initiator.RequestReset("new numbers");
        Task<FixRequestOutcome> logout = initiator.RequestLogout("for today");
        initiator.OnTick(Clock.UnixNs);

        Assert.Equal((FixRequestOutcome.Done, FixRequestOutcome.NotConnected), (await reset, await logout));
        Assert.Equal((1L, 1L, 1L), (session.NextIncoming, session.NextOutgoing, session.Counters.ResetsAsked));
        initiator.Dispose();
        Assert.Equal(FixRequestOutcome.Stopped, await initiator.RequestLogout(""));
    }

    private static Task<FixRequestOutcome> Outcome(AcceptorRig rig, Task<FixRequestOutcome> asked)
    {
        rig.Pump(() =>
        {
            rig.Acceptor.OnTick(Clock.UnixNs);
            return asked.IsCompleted;
        });
        return asked;
    }

    private sealed class Nobody : IFixApplication
    {
        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }

        public bool OnMessage(FixSession session, in FixMessage message) => true;
    }
}
