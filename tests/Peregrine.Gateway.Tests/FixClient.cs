using System.Net;
using System.Net.Sockets;
using Peregrine.Fix.Messages;
using Peregrine.Primitives;

namespace Peregrine.Gateway.Tests;

/// <summary>A FIX client on a plain non-blocking socket, written for tests: it allocates nothing once it is made, and validates nothing.</summary>
internal sealed class FixClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _compId;
    private readonly byte[] _beginString;
    private readonly string _version;
    private readonly byte[] _out = new byte[16_384];
    private readonly byte[] _in = new byte[1 << 20];
    private readonly FixIndex _index = new();
    private readonly long[] _byExecType = new long[128];
    private readonly long[] _byMsgType = new long[128];
    private int _used;
    private long _askedFrom;

    public FixClient(IPEndPoint endpoint, string compId, long nextOutgoing = 1, long nextIncoming = 1, string version = "FIX.4.4")
    {
        _version = version;
        _beginString = System.Text.Encoding.ASCII.GetBytes(version.StartsWith("FIX.5", StringComparison.Ordinal) ? "FIXT.1.1" : version);
        NextIncoming = nextIncoming;
        _compId = System.Text.Encoding.ASCII.GetBytes(compId);
        NextOutgoing = nextOutgoing;
        _socket.Connect(endpoint);
        _socket.Blocking = false;
    }

    public long NextOutgoing { get; private set; }

    /// <summary>The number of the link's next message; one that comes too early is dropped and asked for again, as FIX wants it.</summary>
    public long NextIncoming { get; private set; }

    public bool IsLoggedOn { get; private set; }

    public long LastExecId { get; private set; }

    public long LastOrderId { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Every message as it came, also out of turn; kept where <see cref="Seen"/> is set.</summary>
    public List<string> Raw { get; } = [];

    /// <summary>Called for every message of the link that comes in its turn; null for none.</summary>
    public Action<string>? Seen { get; set; }

    public long Reports(char execType) => _byExecType[execType];

    public long Messages(char msgType) => _byMsgType[msgType];

    public void Logon(bool isReset = false)
    {
        FixWriter writer = Begin("A"u8);
        writer.Add(98, 0L);
        writer.Add(108, 30L);
        if (isReset)
        {
            writer.Add(141, 'Y');
        }

        if (ApplVerId is { } applVerId)
        {
            writer.Add(1137, applVerId);
        }

        Send(ref writer);
    }

    /// <summary>DefaultApplVerID of a Logon; null before FIXT.</summary>
    public char? ApplVerId => _version switch { "FIX.5.0" => '7', "FIX.5.0SP1" => '8', "FIX.5.0SP2" => '9', _ => null };

    // HandlInst was required up to FIX 4.3.
    private bool NeedsHandling => string.CompareOrdinal(_version, "FIX.4.4") < 0;

    public void New(long number, char side, ReadOnlySpan<byte> account, long priceCents, long quantity, char timeInForce = '0')
    {
        FixWriter writer = Begin("D"u8);
        writer.Add(11, number);
        writer.Add(1, account);
        Terms(ref writer, side, quantity, priceCents);
        writer.Add(59, timeInForce);
        Send(ref writer);
    }

    public void Cancel(long number, long original, char side)
    {
        FixWriter writer = Begin("F"u8);
        writer.Add(11, number);
        writer.Add(41, original);
        writer.Add(55, "TEST"u8);
        writer.Add(54, side);
        writer.AddTimestamp(60, Clock.UnixNs);
        writer.Add(38, 10L);
        Send(ref writer);
    }

    public void Replace(long number, long original, char side, long priceCents, long quantity)
    {
        FixWriter writer = Begin("G"u8);
        writer.Add(11, number);
        writer.Add(41, original);
        Terms(ref writer, side, quantity, priceCents);
        Send(ref writer);
    }

    /// <summary>Any message: fields as they stand on the wire, and TransactTime where it has one.</summary>
    public void Send(string msgType, string fields)
    {
        FixWriter writer = Begin(System.Text.Encoding.ASCII.GetBytes(msgType));
        foreach (string field in fields.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = field.Split('=', 2);
            writer.Add(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), System.Text.Encoding.ASCII.GetBytes(parts[1]));
        }

        if (NeedsHandling && msgType is ("D" or "G") || (msgType == "E" && string.CompareOrdinal(_version, "FIX.4.2") < 0))
        {
            writer.Add(21, '1');
        }

        bool hasTime = string.CompareOrdinal(_version, "FIX.4.2") >= 0;
        if (hasTime && msgType is not ("1" or "2" or "H" or "AF" or "AD" or "E" or "M" or "x" or "e" or "V"))
        {
            writer.AddTimestamp(60, Clock.UnixNs);
        }

        Send(ref writer);
    }

    /// <summary>Takes what is there.</summary>
    public void Receive()
    {
        int read = _socket.Receive(_in.AsSpan(_used), SocketFlags.None, out SocketError error);
        if (read <= 0)
        {
            IsClosed |= read == 0 && error != SocketError.WouldBlock;
            return;
        }

        _used += read;
        int at = 0;
        while (FixFramer.TryFrame(_in.AsSpan(at, _used - at), _in.Length, out int bytes) == FrameStatus.Ok)
        {
            OnFrame(_in.AsSpan(at, bytes));
            at += bytes;
        }

        _in.AsSpan(at, _used - at).CopyTo(_in);
        _used -= at;
    }

    public void Dispose() => _socket.Dispose();

    private void Terms(ref FixWriter writer, char side, long quantity, long priceCents)
    {
        writer.Add(55, "TEST"u8);
        writer.Add(54, side);
        if (NeedsHandling)
        {
            writer.Add(21, '1');
        }

        writer.AddTimestamp(60, Clock.UnixNs);
        writer.Add(38, quantity);
        writer.Add(40, '2');
        writer.Add(44, priceCents, 2);
    }

    private void AskFrom(long sequence)
    {
        if (_askedFrom == sequence)
        {
            return;
        }

        _askedFrom = sequence;
        FixWriter writer = Begin("2"u8);
        writer.Add(7, sequence);
        writer.Add(16, 0L);
        Send(ref writer);
    }

    private FixWriter Begin(ReadOnlySpan<byte> msgType)
    {
        FixWriter writer = new(_out, _beginString, msgType);
        writer.Add(49, _compId);
        writer.Add(56, "PEREGRINE"u8);
        writer.Add(34, NextOutgoing++);
        writer.AddTimestamp(52, Clock.UnixNs);
        return writer;
    }

    private void Send(ref FixWriter writer)
    {
        Assert.True(writer.TryFinish(out int bytes));
        Assert.True(_socket.Send(_out.AsSpan(0, bytes), SocketFlags.None, out _) == bytes, "the kernel takes a small message whole");
    }

    private void OnFrame(ReadOnlySpan<byte> frame)
    {
        Assert.True(_index.TryParse(frame));
        FixMessage message = new(frame, _index);
        if (Seen is not null)
        {
            Raw.Add(System.Text.Encoding.ASCII.GetString(frame).Replace('\u0001', '|'));
        }

        _byMsgType[message.MsgType[0]]++;
        IsLoggedOn |= message.MsgType.SequenceEqual("A"u8);
        _ = message.TryGetLong(34, out long sequence);
        if (sequence > NextIncoming)
        {
            AskFrom(NextIncoming);
            return;
        }

        if (sequence < NextIncoming)
        {
            return;
        }

        NextIncoming++;
        if (message.MsgType.SequenceEqual("4"u8))
        {
            _ = message.TryGetLong(36, out long next);
            NextIncoming = next;
        }

        Seen?.Invoke(System.Text.Encoding.ASCII.GetString(frame).Replace('\u0001', '|'));
        if (message.MsgType.SequenceEqual("8"u8))
        {
            _byExecType[message.GetChar(150)]++;
            _ = message.TryGetLong(17, out long execId);
            _ = message.TryGetLong(37, out long orderId);
            LastExecId = execId;
            LastOrderId = orderId;
        }
    }
}
