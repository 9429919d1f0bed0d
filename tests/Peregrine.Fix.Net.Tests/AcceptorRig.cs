using System.Net;
using System.Net.Sockets;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>An acceptor with one session, driven on the test's thread;
/// the application answers each order with as many messages as it asks for.</summary>
internal sealed class AcceptorRig : IFixApplication, IDisposable
{
    private const int PassesMax = 5_000_000;
    private readonly byte[] _text = Encoding.ASCII.GetBytes(new string('t', 900));
    private readonly EventLoop _loop = new(new EventLoopOptions { OutputBytesMax = 1 << 17 });

    public AcceptorRig(IFixSessionStore store, Func<FixAcceptorOptions, FixAcceptorOptions>? change = null)
    {
        FixAcceptorOptions options = new() { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), CompId = "BROKER", Log = Log,
            LogonTimeoutMs = 5_000 };
        Acceptor = new FixAcceptor(_loop, change?.Invoke(options) ?? options);
        Session = new FixSession(new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT" }, store, this);
        Acceptor.Add(Session);
    }

    public FixAcceptor Acceptor { get; }

    public FixSession Session { get; }

    public ListLogger Log { get; } = new();

    public List<string> Events { get; } = [];

    public int Orders { get; private set; }

    public void OnLogon(FixSession session) => Events.Add("logon");

    public void OnLogoff(FixSession session, string reason) => Events.Add("logoff");

    public bool OnMessage(FixSession session, in FixMessage message)
    {
        Orders++;
        _ = message.TryGetLong(Tag.OrderQty, out long answers);
        for (long answer = 0; answer < answers; answer++)
        {
            FixWriter writer = session.BeginMessage("8"u8, Clock.UnixNs);
            writer.Add(Tag.Text, _text);
            Assert.True(session.TryEndMessage(ref writer, mark: 0));
        }

        return true;
    }

    /// <summary>Passes of acceptor and peers until something holds.</summary>
    public void Pump(Func<bool> isDone, params ReadOnlySpan<Peer> peers)
    {
        for (int pass = 0; !isDone(); pass++)
        {
            Assert.True(pass < PassesMax, "it happens in the end");
            Pass();
            foreach (Peer peer in peers)
            {
                peer.Receive();
            }
        }
    }

    public void Pass()
    {
        _ = _loop.Poll(0);
        Acceptor.Continue(Clock.UnixNs);
        _loop.FlushAll();
    }

    public void Dispose()
    {
        Acceptor.Dispose();
        _loop.Dispose();
    }
}

/// <summary>The other end: messages as people write them, with | for the separator.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _in = new byte[1 << 20];
    private int _used;

    public Peer(IPEndPoint endpoint, string? from = null)
    {
        if (from is not null)
        {
            _socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        }

        _socket.Connect(endpoint);
        _socket.Blocking = false;
    }

    public List<string> Messages { get; } = [];

    public bool IsClosed { get; private set; }

    public int Sequence { get; set; } = 1;

    public void Logon(string extra = "") => Send("A", $"98=0|108=30|{extra}");

    public void Send(string type, string body, string sender = "CLIENT") =>
        SendRaw(Framed($"35={type}|49={sender}|56=BROKER|34={Sequence++}|52={DateTime.UtcNow:yyyyMMdd-HH:mm:ss.fff}|{body}"));

    public void SendRaw(string text) => _ = _socket.Send(Encoding.Latin1.GetBytes(text), SocketFlags.None, out _);

    public static string Framed(string body)
    {
        string text = $"8=FIX.4.4|9={body.Length}|{body}".Replace('|', '\u0001');
        return $"{text}10={text.Sum(character => character) & 255:000}\u0001";
    }

    public void Receive()
    {
        int read = _socket.Receive(_in.AsSpan(_used), SocketFlags.None, out SocketError error);
        IsClosed |= (read == 0 && error == SocketError.Success) || error == SocketError.ConnectionReset;
        _used += Math.Max(read, 0);
        int at = 0;
        while (FixFramer.TryFrame(_in.AsSpan(at, _used - at), 1 << 16, out int bytes) == FrameStatus.Ok)
        {
            Messages.Add(Encoding.Latin1.GetString(_in.AsSpan(at, bytes)).Replace('\u0001', '|'));
            at += bytes;
        }

        _in.AsSpan(at, _used - at).CopyTo(_in);
        _used -= at;
    }

    public int Count(string type) => Messages.Count(message => message.Contains($"|35={type}|", StringComparison.Ordinal));

    public void Dispose() => _socket.Dispose();
}
