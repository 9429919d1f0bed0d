using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>ITCH 5.0 in MoldUDP64 packets of a capture. Each session's numbers are followed: gaps are counted, repeated messages left out.</summary>
public sealed class MoldReader(FeedInput input) : FeedReader(input)
{
    /// <summary>More sessions than this in one capture are not MoldUDP64.</summary>
    private const int SessionsMax = 64;

    private readonly CaptureDecoder _capture = new();
    private readonly List<(byte[] Session, MoldSequence Sequence)> _sessions = [];
    private int _packetBytes;
    private int _at;
    private int _end;
    private int _left;
    private int _repeated;
    private long _otherPackets;
    private long _repeatedMessages;

    /// <inheritdoc/>
    public override string Format => "MoldUDP64";

    /// <inheritdoc/>
    public override string Expected => "a block of a pcap or pcapng capture over Ethernet, with ITCH 5.0 messages in MoldUDP64";

    /// <inheritdoc/>
    public override long PriceScale => FeedPriceScale.TenThousandths;

    /// <inheritdoc/>
    public override long Gaps => _sessions.Sum(session => session.Sequence.Gaps);

    /// <inheritdoc/>
    public override long MissingMessages => _sessions.Sum(session => session.Sequence.MissingMessages);

    /// <inheritdoc/>
    public override long RepeatedMessages => _repeatedMessages;

    /// <inheritdoc/>
    public override long OtherPackets => _otherPackets + _capture.SkippedFrames;

    /// <inheritdoc/>
    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        update = default;
        bytes = 0;
        if (_left == 0)
        {
            FeedStatus status = _capture.TryNext(data, out ReadOnlySpan<byte> payload, out bytes);
            if (status != FeedStatus.Ok || payload.IsEmpty || !TryOpenPacket(data, payload, bytes))
            {
                return status;
            }

            // The packet stays at the front of the data until its last message is read.
            bytes = 0;
        }

        return TryMessage(data, out update, out bytes);
    }

    private FeedStatus TryMessage(ReadOnlySpan<byte> data, out BookUpdate update, out int bytes)
    {
        while (_repeated > 0)
        {
            _ = MoldUdp64.TryMessage(data[.._end], _at, out ReadOnlySpan<byte> known);
            _at += 2 + known.Length;
            _repeated--;
        }

        _ = MoldUdp64.TryMessage(data[.._end], _at, out ReadOnlySpan<byte> message);
        MessageStart = _at + 2;
        MessageBytes = message.Length;
        RestStart = MessageStart;
        _at += 2 + message.Length;
        _left--;
        bytes = _left == 0 ? _packetBytes : 0;
        return Itch50Decoder.TryDecode(message, out update);
    }

    // False: the packet holds no new message. Anything that is not framed as MoldUDP64 to its last byte is somebody else's.
    private bool TryOpenPacket(ReadOnlySpan<byte> data, ReadOnlySpan<byte> payload, int packetBytes)
    {
        if (!MoldUdp64.TryHeader(payload, out MoldHeader header) || !IsFramed(payload, header)
            || SequenceOf(payload[..MoldUdp64.SessionBytes]) is not { } sequence)
        {
            _otherPackets++;
            return false;
        }

        int repeated = sequence.Accept(header);
        _repeatedMessages += repeated;
        int count = header.Count == MoldUdp64.EndOfSession ? 0 : header.Count;
        if (count == repeated)
        {
            return false;
        }

        _ = data.Overlaps(payload, out int start);
        _packetBytes = packetBytes;
        _at = start + MoldUdp64.HeaderBytes;
        _end = start + payload.Length;
        _repeated = repeated;
        _left = count - repeated;
        return true;
    }

    private static bool IsFramed(ReadOnlySpan<byte> payload, MoldHeader header)
    {
        int at = MoldUdp64.HeaderBytes;
        int count = header.Count == MoldUdp64.EndOfSession ? 0 : header.Count;
        for (int index = 0; index < count; index++)
        {
            if (!MoldUdp64.TryMessage(payload, at, out ReadOnlySpan<byte> message))
            {
                return false;
            }

            at += 2 + message.Length;
        }

        return at == payload.Length;
    }

    private MoldSequence? SequenceOf(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] session, MoldSequence sequence) in _sessions)
        {
            if (name.SequenceEqual(session))
            {
                return sequence;
            }
        }

        if (_sessions.Count == SessionsMax)
        {
            return null;
        }

        _sessions.Add((name.ToArray(), new MoldSequence()));
        return _sessions[^1].Sequence;
    }
}
