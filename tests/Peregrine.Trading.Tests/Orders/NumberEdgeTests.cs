using System.Numerics;
using Peregrine.Oracles.Orders;
using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

/// <summary>The core with the largest and smallest amounts of every scale: taken and counted exactly, or refused with the limit.</summary>
public class NumberEdgeTests
{
    private static readonly long[] Steps = [1, 7, 100, 1_000_000_000];
    private readonly ReportBuffer _reports = new();
    private long _sequence;

    public static TheoryData<int> Decimals => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Theory]
    [MemberData(nameof(Decimals))]
    public void Orders_OfTheLargestAmounts_TradeAndOneMoreIsRefused(int decimals)
    {
        foreach (long tick in Steps)
        {
            foreach (long lot in Steps)
            {
                Instrument instrument = new(0, "TEST", decimals, tick, lot, IsOpen: true);
                TradingCore core = Make(instrument);
                (long price, long lots) = (instrument.PriceTicksMax, instrument.QuantityLotsMax);

                Assert.Equal((RejectReason.PriceOutOfRange, price, price + 1), Refusal(core, New(Side.Sell, price + 1, lots)));
                Assert.Equal(RejectReason.MaxQuantity, Refusal(core, New(Side.Sell, price, lots + 1)).Reason);
                Assert.Equal((BigInteger)lots * lot, _reports[0].LimitValue);
                Assert.Equal(((BigInteger)lots + 1) * lot, _reports[0].ObservedValue);
                Assert.Equal(RejectReason.MaxQuantity, Refusal(core, New(Side.Sell, price, long.MaxValue)).Reason);
                Run(core, New(Side.Sell, price, lots));
                Run(core, New(Side.Buy, price, lots));

                Assert.Equal([ReportType.Accepted, ReportType.Trade, ReportType.Trade], Enumerable.Range(0, _reports.Count)
                    .Select(index => _reports[index].Type));
                Assert.Equal((BigInteger)price * lots, (BigInteger)_reports[1].CumulativeNotional);
                Assert.Equal((OrderStatus.Filled, lots), (_reports[2].Status, _reports[2].CumulativeQuantity.Lots));
                Assert.Equal((Int128)lots, core.Books.TradedLots);
            }
        }
    }

    // Sums of many fills at extreme and at ordinary prices, in the core and in big integers; the order is replaced to its largest on the way.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fills_ManyOfAnySize_AddUpAsInBigIntegers(int seed)
    {
        Random random = new(seed);
        Instrument instrument = new(0, "TEST", random.Next(10), Steps[random.Next(4)], Steps[random.Next(2)], IsOpen: true);
        TradingCore core = Make(instrument);
        BigInteger notional = 0;
        long filled = 0;
        Run(core, New(Side.Buy, instrument.PriceTicksMax, 1) with { ClientOrderId = ClientOrderId.From("whole") });
        Run(core, New(Side.Buy, instrument.PriceTicksMax, instrument.QuantityLotsMax) with
        {
            Type = CommandType.Replace, OriginalClientOrderId = ClientOrderId.From("whole"), ClientOrderId = ClientOrderId.From("more"), OrderId = 0,
        });
        Assert.Equal(ReportType.Replaced, _reports[0].Type);
        while (filled < instrument.QuantityLotsMax)
        {
            long lots = Math.Min(random.NextInt64(1, (instrument.QuantityLotsMax / 50) + 2), instrument.QuantityLotsMax - filled);
            Run(core, New(Side.Sell, random.NextInt64(1, instrument.PriceTicksMax), lots));
            OrderReport report = Enumerable.Range(0, _reports.Count).Select(index => _reports[index].ToReport())
                .Single(report => report.Type == ReportType.Trade && report.Side == Side.Buy);
            notional += (BigInteger)report.LastPrice.Ticks * report.LastQuantity.Lots;
            filled += lots;

            Assert.True((BigInteger)report.CumulativeNotional == notional
                && report.CumulativeQuantity.Lots == filled, $"seed {seed}, filled {filled}");
        }
    }

    [Fact]
    public void Level_OfTheLargestOrders_ShowsItsWholeTotal()
    {
        Instrument instrument = new(0, "TEST", 0, 1, 1, IsOpen: true);
        TradingCore core = Make(instrument);
        for (int order = 0; order < 60; order++)
        {
            Run(core, New(Side.Sell, instrument.PriceTicksMax, instrument.QuantityLotsMax));
        }

        Assert.True(core.Books.TryGetLevel(0, Side.Sell, 0, out var level));
        Assert.Equal(60L << 40, level.Quantity.Lots);
        Run(core, new OrderCommand { Type = CommandType.Phase, Phase = TradingPhase.OpeningAuction });
        Run(core, New(Side.Buy, instrument.PriceTicksMax, instrument.QuantityLotsMax));
        Assert.Equal((1L << 40, -(59L << 40)), (core.Books.GetIndicative(0).Volume.Lots, core.Books.GetIndicative(0).Surplus));
    }

    // What a peg and a trailing stop make of the book must be told like any price: it stays within the instrument's.
    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(1_000_000_000)]
    public void Peg_BeyondTheLargestPrice_StandsAtIt(long tick)
    {
        Instrument instrument = new(0, "TEST", 9, tick, 1, IsOpen: true);
        TradingCore core = Make(instrument);
        long most = instrument.PriceTicksMax;
        Run(core, New(Side.Sell, most, 1));
        Run(core, New(Side.Buy, 1, 1));
        OrderCommand peg = New(Side.Sell, 0, 5) with { OrderType = OrderType.Pegged, Peg = PegReference.Best };
        peg.Attributes.OffsetTicks = most;

        Run(core, peg);

        Assert.Equal(most, Last().PeggedPrice.Ticks);
        peg.Side = Side.Buy;
        Run(core, peg);
        Assert.Equal(1 - most, Last().PeggedPrice.Ticks);
        Assert.True((BigInteger)instrument.ToPriceUnits(Last().PeggedPrice) >= long.MinValue);
        peg.Attributes.OffsetTicks = most + 1;
        Assert.Equal((RejectReason.PriceOutOfRange, most, most + 1), Refusal(core, peg));
        Run(core, New(Side.Buy, most, 1));
        OrderCommand trail = New(Side.Buy, 0, 5) with { OrderType = OrderType.TrailingStop };
        trail.Attributes.OffsetTicks = most;
        Run(core, trail);
        Assert.True(instrument.ToPriceUnits(Last().Attributes.StopPrice) <= long.MaxValue && Last().Attributes.StopPrice.Ticks == 2 * most);
    }

    // The same with the slow core beside it: amounts around every limit, in every scale.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Execute_AmountsAroundTheEdges_AgreesWithTheSlowCore(int seed)
    {
        Random random = new(seed);
        foreach (long tick in Steps)
        {
            Instrument instrument = new(0, "TEST", random.Next(10), tick, Steps[random.Next(4)],
                IsOpen: true) { ReferencePrice = new Price(1 + random.Next(1_000)) };
            TradingRules rules = new([instrument],
                [new Account(0, "free", new AccountLimits(0, 0, 0)), new Account(1, "tight", new AccountLimits(0, long.MaxValue, 10_000))]);
            CoreOptions options = new() { OrdersMax = 32, ClosedOrdersMax = 32, ClientOrderIdsMax = 32 };
            TradingCore core = new(options);
            SlowCore slow = new(options);
            core.Configure(rules);
            slow.Configure(rules);
            for (int step = 0; step < 300; step++)
            {
                OrderCommand command = New((Side)random.Next(1, 3), Edge(random, instrument.PriceTicksMax), Edge(random, instrument.QuantityLotsMax));
                command.OrderType = random.Next(2) == 0 ? OrderType.Limit : (OrderType)random.Next(1, 8);
                command.Peg = command.OrderType == OrderType.Pegged ? PegReference.Best : 0;
                command.Attributes.StopPrice = new Price(Edge(random, instrument.PriceTicksMax));
                command.Attributes.OffsetTicks = Edge(random, instrument.PriceTicksMax);
                command.AccountId = random.Next(2);
                command.SessionId = 1 + random.Next(2);
                Run(core, command);
                command.Sequence = _sequence;
                command.OrderId = (ulong)_sequence;
                IReadOnlyList<OrderReport> expected = slow.Execute(in command);

                Assert.Equal(expected, Enumerable.Range(0, _reports.Count).Select(index => _reports[index].ToReport()));
                Assert.True(core.StateHash == slow.StateHash, $"seed {seed}, tick {tick}, step {step}");
            }
        }
    }

    [Theory]
    [InlineData(1, 1L << 56, null)]
    [InlineData(1_000_000_000, 4_000_000_000, null)]
    [InlineData(1_000_000_000, 4_000_000_001, "ReferencePrice is 4000000001 ticks of 1000000000, expected at most 4000000000000000000 price units")]
    public void Rules_ReferencePriceAtTheEdge_IsTakenOrNamed(long tick, long reference, string? fault)
    {
        TradingRules rules = new([new Instrument(0, "TEST", 9, tick, 1, IsOpen: true) { ReferencePrice = new Price(reference) }], []);

        List<string> faults = RulesValidation.Validate(null, rules);

        Assert.Equal(fault is null ? [] : [$"instrument 0 ('TEST'): {fault}"], faults);
    }

    private static long Edge(Random random, long most) => random.Next(6) switch
    {
        0 => random.Next(-1, 3),
        1 => most + random.Next(-1, 2),
        2 => random.Next(20) == 0 ? long.MaxValue : most / 2,
        _ => random.NextInt64(1, most),
    };

    private static TradingCore Make(Instrument instrument)
    {
        TradingCore core = new(new CoreOptions { OrdersMax = 128, ClosedOrdersMax = 128, ClientOrderIdsMax = 128 });
        core.Configure(new TradingRules([instrument with { Terms = instrument.Terms with { Rules = new VenueRules { Owner = OwnerScope.None } } }],
            [new Account(0, "free", new AccountLimits(0, 0, 0))]));
        return core;
    }

    private static OrderCommand New(Side side, long ticks, long lots) => new()
    {
        Type = CommandType.New,
        SessionId = (int)side,
        Side = side,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Price = new Price(ticks),
        Quantity = new Quantity(lots),
    };

    private void Run(TradingCore core, OrderCommand command)
    {
        command.Sequence = ++_sequence;
        command.OrderId = command.Type == CommandType.New ? (ulong)_sequence : 0;
        command.Fields = command.Type == CommandType.Replace ? ReplaceFields.Price | ReplaceFields.Leaves : 0;
        _reports.Clear();
        core.Execute(in command, _reports);
    }

    private (RejectReason Reason, long Limit, long Observed) Refusal(TradingCore core, OrderCommand command)
    {
        Run(core, command);
        Assert.Equal(ReportType.Rejected, _reports[0].Type);
        return (_reports[0].Reason, _reports[0].LimitValue, _reports[0].ObservedValue);
    }

    private OrderReport Last() => _reports[_reports.Count - 1].ToReport();
}
