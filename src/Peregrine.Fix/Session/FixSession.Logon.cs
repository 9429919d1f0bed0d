using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>Logons from the peer: the first message of a connection, or on an open session one that begins both numbers anew.</summary>
public sealed partial class FixSession
{
    private void OnLogonMessage(in FixMessage message, long sequence)
    {
        bool isReset = message.IsYes(Messages.Tag.ResetSeqNumFlag);
        bool isOpen = State == FixSessionState.LoggedOn;
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

        long peerNextMax = isReset ? 1 : _store.NextOutgoing;
        if (isReset)
        {
            MustReset = false;
            StopCatchingUp();
            _resendAskedTo = 0;
            _sentApartTo = 0;
            _store.Reset(_application.OnReset(this));
            NextIncoming = 1;
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

    // Why a Logon cannot be taken; null when it can.
    private string? FaultOfLogon(in FixMessage message, long sequence, bool isReset)
    {
        FixFault fault = _index.Fault;
        int refTag = _index.FaultTag;
        if (fault == FixFault.None)
        {
            fault = FixValidator.Validate(message, FixDictionary.RuleOf("A"u8)!, out refTag);
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

        // What the peer expects next from us: behind a reset, only what a reset leaves.
        long nextMax = isReset ? 1 : _store.NextOutgoing;
        if (message.TryGetLong(Messages.Tag.NextExpectedMsgSeqNum, out long peerNext) && (peerNext < 1 || peerNext > nextMax))
        {
            return $"NextExpectedMsgSeqNum (789) is {peerNext}, expected 1 to {nextMax}, which is our next number";
        }

        if (State == FixSessionState.LoggedOn && sequence != 1)
        {
            return $"a Logon with ResetSeqNumFlag=Y has MsgSeqNum 1, not {sequence}";
        }

        return MustReset && !isReset
            ? "the numbers of this session were lost here: log on with ResetSeqNumFlag=Y, and every report follows once more"
            : null;
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
