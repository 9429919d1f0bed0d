using System.Buffers.Binary;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Tests;

/// <summary>Captures of MoldUDP64 as networks deliver it: late, twice, on two lines, with other streams beside.</summary>
public sealed class MoldReaderTests
{
    private readonly List<byte[]> _packets = [];

    [Fact]
    public void LatePacket_IsReadInItsPlace()
    {
        Send(1, 1);
        Send(3, 1);
        Send(2, 1);

        using FeedReader feed = Read(out List<BookUpdate> read);
        Assert.Equal([1UL, 2, 3], read.Select(update => update.OrderId));
        Assert.Equal((0L, 0L, 0L, 1L), (feed.Gaps, feed.MissingMessages, feed.RepeatedMessages, feed.LateMessages));
    }

    [Fact]
    public void TwoLines_ThatTogetherHaveAll_HaveNoGap()
    {
        Send(1, 2, port: 1000);
        Send(1, 2, port: 2000);
        Send(3, 2, port: 2000);
        Send(5, 2, port: 1000);
        Send(3, 1, port: 1000);
        Send(7, 1, port: 1000);
        Send(7, 1, port: 2000);

        using FeedReader feed = Read(out List<BookUpdate> read);
        Assert.Equal(Enumerable.Range(1, 7).Select(number => (ulong)number), read.Select(update => update.OrderId));
        Assert.Equal((0L, 0L, 4L), (feed.Gaps, feed.MissingMessages, feed.RepeatedMessages));
        _ = Assert.Single(read.Select(update => update.InstrumentId).Distinct());
    }

    [Fact]
    public void WhatNoLineHas_IsAGap_AndTheRestIsRead()
    {
        Send(1, 1);
        Send(4, 2);
        Send(8, 1);
        Heartbeat(11);

        using FeedReader feed = Read(out List<BookUpdate> read);
        Assert.Equal([1UL, 4, 5, 8], read.Select(update => update.OrderId));
        Assert.Equal((3L, 6L), (feed.Gaps, feed.MissingMessages));
    }

    [Fact]
    public void TwoStreams_OfOneName_AreKeptApart()
    {
        Send(1, 3, port: 1000);
        Send(1, 3, port: 2000, firstOrder: 101);
        Send(4, 1, port: 2000, firstOrder: 104);
        Send(4, 1, port: 1000);

        using FeedReader feed = Read(out List<BookUpdate> read);
        Assert.Equal([1UL, 2, 3, 101, 102, 103, 104, 4], read.Select(update => update.OrderId));
        Assert.Equal(2, read.Select(update => update.InstrumentId).Distinct().Count());
        Assert.Equal((0L, 0L), (feed.Gaps, feed.RepeatedMessages));
    }

    [Fact]
    public void TwoSessions_WithTheSameInstrumentNumber_AreTwoInstruments()
    {
        Send(1, 1, session: "MORNING");
        Send(1, 1, session: "EVENING", firstOrder: 50);

        using FeedReader feed = Read(out List<BookUpdate> read);
        Assert.Equal(2, read.Select(update => update.InstrumentId).Distinct().Count());
        Assert.Equal(7, read[0].InstrumentId);
    }

    [Fact]
    public void UnknownType_IsPassedOverAndCounted()
    {
        byte[] message = new byte[13];
        message[0] = (byte)'z';
        _packets.Add(Frame("STREAM", 1, 1000, [message, Add(2)]));

        using FeedReader feed = Read(out List<BookUpdate> read);
        Assert.Equal([BookUpdateKind.Other, BookUpdateKind.Add], read.Select(update => update.Kind));
        Assert.Equal(1, feed.UnknownMessages);
    }

    [Fact]
    public void RandomLines_ThatLoseAndDisorder_GiveWhatEitherHad()
    {
        for (int seed = 0; seed < ProofSize.Of(100, 5_000); seed++)
        {
            _packets.Clear();
            Random random = new(seed);
            HashSet<ulong> had = [1];
            Send(1, 1, port: 1000);
            Send(1, 1, port: 2000);
            List<(double At, Action Send)> sends = [];
            foreach (int port in (int[])[1000, 2000])
            {
                for (ulong number = 2; number < 80;)
                {
                    int count = random.Next(1, 4);
                    if (random.Next(4) > 0)
                    {
                        (ulong first, int messages) = (number, count);
                        sends.Add((first + (random.NextDouble() * 12), () => Send(first, messages, port)));
                        had.UnionWith(Enumerable.Range(0, count).Select(place => first + (ulong)place));
                    }

                    number += (ulong)count;
                }
            }

            foreach ((double _, Action send) in sends.OrderBy(entry => entry.At))
            {
                send();
            }

            using FeedReader feed = Read(out List<BookUpdate> read);
            Assert.Equal(had.Order(), read.Select(update => update.OrderId));
            Assert.Equal((long)had.Max() - had.Count, feed.MissingMessages);
        }
    }

    private void Send(ulong sequence, int count, int port = 1000, string session = "STREAM", ulong firstOrder = 0) =>
        _packets.Add(Frame(session, sequence, port,
            [.. Enumerable.Range(0, count).Select(place => Add((firstOrder == 0 ? sequence : firstOrder) + (ulong)place))]));

    private void Heartbeat(ulong sequence) => _packets.Add(Frame("STREAM", sequence, 1000, []));

    private FeedReader Read(out List<BookUpdate> read)
    {
        byte[] head = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xa1b23c4d);
        head[20] = 1;
        FeedReader feed = FeedFile.Over("a.pcap", new MemoryStream([.. head, .. _packets.SelectMany(Record)]));
        read = [];
        FeedStatus status;
        while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            Assert.Equal(update.Kind == BookUpdateKind.Add ? 36 : 13, feed.Message.Length);
            read.Add(update);
        }

        Assert.Equal(FeedStatus.End, status);
        return feed;
    }

    private static byte[] Record(byte[] frame)
    {
        byte[] record = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), frame.Length);
        return [.. record, .. frame];
    }

    private static byte[] Add(ulong order)
    {
        byte[] message = new byte[Itch50Decoder.BytesMax];
        int bytes = Itch50Encoder.Encode(
            new BookUpdate { Kind = BookUpdateKind.Add, OrderId = order, Side = Side.Buy, Price = 100, Quantity = 1 }, 7, "ACME"u8, message);
        return message[..bytes];
    }

    private static byte[] Frame(string session, ulong sequence, int port, byte[][] messages)
    {
        List<byte> payload = [.. new byte[MoldUdp64.HeaderBytes]];
        foreach (byte[] message in messages)
        {
            payload.AddRange([(byte)(message.Length >> 8), (byte)message.Length, .. message]);
        }

        byte[] packet = [.. payload];
        MoldUdp64.WriteHeader(packet, System.Text.Encoding.ASCII.GetBytes(session), sequence, (ushort)messages.Length);
        byte[] head = new byte[42];
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(12), 0x0800);
        head[14] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(16), (ushort)(28 + packet.Length));
        head[23] = 17;
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(36), (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(38), (ushort)(8 + packet.Length));
        return [.. head, .. packet];
    }
}
