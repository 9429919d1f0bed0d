using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Oracles.MarketData;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;
using V1 = Peregrine.MarketData.V1;

namespace Peregrine.Distribution.Tests;

/// <summary>Whoever joins, at whatever moment, has the book that the publisher has.</summary>
public class JoinTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Subscriber_JoiningAtAnyOf100Moments_HasTheSameBook(int seed)
    {
        int updatesPerJoin = ProofSize.Of(300, 3_000);
        Prng random = new((ulong)seed);
        using ServerRig rig = new(new MarketDataServerOptions { SubscriptionsMax = 4 }, "AAA", "BBB");
        MarketBooks direct = new();
        List<LoopSubscriber> loops = [];
        List<SubscribedBooks> books = [];
        IEnumerator<BookUpdate>[] flows = [.. Enumerable.Range(0, 2)
            .Select(id => ServerRig.Flow((ulong)(seed * 10) + (ulong)id, id, int.MaxValue).GetEnumerator())];
        long published = 0;
        for (int join = 0; join < 100; join++)
        {
            books.Add(new SubscribedBooks());
            loops.Add(new LoopSubscriber(rig.Server.EndPoint, books[^1], new Request(RequestKind.Subscribe, ["*"], Depth.Orders)));
            int updates = random.Below(updatesPerJoin * 2);
            for (int index = 0; index < updates; index++)
            {
                IEnumerator<BookUpdate> flow = flows[random.Below(2)];
                _ = flow.MoveNext();
                BookUpdate update = flow.Current;
                rig.Server.Publish(update);
                _ = direct.Apply(update);
                published++;
            }

            rig.Server.Signal();
        }

        ServerRig.Until(() => rig.Server.Published.Updates == published && rig.Server.IsIdle, "everything published");
        ulong[] expected = [BookDigest.Of(direct, 0, Depth.Orders), BookDigest.Of(direct, 1, Depth.Orders)];
        foreach (SubscribedBooks book in books)
        {
            ServerRig.Until(() => book.SequenceOf(0) > 0 && book.SequenceOf(1) > 0 && BookDigest.Of(book.Books, 0, Depth.Orders) == expected[0]
                && BookDigest.Of(book.Books, 1, Depth.Orders) == expected[1], "the same books at every subscriber");
            Assert.Equal((0L, 0L), (book.Gaps, book.DigestsWrong));
        }

        // Those that were there all the time saw a digest each 1,000 changes.
        Assert.True(books[0].DigestsChecked >= (rig.Server.Published.Changes / 1_000) - 4,
            $"{books[0].DigestsChecked} digests for {rig.Server.Published.Changes} changes");
        Assert.All(books, book => Assert.Equal(0, book.Conflations));
        loops.ForEach(loop => loop.Dispose());
    }

    [Fact]
    public void RecordedHour_JoinedAtRandomMoments_HasTheBookOfTheSlowModel()
    {
        byte[] data = File.ReadAllBytes(SharedData.Require("data/lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv"));
        int messages = ProofSize.Of(20_000, int.MaxValue);
        using ServerRig rig = new(null, "AAPL");
        SlowBooks slow = new();
        List<LoopSubscriber> loops = [];
        List<SubscribedBooks> books = [];
        Prng random = new(3);
        int at = 0;
        long published = 0;
        while (published < messages && LobsterDecoder.TryDecode(data.AsSpan(at), true, out BookUpdate update, out int bytes) == FeedStatus.Ok)
        {
            at += bytes;
            update.InstrumentId = 0;
            rig.Server.Publish(update);
            _ = slow.Apply(update);
            published++;
            if (random.Below(1_000) == 0 && loops.Count < 20)
            {
                rig.Server.Signal();
                books.Add(new SubscribedBooks());
                loops.Add(new LoopSubscriber(rig.Server.EndPoint, books[^1], new Request(RequestKind.Subscribe, ["AAPL"], Depth.Orders)));
            }
        }

        rig.Server.Signal();

        ServerRig.Until(() => rig.Server.Published.Updates == published && rig.Server.IsIdle, "everything published");
        Assert.NotEmpty(books);
        foreach (SubscribedBooks book in books)
        {
            ServerRig.Until(() => book.SequenceOf(0) == rig.Server.Published.Changes, "every subscriber at the last change");
            Assert.Equal((0L, 0L), (book.Gaps, book.DigestsWrong));
            AssertSame(slow, book.Books);
        }

        loops.ForEach(loop => loop.Dispose());
    }

    [Fact]
    public void Levels_ReadWithProtocsCode_AreThePublishersAndTheirDigestsHold()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);
        client.Subscribe(V1.Depth.Levels, "AAA");
        _ = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        MarketBooks direct = new();
        foreach (BookUpdate update in ServerRig.Flow(9, 0, 5_000))
        {
            rig.Server.Publish(update);
            _ = direct.Apply(update);
        }

        rig.Server.Signal();

        SortedDictionary<long, V1.Level> bids = new(Comparer<long>.Create((left, right) => right.CompareTo(left)));
        SortedDictionary<long, V1.Level> asks = [];
        ulong sequence = 0;
        int digests = 0;
        while (sequence < (ulong)rig.Server.Published.Changes || rig.Server.Published.Updates < 5_000)
        {
            V1.Frame frame = client.Read()!;
            if (frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot)
            {
                // A book emptied at once.
                bids.Clear();
                asks.Clear();
                sequence = frame.Snapshot.Sequence;
            }

            if (frame.BodyCase != V1.Frame.BodyOneofCase.Increment)
            {
                continue;
            }

            Assert.Equal(sequence, frame.Increment.PreviousSequence);
            sequence = frame.Increment.Sequence;
            foreach (V1.Level level in frame.Increment.Levels)
            {
                SortedDictionary<long, V1.Level> side = level.Side == V1.Side.Buy ? bids : asks;
                _ = level.Quantity == 0 ? side.Remove(level.Price) : (side[level.Price] = level) is null;
            }

            digests += frame.Increment.Digest != 0 ? 1 : 0;
        }

        Assert.True(digests > 0, "digests came");
        AssertSide(bids, direct, Primitives.Side.Buy);
        AssertSide(asks, direct, Primitives.Side.Sell);
    }

    [Fact]
    public void Best_AfterEachBatch_IsTheBooksBest()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);
        client.Subscribe(V1.Depth.Best, "AAA");
        _ = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        MarketBooks direct = new();
        (long Price, long Quantity)[] told = new (long, long)[2];
        foreach (BookUpdate update in ServerRig.Flow(21, 0, 300))
        {
            rig.Server.Publish(update);
            rig.Server.Signal();
            _ = direct.Apply(update);
            while (!IsBest(direct, told))
            {
                foreach (V1.Level level in client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Increment).Increment.Levels)
                {
                    told[level.Side == V1.Side.Buy ? 0 : 1] = (level.Price, (long)level.Quantity);
                }
            }
        }

        Assert.True(IsBest(direct, told));
    }

    [Theory]
    [InlineData("trades")]
    [InlineData("best")]
    public void Join_AfterChangesThatTheDepthDoesNotShow_IsFollowedByTheNextIncrement(string name)
    {
        V1.Depth depth = name == "trades" ? V1.Depth.Trades : V1.Depth.Best;
        using ServerRig rig = new(null, "AAA");
        using RawClient first = new(rig.Server.EndPoint);
        rig.Server.Publish(new BookUpdate { Kind = BookUpdateKind.Add, OrderId = 1, Side = Primitives.Side.Buy, Price = 100, Quantity = 10 });
        first.Subscribe(depth, "AAA");
        _ = first.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        for (int order = 2; order <= 20; order++)
        {
            rig.Server.Publish(new BookUpdate { Kind = BookUpdateKind.Add, OrderId = (ulong)order, Side = Primitives.Side.Buy, Price = 100 - order,
                Quantity = 10 });
        }

        rig.Server.Signal();
        ServerRig.Until(() => rig.Server.Published.Updates == 20, "the changes are taken");
        using RawClient second = new(rig.Server.EndPoint);
        second.Subscribe(depth, "AAA");
        ulong sequence = second.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot).Snapshot.Sequence;

        rig.Server.Publish(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = 1, Quantity = 4, TimeNs = 1 });
        rig.Server.Signal();

        V1.Increment increment = second.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Increment).Increment;
        Assert.Equal(sequence, increment.PreviousSequence);
    }

    [Fact]
    public void Trades_EveryExecution_IsToldOnceInOrder()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);
        client.Subscribe(V1.Depth.Trades, "AAA");
        _ = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        for (int order = 1; order <= 50; order++)
        {
            rig.Server.Publish(new BookUpdate { Kind = BookUpdateKind.Add, OrderId = (ulong)order, Side = Primitives.Side.Buy, Price = 100 + order,
                Quantity = 10 });
            rig.Server.Publish(new BookUpdate { Kind = BookUpdateKind.Execute, OrderId = (ulong)order, Quantity = 4, TimeNs = order });
        }

        rig.Server.Signal();

        List<V1.Trade> trades = [];
        while (trades.Count < 50)
        {
            trades.AddRange(client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Increment).Increment.Trades);
        }

        Assert.Equal(Enumerable.Range(1, 50).Select(id => ((ulong)id, 100L + id, 4ul, V1.Side.Sell, (ulong)id)),
            trades.Select(trade => (trade.TradeId, trade.Price, trade.Quantity, trade.Aggressor, trade.TimeNs)));
    }

    private static bool IsBest(MarketBooks books, (long Price, long Quantity)[] told)
    {
        _ = books.TryGetBest(0, Primitives.Side.Buy, out long bid, out long bidQuantity);
        _ = books.TryGetBest(0, Primitives.Side.Sell, out long ask, out long askQuantity);
        return told[0] == (bid, bidQuantity) && told[1] == (ask, askQuantity);
    }

    private static void AssertSide(SortedDictionary<long, V1.Level> levels, MarketBooks books, Primitives.Side side)
    {
        Assert.Equal(books.LevelCount(0, side), levels.Count);
        int depth = 0;
        foreach ((long price, V1.Level level) in levels)
        {
            _ = books.TryGetLevel(0, side, depth, out long bookPrice, out long quantity);
            Assert.Equal((bookPrice, quantity, books.OrderCountAt(0, side, depth)), (price, (long)level.Quantity, (int)level.OrderCount));
            depth++;
        }
    }

    private static void AssertSame(SlowBooks slow, MarketBooks books)
    {
        foreach (Primitives.Side side in (Primitives.Side[])[Primitives.Side.Buy, Primitives.Side.Sell])
        {
            IReadOnlyList<SlowLevel> levels = slow.Levels(0, side);
            Assert.Equal(levels.Count, books.LevelCount(0, side));
            for (int depth = 0; depth < levels.Count; depth++)
            {
                _ = books.TryGetLevel(0, side, depth, out long price, out long quantity);
                Assert.Equal((levels[depth].Price, levels[depth].Quantity), (price, quantity));
                List<ulong> queue = [];
                foreach (QueuedOrder order in books.QueueAt(0, side, depth))
                {
                    queue.Add(order.OrderId);
                }

                Assert.Equal(levels[depth].Orders.Select(order => order.Id), queue);
            }
        }
    }
}
