namespace Peregrine.Gateway.Tests.Drills;

/// <summary>The rules of a session, as the client holds to them.</summary>
internal sealed partial class DrillClient
{
    // A gap is asked for once, and then waited for.
    private long _askedFrom;
    private bool _isLeaving;

    private void OnMessage(DrillMessage message)
    {
        if (message.Type == "4" && !message.IsYes(123))
        {
            OnSequenceReset(message);
            return;
        }

        if (message.Type == "A")
        {
            OnLogon(message);
        }

        if (message.Sequence > NextIncoming)
        {
            OnTooHigh(message);
            return;
        }

        if (message.Sequence < NextIncoming)
        {
            OnTooLow(message);
            return;
        }

        NextIncoming++;
        if (message.Type == "4")
        {
            Ledger.OnGapFill(message.Sequence, message.GetLong(36));
            NextIncoming = Math.Max(NextIncoming, message.GetLong(36));
            return;
        }

        Ledger.OnMessage(message);
        Note(message);
        Answer(message);
    }

    private void OnLogon(DrillMessage message)
    {
        IsLoggedOn = true;
        if (message.IsYes(141) && NextIncoming != 1)
        {
            ResetNumbers();
        }
    }

    private void ResetNumbers()
    {
        NextIncoming = 1;
        Ledger.ResetNumbers();
    }

    private void OnTooHigh(DrillMessage message)
    {
        // A goodbye counts out of turn, and so does a wish for a resend: two sides that both miss something would wait for ever.
        if (message.Type is "2" or "5")
        {
            Answer(message);
        }

        if (IsConnected && _askedFrom != NextIncoming)
        {
            _askedFrom = NextIncoming;
            Send("2", $"7={NextIncoming}|16=0");
        }
    }

    private void OnTooLow(DrillMessage message)
    {
        if (message.Type == "4" && message.IsYes(43))
        {
            Ledger.OnGapFill(message.Sequence, message.GetLong(36));
            NextIncoming = Math.Max(NextIncoming, message.GetLong(36));
        }
        else if (message.IsYes(43))
        {
            Ledger.OnMessage(message);
        }
        else
        {
            if (message.Type == "5")
            {
                LogoutText = message.Get(58);
            }

            Disagreement = $"MsgSeqNum too low, expecting {NextIncoming} but received {message.Sequence}";
            Send("5", $"58={Disagreement}");
            Drop();
        }
    }

    private void OnSequenceReset(DrillMessage message)
    {
        Ledger.OnGapFill(NextIncoming, message.GetLong(36));
        NextIncoming = message.GetLong(36);
    }

    private void Answer(DrillMessage message)
    {
        switch (message.Type)
        {
            case "0" when message.Get(112).Length > 0:
                LastTestAnswer = message.Get(112);
                break;
            case "1":
                Send("0", $"112={message.Get(112)}");
                break;
            case "2":
                SendAgain(message.GetLong(7), message.GetLong(16));
                break;
            case "5":
                LogoutText = message.Get(58);
                if (!_isLeaving)
                {
                    Send("5", "");
                }

                Drop();
                break;
            default:
                break;
        }
    }

    private void SendAgain(long begin, long end)
    {
        long next = end == 0 ? NextOutgoing : Math.Min(end + 1, NextOutgoing);
        long filledFrom = begin;
        if (sendsAgain)
        {
            foreach ((long number, SentMessage message) in _sent.Where(sent => sent.Key >= begin && sent.Key < next).ToArray())
            {
                Fill(filledFrom, number);
                Write(message.Type, number, message.Body, $"43=Y|122={message.SendingTime}|");
                filledFrom = number + 1;
            }
        }

        Fill(filledFrom, next);
    }

    private void Fill(long from, long next)
    {
        if (from < next)
        {
            Write("4", from, $"123=Y|36={next}", $"43=Y|122={Timestamp()}|");
        }
    }

    private void Note(DrillMessage message)
    {
        if (message.Type != "8")
        {
            return;
        }

        char type = message.Get(150)[0];
        if (type is '0' or '5')
        {
            _ = Working.Remove(message.Get(41));
            Working[message.Get(11)] = message.Get(54)[0];
        }

        if (message.Get(39) is "2" or "4" or "8" or "C")
        {
            _ = Working.Remove(message.Get(11));
            _ = Working.Remove(message.Get(41));
        }
    }
}
