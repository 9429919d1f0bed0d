using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>
/// ITCH 5.0 in MoldUDP64 packets of a capture, each stream in the order of its numbers. A stream can come on several lines: the first copy of a
/// message counts, late ones are waited for, and missing is what no line has. Two streams of one session's name are told apart by what is in them.
/// </summary>
/// <remarks>Instruments of each stream are kept apart.</remarks>
public sealed class MoldReader(FeedInput input) : FeedReader(input)
{
    /// <summary>More streams than this in one capture are not MoldUDP64.</summary>
    private const int StreamsMax = 64;

    private readonly CaptureDecoder _capture = new();
    private readonly InstrumentNumbers _instruments = new();
    private readonly List<Line> _streams = [];
    private byte[] _held = new byte[Itch50Decoder.BytesMax];
    private bool _isHeld;
    private int _current;
    private int _packetBytes;
    private int _at;
    private int _end;
    private int _left;
    private ulong _number;
    private long _otherPackets;
    private bool _isGivingUp;

    /// <inheritdoc/>
    public override string Format => "MoldUDP64";

    /// <inheritdoc/>
    public override string Expected => "a block of a pcap or pcapng capture, with ITCH 5.0 messages in MoldUDP64"
        + (_capture.OtherLink < 0 ? "" : $"; link type {_capture.OtherLink} is not read, but {CaptureDecoder.KnownLinks}");

    /// <inheritdoc/>
    public override long PriceScale => FeedPriceScale.TenThousandths;

    /// <inheritdoc/>
    public override long Gaps => _streams.Sum(line => line.Stream.Gaps);

    /// <inheritdoc/>
    public override long MissingMessages => _streams.Sum(line => line.Stream.MissingMessages);

    /// <inheritdoc/>
    public override long RepeatedMessages => _streams.Sum(line => line.Stream.SeenMessages);

    /// <inheritdoc/>
    public override long LateMessages => _streams.Sum(line => line.Stream.LateMessages);

    /// <inheritdoc/>
    public override long OtherPackets => _otherPackets + _capture.SkippedFrames;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Message => _isHeld ? _held.AsSpan(0, MessageBytes) : base.Message;

    /// <inheritdoc/>
    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        update = default;
        bytes = 0;
        _isHeld = false;
        while (true)
        {
            if (TryTakeHeld(out FeedStatus held, out update))
            {
                return held;
            }

            if (_left > 0)
            {
                // The packet stays at the front of the data until its last message is read.
                bool isTaken = TryTakeFromPacket(data, out FeedStatus status, out update);
                bytes = _left == 0 ? _packetBytes : 0;
                if (isTaken || _left == 0)
                {
                    return status;
                }

                continue;
            }

            FeedStatus block = NextBlock(data, isLast, out bytes, out bool hasMore);
            if (!hasMore)
            {
                return block;
            }
        }
    }

    // What waited for the message before, or is given up on: streams one after the other.
    private bool TryTakeHeld(out FeedStatus status, out BookUpdate update)
    {
        status = FeedStatus.Ok;
        update = default;
        if (_streams.Count == 0 || !_streams[_current].Stream.TryTakeHeld(out ReadOnlySpan<byte> message))
        {
            return false;
        }

        if (message.Length > _held.Length)
        {
            _held = new byte[message.Length];
        }

        message.CopyTo(_held);
        _isHeld = true;
        MessageBytes = message.Length;
        MessageStart = 0;
        status = Decode(message, out update);
        return true;
    }

    private bool TryTakeFromPacket(ReadOnlySpan<byte> data, out FeedStatus status, out BookUpdate update)
    {
        _ = MoldUdp64.TryMessage(data[.._end], _at, out ReadOnlySpan<byte> message);
        MessageStart = _at + 2;
        MessageBytes = message.Length;
        RestStart = MessageStart;
        _at += 2 + message.Length;
        _left--;
        MoldStream stream = _streams[_current].Stream;
        bool isDue = stream.Offer(_number++, message);
        if (stream.IsFull)
        {
            _ = stream.TryGiveUp();
        }

        update = default;
        status = isDue ? Decode(message, out update) : FeedStatus.Ok;
        return isDue;
    }

    private FeedStatus Decode(ReadOnlySpan<byte> message, out BookUpdate update)
    {
        FeedStatus status = Itch50Decoder.TryDecode(message, out update);
        update.InstrumentId = _instruments.Of(_current, update.InstrumentId);
        CountUnknown(status == FeedStatus.Ok && Itch50Decoder.LengthOf(message[0]) == 0);
        return status;
    }

    // At the end of the capture, whatever it is, what is still held comes out.
    private FeedStatus NextBlock(ReadOnlySpan<byte> data, bool isLast, out int bytes, out bool hasMore)
    {
        FeedStatus status = _capture.TryNext(data, out ReadOnlySpan<byte> payload, out bytes);
        bool isEnd = status == FeedStatus.Malformed || (status != FeedStatus.Ok && isLast);
        if (isEnd)
        {
            hasMore = TryGiveUpNext();
            return status;
        }

        hasMore = status == FeedStatus.Ok && !payload.IsEmpty && TryOpenPacket(data, payload, bytes);
        bytes = hasMore ? 0 : bytes;
        return status;
    }

    private bool TryGiveUpNext()
    {
        _current = _isGivingUp ? _current : 0;
        _isGivingUp = true;
        for (; _current < _streams.Count; _current++)
        {
            while (_streams[_current].Stream.TryGiveUp())
            {
                if (_streams[_current].Stream.HeldMessages > 0)
                {
                    return true;
                }
            }
        }

        _current = 0;
        return false;
    }

    // False: the packet holds no message. Anything that is not framed as MoldUDP64 to its last byte is somebody else's.
    private bool TryOpenPacket(ReadOnlySpan<byte> data, ReadOnlySpan<byte> payload, int packetBytes)
    {
        if (!MoldUdp64.TryHeader(payload, out MoldHeader header) || !IsFramed(payload, header) || !TryFindStream(payload, header))
        {
            _otherPackets++;
            return false;
        }

        if (CountOf(header) == 0)
        {
            _streams[_current].Stream.Expect(header.Sequence);
            return false;
        }

        _ = data.Overlaps(payload, out int start);
        _packetBytes = packetBytes;
        _at = start + MoldUdp64.HeaderBytes;
        _end = start + payload.Length;
        _left = CountOf(header);
        _number = header.Sequence;
        return true;
    }

    private static int CountOf(MoldHeader header) => header.Count == MoldUdp64.EndOfSession ? 0 : header.Count;

    private static bool IsFramed(ReadOnlySpan<byte> payload, MoldHeader header)
    {
        int at = MoldUdp64.HeaderBytes;
        for (int index = 0; index < CountOf(header); index++)
        {
            if (!MoldUdp64.TryMessage(payload, at, out ReadOnlySpan<byte> message))
            {
                return false;
            }

            at += 2 + message.Length;
        }

        return at == payload.Length;
    }

    // The stream that has this line already; or one of the same name that has the same messages, or lacks these; or a new one.
    private bool TryFindStream(ReadOnlySpan<byte> payload, MoldHeader header)
    {
        ReadOnlySpan<byte> name = payload[..MoldUdp64.SessionBytes];
        for (int place = 0; place < _streams.Count; place++)
        {
            if (_streams[place].Ports.Contains(_capture.Port) && name.SequenceEqual(_streams[place].Name))
            {
                _current = place;
                return true;
            }
        }

        for (int place = 0; place < _streams.Count; place++)
        {
            if (name.SequenceEqual(_streams[place].Name) && IsSame(_streams[place].Stream, payload, header))
            {
                _streams[place].Ports.Add(_capture.Port);
                _current = place;
                return true;
            }
        }

        if (_streams.Count == StreamsMax)
        {
            return false;
        }

        _streams.Add(new Line(name.ToArray(), [_capture.Port], new MoldStream()));
        _current = _streams.Count - 1;
        return true;
    }

    private static bool IsSame(MoldStream stream, ReadOnlySpan<byte> payload, MoldHeader header)
    {
        int at = MoldUdp64.HeaderBytes;
        bool isSame = CountOf(header) == 0 && header.Sequence == stream.Next;
        for (int index = 0; index < CountOf(header); index++)
        {
            _ = MoldUdp64.TryMessage(payload, at, out ReadOnlySpan<byte> message);
            at += 2 + message.Length;
            ulong number = header.Sequence + (ulong)index;
            switch (stream.Compare(number, message))
            {
                case MoldLikeness.Other:
                    return false;
                case MoldLikeness.Same:
                    isSame = true;
                    break;
                default:
                    isSame |= stream.IsMissing(number);
                    break;
            }
        }

        return isSame;
    }

    private sealed record Line(byte[] Name, List<int> Ports, MoldStream Stream);
}
