using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>Logons from the peer: the first message of a connection, or on an open session one that begins both numbers anew.</summary>
public sealed partial class FixSession
{
    private string _applVerId;
    private bool _resetAsked;

    private void OnLogonMessage(in FixMessage message, long sequence)
    {
        bool isReset = message.IsYes(Messages.Tag.ResetSeqNumFlag);
        bool isOpen = State == FixSessionState.LoggedOn;
        if (State == FixSessionState.LogonSent)
        {
            OnLogonAnswer(message, sequence);
            return;
        }

        if (State != FixSessionState.AwaitingLogon && !(isOpen && isReset))
        {
            End("a second Logon");
            return;
        }

        if (FaultOfLogon(message, sequence, isReset) is { } fault)
        {
            // Known by its CompIDs, so it is told why, but it never was on.
            State = FixSessionState.LogoutSent;
            LogoutAndEnd(fault);
            return;
        }

        bool begins = isReset || Options.ResetOnLogon;
        long peerNextMax = begins ? 1 : _store.NextOutgoing;
        if (begins)
        {
            BeginAnew();
        }

        if (sequence < NextIncoming)
        {
            State = FixSessionState.LogoutSent;
            LogoutAndEnd($"MsgSeqNum too low, expecting {NextIncoming} but received {sequence}");
            return;
        }

        State = FixSessionState.LoggedOn;
        _wasLoggedOn = true;
        _ = message.TryGetLong(Messages.Tag.HeartBtInt, out long heartbeatSeconds);
        _heartbeatNs = heartbeatSeconds * SecondNs;
        _writtenEnd = _store.NextOutgoing;
        (_markAtLogon, _logonNs) = (_store.Mark, _nowNs);
        Counters.Logons++;
        AnswerLogon(message, sequence, isReset, peerNextMax);
        _application.OnLogon(this);
    }

    // FIX 4.0 has no flag for it.
    private string HowToReset => _dialect.Dictionary.MessageOf("A"u8) is { } logon && logon.Body.Has(Messages.Tag.ResetSeqNumFlag)
        ? "log on with ResetSeqNumFlag=Y"
        : "have both numbers set back to 1 by the operator";

    private void BeginAnew()
    {
        MustReset = false;
        StopCatchingUp();
        (_resendAskedTo, _gapTo) = (0, 0);
        _sentApartTo = 0;
        _early.Clear();
        _store.Reset(_application.OnReset(this));
        _store.BeganNs = _nowNs;
        NextIncoming = 1;
    }

    private void SendLogon()
    {
        long told = _store.Mark;
        if (Options.ResetOnLogon || MustReset)
        {
            BeginAnew();
            _resetAsked = true;
        }

        State = FixSessionState.LogonSent;
        _logonNs = _nowNs;
        _heartbeatNs = Options.HeartbeatSeconds * SecondNs;
        _writtenEnd = _store.NextOutgoing;
        FixWriter logon = Begin("A"u8);
        logon.Add(Messages.Tag.EncryptMethod, 0);
        logon.Add(Messages.Tag.HeartBtInt, Options.HeartbeatSeconds);

        // FIX 4.0 has no flag for it: both sides know, or do not.
        if (_resetAsked && _dialect.Dictionary.MessageOf("A"u8) is { } type && type.Body.Has(Messages.Tag.ResetSeqNumFlag))
        {
            logon.Add(Messages.Tag.ResetSeqNumFlag, 'Y');
        }

        AddApplVerId(ref logon);
        _application.OnLogonSending(this, ref logon);
        if (!TrySendSession(ref logon))
        {
            End($"our Logon is larger than {Options.MessageBytesMax} bytes");
            return;
        }

        // What the application took back has its numbers before anything that it sends while the answer is on its way.
        TellAgain(told);
    }

    // As initiator.
    private void OnLogonAnswer(in FixMessage message, long sequence)
    {
        FixFault fault = _index.Fault;
        int refTag = _index.FaultTag;
        if (fault == FixFault.None)
        {
            fault = Validate(message, out refTag);
        }

        bool isReset = message.IsYes(Messages.Tag.ResetSeqNumFlag);
        if (fault != FixFault.None || (isReset && !_resetAsked && sequence != 1))
        {
            State = FixSessionState.LogoutSent;
            LogoutAndEnd(fault != FixFault.None
                ? $"{TextOf(fault)}: tag {refTag}"
                : $"a Logon with ResetSeqNumFlag=Y has MsgSeqNum 1, not {sequence}");
            return;
        }

        if (isReset && !_resetAsked)
        {
            // The peer begins anew by itself: our Logon was number 1 of that.
            BeginAnew();
            _store.GoOnFrom(2, _store.Mark);
        }

        _resetAsked = false;
        if (sequence < NextIncoming)
        {
            State = FixSessionState.LogoutSent;
            LogoutAndEnd($"MsgSeqNum too low, expecting {NextIncoming} but received {sequence}");
            return;
        }

        State = FixSessionState.LoggedOn;
        _wasLoggedOn = true;
        (_markAtLogon, _logonNs) = (_store.Mark, _nowNs);
        Counters.Logons++;
        bool isNext = sequence == NextIncoming;
        NextIncoming += isNext ? 1 : 0;
        if (!isNext)
        {
            AskResend(sequence);
        }

        _application.OnLogon(this);
    }

    private void AddApplVerId(ref FixWriter logon)
    {
        if (_isFixt)
        {
            logon.Add(Messages.Tag.DefaultApplVerId, Encoding.ASCII.GetBytes(_applVerId));
        }
    }

    // Why a Logon cannot be taken; null when it can.
    private string? FaultOfLogon(in FixMessage message, long sequence, bool isReset)
    {
        FixFault fault = _index.Fault;
        int refTag = _index.FaultTag;
        if (fault == FixFault.None)
        {
            fault = Validate(message, out refTag);
        }

        if (fault != FixFault.None)
        {
            return refTag == FixIndex.NoTag ? TextOf(fault) : $"{TextOf(fault)}: tag {refTag}";
        }

        _ = message.TryGetLong(Messages.Tag.HeartBtInt, out long heartbeatSeconds);
        if (heartbeatSeconds < 0 || heartbeatSeconds > Options.HeartbeatSecondsMax || message.GetChar(Messages.Tag.EncryptMethod) != (byte)'0')
        {
            return $"HeartBtInt must be 0 to {Options.HeartbeatSecondsMax} and EncryptMethod 0";
        }

        if (_isFixt && message.TryGet(Messages.Tag.DefaultApplVerId, out ReadOnlySpan<byte> version))
        {
            if (_dialects.Find(version) is not { } dialect)
            {
                return $"DefaultApplVerID (1137) is {Encoding.Latin1.GetString(version[..Math.Min(version.Length, 8)])}, expected 2 to 9";
            }

            (_dialect, _applVerId) = (dialect, Encoding.ASCII.GetString(version));
        }

        if (!IsInHours)
        {
            return ClosedText(Options.Schedule!);
        }

        // What the peer expects next from us: behind a reset, only what a reset leaves.
        long nextMax = isReset || Options.ResetOnLogon ? 1 : _store.NextOutgoing;
        if (message.TryGetLong(Messages.Tag.NextExpectedMsgSeqNum, out long peerNext) && (peerNext < 1 || peerNext > nextMax))
        {
            return $"NextExpectedMsgSeqNum (789) is {peerNext}, expected 1 to {nextMax}, which is our next number";
        }

        if (State == FixSessionState.LoggedOn && sequence != 1)
        {
            return $"a Logon with ResetSeqNumFlag=Y has MsgSeqNum 1, not {sequence}";
        }

        return MustReset && !isReset
            ? $"the numbers of this session were lost here: {HowToReset}, and every report follows once more"
            : _application.CheckLogon(this, message);
    }

    private void AnswerLogon(in FixMessage message, long sequence, bool isReset, long peerNextMax)
    {
        bool isNext = sequence == NextIncoming;
        NextIncoming += isNext ? 1 : 0;
        bool tellsNext = message.TryGetLong(Messages.Tag.NextExpectedMsgSeqNum, out long peerNext);
        FixWriter logon = Begin("A"u8);
        logon.Add(Messages.Tag.EncryptMethod, 0);
        logon.Add(Messages.Tag.HeartBtInt, _heartbeatNs / SecondNs);
        if (isReset)
        {
            logon.Add(Messages.Tag.ResetSeqNumFlag, 'Y');
        }

        if (tellsNext)
        {
            logon.Add(Messages.Tag.NextExpectedMsgSeqNum, NextIncoming);
        }

        AddApplVerId(ref logon);

        _ = TrySendSession(ref logon);
        if (!isNext && tellsNext)
        {
            // It is told what we miss, and asked only when it does not send it.
            (_resendAskedTo, _resendAskedNs, _resendSeenNext) = (sequence, _nowNs, NextIncoming);
        }
        else if (!isNext)
        {
            AskResend(sequence);
        }

        if (tellsNext && peerNext < peerNextMax)
        {
            StartResend(peerNext, peerNextMax - 1);
        }
    }
}
