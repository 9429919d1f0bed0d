using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>
/// Sending again. One cursor walks over the saved messages, as far as the connection takes them and a batch at a time; meanwhile
/// new messages are only saved, and the cursor reaches them in turn. So the peer gets everything in order, and a resend needs no
/// memory of its own.
/// </summary>
public sealed partial class FixSession
{
    // Messages sent again in one call: some 50 us of work, so that a peer that asks for a day's messages delays nobody else.
    private const int ResendBatch = 64;

    // Sequence numbers without a message that one gap fill looks over; a longer run takes several.
    private const int GapScanMax = 1 << 16;

    private readonly byte[] _resendScratch;
    private readonly FixIndex _resendIndex = new();

    // Next sequence number to send again; 0 when not catching up.
    private long _cursor;

    // The peer asked up to here; what was written before is not sent again beyond it.
    private long _requestedEnd;

    // Everything below was given to a connection before, so it goes out with PossDupFlag.
    private long _writtenEnd;

    // The connection refused: nothing to do until it is writable.
    private bool _isBlocked;

    /// <summary>True while saved messages wait to be sent and the connection takes them: call <see cref="Continue"/> soon.</summary>
    public bool IsResending => _cursor > 0 && !_isBlocked;

    private bool IsCatchingUp => _cursor > 0;

    /// <summary>Sends the next batch of saved messages. Call it once a pass of the loop while <see cref="IsResending"/>.</summary>
    /// <remarks>Allocates: no. Work: at most 64 messages.</remarks>
    public void Continue(long nowNs)
    {
        _nowNs = nowNs;
        if (IsResending)
        {
            CatchUp();
        }
    }

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

    // The connection refused a new message: it goes when there is room again.
    private void CatchUpFrom(long sequence)
    {
        _cursor = sequence;
        _requestedEnd = sequence;
        _isBlocked = true;
    }

    private void StopCatchingUp()
    {
        _cursor = 0;
        _requestedEnd = 0;
        _isBlocked = false;
    }

    private void CatchUp()
    {
        _isBlocked = false;
        int scanLeft = GapScanMax;
        for (int count = 0; count < ResendBatch && scanLeft > 0 && IsCatchingUp && _transport is { } transport; count++)
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

            int bytes = NextResend(out long following, ref scanLeft);
            if (!transport.TryWrite(_resendScratch.AsSpan(0, bytes)))
            {
                _isBlocked = true;
                return;
            }

            Counters.Resent += following - _cursor;
            _cursor = following;
            _writtenEnd = Math.Max(_writtenEnd, following);
            _lastSentNs = _nowNs;
        }

        if (_cursor >= _store.NextOutgoing)
        {
            StopCatchingUp();
        }
    }

    // The saved message at the cursor, or one gap fill over all that follow without a saved message.
    private int NextResend(out long following, ref int scanLeft)
    {
        following = _cursor + 1;
        if (TryRewrite(_cursor, out int bytes))
        {
            return bytes;
        }

        long end = _cursor < _requestedEnd ? _requestedEnd : _store.NextOutgoing;
        for (; following < end && scanLeft > 0 && !_store.TryRead(following, out _); scanLeft--)
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
        _ = fill.TryFinish(out bytes);
        return bytes;
    }

    // False for a session message, one that the store has no more, and one saved under a larger MessageBytesMax than today's.
    private bool TryRewrite(long sequence, out int bytes)
    {
        bytes = 0;
        if (!_store.TryRead(sequence, out ReadOnlySpan<byte> saved) || !_resendIndex.TryParse(saved))
        {
            return false;
        }

        FixMessage message = new(saved, _resendIndex);
        bool isPossDup = sequence < _writtenEnd;
        FixWriter copy = new(_resendScratch, _beginString, message.MsgType);
        for (int place = 3; place < message.Count - 1; place++)
        {
            int tag = message.Tags[place];
            if (tag != Messages.Tag.SendingTime)
            {
                copy.Add(tag, message.Value(place));
                continue;
            }

            if (isPossDup)
            {
                copy.Add(Messages.Tag.PossDupFlag, 'Y');
            }

            copy.AddTimestamp(Messages.Tag.SendingTime, _nowNs);
            if (isPossDup)
            {
                copy.Add(Messages.Tag.OrigSendingTime, message.Value(place));
            }
        }

        return copy.TryFinish(out bytes);
    }
}
