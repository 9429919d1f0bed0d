using System.Buffers.Binary;
using Google.Protobuf;
using Peregrine.Distribution.Wire;
using Peregrine.Primitives;
using V1 = Peregrine.MarketData.V1;

namespace Peregrine.Distribution.Tests.Wire;

/// <summary>What the encoder writes is what protoc's code writes, byte for byte; what that writes, the decoder reads.</summary>
public class FrameCodecTests
{
    private static readonly long[] Numbers = [0, 1, 127, 128, 16_383, 16_384, 1_000_000, int.MaxValue, 1L << 40, long.MaxValue];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Increment_RandomEntries_IsWhatProtocWrites(int seed)
    {
        Prng random = new((ulong)seed);
        byte[] target = new byte[WireLimits.FrameBytesMax];
        for (int round = 0; round < 500; round++)
        {
            FrameHeader header = RandomHeader(random);
            (LevelEntry[] levels, OrderEntry[] orders, TradeEntry[] trades) = RandomEntries(random);

            int bytes = FrameEncoder.Increment(target, header, levels, orders, trades);

            V1.Increment expected = new()
            {
                InstrumentId = (uint)header.InstrumentId,
                Depth = (V1.Depth)header.Depth,
                Sequence = (ulong)header.Sequence,
                PreviousSequence = (ulong)header.PreviousSequence,
                TimeNs = (ulong)header.TimeNs,
                Digest = header.Digest,
                Levels = { levels.Select(ToV1) },
                Changes = { orders.Select(ToChange) },
                Trades = { trades.Select(ToV1) },
            };
            AssertSame(new V1.Frame { Increment = expected }, target.AsSpan(0, bytes));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Snapshot_RandomEntries_IsWhatProtocWrites(int seed)
    {
        Prng random = new((ulong)seed);
        byte[] target = new byte[WireLimits.FrameBytesMax];
        for (int round = 0; round < 500; round++)
        {
            FrameHeader header = RandomHeader(random);
            (LevelEntry[] levels, OrderEntry[] orders, TradeEntry[] trades) = RandomEntries(random);

            int bytes = FrameEncoder.Snapshot(target, header, levels, orders, trades);

            V1.Snapshot expected = new()
            {
                InstrumentId = (uint)header.InstrumentId,
                Depth = (V1.Depth)header.Depth,
                Sequence = (ulong)header.Sequence,
                TimeNs = (ulong)header.TimeNs,
                IsFirst = header.IsFirst,
                IsLast = header.IsLast,
                Levels = { levels.Select(ToV1) },
                Orders = { orders.Select(order =>
                    new V1.Order { OrderId = order.OrderId, Side = (V1.Side)order.Side, Price = order.Price, Quantity = (ulong)order.Quantity }) },
                Trades = { trades.Select(ToV1) },
            };
            AssertSame(new V1.Frame { Snapshot = expected }, target.AsSpan(0, bytes));
        }
    }

    [Fact]
    public void OtherFrames_Each_AreWhatProtocWrites()
    {
        byte[] target = new byte[1024];

        AssertSame(
            new V1.Frame { Welcome = new V1.Welcome { Version = 1, Source = "core Ä", HeartbeatMs = 1000, InstrumentCount = 3 } },
            target.AsSpan(0, FrameEncoder.Welcome(target, "core Ä", 1000, 3)));
        AssertSame(
            new V1.Frame { Instrument = new V1.Instrument { InstrumentId = 2, Symbol = "ESZ6", PriceDecimals = 2, TickUnits = 25, LotUnits = 1,
                Depth = V1.Depth.Orders } },
            target.AsSpan(0, FrameEncoder.Instrument(target, 2, new InstrumentInfo("ESZ6", 2, 25, 1), Depth.Orders)));
        AssertSame(new V1.Frame { Heartbeat = new V1.Heartbeat { TimeNs = 123 } }, target.AsSpan(0, FrameEncoder.Heartbeat(target, 123)));
        AssertSame(
            new V1.Frame { Conflated = new V1.Conflated { InstrumentId = 7, Depth = V1.Depth.Best, LastSequence = 99, Count = 3 } },
            target.AsSpan(0, FrameEncoder.Conflated(target, 7, Depth.Best, 99, 3)));
        AssertSame(
            new V1.Frame { Refused = new V1.Refused { Reason = V1.Reason.UnknownSymbol, Text = "no instrument X" } },
            target.AsSpan(0, FrameEncoder.Refused(target, Reason.UnknownSymbol, "no instrument X")));
        AssertSame(
            new V1.Frame { Goodbye = new V1.Goodbye { Reason = V1.Reason.TooSlow, Text = "slow" } },
            target.AsSpan(0, FrameEncoder.Goodbye(target, Reason.TooSlow, "slow")));
    }

    [Fact]
    public void Enums_All_HaveTheSchemasNumbers()
    {
        Assert.Equal(Enum.GetValues<V1.Reason>().Skip(1).Select(reason => (int)reason), Enum.GetValues<Reason>().Select(reason => (int)reason));
        Assert.Equal(Enum.GetValues<V1.Reason>().Skip(1).Select(reason => reason.ToString()), Enum.GetValues<Reason>()
            .Select(reason => reason.ToString()));
        Assert.Equal(Enum.GetValues<V1.OrderChangeKind>().Skip(1).Select(kind => kind.ToString()), Enum.GetValues<OrderChangeKind>()
            .Select(kind => kind.ToString()));
        Assert.Equal(Enum.GetValues<V1.Depth>().Skip(1).Select(depth => depth.ToString()), Enum.GetValues<Depth>().Select(depth => depth.ToString()));
        Assert.Equal(((int)V1.Side.Buy, (int)V1.Side.Sell), ((int)Side.Buy, (int)Side.Sell));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void Decode_WhatWasEncoded_TellsTheSameEntries(int seed)
    {
        Prng random = new((ulong)seed);
        byte[] target = new byte[WireLimits.FrameBytesMax];
        for (int round = 0; round < 500; round++)
        {
            FrameHeader header = RandomHeader(random);
            (LevelEntry[] levels, OrderEntry[] orders, TradeEntry[] trades) = RandomEntries(random);
            int bytes = FrameEncoder.Increment(target, header, levels, orders, trades);
            Recorder recorder = new();

            WireStatus status = FrameDecoder.TryDecode(target.AsSpan(WireLimits.PrefixBytes, bytes - WireLimits.PrefixBytes), recorder);

            header.IsFirst = false;
            header.IsLast = false;
            Assert.Equal(WireStatus.Ok, status);
            Assert.Equal(header, recorder.Header);
            Assert.Equal(levels, recorder.Levels);
            Assert.Equal(orders, recorder.Orders);
            Assert.Equal(trades, recorder.Trades);
        }
    }

    [Fact]
    public void Decode_UnknownFieldsAndMessages_AreSkipped()
    {
        // Field 15 of Frame (a message), then field 100 (varint) within an increment.
        byte[] unknown = [0x7a, 2, 8, 1];
        byte[] increment = [0x22, 7, 8, 1, 16, 2, 0xa0, 6, 9];
        Recorder recorder = new();

        Assert.Equal(WireStatus.Unknown, FrameDecoder.TryDecode(unknown, recorder));
        Assert.Equal(WireStatus.Ok, FrameDecoder.TryDecode(increment, recorder));
        Assert.Equal((1, Depth.Levels), (recorder.Header.InstrumentId, recorder.Header.Depth));
    }

    [Theory]
    [InlineData(8)]
    public void Decode_MutatedBytes_NeverThrowsAndNeverTellsOfABrokenFrame(int seed)
    {
        Prng random = new((ulong)seed);
        byte[] target = new byte[WireLimits.FrameBytesMax];
        for (int round = 0; round < 20_000; round++)
        {
            (LevelEntry[] levels, OrderEntry[] orders, TradeEntry[] trades) = RandomEntries(random, entriesMax: 4);
            int bytes = FrameEncoder.Increment(target, RandomHeader(random), levels, orders, trades);
            byte[] frame = target[WireLimits.PrefixBytes..bytes];
            for (int change = 0; change < 3; change++)
            {
                frame[random.Below(frame.Length)] = (byte)random.Below(256);
            }

            byte[] mutated = frame[..random.Below(frame.Length + 1)];
            Recorder recorder = new();

            WireStatus status = FrameDecoder.TryDecode(mutated, recorder);

            Assert.True(status == WireStatus.Ok || recorder.Calls == 0, "nothing is told of a frame that is not good");
            _ = RequestCodec.TryDecode(mutated, out _);
        }
    }

    [Fact]
    public void Request_Encoded_IsWhatProtocWritesAndReadsBack()
    {
        Request request = new(RequestKind.Subscribe, ["AAPL", "MSFT"], Depth.Orders);

        byte[] encoded = RequestCodec.Encode(request);

        V1.Request expected = new() { Subscribe = new V1.Subscribe { Symbols = { "AAPL", "MSFT" }, Depth = V1.Depth.Orders } };
        Assert.Equal(expected, V1.Request.Parser.ParseFrom(encoded.AsSpan(WireLimits.PrefixBytes).ToArray()));
        Assert.Equal(expected.ToByteArray(), encoded[WireLimits.PrefixBytes..]);
        Assert.Equal(WireStatus.Ok, RequestCodec.TryDecode(encoded.AsSpan(WireLimits.PrefixBytes), out Request? decoded));
        Assert.Equal((request.Kind, request.Depth), (decoded!.Kind, decoded.Depth));
        Assert.Equal(request.Symbols, decoded.Symbols);
    }

    private static FrameHeader RandomHeader(Prng random) => new()
    {
        InstrumentId = (int)Math.Min(random.Pick(Numbers), int.MaxValue),
        Depth = (Depth)(1 + random.Below(4)),
        Sequence = random.Pick(Numbers),
        PreviousSequence = random.Pick(Numbers),
        TimeNs = random.Pick(Numbers),
        Digest = (ulong)random.Pick(Numbers),
        IsFirst = random.Below(2) == 0,
        IsLast = random.Below(2) == 0,
    };

    private static (LevelEntry[] Levels, OrderEntry[] Orders, TradeEntry[] Trades) RandomEntries(Prng random, int entriesMax = 12) => (
        [.. Enumerable.Range(0, random.Below(entriesMax))
        .Select(_ => new LevelEntry { Side = RandomSide(random), Price = RandomPrice(random), Quantity = random.Pick(Numbers),
            OrderCount = random.Below(300) })],
        [.. Enumerable.Range(0, random.Below(entriesMax))
        .Select(_ => new OrderEntry { Kind = (OrderChangeKind)(1 + random.Below(6)), Side = RandomSide(random), OrderId = (ulong)random.Pick(Numbers),
            Price = RandomPrice(random), Quantity = random.Pick(Numbers), TradeId = random.Pick(Numbers) })],
        [.. Enumerable.Range(0, random.Below(entriesMax))
        .Select(_ => new TradeEntry { TradeId = random.Pick(Numbers), Price = RandomPrice(random), Quantity = random.Pick(Numbers),
            Aggressor = (Side)random.Below(3), TimeNs = random.Pick(Numbers) })]);

    private static Side RandomSide(Prng random) => random.Below(2) == 0 ? Side.Buy : Side.Sell;

    private static long RandomPrice(Prng random) => random.Pick(Numbers) * (random.Below(3) == 0 ? -1 : 1);

    private static V1.Level ToV1(LevelEntry level) =>
        new() { Side = (V1.Side)level.Side, Price = level.Price, Quantity = (ulong)level.Quantity, OrderCount = (uint)level.OrderCount };

    private static V1.OrderChange ToChange(OrderEntry order) =>
        new() { Kind = (V1.OrderChangeKind)order.Kind, OrderId = order.OrderId, Side = (V1.Side)order.Side, Price = order.Price,
            Quantity = (ulong)order.Quantity, TradeId = (ulong)order.TradeId };

    private static V1.Trade ToV1(TradeEntry trade) =>
        new() { TradeId = (ulong)trade.TradeId, Price = trade.Price, Quantity = (ulong)trade.Quantity, Aggressor = (V1.Side)trade.Aggressor,
            TimeNs = (ulong)trade.TimeNs };

    private static void AssertSame(V1.Frame expected, ReadOnlySpan<byte> encoded)
    {
        Assert.Equal(encoded.Length - WireLimits.PrefixBytes, BinaryPrimitives.ReadInt32BigEndian(encoded));
        Assert.Equal(expected.ToByteArray(), encoded[WireLimits.PrefixBytes..].ToArray());
    }

    private sealed class Recorder : FrameVisitor
    {
        public int Calls { get; private set; }

        public FrameHeader Header { get; private set; }

        public List<LevelEntry> Levels { get; } = [];

        public List<OrderEntry> Orders { get; } = [];

        public List<TradeEntry> Trades { get; } = [];

        public override void OnIncrement(in FrameHeader header)
        {
            Calls++;
            Header = header;
        }

        public override void OnLevel(in FrameHeader header, in LevelEntry level) => Levels.Add(level);

        public override void OnOrder(in FrameHeader header, in OrderEntry order) => Orders.Add(order);

        public override void OnTrade(in FrameHeader header, in TradeEntry trade) => Trades.Add(trade);
    }
}
