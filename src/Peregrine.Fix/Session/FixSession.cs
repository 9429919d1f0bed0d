using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>
/// A FIX session as a state machine, as acceptor or initiator: whole messages and the time in, messages and calls out.
/// </summary>
/// <remarks>
/// It outlives its connections: an application message sent while the peer is away is numbered and saved, and the peer asks for
/// it when it is back. Thread: one owner. Allocates: not for messages, only for the text of an error and for a logon.
/// Source: FIX 4.4 volume 2, and the FIX session test cases.
/// </remarks>
public sealed partial class FixSession
{
    private const long SecondNs = 1_000_000_000;

    // A gap that does not shrink for this long is asked for again.
    private const long ResendPatienceNs = 10 * SecondNs;

    // An initiator waits so long for the answer to its Logon.
    private const long LogonPatienceNs = 10 * SecondNs;

    // A Logout that waits for what comes before it waits no longer than this.
    private const long LastWordsPatienceNs = 5 * SecondNs;

    // A peer's own values are repeated to it up to this length, so that an answer always fits.
    private const int ReferenceBytesMax = 256;

    private readonly IFixSessionStore _store;
    private readonly IFixApplication _application;
    private readonly byte[] _beginString;
    private readonly byte[] _compId;
    private readonly byte[] _peerCompId;
    private readonly (int Tag, byte[] Name)[] _names;
    private readonly byte[] _scratch;
    private readonly FixDialects _dialects;
    private readonly FixIndex _index;
    private readonly EarlyMessages _early;
    private readonly byte[][]? _messageTypes;
    private readonly int _timeDigits;
    private readonly bool _isOld;
    private readonly bool _isFixt;
    private FixDialect _dialect;
    private int _remadeBytes;

    // The application's message that was begun last is written into the store's own room, and not into our scratch.
    private bool _isInStore;
    private IFixTransport? _transport;
    private long _nowNs;
    private long _lastSentNs;
    private long _lastReceivedNs;
    private long _heartbeatNs;
    private bool _isTestRequestSent;
    private long _resendAskedTo;
    private long _resendAskedNs;
    private long _resendSeenNext;
    private long _logoutSentNs;

    // Number of the Logout behind which the connection ends, while it waits for its turn; 0 for none. Why it ends, and since when it waits.
    private long _lastWords;
    private string _lastReason = "";
    private long _lastWordsNs;
    private bool _wasLoggedOn;

    // Marks that were given to a connection although some before them were not; 0 for none.
    private long _sentApartFrom;
    private long _sentApartTo;

    // What was numbered when the peer logged on, and when that was: a peer that lacks some of it asks within moments. 0 once it is clear.
    private long _markAtLogon;
    private long _logonNs;

    /// <summary>Makes a session that is not connected.</summary>
    public FixSession(FixSessionOptions options, IFixSessionStore store, IFixApplication application)
    {
        options.Check();
        Options = options;
        _dialects = new FixDialects(options);
        _dialect = _dialects.First;
        _applVerId = options.DefaultApplVerId;
        _index = new FixIndex(_dialect.Dictionary);
        _resendIndex = new FixIndex(_dialect.Dictionary);
        _early = new EarlyMessages(options.EarlyBytesMax);
        _messageTypes = options.MessageTypes?.Select(Encoding.ASCII.GetBytes).ToArray();
        _isOld = FixDialect.IsOld(options.BeginString);
        _isFixt = options.BeginString.StartsWith("FIXT", StringComparison.Ordinal);
        _timeDigits = options.TimeDigits >= 0 ? options.TimeDigits : _isOld ? 0 : 3;
        _store = store;
        _application = application;
        _beginString = Encoding.ASCII.GetBytes(options.BeginString);
        _compId = Encoding.ASCII.GetBytes(options.CompId);
        _peerCompId = Encoding.ASCII.GetBytes(options.PeerCompId);
        (int Tag, string? Name)[] names = [(50, options.SubId), (142, options.LocationId), (57, options.PeerSubId), (143, options.PeerLocationId)];
        _names = [.. names.Where(name => name.Name is not null).Select(name => (name.Tag, Encoding.ASCII.GetBytes(name.Name!)))];
        _scratch = new byte[options.MessageBytesMax];
        _resendScratch = new byte[options.MessageBytesMax + 64];
        NextIncoming = store.NextIncoming;
    }

    /// <summary>How it behaves.</summary>
    public FixSessionOptions Options { get; }

    /// <summary>Where it is.</summary>
    public FixSessionState State { get; private set; }

    /// <summary>For the application.</summary>
    public object? Tag { get; set; }

    /// <summary>Sequence number expected next from the peer. It is saved by <see cref="SaveIncoming"/>.</summary>
    public long NextIncoming { get; private set; }

    /// <summary>Sequence number of the next message to the peer.</summary>
    public long NextOutgoing => _store.NextOutgoing;

    /// <summary>The application's mark: how far it got with what it sends.</summary>
    public long Mark => _store.Mark;

    /// <summary>The mark of the last message that was given to a connection: what lies behind it was never sent.</summary>
    public long SentMark => _store.SentMark;

    /// <summary>How often the numbers were set back to 1.</summary>
    public int Resets => _store.Resets;

    /// <summary>The numbers are not certain any more: a Logon is refused with that reason until it sets them back (141=Y).</summary>
    public bool MustReset { get; set; }

    /// <summary>When the last message from the peer arrived, Unix nanoseconds.</summary>
    public long LastReceivedNs => _lastReceivedNs;

    /// <summary>Bytes that its connection has taken and not given to the kernel yet: how far behind the peer is with reading.</summary>
    public int PendingBytes => _transport?.PendingBytes ?? 0;

    /// <summary>Why the last connection ended; empty before.</summary>
    public string LastEndReason { get; private set; } = "";

    /// <summary>What it has done.</summary>
    public FixSessionCounters Counters { get; } = new();

    /// <summary>True when <see cref="SaveIncoming"/> has something to save.</summary>
    public bool HasUnsavedIncoming => NextIncoming != _store.NextIncoming;

    /// <summary>Saves the incoming sequence number: call it when what was received is durable, so that it is asked for again if not.</summary>
    public void SaveIncoming() => _store.NextIncoming = NextIncoming;

    /// <summary>A connection is there; the first message must be a Logon: the peer's, or as an initiator ours, which is sent.</summary>
    public void OnConnected(IFixTransport transport, long nowNs)
    {
        _transport = transport;
        _nowNs = nowNs;
        _lastReceivedNs = nowNs;
        _lastSentNs = nowNs;
        KeepHours();
        State = FixSessionState.AwaitingLogon;
        if (Options.IsInitiator && !IsInHours)
        {
            End(ClosedText(Options.Schedule!));
        }
        else if (Options.IsInitiator)
        {
            SendLogon();
        }
    }

    /// <summary>The connection is gone.</summary>
    public void OnDisconnected(string reason)
    {
        bool wasOn = _wasLoggedOn;
        _wasLoggedOn = false;
        LastEndReason = reason;
        State = FixSessionState.Disconnected;
        _transport = null;
        (_resendAskedTo, _resendAskedFrom, _gapTo) = (0, 0, 0);
        _markAtLogon = 0;
        _sentApartTo = 0;
        _lastWords = 0;
        _early.Clear();
        StopCatchingUp();
        if (wasOn)
        {
            _application.OnLogoff(this, reason);
        }

        ResetIfDue();
    }

    /// <summary>Time passes: heartbeats, test requests, time-outs. Call it some times a second.</summary>
    public void OnTick(long nowNs)
    {
        _nowNs = nowNs;
        KeepHours();
        if (_lastWords > 0)
        {
            HurryLastWords();
            return;
        }

        if (State == FixSessionState.LogoutSent && nowNs - _logoutSentNs > (IsCatchingUp ? LastWordsPatienceNs : 2 * SecondNs))
        {
            End("no answer to our Logout");
            return;
        }

        if (State == FixSessionState.LogonSent && nowNs - _logonNs > LogonPatienceNs)
        {
            End("no answer to our Logon");
            return;
        }

        Continue(nowNs);
        if (_markAtLogon > 0 && State == FixSessionState.LoggedOn && nowNs - _logonNs > ResendPatienceNs)
        {
            HasAll(_markAtLogon);
            _markAtLogon = 0;
        }

        if (State == FixSessionState.LoggedOn)
        {
            KeepAlive(nowNs);
        }
    }

    private void KeepAlive(long nowNs)
    {
        // The norm's "some reasonable transmission time" is a fifth of the interval. A peer that asks for a long one, or for none, is
        // held to ours: one that died would keep its session from itself.
        long silentNs = nowNs - _lastReceivedNs;
        long silenceMaxNs = Options.SilenceSecondsMax * SecondNs;
        long patienceNs = _heartbeatNs == 0 ? silenceMaxNs : Math.Min(_heartbeatNs * 6 / 5, silenceMaxNs);
        if (silentNs > patienceNs * 2)
        {
            End("the peer is silent");
            return;
        }

        if (silentNs > patienceNs && !_isTestRequestSent)
        {
            _isTestRequestSent = true;
            FixWriter test = Begin("1"u8);
            test.Add(Messages.Tag.TestReqId, "TEST"u8);
            _ = TrySendSession(ref test);
        }

        // While our TestRequest waits for its answer it is the sign of life.
        if (_heartbeatNs > 0 && !_isTestRequestSent && nowNs - _lastSentNs >= _heartbeatNs)
        {
            FixWriter heartbeat = Begin("0"u8);
            _ = TrySendSession(ref heartbeat);
        }
    }

    /// <summary>The connection takes more again.</summary>
    public void OnWritable() => CatchUp();

    /// <summary>Begins an application message: header written, fields are added by the caller.</summary>
    public FixWriter BeginMessage(ReadOnlySpan<byte> msgType, long nowNs)
    {
        _nowNs = nowNs;
        Span<byte> room = _store.Reserve(_scratch.Length);
        _isInStore = room.Length > 0;
        return Begin(_isInStore ? room : _scratch, msgType, _store.NextOutgoing, nowNs, isPossResend: false);
    }

    /// <summary>Numbers, saves and sends the message begun; when the peer is away it is saved for the time it is back.</summary>
    /// <param name="writer">The message.</param>
    /// <param name="mark">The application's new mark, saved with it.</param>
    /// <returns>False when the message is too large: nothing was sent.</returns>
    public bool TryEndMessage(ref FixWriter writer, long mark)
    {
        if (!writer.TryFinish(out int bytes))
        {
            return false;
        }

        long sequence = _store.NextOutgoing;
        bool isMarked = mark != _store.Mark;
        ReadOnlySpan<byte> message = _isInStore ? _store.AppendReserved(mark, bytes) : Save(_scratch.AsSpan(0, bytes), mark);
        Send(message, sequence, mark, isMarked);
        return true;
    }

    /// <summary>Says goodbye; the connection ends with the peer's answer or after two seconds.</summary>
    public void Logout(string text, long nowNs)
    {
        _nowNs = nowNs;
        if (State == FixSessionState.LoggedOn)
        {
            SendLogout(text);
            State = FixSessionState.LogoutSent;
            _logoutSentNs = nowNs;
        }
    }

    /// <summary>Ends the connection now, with a Logout that says why when the peer is logged on.</summary>
    public void Disconnect(string text, long nowNs)
    {
        _nowNs = nowNs;
        if (State != FixSessionState.Disconnected)
        {
            LogoutAndEnd(text);
        }
    }

    private FixWriter Begin(ReadOnlySpan<byte> msgType) => Begin(_scratch, msgType, _store.NextOutgoing, _nowNs, isPossResend: false);

    private FixWriter Begin(Span<byte> target, ReadOnlySpan<byte> msgType, long sequence, long sentNs, bool isPossResend)
    {
        FixWriter writer = new(target, _beginString, msgType, _timeDigits);
        AddNames(ref writer);
        writer.Add(Messages.Tag.MsgSeqNum, sequence);
        if (isPossResend)
        {
            writer.Add(Messages.Tag.PossResend, 'Y');
        }

        writer.AddTimestamp(Messages.Tag.SendingTime, sentNs);
        return writer;
    }

    private void AddNames(ref FixWriter writer)
    {
        writer.Add(Messages.Tag.SenderCompId, _compId);
        writer.Add(Messages.Tag.TargetCompId, _peerCompId);
        foreach ((int tag, byte[] name) in _names)
        {
            writer.Add(tag, name);
        }
    }

    // A session message is numbered and saved like any other, as it may have to wait; a peer that asks for it again gets a gap fill.
    private bool TrySendSession(ref FixWriter writer)
    {
        if (!writer.TryFinish(out int bytes))
        {
            Counters.TooLarge++;
            return false;
        }

        long sequence = _store.NextOutgoing;
        Send(Save(_scratch.AsSpan(0, bytes), _store.Mark), sequence, _store.Mark, isMarked: false);
        return true;
    }

    private ReadOnlySpan<byte> Save(ReadOnlySpan<byte> message, long mark)
    {
        _store.Append(mark, message);
        return message;
    }

    // What is saved goes to the connection, or waits for its turn.
    private void Send(ReadOnlySpan<byte> message, long sequence, long mark, bool isMarked)
    {
        if (!isMarked)
        {
            _application.OnNumberSpent(this, sequence);
        }

        Counters.Sent++;
        _lastSentNs = _nowNs;
        if (_transport is null || State is FixSessionState.Disconnected or FixSessionState.AwaitingLogon)
        {
            return;
        }

        if (IsCatchingUp)
        {
            // The cursor reaches it in turn.
            Counters.Delayed++;
            return;
        }

        if (!_transport.TryWrite(message))
        {
            Counters.Delayed++;
            CatchUpFrom(sequence);
            return;
        }

        _writtenEnd = sequence + 1;
        if (isMarked)
        {
            WasSent(mark);
        }
    }

    // A message with a mark was given to the connection. What lies before it may not have been: the peer still has to ask for what came while it was
    // away.
    private void WasSent(long mark)
    {
        long sent = _store.SentMark;
        if (mark > sent + 1)
        {
            _sentApartFrom = _sentApartTo == 0 ? mark : _sentApartFrom;
            _sentApartTo = mark;
            return;
        }

        sent = Math.Max(sent, mark);
        if (_sentApartTo > 0 && sent >= _sentApartFrom - 1)
        {
            sent = Math.Max(sent, _sentApartTo);
            _sentApartTo = 0;
        }

        if (sent != _store.SentMark)
        {
            _store.SentMark = sent;
        }
    }

    // The peer has everything up to this mark.
    private void HasAll(long mark)
    {
        if (mark > _store.SentMark)
        {
            _store.SentMark = mark;
            WasSent(mark);
        }
    }

    private void SendLogout(string text)
    {
        FixWriter logout = Begin("5"u8);
        if (text.Length > 0)
        {
            logout.Add(Messages.Tag.Text, Encoding.ASCII.GetBytes(text));
        }

        _ = TrySendSession(ref logout);
    }

    private void LogoutAndEnd(string text)
    {
        // Before the logon nobody is told anything, and no number is spent on a stranger.
        if (State != FixSessionState.AwaitingLogon)
        {
            SendLogout(text);
        }

        EndBehindLastWords(text);
    }

    // The Logout may wait for what is sent again before it, or for a peer that reads slowly.
    private void EndBehindLastWords(string reason)
    {
        if (!IsCatchingUp || _transport is null)
        {
            End(reason);
            return;
        }

        State = FixSessionState.LogoutSent;
        (_lastWords, _lastReason, _lastWordsNs) = (_store.NextOutgoing - 1, reason, _nowNs);
    }

    // Out of turn at last: a peer takes a Logout whatever its number is.
    private void HurryLastWords()
    {
        CatchUp();
        if (_lastWords > 0 && _nowNs - _lastWordsNs > LastWordsPatienceNs)
        {
            if (_lastWords >= _writtenEnd && _store.TryRead(_lastWords, out ReadOnlySpan<byte> logout, out _))
            {
                _ = _transport?.TryWrite(logout);
            }

            End(_lastReason);
        }
    }

    private void End(string reason)
    {
        IFixTransport? transport = _transport;
        OnDisconnected(reason);
        transport?.Disconnect();
    }
}
