using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Session;

/// <summary>
/// Sending again. One cursor walks over the saved messages, as far as the connection takes them and a batch at a time; meanwhile
/// new messages are only saved, and the cursor reaches them in turn. So the peer gets everything in order, and a resend needs no
/// memory of its own. A message that the store has no more is made again by the application, or the session ends with the reason.
/// </summary>
public sealed partial class FixSession
{
    // Messages sent again in one call: some 50 us of work, so that a peer that asks for a day's messages delays nobody else.
    private const int ResendBatch = 64;

    // Sequence numbers without a message that one gap fill looks over; a longer run takes several.
    private const int GapScanMax = 1 << 16;

    private readonly byte[] _resendScratch;
    private readonly FixIndex _resendIndex;

    // Next sequence number to send again; 0 when not catching up.
    private long _cursor;

    // The peer asked up to here; what was written before is not sent again beyond it.
    private long _requestedEnd;

    // Everything below was given to a connection before, so it goes out with PossDupFlag.
    private long _writtenEnd;

    // The connection refused, or the application makes a message again: nothing to do until it is writable, or made.
    private bool _isBlocked;

    // The peer asked, and no report went out since.
    private bool _isFirstAsked;

    // ResendReady was told, and Continue has not yet come to an end.
    private bool _isReadyTold;

    /// <summary>True while saved messages wait to be sent and the connection takes them: call <see cref="Continue"/> soon.</summary>
    public bool IsResending => _cursor > 0 && !_isBlocked;

    /// <summary>True while messages wait to be sent, for whatever reason.</summary>
    public bool IsBehind => _cursor > 0;

    /// <summary>Told when saved messages wait and the connection takes them: <see cref="Continue"/> is to be called once a pass from then on, until
    /// <see cref="IsResending"/> is false. So whoever has thousands of sessions need not look at each.</summary>
    public Action<FixSession>? ResendReady { get; set; }

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

        _isReadyTold = IsResending;
    }

    /// <summary>The application has more of what it was asked to make again.</summary>
    /// <remarks>Thread: the owner's. Allocates: no.</remarks>
    public void Resume(long nowNs)
    {
        _nowNs = nowNs;
        if (IsCatchingUp)
        {
            CatchUp();
        }
    }

    /// <summary>
    /// Gives the numbers that follow to messages that the application told nobody yet: it makes them (<see cref="IFixApplication.TryRemake"/>) as the
    /// connection takes them. A peer that is not logged on asks for them when it is.
    /// </summary>
    /// <param name="mark">The mark of the last of them; each has one more than the one before.</param>
    public void TellAgain(long mark)
    {
        long first = _store.NextOutgoing;
        long count = mark - _store.Mark;
        if (count > 0)
        {
            _store.GoOnFrom(first + count, mark);
            _markAtLogon = 0;
            if (!IsCatchingUp && State == FixSessionState.LoggedOn)
            {
                _cursor = first;
                _requestedEnd = first;
                TellReady();
            }
        }
    }

    /// <summary>Begins a message of an earlier number again: header written, fields are added by the caller,
    /// then <see cref="TryEndRemake"/>.</summary>
    /// <param name="msgType">MsgType.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="sentNs">When it was sent first as far as is known, Unix nanoseconds: not after now.</param>
    /// <param name="isPossResend">The peer may have had what it says under another number: PossResend (97),
    /// unless it is repeated under its own.</param>
    public FixWriter Remake(ReadOnlySpan<byte> msgType, long sequence, long sentNs, bool isPossResend) =>
        Begin(_scratch, msgType, sequence, Math.Min(sentNs, _nowNs), isPossResend && sequence >= _writtenEnd);

    /// <summary>Ends it.</summary>
    /// <returns>False when it is too large.</returns>
    public bool TryEndRemake(ref FixWriter writer) => writer.TryFinish(out _remadeBytes);

    // Both ends are numbers that were sent.
    private void StartResend(long begin, long end)
    {
        Counters.ResendsAnswered++;

        // It asks from the first that it lacks, and has what lies before: the first report that goes out tells how far that is.
        _markAtLogon = 0;
        _isFirstAsked = true;

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

    // Session messages are sent once, also when they had to wait for their turn; of those only a Reject is repeated when it is asked for.
    private bool IsSent(ReadOnlySpan<byte> saved, long sequence) => saved.Length > 0 && (sequence >= _writtenEnd || !IsOfSession(saved));

    // Our own messages begin with 8=..|9=..|35=type|.
    private static bool IsOfSession(ReadOnlySpan<byte> saved)
    {
        int at = saved.IndexOf("\u000135="u8) + 4;
        return at >= 4 && at + 1 < saved.Length && saved[at + 1] == 1
            && saved[at] is (byte)'0' or (byte)'1' or (byte)'2' or (byte)'4' or (byte)'5' or (byte)'A';
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

            if (IsAtEnd())
            {
                return;
            }

            RemakeStatus status = NextResend(out long following, out long mark, ref scanLeft, out int bytes);
            if (status == RemakeStatus.Wait)
            {
                _isBlocked = true;
                return;
            }

            if (status == RemakeStatus.Gone)
            {
                // Behind nothing: the cursor would never reach the goodbye.
                Counters.Gone++;
                StopCatchingUp();
                _lastWords = 0;
                LogoutAndEnd(GoneText(following));
                return;
            }

            if (!transport.TryWrite(_resendScratch.AsSpan(0, bytes)))
            {
                _isBlocked = true;
                return;
            }

            Advance(following, mark);
        }

        if (!IsAtEnd())
        {
            TellReady();
        }
    }

    private void Advance(long following, long mark)
    {
        Counters.Resent += following - _cursor;
        _cursor = following;
        _writtenEnd = Math.Max(_writtenEnd, following);
        _lastSentNs = _nowNs;
        if (mark > 0)
        {
            if (_isFirstAsked)
            {
                HasAll(mark - 1);
                _isFirstAsked = false;
            }

            WasSent(mark);
        }
    }

    // Nothing is left to send, or nothing before the goodbye: then that was it.
    private bool IsAtEnd()
    {
        if (_lastWords > 0 && _cursor > _lastWords)
        {
            End(_lastReason);
            return true;
        }

        if (_cursor < _store.NextOutgoing)
        {
            return false;
        }

        StopCatchingUp();
        return true;
    }

    private void TellReady()
    {
        if (IsResending && !_isReadyTold)
        {
            _isReadyTold = true;
            ResendReady?.Invoke(this);
        }
    }

    // The message at the cursor, or one gap fill over all that follow without one.
    private RemakeStatus NextResend(out long following, out long mark, ref int scanLeft, out int bytes)
    {
        long end = _cursor < _requestedEnd ? _requestedEnd : _store.NextOutgoing;
        RemakeStatus status = RemakeStatus.Gap;
        following = _cursor + 1;
        bytes = 0;
        bool isKnown = _store.TryRead(_cursor, out ReadOnlySpan<byte> saved, out mark);
        bool isSent = isKnown && IsSent(saved, _cursor);
        if (isSent && TryRewrite(saved, _cursor, out bytes))
        {
            return RemakeStatus.Made;
        }

        if (!isKnown || isSent)
        {
            status = _application.TryRemake(this, _cursor, end, out following, out mark);
        }

        if (status == RemakeStatus.Made)
        {
            Counters.Remade++;
            following = _cursor + 1;
            return TryRewrite(_scratch.AsSpan(0, _remadeBytes), _cursor, out bytes) ? RemakeStatus.Made : RemakeStatus.Gone;
        }

        if (status != RemakeStatus.Gap)
        {
            following = _cursor;
            return status;
        }

        // Up to there the application knows of no message; the store may have one, or know better that there is none.
        mark = 0;
        long gapEnd = Math.Min(following, end);
        following = Math.Max(_cursor + 1, Math.Min(gapEnd, _store.FirstKept));
        for (; following < end && scanLeft > 0; following++, scanLeft--)
        {
            if (_store.TryRead(following, out ReadOnlySpan<byte> message, out _) ? IsSent(message, following) : following >= gapEnd)
            {
                break;
            }
        }

        bytes = WriteGapFill(following);
        return RemakeStatus.Gap;
    }

    private int WriteGapFill(long following)
    {
        FixWriter fill = new(_resendScratch, _beginString, "4"u8, _timeDigits);
        AddNames(ref fill);
        fill.Add(Messages.Tag.MsgSeqNum, _cursor);
        fill.Add(Messages.Tag.PossDupFlag, 'Y');
        fill.AddTimestamp(Messages.Tag.SendingTime, _nowNs);
        fill.AddTimestamp(Messages.Tag.OrigSendingTime, _nowNs);
        fill.Add(Messages.Tag.GapFillFlag, 'Y');
        fill.Add(Messages.Tag.NewSeqNo, following);
        _ = fill.TryFinish(out int bytes);
        return bytes;
    }

    private string GoneText(long sequence) =>
        $"message {sequence} was asked for and is kept no more; take what lies before from your own records and {HowToReset}";

    // False for one that was saved under a larger MessageBytesMax than today's.
    private bool TryRewrite(ReadOnlySpan<byte> saved, long sequence, out int bytes)
    {
        bytes = 0;
        if (!_resendIndex.TryParse(saved))
        {
            return false;
        }

        FixMessage message = new(saved, _resendIndex);
        bool isPossDup = sequence < _writtenEnd;
        FixWriter copy = new(_resendScratch, _beginString, message.MsgType, _timeDigits);
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
