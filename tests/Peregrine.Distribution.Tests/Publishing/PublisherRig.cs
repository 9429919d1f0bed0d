using System.Buffers.Binary;
using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Tests.Publishing;

/// <summary>A publisher of one instrument with a channel for each depth, and what the channels' frames say.</summary>
internal sealed class PublisherRig : FrameVisitor
{
    private readonly ChunkPool _pool = new(16);
    private readonly Dictionary<Depth, (long Chunk, int Offset)> _read = [];
    private long _timeNs;

    public PublisherRig()
    {
        Publisher.Add(new InstrumentInfo("TEST", 2, 1, 1));
        foreach (Depth depth in Enum.GetValues<Depth>())
        {
            Publisher.Instruments[0].Channels[(int)depth] = new Channel(Publisher.Instruments[0], depth, Publisher.Books,
                new FrameRing(_pool, _pool.TryTake()!, 4), Publisher.Counters);
            _read[depth] = (0, 0);
        }
    }

    public BookPublisher Publisher { get; } = new();

    /// <summary>What was told since the last look, such as "levels: buy 100 5 1".</summary>
    public List<string> Told { get; } = [];

    public int Digests { get; private set; }

    public Channel ChannelOf(Depth depth) => Publisher.Instruments[0].Channels[(int)depth]!;

    /// <summary>Updates in one batch, and then what the channels tell.</summary>
    public List<string> Play(params BookUpdate[] updates)
    {
        foreach (BookUpdate update in updates)
        {
            Publisher.Process(update with { TimeNs = ++_timeNs });
        }

        _ = Publisher.Flush();
        Publisher.EndFlush();
        Told.Clear();
        foreach (Depth depth in Enum.GetValues<Depth>())
        {
            Read(depth);
        }

        return Told;
    }

    public override void OnSnapshot(in FrameHeader header) =>
        Told.Add($"{header.Depth}: snapshot{(header.IsFirst ? " first" : "")}{(header.IsLast ? " last" : "")}");

    public override void OnIncrement(in FrameHeader header) => Digests += header.Digest == 0 ? 0 : 1;

    public override void OnLevel(in FrameHeader header, in LevelEntry level) =>
        Told.Add($"{header.Depth}: {level.Side} {level.Price} {level.Quantity} {level.OrderCount}");

    public override void OnOrder(in FrameHeader header, in OrderEntry order) =>
        Told.Add($"{header.Depth}: {order.Kind} {order.OrderId} {order.Side} {order.Price} {order.Quantity} trade {order.TradeId}");

    public override void OnTrade(in FrameHeader header, in TradeEntry trade) =>
        Told.Add($"{header.Depth}: {trade.TradeId} {trade.Price} {trade.Quantity} {trade.Aggressor}");

    private void Read(Depth depth)
    {
        FrameRing ring = ChannelOf(depth).Ring;
        (long number, int offset) = _read[depth];
        while (number < ring.Head || offset < ring[number].Used)
        {
            if (offset == ring[number].Used)
            {
                (number, offset) = (number + 1, 0);
                continue;
            }

            int bytes = BinaryPrimitives.ReadInt32BigEndian(ring[number].Bytes.AsSpan(offset));
            Assert.Equal(WireStatus.Ok, FrameDecoder.TryDecode(ring[number].Bytes.AsSpan(offset + WireLimits.PrefixBytes, bytes), this));
            offset += WireLimits.PrefixBytes + bytes;
        }

        _read[depth] = (number, offset);
    }
}
