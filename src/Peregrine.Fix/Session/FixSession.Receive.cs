using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>Messages from the peer.</summary>
public sealed partial class FixSession
{
    // A gap is asked for so often without getting smaller; then the session ends and names it.
    private const int ResendAsksMax = 5;

    // "To the end" before there was 0 for it.
    private const long EndOfAll = 999_999;

    /// <summary>Told of framed messages that breach a boundary of safety (<see cref="FixBreach"/>), once each, before they are dealt with; null for
    /// nobody.</summary>
    public FixBreachHandler? Breached { get; set; }

    private long _resendAskedFrom;
    private int _resendAsks;

    // The highest number seen while a gap is asked for in parts; 0 for none.
    private long _gapTo;

    /// <summary>One whole message from the peer.</summary>
    /// <param name="frame">From <see cref="FixFramer"/>.</param>
    /// <param name="nowNs">Unix nanoseconds.</param>
    public void OnFrame(ReadOnlySpan<byte> frame, long nowNs)
    {
        _nowNs = nowNs;
        Take(frame, nowNs, isNew: true);

        // What was waiting behind a gap that this filled.
        while (State == FixSessionState.LoggedOn && _early.TryTake(NextIncoming, out byte[] early))
        {
            Take(early, nowNs, isNew: false);
        }

        AskNextPart();
    }

    private void Take(ReadOnlySpan<byte> frame, long nowNs, bool isNew)
    {
        if (State == FixSessionState.Disconnected || _lastWords > 0)
        {
            // What came behind the message that ended the session.
            return;
        }

        bool isWhole = _index.TryParse(frame);
        FixMessage message = new(frame, _index);
        if ((!isWhole && _index.Fault == FixFault.None) || _index.Count < 3 || _index.Tags[2] != Messages.Tag.MsgType)
        {
            // Garbled: as if it had never come. Its sequence number is missed when the next one arrives.
            Counters.Garbled++;
            Breached?.Invoke(this, FixBreach.Parse, frame);
            return;
        }

        if (_index.Fault != FixFault.None && isNew)
        {
            Breached?.Invoke(this, _index.Fault == FixFault.Other ? FixBreach.Limit : FixBreach.Parse, frame);
        }

        Counters.Received++;
        _lastReceivedNs = nowNs;
        _isTestRequestSent = false;
        if (State is FixSessionState.AwaitingLogon or FixSessionState.LogonSent && !message.MsgType.SequenceEqual("A"u8))
        {
            // To an initiator a Logout says why it may not log on.
            End(State == FixSessionState.LogonSent && message.MsgType.SequenceEqual("5"u8)
                ? $"our Logon was refused: {TextOf(message)}"
                : "the first message is not a Logon");
            return;
        }

        if (!message.TryGet(Messages.Tag.BeginString, out ReadOnlySpan<byte> beginString) || !beginString.SequenceEqual(_beginString))
        {
            LogoutAndEnd("Incorrect BeginString");
            return;
        }

        // A reset of the numbers has whatever number.
        bool isReset = message.MsgType.SequenceEqual("4"u8) && !message.IsYes(Messages.Tag.GapFillFlag);
        if (!message.TryGetLong(Messages.Tag.MsgSeqNum, out long sequence) || (sequence < 1 && !isReset))
        {
            LogoutAndEnd("MsgSeqNum missing or malformed");
            return;
        }

        if (!AreHeadersRight(message, sequence) || !IsOriginalRight(message, sequence))
        {
            return;
        }

        if (message.MsgType.SequenceEqual("A"u8))
        {
            OnLogonMessage(message, sequence);
        }
        else if (isReset)
        {
            OnSequenceReset(message, sequence);
        }
        else if (IsInSequence(message, sequence))
        {
            OnInSequence(message, sequence);
        }
    }

    private bool AreHeadersRight(in FixMessage message, long sequence)
    {
        // A field that is missing, empty or malformed is the validator's to refuse: that ends no session.
        bool isSender = message.TryGet(Messages.Tag.SenderCompId, out ReadOnlySpan<byte> sender);
        bool isTarget = message.TryGet(Messages.Tag.TargetCompId, out ReadOnlySpan<byte> target);
        if ((sender.Length > 0 && !sender.SequenceEqual(_peerCompId)) || (target.Length > 0 && !target.SequenceEqual(_compId)))
        {
            return Refuse(message, sequence, FixFault.CompIdProblem, "CompID problem");
        }

        bool isTime = message.TryGetTimestamp(Messages.Tag.SendingTime, out long sentNs);
        if (isTime && Math.Abs(sentNs - _nowNs) > Options.SendingTimeSecondsMax * SecondNs)
        {
            return Refuse(message, sequence, FixFault.SendingTimeProblem, "SendingTime accuracy problem");
        }

        if (State is FixSessionState.AwaitingLogon or FixSessionState.LogonSent && !(isSender && isTarget && isTime))
        {
            End("a Logon without SenderCompID, TargetCompID or SendingTime");
            return false;
        }

        return true;
    }

    // A repeated message says when it was first sent, and that was not after it was repeated.
    private bool IsOriginalRight(in FixMessage message, long sequence)
    {
        if (!message.IsYes(Messages.Tag.PossDupFlag) || State == FixSessionState.AwaitingLogon || message.MsgType.SequenceEqual("4"u8))
        {
            return true;
        }

        if (!message.TryGet(Messages.Tag.OrigSendingTime, out ReadOnlySpan<byte> original))
        {
            SendReject(message, sequence, FixFault.RequiredTagMissing, Messages.Tag.OrigSendingTime);
            NextIncoming += sequence == NextIncoming ? 1 : 0;
            return false;
        }

        bool isLate = FixText.TryTimestamp(original, out long originalNs) && message.TryGetTimestamp(Messages.Tag.SendingTime, out long sentNs)
            && originalNs > sentNs;
        return !isLate || Refuse(message, sequence, FixFault.SendingTimeProblem, "SendingTime accuracy problem");
    }

    // A wrong header ends the session: with a word when logged on, without one before.
    private bool Refuse(in FixMessage message, long sequence, FixFault fault, string text)
    {
        if (State is FixSessionState.AwaitingLogon or FixSessionState.LogonSent)
        {
            End(text);
            return false;
        }

        SendReject(message, sequence, fault, FixIndex.NoTag);
        NextIncoming += sequence == NextIncoming ? 1 : 0;

        // The Reject says why.
        SendLogout("");
        EndBehindLastWords(text);
        return false;
    }

    private bool IsInSequence(in FixMessage message, long sequence)
    {
        if (sequence == NextIncoming)
        {
            return true;
        }

        if (sequence > NextIncoming)
        {
            // A goodbye is answered even out of turn; what is missed is asked for at the next logon.
            if (message.MsgType.SequenceEqual("5"u8))
            {
                OnLogoutMessage();
                return false;
            }

            // The peer's wish for a resend too, or two sides that both miss something would wait for ever.
            if (message.MsgType.SequenceEqual("2"u8) && _index.Fault == FixFault.None)
            {
                OnResendRequest(message, sequence);
            }
            else
            {
                _ = _early.TryKeep(sequence, message.Frame);
            }

            AskResend(sequence);
            return false;
        }

        if (!message.IsYes(Messages.Tag.PossDupFlag))
        {
            // Neither changes anything by coming twice.
            if (message.MsgType.SequenceEqual("5"u8))
            {
                OnLogoutMessage();
                return false;
            }

            if (message.MsgType.SequenceEqual("2"u8) && _index.Fault == FixFault.None)
            {
                OnResendRequest(message, sequence);
                return false;
            }

            LogoutAndEnd($"MsgSeqNum too low, expecting {NextIncoming} but received {sequence}");
        }

        return false;
    }

    private void OnInSequence(in FixMessage message, long sequence)
    {
        if (_index.Fault != FixFault.None)
        {
            // It was framed, so it was sent: its number is used, and whoever sent it is told.
            NextIncoming++;
            SendReject(message, sequence, _index.Fault, _index.FaultTag, _index.Fault == FixFault.Other ? TooManyFields : null);
            return;
        }

        FixDialect? dialect = DialectOf(message);
        if (dialect is null)
        {
            NextIncoming++;
            SendReject(message, sequence, FixFault.ValueIncorrect, Messages.Tag.ApplVerId);
            return;
        }

        FixMessageType? type = dialect.Dictionary.MessageOf(message.MsgType);
        if (type is null || !IsTaken(type))
        {
            NextIncoming++;
            RefuseType(message, sequence, type);
            return;
        }

        FixFault fault = dialect.Validator.Validate(message, type, out int refTag);
        if (fault != FixFault.None)
        {
            NextIncoming++;
            SendReject(message, sequence, fault, refTag);
            return;
        }

        if (!type.IsOfSession || message.MsgType.Length > 1)
        {
            OnApplicationMessage(message);
            return;
        }

        switch (message.MsgType[0])
        {
            case (byte)'0':
                NextIncoming++;
                break;
            case (byte)'3':
                NextIncoming++;
                _application.OnRejected(this, message);
                break;
            case (byte)'1':
                NextIncoming++;
                OnTestRequest(message, sequence);
                break;
            case (byte)'2':
                NextIncoming++;
                OnResendRequest(message, sequence);
                break;
            case (byte)'4':
                OnGapFill(message, sequence);
                break;
            case (byte)'5':
                NextIncoming++;
                OnLogoutMessage();
                break;
            default:
                OnApplicationMessage(message);
                break;
        }
    }

    // Application messages of FIXT say their version, or have that of the session.
    private FixDialect? DialectOf(in FixMessage message) =>
        _isFixt && message.TryGet(Messages.Tag.ApplVerId, out ReadOnlySpan<byte> version) && version.Length > 0 ? _dialects.Find(version) : _dialect;

    private bool IsTaken(FixMessageType type)
    {
        if (type.IsOfSession || _messageTypes is null)
        {
            return true;
        }

        foreach (byte[] taken in _messageTypes)
        {
            if (Ascii.Equals(taken, type.MsgType))
            {
                return true;
            }
        }

        return false;
    }

    private void RefuseType(in FixMessage message, long sequence, FixMessageType? type)
    {
        if (message.MsgType.SequenceEqual("j"u8))
        {
            // Answering a refusal with a refusal could go on for ever.
            Counters.RejectedByPeer++;
        }
        else if (message.MsgType.Length == 0)
        {
            SendReject(message, sequence, FixFault.TagWithoutValue, Messages.Tag.MsgType);
        }
        else if (type is not null || (message.MsgType[0] == (byte)'U' && message.MsgType.Length <= 4))
        {
            // U is for types that two parties agree on.
            RejectUnsupported(message);
        }
        else
        {
            SendReject(message, sequence, FixFault.InvalidMsgType, FixIndex.NoTag);
        }
    }

    private static string TextOf(in FixMessage message) =>
        message.TryGet(Messages.Tag.Text, out ReadOnlySpan<byte> text)
            ? Encoding.Latin1.GetString(text[..Math.Min(text.Length, ReferenceBytesMax)])
            : "";

    private void OnApplicationMessage(in FixMessage message)
    {
        // Counted first, so that the application sees the session as it will be; taken back when it refuses.
        NextIncoming++;
        if (!_application.OnMessage(this, message))
        {
            NextIncoming--;
            End("the application cannot take more messages");
        }
    }

    private void OnLogoutMessage()
    {
        if (State == FixSessionState.LoggedOn)
        {
            SendLogout("");
            EndBehindLastWords("logged out");
            return;
        }

        End("logged out");
    }

    private void OnTestRequest(in FixMessage message, long sequence)
    {
        _ = message.TryGet(Messages.Tag.TestReqId, out ReadOnlySpan<byte> id);
        FixWriter heartbeat = Begin("0"u8);
        heartbeat.Add(Messages.Tag.TestReqId, id);
        if (!TrySendSession(ref heartbeat))
        {
            SendReject(message, sequence, FixFault.ValueIncorrect, Messages.Tag.TestReqId);
        }
    }

    private void OnResendRequest(in FixMessage message, long sequence)
    {
        if (!message.TryGetLong(Messages.Tag.BeginSeqNo, out long begin) || !message.TryGetLong(Messages.Tag.EndSeqNo, out long end))
        {
            return;
        }

        // What cannot be answered is refused: a peer that waits in silence waits for ever.
        long last = _store.NextOutgoing - 1;
        if (begin < 1 || begin > last)
        {
            SendReject(message, sequence, FixFault.ValueIncorrect, Messages.Tag.BeginSeqNo,
                $"BeginSeqNo (7) is {begin}, expected 1 to {last}, which is the last number sent");
        }
        else if (end != 0 && end < begin)
        {
            SendReject(message, sequence, FixFault.ValueIncorrect, Messages.Tag.EndSeqNo,
                $"EndSeqNo (16) is {end}, expected {begin}, which is BeginSeqNo (7), or more, or 0 for all");
        }
        else
        {
            StartResend(begin, end == 0 ? last : Math.Min(end, last));
        }
    }

    private void OnGapFill(in FixMessage message, long sequence)
    {
        _ = message.TryGetLong(Messages.Tag.NewSeqNo, out long next);
        if (next <= sequence)
        {
            NextIncoming++;
            SendReject(message, sequence, FixFault.ValueIncorrect, Messages.Tag.NewSeqNo);
            return;
        }

        NextIncoming = next;
    }

    private void OnSequenceReset(in FixMessage message, long sequence)
    {
        FixFault fault = _index.Fault;
        int refTag = _index.FaultTag;
        if (fault == FixFault.None)
        {
            fault = Validate(message, out refTag);
        }

        if (fault == FixFault.None && message.TryGetLong(Messages.Tag.NewSeqNo, out long next) && next >= NextIncoming)
        {
            NextIncoming = next;
            (_resendAskedTo, _gapTo) = (0, 0);
            return;
        }

        // The number of the message says nothing here, and is not counted.
        bool isBackwards = fault == FixFault.None;
        SendReject(message, sequence, isBackwards ? FixFault.ValueIncorrect : fault, isBackwards ? FixIndex.NoTag : refTag);
    }

    private FixFault Validate(in FixMessage message, out int refTag)
    {
        refTag = 0;
        return _dialect.Dictionary.MessageOf(message.MsgType) is { } type ? _dialect.Validator.Validate(message, type, out refTag) : FixFault.None;
    }

    // One request for a gap, not one for each message behind it.
    private void AskResend(long seen)
    {
        _gapTo = Math.Max(_gapTo, seen);
        if (NextIncoming != _resendSeenNext)
        {
            // It shrinks: patience begins anew, and is not switched off.
            _resendSeenNext = NextIncoming;
            _resendAskedNs = _nowNs;
        }

        if (NextIncoming <= _resendAskedTo && _nowNs - _resendAskedNs < ResendPatienceNs)
        {
            // On its way, as far as can be seen.
            return;
        }

        // Asked for again without an answer: the peer does not have it, and the session cannot go on.
        _resendAsks = NextIncoming == _resendAskedFrom ? _resendAsks + 1 : 1;
        if (_resendAsks > ResendAsksMax)
        {
            LogoutAndEnd($"message {NextIncoming} was asked for {ResendAsksMax} times and did not come: send it, or fill the gap (SequenceReset)");
            return;
        }

        bool isInParts = Options.ResendNumbersMax > 0;
        _resendAskedFrom = NextIncoming;
        _resendAskedTo = isInParts ? Math.Min(_gapTo, NextIncoming + Options.ResendNumbersMax - 1) : seen;
        _resendAskedNs = _nowNs;
        Counters.ResendsAsked++;
        FixWriter request = Begin("2"u8);
        request.Add(Messages.Tag.BeginSeqNo, NextIncoming);
        request.Add(Messages.Tag.EndSeqNo, isInParts ? _resendAskedTo : _isOld ? EndOfAll : 0);
        _ = TrySendSession(ref request);
    }

    // The part that was asked for is there: the next one.
    private void AskNextPart()
    {
        if (Options.ResendNumbersMax == 0 || State != FixSessionState.LoggedOn || _resendAskedTo == 0 || NextIncoming <= _resendAskedTo)
        {
            return;
        }

        if (NextIncoming <= _gapTo)
        {
            AskResend(_gapTo);
        }
        else
        {
            (_resendAskedTo, _gapTo) = (0, 0);
        }
    }
}
