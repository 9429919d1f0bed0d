using Google.Protobuf;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using V1 = Peregrine.MarketData.V1;

namespace Peregrine.Distribution.Tests;

/// <summary>Whatever a client sends, it hears why it was refused, and nobody else notices.</summary>
public class HostileClientTests
{
    [Fact]
    public void Garbage_InARequest_EndsWithTheReason()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);

        client.SendBytes([0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0xff]);

        Assert.Equal(V1.Reason.Garbage, client.ReadGoodbye().Reason);
        Assert.Null(client.Read());
    }

    [Fact]
    public void HttpRequest_OnTheMarketDataPort_EndsWithTheReason()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);

        client.SendBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        V1.Goodbye goodbye = client.ReadGoodbye();
        Assert.Equal(V1.Reason.FrameTooLarge, goodbye.Reason);
        Assert.Contains("four bytes, big endian", goodbye.Text);
    }

    [Fact]
    public void HalfFrame_ThatDoesNotEnd_TimesOutWithTheReason()
    {
        using ServerRig rig = new(new MarketDataServerOptions { RequestMs = 200 }, "AAA");
        using RawClient client = new(rig.Server.EndPoint);
        client.Subscribe(V1.Depth.Best, "AAA");

        client.SendBytes([0, 0, 0, 50, 10]);

        Assert.Equal(V1.Reason.IncompleteFrame, client.ReadGoodbye().Reason);
    }

    [Fact]
    public void SlowBytes_OfManyRequests_CountEachRequestApart()
    {
        using ServerRig rig = new(new MarketDataServerOptions { RequestMs = 400 }, "AAA");
        using RawClient client = new(rig.Server.EndPoint);
        byte[] request = new V1.Request { Subscribe = new V1.Subscribe { Depth = V1.Depth.Best, Symbols = { "AAA" } } }.ToByteArray();
        byte[] framed = [0, 0, 0, (byte)request.Length, .. request];

        for (int round = 0; round < 30; round++)
        {
            client.SendBytes(framed[..3]);
            Thread.Sleep(20);
            client.SendBytes(framed[3..]);
        }

        Assert.Equal(0, rig.Server.Counters.Goodbyes);
    }

    [Fact]
    public void NothingSubscribed_InTime_EndsWithTheReason()
    {
        using ServerRig rig = new(new MarketDataServerOptions { RequestMs = 200 }, "AAA");
        using RawClient client = new(rig.Server.EndPoint);

        Assert.Equal(V1.Reason.Idle, client.ReadGoodbye().Reason);
    }

    [Fact]
    public void TenThousandSubscriptions_AreRefusedWithAReasonAndTheConnectionGoesOn()
    {
        string[] symbols = [.. Enumerable.Range(0, 10_000).Select(index => $"S{index}")];
        using ServerRig rig = new(null, symbols);
        using RawClient client = new(rig.Server.EndPoint);

        client.Subscribe(V1.Depth.Best, "*");
        V1.Frame refused = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Refused);
        client.Subscribe(V1.Depth.Best, "S1");
        V1.Frame snapshot = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);

        Assert.Equal(V1.Reason.TooManySubscriptions, refused.Refused.Reason);
        Assert.Equal(1u, snapshot.Snapshot.InstrumentId);
        Assert.Equal((1, 1L), (rig.Server.Counters.Subscriptions, rig.Server.Counters.Refusals));
    }

    [Fact]
    public void RefusedRequests_OneAfterTheOther_EndTheConnection()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);

        for (int request = 0; request < 17; request++)
        {
            client.Subscribe(V1.Depth.Best, $"NONE{request}");
        }

        V1.Goodbye goodbye = client.ReadGoodbye();
        Assert.Equal(V1.Reason.TooManyRefusals, goodbye.Reason);
        Assert.Contains("NONE16", goodbye.Text);
    }

    [Fact]
    public void TooManyChannels_AreRefusedAsAWhole()
    {
        string[] symbols = [.. Enumerable.Range(0, 20).Select(index => $"S{index}")];
        using ServerRig rig = new(new MarketDataServerOptions { ChunksMax = 16 }, symbols);
        using RawClient client = new(rig.Server.EndPoint);

        client.Subscribe(V1.Depth.Levels, "*");
        V1.Frame refused = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Refused);
        client.Subscribe(V1.Depth.Levels, symbols[..16]);
        _ = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot && frame.Snapshot.InstrumentId == 15);

        Assert.Equal(V1.Reason.TooManyChannels, refused.Refused.Reason);
        Assert.Equal(16, rig.Server.Counters.Subscriptions);
    }

    [Theory]
    [InlineData(0, "AAA", "a depth")]
    [InlineData(1, "", "no symbol")]
    public void BadRequest_IsRefusedWithWhatIsWrong(int depth, string symbol, string words)
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);

        client.Subscribe((V1.Depth)depth, symbol.Length == 0 ? [] : [symbol]);

        V1.Refused refused = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Refused).Refused;
        Assert.Equal(V1.Reason.BadRequest, refused.Reason);
        Assert.Contains(words, refused.Text);
    }

    [Fact]
    public void AsksAndDoesNotRead_IsNotReadFromAnyMore()
    {
        string[] symbols = [.. Enumerable.Range(0, 5_000).Select(index => $"SYMBOL-{index}")];
        using ServerRig rig = new(new MarketDataServerOptions { KernelBytes = 8_192, RequestMs = 600_000 }, symbols);
        using RawClient client = new(rig.Server.EndPoint, receiveBytes: 4_096);
        byte[] list = [0, 0, 0, 2, 0x1a, 0];
        client.Socket.Blocking = false;
        client.Socket.SendBufferSize = 4_096;

        int sent = 0;
        ServerRig.Until(
            () =>
            {
                int taken = client.Socket.Send(list, System.Net.Sockets.SocketFlags.None, out System.Net.Sockets.SocketError error);
                sent += Math.Max(taken, 0);
                return error == System.Net.Sockets.SocketError.WouldBlock || sent > 10_000_000;
            },
            "the server stops reading");

        Assert.True(sent < 10_000_000, $"{sent} bytes of requests were taken");
    }

    [Fact]
    public void OneConnectionTooMany_IsToldSo()
    {
        using ServerRig rig = new(new MarketDataServerOptions { ConnectionsMax = 1 }, "AAA");
        using RawClient first = new(rig.Server.EndPoint);
        first.Subscribe(V1.Depth.Orders, "AAA");
        _ = first.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        using RawClient second = new(rig.Server.EndPoint);

        Assert.Equal(V1.Reason.TooManyConnections, second.ReadGoodbye().Reason);
        Assert.Equal(0, rig.Server.Counters.IdleEvictions);
    }

    [Fact]
    public void OneConnectionTooMany_WhileAnotherSubscribedToNothing_TakesItsPlace()
    {
        using ServerRig rig = new(new MarketDataServerOptions { ConnectionsMax = 3 }, "AAA");
        using RawClient subscriber = new(rig.Server.EndPoint);
        subscriber.Subscribe(V1.Depth.Orders, "AAA");
        _ = subscriber.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        using RawClient idle = new(rig.Server.EndPoint);
        _ = idle.Read();
        using RawClient newer = new(rig.Server.EndPoint);
        _ = newer.Read();

        using RawClient late = new(rig.Server.EndPoint);
        late.Subscribe(V1.Depth.Orders, "AAA");
        _ = late.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);

        Assert.Equal(V1.Reason.TooManyConnections, idle.ReadGoodbye().Reason);
        Assert.Equal((1, 2), (rig.Server.Counters.IdleEvictions, rig.Server.Counters.Subscriptions));
    }

    [Fact]
    public void Unsubscribed_HearsNothingMoreOfIt()
    {
        using ServerRig rig = new(new MarketDataServerOptions { HeartbeatMs = 100 }, "AAA");
        using RawClient client = new(rig.Server.EndPoint);
        client.Subscribe(V1.Depth.Orders, "AAA");
        _ = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);

        client.Send(new V1.Request { Unsubscribe = new V1.Unsubscribe { Symbols = { "AAA" }, Depth = V1.Depth.Orders } });
        ServerRig.Until(() => rig.Server.Counters.Subscriptions == 0, "unsubscribed");
        rig.Server.Publish(new Trading.MarketData.BookUpdate { Kind = Trading.MarketData.BookUpdateKind.Add, OrderId = 1, Side = Primitives.Side.Buy,
            Price = 1, Quantity = 1 });
        rig.Server.Signal();

        Assert.Equal(V1.Frame.BodyOneofCase.Heartbeat, client.Read()!.BodyCase);
    }

    [Fact]
    public void ShutDown_TellsEverySubscriber()
    {
        ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint);
        client.Subscribe(V1.Depth.Best, "AAA");
        _ = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);

        rig.Dispose();

        Assert.Equal(V1.Reason.ShuttingDown, client.ReadGoodbye().Reason);
    }

    [Fact]
    public void ShutDown_TellsASubscriberThatHasNotReadYet()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint, receiveBytes: 4_096);
        FillUp(rig, client);

        rig.Server.RequestStop();

        Assert.Equal(V1.Reason.ShuttingDown, client.ReadGoodbye().Reason);
    }

    [Fact]
    public void ShutDown_DoesNotWaitForEverForASubscriberThatNeverReads()
    {
        using ServerRig rig = new(null, "AAA");
        using RawClient client = new(rig.Server.EndPoint, receiveBytes: 4_096);
        FillUp(rig, client);

        rig.Server.RequestStop();

        ServerRig.Until(() => !rig.IsRunning, "the server's thread has ended");
        Assert.Equal(1, rig.Server.Counters.Subscribers);
    }

    [Fact]
    public void RandomBytes_FromManyClients_LeaveAGoodOneAlone()
    {
        using ServerRig rig = new(null, "AAA");
        SubscribedBooks good = new();
        using LoopSubscriber reader = new(rig.Server.EndPoint, good, new Request(RequestKind.Subscribe, ["AAA"], Depth.Orders));
        Prng random = new(77);
        for (int client = 0; client < 100; client++)
        {
            using RawClient hostile = new(rig.Server.EndPoint);
            byte[] bytes = [.. Enumerable.Range(0, random.Below(300)).Select(_ => (byte)(random.Below(4) == 0 ? random.Below(256) : 0))];
            hostile.SendBytes(bytes);
        }

        foreach (Trading.MarketData.BookUpdate update in ServerRig.Flow(5, 0, 2_000))
        {
            rig.Server.Publish(update);
        }

        rig.Server.Signal();

        ServerRig.Until(() => good.SequenceOf(0) == rig.Server.Published.Changes && rig.Server.Published.Updates == 2_000, "the good one has all");
        Assert.Equal((0L, 0L), (good.Gaps, good.DigestsWrong));
    }

    // Until the kernel takes no more for this client and the server keeps the rest.
    private static void FillUp(ServerRig rig, RawClient client)
    {
        client.Subscribe(V1.Depth.Orders, "AAA");
        _ = client.ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Snapshot);
        ulong seed = 9;
        ServerRig.Until(
            () =>
            {
                foreach (Trading.MarketData.BookUpdate update in ServerRig.Flow(seed++, 0, 2_000))
                {
                    rig.Server.Publish(update);
                }

                rig.Server.Signal();
                return rig.Server.Counters.Conflations > 0;
            },
            "the client is behind");
    }
}
