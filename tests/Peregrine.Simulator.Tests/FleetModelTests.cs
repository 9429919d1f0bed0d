using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Orders;

namespace Peregrine.Simulator.Tests;

/// <summary>Each request of the fleet beside a plain list of its orders, which knows only what was reported.</summary>
public class FleetModelTests
{
    private const int Instrument = 4;

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Requests_BesideAModelOfTheOrders_NameThemAsTheyStand(long seed)
    {
        Fleet fleet = new(new FleetOptions { Instruments = [new SimInstrument(Instrument, 10_000)], RequestsPerSecond = 100, Seed = seed });
        SeededRandom random = new(seed + 1);
        Dictionary<long, Order> orders = [];
        long[] positions = new long[Fleet.Roster.Count];
        int replaced = 0;
        int cancelled = 0;
        fleet.OnTop(new SimTop { InstrumentId = Instrument, HasBid = true, HasAsk = true, Bid = new Price(9_998), Ask = new Price(10_002),
            BidQuantity = new Quantity(50), AskQuantity = new Quantity(50) });
        for (int step = 0; step < 30_000; step++)
        {
            fleet.Next(out SimRequest request);
            string where = $"seed {seed}, step {step}, {request.Action} {request.Number} of {request.OriginalNumber}";
            if (request.Action == SimAction.New)
            {
                orders.Add(request.Number, new Order(request.Participant, request.Side, request.Quantity.Lots, 0));
                if (request.TimeInForce != TimeInForce.Day)
                {
                    // It trades with nobody.
                    _ = orders.Remove(request.Number);
                    Report(fleet, request, ReportType.Cancelled, 0);
                    continue;
                }

                Report(fleet, request, ReportType.Accepted, request.Quantity.Lots);
                if (random.Below(3) == 0)
                {
                    Trade(fleet, orders, positions, request.Number, 1 + random.Below((int)request.Quantity.Lots));
                }

                continue;
            }

            Assert.True(orders.Remove(request.OriginalNumber, out Order order), $"an order that works is named, {where}");
            Assert.True(order.Participant == request.Participant
                && order.Side == request.Side, $"it is the participant's own and of its side, {where}");
            if (random.Below(4) == 0)
            {
                // Refused: it goes on under its old number.
                orders.Add(request.OriginalNumber, order);
                Report(fleet, request, ReportType.CancelRejected, order.Leaves);
            }
            else if (request.Action == SimAction.Replace)
            {
                Assert.True(request.Quantity.Lots > order.Filled,
                    $"a new quantity of {request.Quantity.Lots} counts the {order.Filled} that are filled, {where}");
                replaced += order.Filled > 0 ? 1 : 0;
                order = order with { Leaves = request.Quantity.Lots - order.Filled };
                orders.Add(request.Number, order);
                Report(fleet, request, ReportType.Replaced, order.Leaves);
            }
            else
            {
                cancelled++;
                Report(fleet, request, cancelled % 2 == 0 ? ReportType.Cancelled : ReportType.Expired, 0);
            }

            Assert.Equal(orders.Count, fleet.OpenOrderCount);
        }

        Assert.Equal(positions, Enumerable.Range(0, positions.Length).Select(who => fleet.Position(who, Instrument)));
        Assert.True(replaced > 10 && cancelled > 10, $"{replaced} partly filled orders were replaced and {cancelled} cancelled");
    }

    [Theory]
    [InlineData(-1, Instrument)]
    [InlineData(7, Instrument)]
    [InlineData(0, Instrument + 1)]
    public void Report_OfSomebodyElse_ChangesNothing(int participant, int instrument)
    {
        Fleet fleet = new(new FleetOptions { Instruments = [new SimInstrument(Instrument, 10_000)] });

        fleet.OnReport(new SimReport { Participant = participant, InstrumentId = instrument, Type = ReportType.Trade, Side = Side.Buy,
            LastQuantity = new Quantity(5), LastPrice = new Price(10_000) });

        Assert.All(Enumerable.Range(0, Fleet.Roster.Count), who => Assert.Equal(0, fleet.Position(who, Instrument)));
    }

    [Fact]
    public void Time_AtTheHighestRate_NeverStandsStill()
    {
        Fleet fleet = new(new FleetOptions { Instruments = [new SimInstrument(Instrument, 10_000)], RequestsPerSecond = 100_000, Seed = 3 });
        long before = 0;
        for (int step = 0; step < 50_000; step++)
        {
            fleet.Next(out SimRequest request);
            Assert.True(request.DueNs > before, $"request {request.Number} is due at {request.DueNs}, the one before at {before}");
            before = request.DueNs;
            Report(fleet, request, request.Action == SimAction.New
                ? ReportType.Accepted
                : ReportType.Cancelled, request.Action == SimAction.New ? request.Quantity.Lots : 0);
        }
    }

    [Fact]
    public void Rate_AfterAStormOfTrades_StaysBelowItsCeiling()
    {
        Fleet fleet = new(new FleetOptions { Instruments = [new SimInstrument(Instrument, 10_000)], RequestsPerSecond = 1, Seed = 3 });
        for (int trade = 0; trade < 10_000; trade++)
        {
            fleet.OnReport(new SimReport { Participant = 2, InstrumentId = Instrument, Type = ReportType.Trade, Side = Side.Buy,
                LastQuantity = new Quantity(1), LastPrice = new Price(10_000) });
        }

        SimRequest request = default;
        for (int step = 0; step < 20; step++)
        {
            fleet.Next(out request);
        }

        // 20 requests at 6.5 times the one a second that was asked for take three seconds; without a ceiling, a moment.
        Assert.True(request.DueNs > 500_000_000, $"20 requests took {request.DueNs} ns");
    }

    private static void Trade(Fleet fleet, Dictionary<long, Order> orders, long[] positions, long number, long lots)
    {
        Order order = orders[number];
        order = order with { Leaves = order.Leaves - lots, Filled = order.Filled + lots };
        positions[order.Participant] += order.Side == Side.Buy ? lots : -lots;
        orders[number] = order;
        if (order.Leaves == 0)
        {
            _ = orders.Remove(number);
        }

        fleet.OnReport(new SimReport
        {
            Number = number, Participant = order.Participant, InstrumentId = Instrument, Type = ReportType.Trade, Side = order.Side,
            LastQuantity = new Quantity(lots), LastPrice = new Price(10_000), Leaves = new Quantity(order.Leaves),
        });
    }

    private static void Report(Fleet fleet, in SimRequest request, ReportType type, long leaves) => fleet.OnReport(new SimReport
    {
        Number = request.Number, Participant = request.Participant, InstrumentId = Instrument, Type = type, Side = request.Side,
            Leaves = new Quantity(leaves),
    });

    private readonly record struct Order(int Participant, Side Side, long Leaves, long Filled);
}
