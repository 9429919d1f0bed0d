using System.Diagnostics;
using System.Net;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

public class FixInitiatorTests
{
    [Fact]
    public void Sessions_OfEveryVersionOnOnePort_GetTheirOrdersBack()
    {
        using EchoProcess echo = new();
        using EventLoop loop = new(new EventLoopOptions());
        (string Target, string BeginString, string ApplVerId)[] sessions =
        [
            .. Enumerable.Range(0, 5).Select(minor => ($"TW4{minor}", $"FIX.4.{minor}", "")),
            ("TW50", "FIXT.1.1", "7"), ("TW50SP1", "FIXT.1.1", "8"), ("TW50SP2", "FIXT.1.1", "9"),
            ("TW", "FIX.4.4", ""), ("TW", "FIXT.1.1", "9"),
        ];
        List<Client> clients =
        [
            .. sessions.Select(session => new Client(loop, echo.EndPoint, session.Target, session.BeginString, session.ApplVerId)),
        ];

        Pump(loop, clients, () => clients.All(client => client.Session.State == FixSessionState.LoggedOn));
        foreach (Client client in clients)
        {
            for (int order = 1; order <= 50; order++)
            {
                client.Order(order);
            }
        }

        Pump(loop, clients, () => clients.All(client => client.Echoes == 50 || client.Fault.Length > 0));
        Assert.Equal("", string.Concat(clients.Select(client => client.Fault)));
        clients.ForEach(client => client.Session.Logout("", Clock.UnixNs));
        Pump(loop, clients, () => clients.All(client => client.Ends.Count > 0));
        Assert.All(clients, client => Assert.Equal("logged out", client.Ends[0]));
        clients.ForEach(client => client.Initiator.Dispose());
    }

    [Fact]
    public void Connection_ThatEnds_IsMadeAgainAndNothingIsLost()
    {
        using AcceptorRig rig = new(new MemorySessionStore(4096));
        using EventLoop loop = new(new EventLoopOptions());
        Client client = ClientOf(rig, loop);
        List<Client> clients = [client];
        void Both(Func<bool> isDone) => Pump(loop, clients, isDone, rig.Pass);
        Both(() => client.Session.State == FixSessionState.LoggedOn);

        for (int round = 1; round <= 3; round++)
        {
            rig.Session.Disconnect("try again", Clock.UnixNs);
            client.Order(round);
            Both(() => client.Session.State == FixSessionState.Disconnected);
            Both(() => client.Session.State == FixSessionState.LoggedOn && rig.Orders == round);
        }

        Assert.Equal(4, client.Initiator.Attempts);
        Assert.Equal(3, client.Log.Lines.Count(line => line.Contains("is off: ", StringComparison.Ordinal)));
        client.Initiator.Dispose();
    }

    [Fact]
    public void Connection_ThatEndsBetweenStoresWithoutMessages_GoesOnWithTheRightNumbers()
    {
        using AcceptorRig rig = new(new NullSessionStore());
        using EventLoop loop = new(new EventLoopOptions());
        Client client = ClientOf(rig, loop, new NullSessionStore());
        List<Client> clients = [client];
        void Both(Func<bool> isDone) => Pump(loop, clients, isDone, rig.Pass);
        Both(() => client.Session.State == FixSessionState.LoggedOn);

        for (int round = 1; round <= 3; round++)
        {
            rig.Session.Disconnect("try again", Clock.UnixNs);
            client.Order(round);
            Both(() => client.Session.State == FixSessionState.Disconnected);
            client.Order(round);

            // What was sent meanwhile is gap-filled when the other asks for it, and the order behind it is the next in sequence.
            Both(() => client.Session.State == FixSessionState.LoggedOn && client.Session.Counters.ResendsAnswered == round
                && rig.Session.NextIncoming == client.Session.NextOutgoing);
            int before = rig.Orders;
            client.Order(round);
            Both(() => rig.Orders == before + 1);
        }

        Both(() => client.Session.NextIncoming == rig.Session.NextOutgoing && rig.Session.NextIncoming == client.Session.NextOutgoing);
        Assert.Equal((4, 3), (client.Initiator.Attempts, rig.Orders));
        client.Initiator.Dispose();
    }

    [Fact]
    public void Poll_OnTheCallersThread_IsAllThatASessionNeeds()
    {
        using EchoProcess echo = new();
        using EventLoop loop = new(new EventLoopOptions());
        Client client = new(loop, echo.EndPoint, "TW44", "FIX.4.4", "9");
        void Until(Func<bool> isDone)
        {
            for (int pass = 0; !isDone(); pass++)
            {
                Assert.True(pass < 20_000, $"it happens: {client.Session.LastEndReason}");
                _ = client.Initiator.Poll(pass % 2);
            }
        }

        Until(() => client.Session.State == FixSessionState.LoggedOn);
        for (int order = 1; order <= 200; order++)
        {
            client.Order(order);
        }

        Until(() => client.Echoes == 200 || client.Fault.Length > 0);
        Assert.Equal(("", 1L), (client.Fault, client.Initiator.Attempts));
        client.Initiator.Dispose();
    }

    [Fact]
    public void Poll_WithMoreToSendAgainThanABatch_GoesOnUntilAllIsSent()
    {
        using AcceptorRig rig = new(new MemorySessionStore());
        using EventLoop loop = new(new EventLoopOptions());
        Client client = ClientOf(rig, loop);
        void Until(Func<bool> isDone)
        {
            for (int pass = 0; !isDone(); pass++)
            {
                Assert.True(pass < 1_000_000, $"it happens: {client.Session.LastEndReason}");
                _ = client.Initiator.Poll(0);
                rig.Pass();
            }
        }

        Until(() => client.Session.State == FixSessionState.LoggedOn);
        client.Session.Disconnect("again", Clock.UnixNs);
        for (int order = 1; order <= 400; order++)
        {
            client.Order(order, quantity: 0);
        }

        Until(() => rig.Orders == 400);
        Assert.Equal((2L, 1L), (client.Initiator.Attempts, client.Session.Counters.ResendsAnswered));
        client.Initiator.Dispose();
    }

    [Fact]
    public void Poll_Warm_AllocatesNothing()
    {
        using AcceptorRig rig = new(new NullSessionStore());
        using EventLoop loop = new(new EventLoopOptions());
        Client client = ClientOf(rig, loop, new NullSessionStore());
        for (int pass = 0; client.Session.State != FixSessionState.LoggedOn; pass++)
        {
            Assert.True(pass < 1_000_000, "it logs on");
            _ = client.Initiator.Poll(0);
            rig.Pass();
        }

        void Run()
        {
            for (int pass = 0; pass < 10_000; pass++)
            {
                _ = client.Initiator.Poll(0);
            }
        }

        Run();

        Allocation.AssertNone(Run);
        client.Initiator.Dispose();
    }

    [Fact]
    public void Port_WhereNobodyListens_IsTriedAgainLessAndLessOften()
    {
        using EventLoop loop = new(new EventLoopOptions());
        FixSessionOptions options = new() { CompId = "CLIENT", PeerCompId = "BROKER", IsInitiator = true };
        Client client = new(loop, new IPEndPoint(IPAddress.Loopback, 1), options);
        long nowNs = Clock.UnixNs;
        List<long> waits = [];

        for (int attempt = 1; attempt <= 5; attempt++)
        {
            long startNs = nowNs;
            while (client.Initiator.Attempts < attempt)
            {
                client.Initiator.OnTick(nowNs);
                nowNs += 1_000_000;
            }

            waits.Add((nowNs - startNs) / 1_000_000);

            // The refusal.
            for (int pass = 0; client.Log.Lines.Length < attempt; pass++)
            {
                Assert.True(pass < 1_000, "nobody listens there");
                _ = loop.Poll(10);
            }
        }

        Assert.Equal([1, 5, 10, 20, 40], waits.Select(wait => wait is 0 or 1 ? 1 : wait - (wait % 5)));
        client.Initiator.Dispose();
    }

    [Theory]
    [InlineData("TW44", "FIX.4.4")]
    [InlineData("TW50SP2", "FIXT.1.1")]
    [InlineData("TW40", "FIX.4.0")]
    public void SampleClient_AtTheSampleAcceptor_GetsItsOrdersBack(string sender, string version)
    {
        using EchoProcess echo = new();
        string port = echo.EndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        ProcessStartInfo info = EchoProcess.Info("FixClient", "--port", port, "--sender", sender, "--target", "ISLD", "--version-of-fix", version,
            "--orders", "3", "--seconds", "1");

        using Process client = Process.Start(info)!;
        string told = client.StandardOutput.ReadToEnd();
        client.WaitForExit();

        string[] lines = told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((0, 5, "logged on", "off: logged out"), (client.ExitCode, lines.Length, lines[0], lines[^1]));
        Assert.All(lines[1..4], line => Assert.Contains("|35=D|", line, StringComparison.Ordinal));
    }

    private static void Pump(EventLoop loop, List<Client> clients, Func<bool> isDone, Action? other = null)
    {
        for (long startNs = Clock.MonotonicNs; !isDone(); other?.Invoke())
        {
            string ends = string.Join(' ', clients.Select(client => client.Session.LastEndReason));
            Assert.True(Clock.MonotonicNs - startNs < 60_000_000_000, $"it happens: {ends}");
            _ = loop.Poll(1);
            foreach (Client client in clients)
            {
                client.Initiator.OnTick(Clock.UnixNs);
                client.Initiator.Continue(Clock.UnixNs);
            }

            loop.FlushAll();
        }
    }

    private static Client ClientOf(AcceptorRig rig, EventLoop loop, IFixSessionStore? store = null) =>
        new(loop, rig.Acceptor.EndPoint, new FixSessionOptions { CompId = "CLIENT", PeerCompId = "BROKER", IsInitiator = true }, store);

    private sealed class Client : IFixApplication
    {
        public Client(EventLoop loop, IPEndPoint endPoint, string sender, string beginString, string applVerId)
            : this(loop, endPoint, new FixSessionOptions
            {
                CompId = sender,
                PeerCompId = "ISLD",
                BeginString = beginString,
                DefaultApplVerId = applVerId,
                IsInitiator = true,
            })
        {
        }

        public Client(EventLoop loop, IPEndPoint endPoint, FixSessionOptions options, IFixSessionStore? store = null)
        {
            Session = new FixSession(options, store ?? new MemorySessionStore(), this);
            Initiator = new FixInitiator(loop, new FixInitiatorOptions { EndPoint = endPoint, ReconnectMs = 5, Log = Log }, Session);
        }

        public FixSession Session { get; }

        public FixInitiator Initiator { get; }

        public ListLogger Log { get; } = new();

        public List<string> Ends { get; } = [];

        public int Echoes { get; private set; }

        public string Fault { get; private set; } = "";

        public void Order(int number, long quantity = 100)
        {
            FixWriter writer = Session.BeginMessage("D"u8, Clock.UnixNs);
            writer.Add(Tag.ClOrdId, number);
            writer.Add(21, '1');
            writer.Add(Tag.Symbol, "ACME"u8);
            writer.Add(Tag.Side, '1');
            writer.Add(Tag.OrderQty, quantity);
            writer.Add(Tag.OrdType, '2');
            writer.Add(Tag.Price, 10L);
            if (Session.Options.BeginString is not ("FIX.4.0" or "FIX.4.1"))
            {
                writer.AddTimestamp(Tag.TransactTime, Clock.UnixNs);
            }

            Assert.True(Session.TryEndMessage(ref writer, Session.Mark + 1), "it fits");
        }

        public bool OnMessage(FixSession session, in FixMessage message)
        {
            _ = message.TryGetLong(Tag.ClOrdId, out long number);
            Fault = number == ++Echoes ? Fault : $"{session.Options.BeginString}: {System.Text.Encoding.Latin1.GetString(message.Frame)}";
            return true;
        }

        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason) => Ends.Add(reason);
    }
}
