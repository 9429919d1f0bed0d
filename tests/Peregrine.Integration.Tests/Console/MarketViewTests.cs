using Peregrine.Api;
using Peregrine.Distribution.Wire;
using Peregrine.Primitives;
using Peregrine.Telemetry;

namespace Peregrine.Integration.Tests.Console;

/// <summary>What displays see of the market, frame by frame.</summary>
public sealed class MarketViewTests
{
    private static readonly InstrumentInfo Info = new("AAA", 2, 1, 1);

    [Fact]
    public void Instruments_AreToBeSubscribedOnce_AndAnewAfterALostConnection()
    {
        List<(string, int)> found = [];
        MarketView view = new() { Found = (symbol, before) => found.Add((symbol, before)) };

        for (int connection = 0; connection < 2; connection++)
        {
            view.OnWelcome(1, "core", 1_000, 2);
            view.OnInstrument(0, Info, 0);
            view.OnInstrument(1, Info with { Symbol = "BBB" }, 0);
            view.OnInstrument(0, Info, 0);
            view.OnInstrument(0, Info, Depth.Levels);
        }

        Assert.Equal([("AAA", 0), ("BBB", 1), ("AAA", 0), ("BBB", 1)], found);
    }

    [Fact]
    public void Frames_MakeBookQuoteTradesAndBars()
    {
        MarketView view = new();
        view.OnInstrument(3, Info, 0);
        FrameHeader levels = new() { InstrumentId = 3, Depth = Depth.Levels, Sequence = 7, IsFirst = true, IsLast = true, TimeNs = 9_000_000_000 };
        view.OnSnapshot(levels);
        view.OnLevel(levels, new LevelEntry { Side = Side.Buy, Price = 10_000, Quantity = 5, OrderCount = 2 });
        view.OnLevel(levels, new LevelEntry { Side = Side.Sell, Price = 10_050, Quantity = 6, OrderCount = 1 });
        view.OnSnapshotEnd(levels);
        FrameHeader trades = new() { InstrumentId = 3, Depth = Depth.Trades };
        foreach ((long id, long seconds, long price) in ((long, long, long)[])[(1, 10, 10_000), (2, 12, 10_050), (3, 16, 9_900), (3, 16, 9_900)])
        {
            view.OnTrade(trades, new TradeEntry { TradeId = id, Price = price, Quantity = 10, TimeNs = seconds * 1_000_000_000,
                Aggressor = Side.Buy });
        }

        BookView book = view.Book("AAA", 10)!;
        QuoteView quote = view.QuotesAfter([])[0];

        Assert.Equal((7L, new LevelView(100m, 5, 2), new LevelView(100.5m, 6, 1)), (book.Sequence, book.Bids[0], book.Asks[0]));
        Assert.Equal((100m, 100.5m, 99m, 100m, 100.5m, 99m, 30L, 3L),
            (quote.Bid, quote.Ask, quote.Last, quote.Open, quote.High, quote.Low, quote.Volume, quote.Trades));
        Assert.Equal([new BarView(10_000, 100m, 100.5m, 100m, 100.5m, 20), new BarView(15_000, 99m, 99m, 99m, 99m, 10)], view.Bars("AAA", 5, 0));
        Assert.Equal([new BarView(10_000, 100m, 100.5m, 99m, 99m, 30)], view.Bars("AAA", 10, 0));
        Assert.Equal([2L, 3L], view.TradesAfter("AAA", 1, 10)!.Select(trade => trade.Id));
        Assert.Null(view.Book("NONE", 1));
    }

    [Fact]
    public void Frames_AtTheirEdges_CountOnceAndOnlyWhereTheyBelong()
    {
        MarketView view = new();
        view.OnInstrument(3, Info, 0);
        FrameHeader levels = new() { InstrumentId = 3, Depth = Depth.Levels, Sequence = 7 };
        FrameHeader trades = new() { InstrumentId = 3, Depth = Depth.Trades, Sequence = 99 };
        view.OnLevel(levels, new LevelEntry { Side = Side.Buy, Price = 10_000, Quantity = 5, OrderCount = 1 });
        view.OnLevel(levels, new LevelEntry { Side = Side.Buy, Price = 9_990, Quantity = 6, OrderCount = 1 });
        view.OnIncrementEnd(levels);
        view.OnLevel(levels, new LevelEntry { Side = Side.Buy, Price = 10_000, Quantity = 0 });
        foreach ((long id, long seconds) in ((long, long)[])[(1, 10), (2, 16), (3, 16), (3, 21)])
        {
            // The last has the number of the one before, and a time of its own: the server began anew.
            view.OnTrade(trades, new TradeEntry { TradeId = id, Price = 10_000 + seconds, Quantity = 1, TimeNs = seconds * 1_000_000_000,
                Aggressor = Side.Sell });
        }

        view.OnIncrementEnd(trades);

        Assert.Equal(7, view.Book("AAA", 10)!.Sequence);
        Assert.Equal([new LevelView(99.9m, 6, 1)], view.Book("AAA", 10)!.Bids);
        Assert.Equal(4, view.QuotesAfter([])[0].Trades);
        Assert.Equal([15_000L, 20_000L], view.Bars("AAA", 5, 15_000)!.Select(bar => bar.Time));
        Assert.Equal([3L, 3L], view.TradesAfter("AAA", 0, 2)!.Select(trade => trade.Id));
        Assert.Equal([1L, 2L, 3L, 3L], view.TradesAfter("AAA", 0, 10)!.Select(trade => trade.Id));
    }
}
