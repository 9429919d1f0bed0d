using System.Net;
using Peregrine.Distribution;
using Peregrine.Gateway.Local;
using Peregrine.Gateway.MarketData;
using Peregrine.Ids;
using Peregrine.Journal.Tests;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Tests;
using Peregrine.Sequencing;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>What stands one command behind what is durable, and phases that need not be told or must be.</summary>
public sealed class EdgeTests : IJournalVisitor, IDisposable, IIdSegmentStore
{
    private const long MinuteNs = 60_000_000_000;

    // A Wednesday, 09:00 in Shanghai.
    private const long NineNs = 1_790_125_200_000_000_000;
    private readonly JournalWriter _journal;
    private readonly TradingCore _core;
    private readonly Sequencer _sequencer;
    private long _next = 1;

    public EdgeTests()
    {
        _journal = JournalWriter.Open(
            new JournalOptions { Folder = "/j", SegmentBytes = 1 << 16, BatchBytesMax = 8 << 10, Files = new MemoryFiles() }, this, out _);
        _core = new TradingCore(new CoreOptions { OrdersMax = 4_096, ClientOrderIdsMax = 1_024 }, emitsOrderDeltas: true);
        _core.Configure(SmallRules.Rules());
        _sequencer = new Sequencer(_core, _journal, lastTimeNs: 0, inFlightMax: 1 << 10);
    }

    public void Dispose() => _journal.Dispose();

    void IJournalVisitor.OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
    }

    IdSegment IIdSegmentStore.Lease(string tag, int count) => new(Interlocked.Add(ref _next, count) - count, count);

    [Fact]
    public void Books_OfACommand_AreToldWhenItIsDurableAndNotOneCommandBefore()
    {
        using MarketDataServer server = new(new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        BookTap tap = new(server, 16);
        tap.UseInstruments(_core);
        for (ulong id = 1; id <= 3; id++)
        {
            _ = Submit(Order(id, Side.Buy, 100), tap);
        }

        tap.Release(1);
        Assert.Equal(1, server.WaitingUpdates);
        tap.Release(2);
        Assert.Equal(2, server.WaitingUpdates);
        tap.Release(3);
        Assert.Equal(3, server.WaitingUpdates);
    }

    [Theory]
    [InlineData(false, 2, 3)]
    [InlineData(true, 1, 2)]
    public void Books_OfAnAuction_TellATradeAndWhatItDoesToEachShownOrder(bool isBuyHidden, long added, long told)
    {
        using MarketDataServer server = new(new MarketDataServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        BookTap tap = new(server, 16);
        tap.UseInstruments(_core);
        _ = Submit(Phase(TradingPhase.OpeningAuction), tap);
        _ = Submit(Order(1, Side.Buy, 102) with { Flags = isBuyHidden ? OrderFlags.Hidden : OrderFlags.None }, tap);
        _ = Submit(Order(2, Side.Sell, 100), tap);
        tap.Release(long.MaxValue);
        long before = server.WaitingUpdates;

        _ = Submit(Phase(TradingPhase.Continuous), tap);
        tap.Release(long.MaxValue);

        // The print, and the removal of each of the two that is shown.
        Assert.Equal((added, told), (before, server.WaitingUpdates - before));
    }

    [Fact]
    public void Requests_OfAPort_AreCompletedWhenTheyAreDurableAndNotOneBefore()
    {
        using IdSegmentAllocator ids = new(this, "orders");
        LocalPort port = new([new ClientSession("MAKER", [0])]);
        LocalDoor door = new([port], inFlightMax: 16);
        new SessionDirectory([door]).UseAccounts(new Dictionary<int, int[]> { [SessionId.Of("MAKER")] = [0] });
        door.Open(new DoorContext(new Intake(_sequencer, ids, () => { }), _core.Books, () => { }));
        for (ulong id = 1; id <= 3; id++)
        {
            Assert.True(port.TrySubmit(Order(id, Side.Buy, 100) with { SessionId = SessionId.Of("MAKER") }));
        }

        Assert.True(door.TryTake());
        for (long durable = 1; durable <= 3; durable++)
        {
            door.OnReleased(durable);
            Assert.True(port.TryRead(out LocalEvent completed));
            Assert.Equal((LocalEventKind.Completed, durable), (completed.Kind, completed.Sequence));
            Assert.False(port.TryRead(out _));
        }
    }

    [Fact]
    public void Clock_ThatFindsAnInterruption_LetsItEndByItself()
    {
        _ = Submit(Phase(TradingPhase.VolatilityAuction), null);

        Clock().Tick(NineNs + (60 * MinuteNs));

        Assert.Equal((TradingPhase.VolatilityAuction, 1L), (_core.Books.GetPhase(0), _sequencer.LastSequence));
    }

    [Fact]
    public void Clock_ThatFindsThePhaseWithCancelsAllowed_ForbidsThem()
    {
        // From 09:20 on orders of the opening auction stay; the phase itself began at 09:15.
        _ = Submit(Phase(TradingPhase.OpeningAuction), null);

        PhaseClock clock = Clock();
        clock.Tick(NineNs + (21 * MinuteNs));
        clock.Tick(NineNs + (22 * MinuteNs));

        Assert.Equal((TradingPhase.OpeningAuction, 2L), (_core.Books.GetPhase(0), _sequencer.LastSequence));
    }

    private static OrderCommand Phase(TradingPhase phase) => new() { Type = CommandType.Phase, SessionId = -1, AccountId = -1, Phase = phase };

    private static OrderCommand Order(ulong id, Side side, long ticks) => new()
    {
        Type = CommandType.New, OrderId = id, Side = side, OrderType = OrderType.Limit, TimeInForce = TimeInForce.Day,
            Price = new Price(9_900 + ticks), Quantity = new Quantity(5),
        ClientOrderId = ClientOrderId.From($"c{id}"),
    };

    private PhaseClock Clock() =>
        new(_core, _sequencer, () => { }, new Dictionary<string, PhaseCalendar> { ["TEST"] = VenueProfiles.Ashare.Calendar! });

    private long Submit(OrderCommand command, BookTap? tap)
    {
        Assert.Equal(SubmitStatus.Ok, _sequencer.Submit(ref command));
        _sequencer.CarryOut();
        tap?.Collect(command.View());
        return command.Sequence;
    }
}
