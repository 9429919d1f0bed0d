using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Primitives;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>
/// A FIX client as a real engine is one: its numbers outlive its connections, it asks for what it misses, answers when it is asked, and ends a
/// session whose numbers disagree.
/// </summary>
/// <param name="compId">Its CompID.</param>
/// <param name="sendsAgain">Whether it sends its orders again (PossDupFlag) when it is asked, or gap-fills them.</param>
internal sealed partial class DrillClient(string compId, bool sendsAgain) : IDisposable
{
    private const int FrameBytesMax = 8_192;

    private readonly byte[] _in = new byte[1 << 17];
    private readonly byte[] _out = new byte[4_096];
    private readonly SortedDictionary<long, SentMessage> _sent = [];
    private Socket? _socket;
    private int _used;

    public string CompId { get; } = compId;

    /// <summary>What it was told.</summary>
    public DrillLedger Ledger { get; } = new(compId);

    /// <summary>Number of its own next message.</summary>
    public long NextOutgoing { get; private set; } = 1;

    /// <summary>Number that it expects next.</summary>
    public long NextIncoming { get; private set; } = 1;

    public bool IsConnected => _socket is not null;

    public bool IsLoggedOn { get; private set; }

    /// <summary>Its own orders that work, as far as it was told, with their sides.</summary>
    public Dictionary<string, char> Working { get; } = [];

    /// <summary>Why the link ended the last session, in its own words; null when it did not say.</summary>
    public string? LogoutText { get; private set; }

    /// <summary>Why this side ended the last session; null when it did not.</summary>
    public string? Disagreement { get; private set; }

    /// <summary>How often the link ended a connection without a Logout.</summary>
    public int CutsWithoutWord { get; private set; }

    /// <summary>Whether it left with everything that was sent to it: only then is nothing lost when it agrees on new numbers.</summary>
    public bool HasAll { get; set; }

    /// <summary>TestReqID of the last Heartbeat that answered one.</summary>
    public string LastTestAnswer { get; private set; } = "";

    /// <summary>How many messages came in all.</summary>
    public long Received { get; private set; }

    /// <summary>Goes on with the numbers of an earlier life.</summary>
    public void Resume(long nextOutgoing, long nextIncoming) => (NextOutgoing, NextIncoming) = (nextOutgoing, nextIncoming);

    /// <summary>Connects and sends a Logon with the numbers it has, or with both numbers at 1.</summary>
    public void Connect(IPEndPoint endpoint, bool reset = false, int receiveBytes = 0)
    {
        Drop();
        (LogoutText, Disagreement, HasAll) = (null, null, false);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBytes > 0)
        {
            _socket.ReceiveBufferSize = receiveBytes;
        }

        _socket.Connect(endpoint);
        _socket.Blocking = false;
        if (reset)
        {
            ResetNumbers();
            NextOutgoing = 1;
            _sent.Clear();
        }

        Send("A", $"98=0|108=30{(reset ? "|141=Y" : "")}");
    }

    /// <summary>Sends a message: fields as they stand on the wire, and TransactTime for one of the application.</summary>
    public void Send(string type, string fields)
    {
        bool isOrder = type is "D" or "F" or "G" or "H" or "q";
        string body = isOrder ? $"{fields}|60={Timestamp()}" : fields;
        if (isOrder)
        {
            _sent.Add(NextOutgoing, new SentMessage(type, body, Timestamp()));
        }

        Write(type, NextOutgoing++, body, "");
    }

    /// <summary>Says goodbye; the link's answer ends the connection.</summary>
    public void Logout()
    {
        _isLeaving = true;
        Send("5", "");
    }

    /// <summary>Asks for everything since the numbers began.</summary>
    public void AskForAll()
    {
        Ledger.AwaitAll(NextIncoming);
        Send("2", "7=1|16=0");
    }

    /// <summary>Takes some of what is there.</summary>
    /// <returns>Whether anything came.</returns>
    public bool Receive(int bytesMax = int.MaxValue)
    {
        if (_socket is null)
        {
            return false;
        }

        int read = _socket.Receive(_in.AsSpan(_used, Math.Min(bytesMax, _in.Length - _used)), SocketFlags.None, out SocketError error);
        if (read <= 0)
        {
            if (error != SocketError.WouldBlock)
            {
                CutsWithoutWord += IsLoggedOn ? 1 : 0;
                Drop();
            }

            return false;
        }

        _used += read;
        int at = 0;
        while (_socket is not null && FixFramer.TryFrame(_in.AsSpan(at, _used - at), FrameBytesMax, out int bytes) == FrameStatus.Ok)
        {
            Received++;
            OnMessage(new DrillMessage(_in.AsSpan(at, bytes)));
            at += bytes;
        }

        if (_socket is not null)
        {
            _in.AsSpan(at, _used - at).CopyTo(_in);
            _used -= at;
        }

        return true;
    }

    /// <summary>The connection is gone, without a word.</summary>
    public void Drop()
    {
        _socket?.Dispose();
        _socket = null;
        IsLoggedOn = false;
        _used = 0;
        (_askedFrom, _isLeaving) = (0, false);
    }

    /// <inheritdoc/>
    public void Dispose() => Drop();

    private static string Timestamp()
    {
        Span<byte> text = stackalloc byte[FixText.TimestampBytes];
        FixText.WriteTimestamp(text, Clock.UnixNs);
        return Encoding.ASCII.GetString(text);
    }

    // The header's further fields stand before SendingTime: PossDupFlag.
    private void Write(string type, long number, string body, string flags)
    {
        FixWriter writer = new(_out, "FIX.4.4"u8, Encoding.ASCII.GetBytes(type));
        Add(ref writer, $"49={CompId}|56=PEREGRINE|34={number}|{flags}52={Timestamp()}|{body}");
        Assert.True(writer.TryFinish(out int bytes), "the client's messages are small");
        if (_socket is { } socket && socket.Send(_out.AsSpan(0, bytes), SocketFlags.None, out _) != bytes)
        {
            // The link has closed it, or does not read: what was not taken is sent again when the link asks.
            Drop();
        }
    }

    private static void Add(ref FixWriter writer, string fields)
    {
        foreach (string field in fields.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            writer.Add(int.Parse(field.AsSpan(0, equals), CultureInfo.InvariantCulture), Encoding.ASCII.GetBytes(field[(equals + 1)..]));
        }
    }

    private readonly record struct SentMessage(string Type, string Body, string SendingTime);
}
