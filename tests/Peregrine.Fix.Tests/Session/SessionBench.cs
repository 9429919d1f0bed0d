using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>A session with a fake clock, a peer that is written by hand, and everything it said in order.</summary>
internal sealed class SessionBench : IFixApplication, IFixTransport
{
    public const long SecondNs = 1_000_000_000;

    private readonly FixIndex _index = new();

    public SessionBench(IFixSessionStore? store = null, FixSessionOptions? options = null)
    {
        Store = store ?? new MemorySessionStore(4096);
        Session = new FixSession(options ?? new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT", MessageTypes = ["D"] }, Store, this);
    }

    public FixSession Session { get; }

    public IFixSessionStore Store { get; }

    /// <summary>2026-01-31 12:00:00 UTC.</summary>
    public long NowNs { get; set; } = 1_769_860_800 * SecondNs;

    public string Now => Time(0);

    /// <summary>What the session sent since it was last taken, without the fields that only frame it and without SendingTime.</summary>
    public List<string> Sent { get; } = [];

    public List<string> Raw { get; } = [];

    public List<string> Received { get; } = [];

    public List<string> Events { get; } = [];

    public bool IsConnected { get; private set; }

    /// <summary>How many messages the connection still takes.</summary>
    public int Room { get; set; } = int.MaxValue;

    public bool TakesMessages { get; set; } = true;

    /// <summary>What the application says of a number that the store has no more, and the number that it has something else for;
    /// null fills all as a gap.</summary>
    public Func<long, (RemakeStatus Status, long Following)>? Remakes { get; set; }

    public bool IsPossResend { get; set; }

    /// <summary>The mark that the application goes on from when numbers begin anew; null for the one it has.</summary>
    public Func<FixSession, long>? ResetMark { get; set; }

    public string Time(double seconds)
    {
        Span<byte> text = stackalloc byte[FixText.TimestampBytes];
        FixText.WriteTimestamp(text, NowNs + (long)(seconds * SecondNs));
        return Wire.Text(text);
    }

    public SessionBench Connect()
    {
        IsConnected = true;
        Session.OnConnected(this, NowNs);
        return this;
    }

    /// <summary>Connected and logged on, with nothing left to look at.</summary>
    public SessionBench LogOn(int sequence = 1, string more = "", int heartbeatSeconds = 30)
    {
        Connect();
        Peer("A", sequence, $"98=0|108={heartbeatSeconds}|{more}");
        Take();
        return this;
    }

    /// <summary>A message from the peer.</summary>
    public void Peer(string type, long sequence, string body = "", string header = "", string? time = null, string sender = "CLIENT",
        string target = "BROKER") =>
        PeerRaw(Wire.Message($"35={type}|34={sequence}|49={sender}|52={time ?? Now}|56={target}|{header}{body}",
            Session.Options.BeginString));

    public void PeerRaw(byte[] frame) => Session.OnFrame(frame, NowNs);

    public void Order(long sequence, string id = "C1", string header = "") =>
        Peer("D", sequence, $"11={id}|55=ACME|54=1|38=100|40=2|44=10.25|60={Now}|", header);

    public void Report(string id)
    {
        FixWriter writer = Session.BeginMessage("8"u8, NowNs);
        writer.Add(Tag.ExecId, Wire.Bytes(id));
        Assert.True(Session.TryEndMessage(ref writer, Session.Mark + 1));
    }

    /// <summary>Reports E0, E1, E2, ...</summary>
    public void Reports(int count)
    {
        for (int report = 0; report < count; report++)
        {
            Report($"E{report}");
        }
    }

    public void Wait(double seconds)
    {
        NowNs += (long)(seconds * SecondNs);
        Session.OnTick(NowNs);
    }

    public string[] Take()
    {
        string[] sent = [.. Sent];
        Sent.Clear();
        Raw.Clear();
        return sent;
    }

    /// <summary>The connection breaks.</summary>
    public void Break()
    {
        IsConnected = false;
        Session.OnDisconnected("broken");
    }

    bool IFixTransport.TryWrite(ReadOnlySpan<byte> message)
    {
        if (Room == 0)
        {
            return false;
        }

        Room--;
        Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(message, 1 << 20, out int bytes));
        Assert.Equal(message.Length, bytes);
        Assert.True(_index.TryParse(message));
        FixMessage view = new(message, _index);
        List<string> fields = [];
        for (int place = 2; place < view.Count - 1; place++)
        {
            string value = view.Tags[place] == Tag.SendingTime ? "" : $"{view.Tags[place]}={Wire.Text(view.Value(place))}";
            if (value.Length > 0 && view.Tags[place] is not (Tag.SenderCompId or Tag.TargetCompId))
            {
                fields.Add(value);
            }
        }

        Sent.Add(string.Join('|', fields));
        Raw.Add(Wire.Text(message));
        return true;
    }

    void IFixTransport.Disconnect() => IsConnected = false;

    void IFixApplication.OnLogon(FixSession session) => Events.Add("logon");

    void IFixApplication.OnLogoff(FixSession session, string reason) => Events.Add($"logoff: {reason}");

    void IFixApplication.OnRejected(FixSession session, in FixMessage reject)
    {
        _ = reject.TryGetLong(45, out long sequence);
        _ = reject.TryGet(Tag.Text, out ReadOnlySpan<byte> text);
        Events.Add($"rejected: {sequence} {Wire.Text(text)}");
    }

    long IFixApplication.OnReset(FixSession session) => ResetMark?.Invoke(session) ?? session.Mark;

    RemakeStatus IFixApplication.TryRemake(FixSession session, long sequence, long end, out long following, out long mark)
    {
        (RemakeStatus status, following) = Remakes?.Invoke(sequence) ?? (RemakeStatus.Gap, end);
        mark = sequence;
        if (status == RemakeStatus.Made)
        {
            FixWriter writer = session.Remake("8"u8, sequence, NowNs, IsPossResend);
            writer.Add(Tag.ExecId, Wire.Bytes($"R{sequence}"));
            Assert.True(session.TryEndRemake(ref writer));
        }

        return status;
    }

    bool IFixApplication.OnMessage(FixSession session, in FixMessage message)
    {
        if (TakesMessages)
        {
            Assert.True(message.TryGetLong(Tag.MsgSeqNum, out long sequence));
            _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id);
            Received.Add($"{Wire.Text(message.MsgType)} {sequence} {Wire.Text(id)}");
        }

        return TakesMessages;
    }
}
