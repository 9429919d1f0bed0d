using System.Buffers.Binary;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Tests;

/// <summary>DBN of every version and schema that has a book or trades in it: Databento's own samples, and records made by hand.</summary>
public sealed class DbnReaderTests
{
    private const long NoPrice = long.MaxValue;
    private const byte Last = 0x80;
    private const byte Tob = 0x40;

    [Theory]
    [InlineData("mbo.v1.dbn.zst", 2, "CC")]
    [InlineData("mbo.v2.dbn.zst", 2, "CC")]
    [InlineData("mbo.v3.dbn", 2, "CC")]
    [InlineData("mbo.v3.dbn.zst", 2, "CC")]
    [InlineData("mbp-1.v1.dbn.zst", 4, "AAAA")]
    [InlineData("mbp-1.v3.dbn.zst", 4, "AAAA")]
    [InlineData("mbp-10.v1.dbn.zst", 42, "")]
    [InlineData("mbp-10.v3.dbn.zst", 42, "")]
    [InlineData("tbbo.v3.dbn.zst", 6, "TTTTTT")]
    [InlineData("trades.v3.dbn.zst", 2, "TT")]
    [InlineData("definition.v1.dbn.zst", 2, "")]
    [InlineData("definition.v3.dbn.zst", 2, "")]
    public void Samples_OfDatabento_AreReadToTheirEnd(string name, int updates, string types)
    {
        List<BookUpdate> read = ReadAll(FeedFile.Open(SharedData.Require($"data/dbn/samples/{name}")));

        Assert.Equal(updates, read.Count);
        Assert.Equal(types, types.Length == 0 ? "" : string.Concat(read.Select(update => (char)update.FeedType)));
    }

    [Theory]
    [InlineData("ohlcv-1s.v3.dbn.zst", "ohlcv-1s")]
    [InlineData("statistics.v3.dbn.zst", "statistics")]
    [InlineData("status.v3.dbn.zst", "status")]
    public void Samples_WithoutABook_AreRefusedByName(string name, string schema)
    {
        using FeedReader feed = FeedFile.Open(SharedData.Require($"data/dbn/samples/{name}"));

        FeedException fault = Assert.Throws<FeedException>(() => feed.TryRead(out _));
        Assert.Contains($"schema {schema}, which has no orders", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Top_OfTheLastSample_IsTheBooks()
    {
        MarketBooks books = new();
        List<BookUpdate> read = ReadAll(FeedFile.Open(SharedData.Require("data/dbn/samples/mbp-1.v3.dbn.zst")));
        read.ForEach(update => books.Apply(update));

        // 3,720.25 x 24 bid, 3,720.50 x 12 offered.
        int instrument = read[0].InstrumentId;
        Assert.True(books.TryGetBest(instrument, Side.Buy, out long bid, out long bidSize));
        Assert.True(books.TryGetBest(instrument, Side.Sell, out long offer, out long offerSize));
        Assert.Equal((3_720_250_000_000, 24L, 3_720_500_000_000, 12L), (bid, bidSize, offer, offerSize));
        Assert.Equal((1, 1), (books.LevelCount(instrument, Side.Buy), books.LevelCount(instrument, Side.Sell)));
    }

    [Fact]
    public void Depth_OfTenLevels_ReplacesTheBookAtOnce()
    {
        MarketBooks books = new();
        List<BookUpdate> read = ReadAll(FeedFile.Open(SharedData.Require("data/dbn/samples/mbp-10.v3.dbn.zst")));
        read.ForEach(update => books.Apply(update));

        int instrument = read[0].InstrumentId;
        Assert.Equal((10, 10), (books.LevelCount(instrument, Side.Buy), books.LevelCount(instrument, Side.Sell)));
        Assert.Equal((0L, 0L, 0L), (books.CrossedStates, books.DuplicateOrders, books.UnknownOrders));
        Assert.Equal(2, read.Count(update => update.IsEventEnd));
    }

    [Fact]
    public void Order_MarkedAsTopOfBook_ReplacesItsSide()
    {
        MarketBooks books = Play(
            Mbo('A', 'B', 100, 5, order: 1), Mbo('A', 'B', 99, 7, order: 2), Mbo('A', 'A', 110, 9, order: 3),
            Mbo('A', 'B', 101, 4, flags: Last | Tob));

        Assert.Equal([(101L, 4L)], Levels(books, Side.Buy));
        Assert.Equal([(110L, 9L)], Levels(books, Side.Sell));
    }

    [Fact]
    public void Order_MarkedAsTopOfBookWithoutAPrice_EmptiesItsSide()
    {
        MarketBooks books = Play(
            Mbo('A', 'B', 101, 4, flags: Last | Tob), Mbo('A', 'A', 110, 9, order: 3), Mbo('A', 'B', NoPrice, 4, flags: Last | Tob));

        Assert.Empty(Levels(books, Side.Buy));
        Assert.Equal([(110L, 9L)], Levels(books, Side.Sell));
    }

    [Fact]
    public void Order_WithoutAPrice_DoesNotRest()
    {
        MarketBooks books = Play(Mbo('A', 'B', NoPrice, 4, order: 1), Mbo('A', 'B', 100, 5, order: 2), Mbo('M', 'B', NoPrice, 5, order: 2));

        Assert.Empty(Levels(books, Side.Buy));
        Assert.Equal(0, books.OrderCount);
    }

    [Fact]
    public void Instruments_OfTwoPublishers_AreKeptApart()
    {
        List<BookUpdate> read = ReadAll(Feed(Mbo('A', 'B', 100, 5, order: 1, publisher: 1), Mbo('A', 'B', 200, 6, order: 1, publisher: 2),
            Mbo('A', 'B', 101, 7, order: 2, publisher: 1)));

        Assert.Equal(9, read[0].InstrumentId);
        Assert.Equal(9, read[2].InstrumentId);
        Assert.NotEqual(9, read[1].InstrumentId);
    }

    [Fact]
    public void Records_WithTheTimeOfSending_AreRead()
    {
        byte[] record = [.. Mbo('A', 'B', 100, 5, order: 1), .. new byte[8]];
        record[0] = (byte)(record.Length / 4);

        Assert.Equal([(100L, 5L)], Levels(Play(record, record), Side.Buy));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void File_OfAnotherVersion_IsRefused(byte version)
    {
        byte[] file = File(version, Mbo('A', 'B', 100, 5, order: 1));
        using FeedReader feed = FeedFile.Over("a.dbn", new MemoryStream(file));

        Assert.Equal(FeedStatus.Malformed, feed.TryRead(out _));
        Assert.Contains("version 1, 2 or 3", feed.Explain(FeedStatus.Malformed), StringComparison.Ordinal);
    }

    private static MarketBooks Play(params byte[][] records)
    {
        MarketBooks books = new();
        ReadAll(Feed(records)).ForEach(update => books.Apply(update));
        return books;
    }

    private static List<(long Price, long Quantity)> Levels(MarketBooks books, Side side)
    {
        List<(long, long)> levels = [];
        for (int depth = 0; books.TryGetLevel(9, side, depth, out long price, out long quantity); depth++)
        {
            levels.Add((price, quantity));
        }

        return levels;
    }

    private static List<BookUpdate> ReadAll(FeedReader feed)
    {
        using (feed)
        {
            List<BookUpdate> updates = [];
            FeedStatus status;
            while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
            {
                updates.Add(update);
            }

            Assert.True(status == FeedStatus.End, status == FeedStatus.End ? "" : feed.Explain(status));
            return updates;
        }
    }

    private static FeedReader Feed(params byte[][] records) => FeedFile.Over("a.dbn", new MemoryStream(File(3, records)));

    // "DBN", version, length of what follows, dataset of 16, schema 0 (mbo), and as much as the metadata have besides.
    private static byte[] File(byte version, params byte[][] records) =>
        [(byte)'D', (byte)'B', (byte)'N', version, 100, 0, 0, 0, .. new byte[100], .. records.SelectMany(record => record)];

    private static byte[] Mbo(char action, char side, long price, uint size, ulong order = 0, byte flags = Last, ushort publisher = 1)
    {
        byte[] record = new byte[DbnDecoder.MboBytes];
        (record[0], record[1]) = (DbnDecoder.MboBytes / 4, 0xa0);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(2), publisher);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), 9);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(16), order);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), price);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(32), size);
        (record[36], record[38], record[39]) = (flags, (byte)action, (byte)side);
        return record;
    }
}
