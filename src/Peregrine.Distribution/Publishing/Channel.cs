using System.Buffers.Binary;
using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Publishing;

/// <summary>One instrument at one depth, for all who subscribe to that: collects entries, encodes them once, keeps the frames in its ring.</summary>
/// <remarks>Thread: the server's. Allocates: when made.</remarks>
internal sealed class Channel
{
    // Above this a batch becomes a frame at once; what one change adds fits above it.
    private const int EntriesBeforeFrame = 512;

    // A digest walks the whole book, so it is sent now and then only.
    private const long DigestChanges = 1_000;

    private readonly MarketBooks _books;
    private readonly PublisherCounters _counters;
    private readonly LevelEntry[] _levels;
    private readonly OrderEntry[] _orders;
    private readonly TradeEntry[] _trades;
    private readonly LevelEntry[] _best = new LevelEntry[2];
    private long _sentSequence;
    private int _count;

    /// <summary>Makes a channel that begins at the book as it is now.</summary>
    public Channel(InstrumentBook instrument, Depth depth, MarketBooks books, FrameRing ring, PublisherCounters counters)
    {
        Instrument = instrument;
        Depth = depth;
        Ring = ring;
        _books = books;
        _counters = counters;
        _sentSequence = instrument.Sequence;
        _levels = depth is Depth.Levels ? new LevelEntry[EntriesBeforeFrame * 2] : depth is Depth.Best ? new LevelEntry[2] : [];
        _orders = depth is Depth.Orders ? new OrderEntry[EntriesBeforeFrame * 2] : [];
        _trades = depth is Depth.Trades ? new TradeEntry[EntriesBeforeFrame * 2] : [];
        _best[0] = BestOf(Side.Buy);
        _best[1] = BestOf(Side.Sell);
    }

    /// <summary>
    /// The last change that a frame of this depth told of. Behind it there may be changes that this depth does not show: a snapshot carries
    /// this number, as the next increment follows it.
    /// </summary>
    public long SentSequence => _sentSequence;

    public InstrumentBook Instrument { get; }

    public Depth Depth { get; }

    public FrameRing Ring { get; }

    /// <summary>Who is sent from the ring.</summary>
    public List<Subscription> Subscriptions { get; } = [];

    /// <summary>True while it waits in the publisher's list for a flush.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Adds a level as it is now.</summary>
    public void Add(in LevelEntry level)
    {
        _levels[_count++] = level;
        FlushIfLong();
    }

    /// <summary>Adds a change of an order.</summary>
    public void Add(in OrderEntry order)
    {
        _orders[_count++] = order;
        FlushIfLong();
    }

    /// <summary>Adds a trade.</summary>
    public void Add(in TradeEntry trade)
    {
        _trades[_count++] = trade;
        FlushIfLong();
    }

    /// <summary>The book was emptied at once: a level channel tells it by an empty snapshot.</summary>
    public void AddEmptied()
    {
        Flush();
        FrameHeader header = Header(isIncrement: false);
        Span<byte> target = Reserve(FrameEncoder.BytesFor(0));
        Commit(FrameEncoder.Snapshot(target, header, [], [], []));
    }

    /// <summary>Encodes what was collected into the ring.</summary>
    public void Flush()
    {
        if (Depth == Depth.Best)
        {
            CollectBest();
        }

        if (_count == 0)
        {
            return;
        }

        FrameHeader header = Header(isIncrement: true);
        Span<byte> target = Reserve(FrameEncoder.BytesFor(_count));
        Commit(FrameEncoder.Increment(
            target, header, _levels.AsSpan(0, Depth is Depth.Best or Depth.Levels ? _count : 0),
            _orders.AsSpan(0, Depth == Depth.Orders ? _count : 0),
            _trades.AsSpan(0, Depth == Depth.Trades ? _count : 0)));
        _count = 0;
    }

    /// <summary>Where the frame that holds a position ends, and the last sequence number up to there.</summary>
    /// <param name="offset">Within the chunk; at the end of a frame or inside of one.</param>
    public int FrameEnd(long chunkNumber, int offset, out long sequence)
    {
        Chunk chunk = Ring[chunkNumber];
        sequence = chunk.SequenceBefore;
        int end = 0;
        while (end < offset)
        {
            int bytes = WireLimits.PrefixBytes + BinaryPrimitives.ReadInt32BigEndian(chunk.Bytes.AsSpan(end));
            sequence = SequenceOf(chunk.Bytes.AsSpan(end + WireLimits.PrefixBytes, bytes - WireLimits.PrefixBytes));
            end += bytes;
        }

        return end;
    }

    private static long SequenceOf(ReadOnlySpan<byte> frame)
    {
        ProtoReader reader = new(frame);
        _ = reader.Next();
        ProtoReader content = new(reader.Content);
        while (content.Next())
        {
            if (content.Field == 3)
            {
                return content.Count;
            }
        }

        return 0;
    }

    private void FlushIfLong()
    {
        if (_count >= EntriesBeforeFrame)
        {
            Flush();
        }
    }

    private void CollectBest()
    {
        for (int side = 0; side < 2; side++)
        {
            LevelEntry now = BestOf(side == 0 ? Side.Buy : Side.Sell);
            ref LevelEntry told = ref _best[side];
            if (now.Price != told.Price || now.Quantity != told.Quantity || now.OrderCount != told.OrderCount)
            {
                told = now;
                _levels[_count++] = now;
            }
        }
    }

    private LevelEntry BestOf(Side side)
    {
        _ = _books.TryGetBest(Instrument.Id, side, out long price, out long quantity);
        return new LevelEntry { Side = side, Price = price, Quantity = quantity, OrderCount = _books.OrderCountAt(Instrument.Id, side, 0) };
    }

    private FrameHeader Header(bool isIncrement)
    {
        bool hasDigest = isIncrement && Depth is Depth.Levels or Depth.Orders && Instrument.Sequence / DigestChanges != _sentSequence / DigestChanges;
        return new FrameHeader
        {
            InstrumentId = Instrument.Id,
            Depth = Depth,
            Sequence = Instrument.Sequence,
            PreviousSequence = _sentSequence,
            TimeNs = Instrument.TimeNs,
            Digest = hasDigest ? BookDigest.Of(_books, Instrument.Id, Depth) : 0,
            IsFirst = !isIncrement,
            IsLast = !isIncrement,
        };
    }

    private Span<byte> Reserve(int bytes)
    {
        if (!Ring.Fits(bytes))
        {
            Roll();
        }

        Chunk chunk = Ring[Ring.Head];
        return chunk.Bytes.AsSpan(chunk.Used);
    }

    // Who still is in the chunk that goes is conflated, before it is overwritten.
    private void Roll()
    {
        long victim = Ring.Victim;
        if (victim >= 0)
        {
            TellOverrun(victim);
        }

        if (!Ring.TryRoll(_sentSequence))
        {
            TellOverrun(Ring.Head);
            Ring.RollInPlace(_sentSequence);
        }
    }

    private void TellOverrun(long upToChunk)
    {
        foreach (Subscription subscription in Subscriptions)
        {
            if (subscription.IsLive && subscription.ChunkNumber <= upToChunk)
            {
                subscription.OnOverrun();
            }
        }
    }

    private void Commit(int bytes)
    {
        Ring[Ring.Head].Used += bytes;
        _sentSequence = Instrument.Sequence;
        _counters.Frames++;
    }
}
