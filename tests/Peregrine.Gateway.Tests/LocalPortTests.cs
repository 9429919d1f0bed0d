using System.Net;
using Peregrine.Distribution;
using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Gateway.Local;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Sessions;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>The way in without a wire, and the books' way out.</summary>
public sealed class LocalPortTests
{
    private static readonly int Maker = SessionId.Of("MAKER");
    private static readonly int Taker = SessionId.Of("TAKER");

    [Fact]
    public void Orders_OfTwoSessions_AreReportedInOneOrderAndThenCompleted()
    {
        LocalPort port = NewPort();
        using LinkRig rig = new(change: options => options with { LocalPorts = [port] });

        Assert.True(port.TrySubmit(Order(Maker, 0, "M1", Side.Buy, 10_000, 10)));
        Assert.True(port.TrySubmit(Order(Taker, 1, "T1", Side.Sell, 10_000, 4)));
        List<LocalEvent> events = Events(rig, port, completed: 2);

        Assert.Equal(
            [(LocalEventKind.Report, "M1", ReportType.Accepted), (LocalEventKind.Report, "T1", ReportType.Accepted),
            (LocalEventKind.Report, "T1", ReportType.Trade), (LocalEventKind.Report, "M1", ReportType.Trade)],
            events.Where(local => local.Kind == LocalEventKind.Report)
            .Select(local => (local.Kind, local.Report.ClientOrderId.ToString(), local.Report.Type)));
        TopOfBook top = events[^1].Top;
        Assert.Equal((true, false, 10_000L, 6L, 10_000L), (top.HasBid, top.HasAsk, top.Bid.Ticks, top.BidQuantity.Lots, top.Last.Ticks));
        Assert.Equal((LocalEventKind.Completed, 2L), (events[^1].Kind, events[^1].Sequence));
    }

    [Fact]
    public void Account_OfAnotherSession_IsRefused()
    {
        LocalPort port = NewPort();
        using LinkRig rig = new(change: options => options with { LocalPorts = [port] });

        Assert.True(port.TrySubmit(Order(Maker, 1, "M1", Side.Buy, 10_000, 10)));
        OrderReport report = Events(rig, port, completed: 1)[0].Report;

        Assert.Equal((ReportType.Rejected, RejectReason.UnknownAccount), (report.Type, report.Reason));
    }

    [Fact]
    public void Session_OfNoPort_IsTheCallersFault()
    {
        LocalPort port = NewPort();

        Assert.Throws<BrokenInvariantException>(() => port.TrySubmit(Order(SessionId.Of("NOBODY"), 0, "X", Side.Buy, 1, 1)));
    }

    [Fact]
    public void TwoSessions_OfTheSameName_AreRefusedAtStart()
    {
        LocalPort port = new([new ClientSession("CLIENT", [0])]);

        Assert.Contains("same number",
            Assert.Throws<ArgumentException>(() => new LinkRig(change: options => options with { LocalPorts = [port] })).Message);
    }

    [Fact]
    public void Events_ThatNobodyReads_AreLostAndCounted_AndTheLinkGoesOn()
    {
        LocalPort port = NewPort(capacity: 16);
        using LinkRig rig = new(change: options => options with { LocalPorts = [port] });
        for (int order = 0; order < 100; order++)
        {
            while (!port.TrySubmit(Order(Maker, 0, $"M{order}", Side.Buy, 9_900, 1)))
            {
                Assert.True(rig.Link.TryPass());
            }

            Assert.True(rig.Link.TryPass());
        }

        while (rig.Link.Status().WorkingOrders < 100)
        {
            Assert.True(rig.Link.TryPass());
        }

        Assert.True(port.LostEvents > 100, $"{port.LostEvents} events lost");
        Assert.Equal(port.LostEvents, rig.Link.Status().LostLocalEvents);
    }

    [Fact]
    public void FullRing_RefusesTheRequest()
    {
        LocalPort port = NewPort(capacity: 16);

        for (int order = 0; order < 16; order++)
        {
            Assert.True(port.TrySubmit(Order(Maker, 0, $"M{order}", Side.Buy, 9_900, 1)));
        }

        Assert.False(port.TrySubmit(Order(Maker, 0, "M17", Side.Buy, 9_900, 1)));
    }

    [Fact]
    public void Reports_OfEverySession_AreSeenByTheTap_AfterARestartAsReplayed()
    {
        LocalPort port = NewPort();
        Tap tap = new();
        using LinkRig rig = new(change: options => options with { LocalPorts = [port], ReportTaps = [tap] });
        Assert.True(port.TrySubmit(Order(Maker, 0, "M1", Side.Buy, 10_000, 10)));
        _ = Events(rig, port, completed: 1);

        rig.Restart();

        Assert.Equal([("M1", false), ("M1", true)], tap.Seen);
        Assert.True(tap.Rules >= 2, "rules come before the first report, in each run");
    }

    /// <summary>Whatever clients do, the distributed book is the core's: levels, queues, and digest.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void DistributedBook_AfterRandomCommandsAndARestart_IsTheCores(int seed, int shards)
    {
        LocalPort port = NewPort();
        using MarketDataServer first = NewServer(out Thread firstThread);
        using LinkRig rig = new(change: options => options with { LocalPorts = [port], MarketData = first, Shards = shards });
        SubscribedBooks books = new();
        using (MarketDataClient client = Subscribe(first, books))
        {
            rig.Link.PublishBooks();
            Random random = new(seed);
            int commands = ProofSize.Of(3_000, 50_000);
            for (int command = 1; command <= commands; command++)
            {
                Submit(rig, port, RandomCommand(random, command));
                if (command % 500 == 0)
                {
                    AssertSame(rig, books, $"seed {seed}, after {command} commands");
                }
            }

            Assert.True(rig.Link.Core.TradeCount > commands / 20, "there were trades among them");
        }

        Stop(first, firstThread);
        using MarketDataServer second = NewServer(out Thread secondThread);
        rig.Change = options => options with { LocalPorts = [NewPort()], MarketData = second };
        rig.Restart();
        SubscribedBooks afterRestart = new();
        using (MarketDataClient client = Subscribe(second, afterRestart))
        {
            rig.Link.PublishBooks();
            AssertSame(rig, afterRestart, "after the restart");
        }

        Stop(second, secondThread);
    }

    [Fact]
    public void LocalOrders_WithDistributionAndTap_AllocateNothingAfterWarmUp()
    {
        LocalPort port = NewPort();
        using MarketDataServer server = NewServer(out Thread thread);
        using LinkRig rig = new(Durability.Os,
            options => options with { LocalPorts = [port], MarketData = server, ReportTaps = [new Tap { IsQuiet = true }] });
        SubscribedBooks books = new();
        using MarketDataClient client = Subscribe(server, books);
        long number = 0;
        void Work()
        {
            for (int round = 0; round < 3_000; round++)
            {
                Submit(rig, port, Numbered(Maker, 0, ++number, Side.Buy, 10_000, 5));
                Submit(rig, port, Numbered(Taker, 1, ++number, Side.Sell, 10_000, 5));
            }
        }

        Work();
        Work();
        Allocation.AssertNone(Work);

        Stop(server, thread);
    }

    private static LocalPort NewPort(int capacity = 1_024) => new([new ClientSession("MAKER", [0]), new ClientSession("TAKER", [1])], capacity);

    private static MarketDataServer NewServer(out Thread thread)
    {
        MarketDataServer server = new(new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        thread = new Thread(server.Run) { IsBackground = true };
        thread.Start();
        return server;
    }

    private static void Stop(MarketDataServer server, Thread thread)
    {
        server.RequestStop();
        thread.Join();
    }

    private static MarketDataClient Subscribe(MarketDataServer server, SubscribedBooks books)
    {
        MarketDataClient client = new(server.EndPoint, books, [new Request(RequestKind.Subscribe, ["TEST"], Depth.Orders)]);
        client.Start();
        Until(() => books.SequenceOf(0) >= 0, "subscribed");
        return client;
    }

    private static OrderCommand Order(int session, int account, string id, Side side, long ticks, long lots) => new()
    {
        Type = CommandType.New, SessionId = session, AccountId = account, InstrumentId = 0, Side = side, OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Day,
        Price = new Price(ticks), Quantity = new Quantity(lots), ClientOrderId = ClientOrderId.From(id),
    };

    private static OrderCommand Numbered(int session, int account, long number, Side side, long ticks, long lots)
    {
        OrderCommand command = new()
        {
            Type = CommandType.New, SessionId = session, AccountId = account, Side = side, OrderType = OrderType.Limit, TimeInForce = TimeInForce.Day,
                Price = new Price(ticks), Quantity = new Quantity(lots),
        };
        Span<byte> text = stackalloc byte[20];
        _ = number.TryFormat(text, out int digits);
        _ = ClientOrderId.TryCreate(text[..digits], out command.ClientOrderId);
        return command;
    }

    // New orders of every kind, replaces up and down, cancels, and requests about orders that are gone.
    private static OrderCommand RandomCommand(Random random, int number)
    {
        bool isMaker = random.Next(2) == 0;
        OrderCommand command = Order(isMaker
            ? Maker
            : Taker, isMaker ? 0 : 1, $"C{number}", random.Next(2) == 0 ? Side.Buy : Side.Sell, 9_980 + random.Next(40), 1 + random.Next(30));
        int what = random.Next(10);
        command.Type = what < 6 ? CommandType.New : what < 9 ? CommandType.Replace : CommandType.Cancel;
        command.TimeInForce = (TimeInForce)(what < 3 ? 1 : 1 + random.Next(4));
        command.OrderType = random.Next(12) == 0 && command.Type == CommandType.New ? OrderType.Market : OrderType.Limit;
        if (command.Type != CommandType.New)
        {
            command.OriginalClientOrderId = ClientOrderId.From($"C{Math.Max(1, number - 1 - random.Next(60))}");
        }

        return command;
    }

    private static void Submit(LinkRig rig, LocalPort port, in OrderCommand command)
    {
        Assert.True(port.TrySubmit(command));
        while (true)
        {
            if (!rig.Link.TryPass())
            {
                Assert.Fail(rig.Link.Failure);
            }

            while (port.TryRead(out LocalEvent local))
            {
                if (local.Kind == LocalEventKind.Completed)
                {
                    return;
                }
            }
        }
    }

    private static List<LocalEvent> Events(LinkRig rig, LocalPort port, int completed)
    {
        List<LocalEvent> events = [];
        while (events.Count(local => local.Kind == LocalEventKind.Completed) < completed)
        {
            Assert.True(rig.Link.TryPass());
            while (port.TryRead(out LocalEvent local))
            {
                events.Add(local);
            }
        }

        return events;
    }

    private static void AssertSame(LinkRig rig, SubscribedBooks books, string when)
    {
        MarketBooks expected = new();
        foreach (Side side in (Side[])[Side.Buy, Side.Sell])
        {
            for (int depth = 0; rig.Link.Core.Engine.BooksOf(0).TryGetLevel(0, side, depth, out BookLevel level); depth++)
            {
                foreach (RestingOrder order in rig.Link.Core.Engine.BooksOf(0).GetQueue(0, side, level.Price))
                {
                    _ = expected.Apply(new BookUpdate { Kind = BookUpdateKind.Add, OrderId = order.OrderId, Side = side, Price = order.Price.Ticks,
                        Quantity = order.Leaves.Lots });
                }
            }
        }

        ulong digest = BookDigest.Of(expected, 0, Depth.Orders);
        Until(() => BookDigest.Of(books.Books, 0, Depth.Orders) == digest, $"the subscriber has the core's book, {when}");
        Assert.Equal((0L, 0L), (books.Gaps, books.DigestsWrong));
    }

    private static void Until(Func<bool> holds, string what)
    {
        long endNs = Clock.MonotonicNs + 20_000_000_000;
        while (!holds())
        {
            Assert.True(Clock.MonotonicNs < endNs, $"waited in vain: {what}");
            Thread.Sleep(1);
        }
    }

    private sealed class Tap : IReportTap
    {
        public List<(string Id, bool IsReplay)> Seen { get; } = [];

        public int Rules { get; private set; }

        public bool IsQuiet { get; init; }

        public void OnReport(in ReportView report, bool isReplay)
        {
            if (!IsQuiet)
            {
                Seen.Add((System.Text.Encoding.ASCII.GetString(report.ClientOrderId), isReplay));
            }
        }

        public void OnRules(TradingRules rules) => Rules++;
    }
}
