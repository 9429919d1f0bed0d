using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>
/// Sending again. One cursor walks over the saved messages, as far as the connection takes them; meanwhile new messages are only
/// saved, and the cursor reaches them in turn. So the peer gets everything in order, and a resend needs no memory of its own.
/// </summary>
public sealed partial class FixSession
{
    private readonly byte[] _resendScratch;
    private readonly FixIndex _resendIndex = new();

    // Next sequence number to send again; 0 when not catching up.
    private long _cursor;

    // The peer asked up to here; what was written before is not sent again beyond it.
    private long _requestedEnd;

    // Everything below was given to a connection before, so it goes out with PossDupFlag.
    private long _writtenEnd;

    private bool IsCatchingUp => _cursor > 0;

    private void AnswerResend(long begin, long end)
    {
        Counters.ResendsAnswered++;
        long last = _store.NextOutgoing - 1;
        end = end == 0 ? last : Math.Min(end, last);
        if (begin > end || begin < 1)
        {
            return;
        }

        // While catching up, everything from the cursor on will come in any case.
        _cursor = IsCatchingUp ? Math.Min(_cursor, begin) : begin;
        _requestedEnd = Math.Max(_requestedEnd, end + 1);
        CatchUp();
    }

    private void CatchUpFrom(long sequence)
    {
        if (!IsCatchingUp)
        {
            _cursor = sequence;
            _requestedEnd = sequence;
        }
    }

    private void StopCatchingUp()
    {
        _cursor = 0;
        _requestedEnd = 0;
    }

    private void CatchUp()
    {
        while (IsCatchingUp && _transport is { } transport)
        {
            // Written before and not asked for: nothing to do until the first message that was never written.
            if (_cursor >= _requestedEnd && _cursor < _writtenEnd)
            {
                _cursor = _writtenEnd;
            }

            if (_cursor >= _store.NextOutgoing)
            {
                StopCatchingUp();
                return;
            }

            int bytes = NextResend(out long following);
            if (!transport.TryWrite(_resendScratch.AsSpan(0, bytes)))
            {
                return;
            }

            _cursor = following;
            _writtenEnd = Math.Max(_writtenEnd, following);
            _lastSentNs = _nowNs;
        }
    }

    // The saved message at the cursor, or one gap fill over all that follow without a saved message.
    private int NextResend(out long following)
    {
        following = _cursor + 1;
        if (_store.TryRead(_cursor, out ReadOnlySpan<byte> saved) && _resendIndex.TryParse(saved))
        {
            return Rewrite(new FixMessage(saved, _resendIndex), isPossDup: _cursor < _writtenEnd);
        }

        long end = _cursor < _requestedEnd ? Math.Max(_requestedEnd, _writtenEnd) : _store.NextOutgoing;
        end = Math.Min(Math.Max(end, following), _store.NextOutgoing);
        while (following < end && !_store.TryRead(following, out _))
        {
            following++;
        }

        FixWriter fill = new(_resendScratch, _beginString, "4"u8);
        fill.Add(Messages.Tag.SenderCompId, _compId);
        fill.Add(Messages.Tag.TargetCompId, _peerCompId);
        fill.Add(Messages.Tag.MsgSeqNum, _cursor);
        fill.Add(Messages.Tag.PossDupFlag, 'Y');
        fill.AddTimestamp(Messages.Tag.SendingTime, _nowNs);
        fill.AddTimestamp(Messages.Tag.OrigSendingTime, _nowNs);
        fill.Add(Messages.Tag.GapFillFlag, 'Y');
        fill.Add(Messages.Tag.NewSeqNo, following);
        _ = fill.TryFinish(out int bytes);
        return bytes;
    }

    private int Rewrite(in FixMessage saved, bool isPossDup)
    {
        FixWriter copy = new(_resendScratch, _beginString, saved.MsgType);
        for (int place = 3; place < saved.Count - 1; place++)
        {
            int tag = saved.Tags[place];
            if (tag != Messages.Tag.SendingTime)
            {
                copy.Add(tag, saved.Value(place));
                continue;
            }

            if (isPossDup)
            {
                copy.Add(Messages.Tag.PossDupFlag, 'Y');
            }

            copy.AddTimestamp(Messages.Tag.SendingTime, _nowNs);
            if (isPossDup)
            {
                copy.Add(Messages.Tag.OrigSendingTime, saved.Value(place));
            }
        }

        _ = copy.TryFinish(out int bytes);
        return bytes;
    }
}
