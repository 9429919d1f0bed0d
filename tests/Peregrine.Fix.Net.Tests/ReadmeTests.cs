using System.Net;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>The README's example compiles and runs.</summary>
public class ReadmeTests
{
    [Fact]
    public void Readme_Example_TakesALogon()
    {
        using CancellationTokenSource stop = new(); // Cancel ends the loop below
        DirectoryInfo folder = Directory.CreateTempSubdirectory("fix-readme-");
        string path = Path.Combine(folder.FullName, "CLIENT.session");

        using EventLoop loop = new(new EventLoopOptions());
        using FixAcceptor acceptor = new(loop, new FixAcceptorOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), CompId = "BROKER" });
        using FileSessionStore store = FileSessionStore.Open(path, ringBytes: 16 << 20);
        FixSession session = new(new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT" }, store, new Desk());
        acceptor.Add(session);
        Thread client = new(() =>
        {
            using Peer peer = new(acceptor.EndPoint);
            peer.Logon();
            _ = SpinWait.SpinUntil(() => { peer.Receive(); return peer.Count("A") == 1; }, 30_000);
            stop.Cancel();
        });
        client.Start();
        while (!stop.IsCancellationRequested)
        {
            _ = loop.Poll(timeoutMs: 100);
            acceptor.OnTick(Clock.UnixNs); // heartbeats and time-outs
            acceptor.Continue(Clock.UnixNs); // long resends, a batch at a time
            loop.FlushAll();
            session.SaveIncoming(); // what was received counts from here on: after a crash it is not asked for again
        }

        client.Join();
        Assert.Equal(2, store.NextIncoming);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Fix.Net", except: "path");
        folder.Delete(recursive: true);
    }

    private sealed class Desk : IFixApplication
    {
        public bool OnMessage(FixSession session, in FixMessage message) => true;

        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }
    }
}
