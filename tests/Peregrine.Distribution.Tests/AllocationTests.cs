using System.Net;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Tests;

public class AllocationTests
{
    [Theory]
    [InlineData(Depth.Best)]
    [InlineData(Depth.Levels)]
    [InlineData(Depth.Orders)]
    [InlineData(Depth.Trades)]
    public void PublishEncodeSend_AfterWarmUp_AllocatesNothing(Depth depth)
    {
        using MarketDataServer server = new(
            new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), RingChunks = 2, Spins = true });
        _ = server.Define(new InstrumentInfo("AAA", 2, 1, 1));
        BookUpdate[] updates = [.. ServerRig.Flow(4, 0, 4_000)];
        List<LoopSubscriber> readers = [.. Enumerable.Range(0, 3)
            .Select(_ => new LoopSubscriber(server.EndPoint, new SubscribedBooks(), new Request(RequestKind.Subscribe, ["AAA"], depth)))];
        while (server.Counters.Subscriptions < 3)
        {
            _ = server.Pass();
        }

        void Work()
        {
            server.Publish(new BookUpdate { Kind = BookUpdateKind.Clear });
            foreach (ref readonly BookUpdate update in updates.AsSpan())
            {
                server.Publish(update);
                _ = server.Pass();
            }
        }

        for (int round = 0; round < 20; round++)
        {
            Work();
        }

        long frames = server.Published.Frames;
        Allocation.AssertNone(Work);

        Assert.True(server.Published.Frames > frames, "frames went out while bytes were counted");
        readers.ForEach(reader => reader.Dispose());
    }

    [Fact]
    public void DecodeAndBook_AfterWarmUp_AllocateNothing()
    {
        byte[] target = new byte[WireLimits.FrameBytesMax];
        OrderEntry[] orders = [.. Enumerable.Range(1, 100)
            .Select(id => new OrderEntry { Kind = OrderChangeKind.Add, OrderId = (ulong)id, Side = Primitives.Side.Buy, Price = id, Quantity = 5 })];
        OrderEntry[] gone = [.. orders.Select(order => order with { Kind = OrderChangeKind.Delete })];
        int added = FrameEncoder.Increment(target, new FrameHeader { Depth = Depth.Orders, Sequence = 1 }, [], orders, []);
        byte[] addFrame = target[WireLimits.PrefixBytes..added];
        int deleted = FrameEncoder.Increment(target, new FrameHeader { Depth = Depth.Orders, Sequence = 2 }, [], gone, []);
        byte[] deleteFrame = target[WireLimits.PrefixBytes..deleted];
        SubscribedBooks books = new();

        void Work()
        {
            for (int round = 0; round < 100; round++)
            {
                _ = FrameDecoder.TryDecode(addFrame, books);
                _ = FrameDecoder.TryDecode(deleteFrame, books);
            }
        }

        Work();
        Allocation.AssertNone(Work);

        Assert.Equal(0, books.Books.OrderCount);
        Assert.True(books.Changes > 0);
    }
}
