using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;
using V1 = Peregrine.MarketData.V1;

namespace Peregrine.Distribution.Tests;

/// <summary>Who reads slowly costs the others nothing, hears that it was slow, and in the end is gone.</summary>
public class SlowSubscriberTests
{
    // Small rings and kernel buffers, so that little data makes a subscriber slow.
    private static readonly MarketDataServerOptions Tight = new() { RingChunks = 2, KernelBytes = 8_192, StallMs = 300, ConflationsMax = 1_000 };

    [Fact]
    public void Stalled_WhileOthersRead_IsConflatedThenDisconnectedAndHoldsNoMemory()
    {
        using ServerRig rig = new(Tight, "AAA");
        using RawClient stalled = new(rig.Server.EndPoint, receiveBytes: 4_096);
        stalled.Subscribe(V1.Depth.Orders, "AAA");
        SubscribedBooks good = new();
        using LoopSubscriber reader = new(rig.Server.EndPoint, good, new Request(RequestKind.Subscribe, ["AAA"], Depth.Orders));
        ServerRig.Until(() => rig.Server.Counters.Subscriptions == 2 && good.SequenceOf(0) == 0, "both subscribed");
        long published = 0;
        long bytesMost = 0;

        ServerRig.Until(
            () =>
            {
                published += Publish(rig, 500, (ulong)published + 1);
                bytesMost = Math.Max(bytesMost, rig.Server.BufferBytes);

                // What is still to be taken would come on top of the next: too much at once for any reader's ring.
                ServerRig.Until(
                    () => rig.Server.Published.Updates == published && good.SequenceOf(0) == rig.Server.Published.Changes, "the reader keeps up");
                return rig.Server.Counters.SlowDisconnects > 0;
            },
            "the stalled one is given up");

        Assert.True(rig.Server.Counters.Conflations > 0, "it was conflated before");

        // The channel's two chunks, the rest of a frame, a snapshot that waits: whatever was published, it does not grow.
        Assert.True(bytesMost <= 6 * 65_536, $"{bytesMost} bytes of buffers for {published} changes");
        Assert.Equal((0L, 0L, 0L), (good.Gaps, good.DigestsWrong, good.Conflations));
        V1.Goodbye goodbye = stalled.ReadGoodbye();
        Assert.Equal(V1.Reason.TooSlow, goodbye.Reason);
        Assert.Null(stalled.Read());
        ServerRig.Until(() => rig.Server.Counters.Subscribers == 1, "its connection is gone");
    }

    [Fact]
    public void Slow_WhenItReadsAgain_IsToldOfTheConflationAndHasTheBook()
    {
        using ServerRig rig = new(Tight with { StallMs = 60_000 }, "AAA");
        using RawClient slow = new(rig.Server.EndPoint, receiveBytes: 4_096);
        slow.Subscribe(V1.Depth.Orders, "AAA");
        _ = slow.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        long published = 0;
        ServerRig.Until(
            () =>
            {
                published += Publish(rig, 500, (ulong)published + 1);
                return rig.Server.Counters.Conflations > 0;
            },
            "the slow one is conflated");
        ServerRig.Until(() => rig.Server.Published.Updates == published, "everything taken");

        ulong sequence = 0;
        List<V1.Conflated> conflated = [];
        while (sequence < (ulong)rig.Server.Published.Changes)
        {
            V1.Frame frame = slow.Read()!;
            switch (frame.BodyCase)
            {
                case V1.Frame.BodyOneofCase.Increment:
                    Assert.Equal(sequence, frame.Increment.PreviousSequence);
                    sequence = frame.Increment.Sequence;
                    break;
                case V1.Frame.BodyOneofCase.Conflated:
                    Assert.Equal(sequence, frame.Conflated.LastSequence);
                    conflated.Add(frame.Conflated);
                    break;
                case V1.Frame.BodyOneofCase.Snapshot:
                    sequence = frame.Snapshot.Sequence;
                    break;
                default:
                    break;
            }
        }

        Assert.NotEmpty(conflated);
    }

    [Fact]
    public void ConflatedTooOften_InAMinute_IsDisconnected()
    {
        using ServerRig rig = new(Tight with { StallMs = 60_000, ConflationsMax = 3 }, "AAA");
        using RawClient slow = new(rig.Server.EndPoint, receiveBytes: 4_096);
        slow.Subscribe(V1.Depth.Orders, "AAA");
        byte[] little = new byte[512];
        long published = 0;

        ServerRig.Until(
            () =>
            {
                // It reads, but far too little.
                published += Publish(rig, 2_000, (ulong)published + 1);
                _ = slow.Socket.Receive(little);
                return rig.Server.Counters.SlowDisconnects > 0 || rig.Server.Counters.Conflations > 200;
            },
            "the slow one is given up");

        Assert.Equal(1, rig.Server.Counters.SlowDisconnects);
    }

    private static int Publish(ServerRig rig, int orders, ulong firstId)
    {
        // The book stays small: each order goes before the next comes.
        for (int order = 0; order < orders / 2; order++)
        {
            ulong id = firstId + (ulong)order;
            rig.Server.Publish(new BookUpdate { Kind = BookUpdateKind.Add, OrderId = id, Side = Primitives.Side.Buy, Price = 10_000 + order,
                Quantity = 100 });
            rig.Server.Publish(new BookUpdate { Kind = BookUpdateKind.Delete, OrderId = id });
        }

        rig.Server.Signal();
        return orders;
    }
}
