using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Peregrine.Running.Rehearsing;

/// <summary>A FIX client of the rehearsal: sends a message by its fields and waits for an answer, one after the other.</summary>
/// <remarks>Thread: one owner. Blocks: until an answer is there, at most <see cref="AnswerMs"/>.</remarks>
internal sealed class RehearsalClient : IDisposable
{
    private const int AnswerMs = 2_000;
    private const int BufferBytes = 1 << 16;
    private readonly string _name;
    private readonly string _link;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _input = new byte[BufferBytes];
    private int _sequence;
    private int _orders;

    public RehearsalClient(string name, string link, IPEndPoint endPoint)
    {
        (_name, _link) = (name, link);
        _socket.ReceiveTimeout = AnswerMs;
        _socket.Connect(endPoint);
        Ask("A", "98=0|108=30|141=Y");
    }

    /// <summary>Messages sent.</summary>
    public int Sent { get; private set; }

    /// <summary>A request with a ClOrdID of its own.</summary>
    /// <param name="type">MsgType.</param>
    /// <param name="fields">What follows 11, with | between.</param>
    public string Order(string type, string fields)
    {
        string id = Id(++_orders);
        Ask(type, $"11={id}|{fields}|60={Now()}");
        return id;
    }

    /// <summary>Any message; waits until something comes.</summary>
    public void Ask(string type, string fields)
    {
        Send(type, fields);
        Check(_socket.Receive(_input));
        Drain();
    }

    /// <summary>A message that nothing may answer.</summary>
    public void Send(string type, string fields)
    {
        string body = $"35={type}|49={_name}|56={_link}|34={++_sequence}|52={Now()}|{fields}|".Replace('|', '\u0001');
        string message = $"8=FIX.4.4\u00019={body.Length.ToString(CultureInfo.InvariantCulture)}\u0001{body}";
        int sum = 0;
        foreach (char letter in message)
        {
            sum += letter;
        }

        _ = _socket.Send(Encoding.ASCII.GetBytes($"{message}10={(sum & 255).ToString("000", CultureInfo.InvariantCulture)}\u0001"));
        Sent++;
    }

    /// <summary>Takes what has come.</summary>
    public void Drain()
    {
        while (_socket.Available > 0)
        {
            Check(_socket.Receive(_input));
        }
    }

    public void Dispose() => _socket.Dispose();

    private static void Check(int received)
    {
        if (received == 0)
        {
            throw new IOException("the rehearsal's link closed a connection");
        }
    }

    private string Id(int order) => $"{_name}-{order.ToString(CultureInfo.InvariantCulture)}";

    private static string Now() => DateTime.UtcNow.ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
