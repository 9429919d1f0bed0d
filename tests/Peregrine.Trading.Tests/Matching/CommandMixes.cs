namespace Peregrine.Trading.Tests.Matching;

/// <summary>The mixes of commands that the matching engine is proved with.</summary>
internal static class CommandMixes
{
    private static readonly (TradingPhase, int)[] AllPhases =
    [
        (TradingPhase.Continuous, 44), (TradingPhase.PreOpen, 9), (TradingPhase.OpeningAuction, 14), (TradingPhase.VolatilityAuction, 12),
        (TradingPhase.ClosingAuction, 14), (TradingPhase.Halted, 4), (TradingPhase.Closed, 3),
    ];

    private static readonly (OrderType, int)[] AllTypes =
    [
        (OrderType.Limit, 60), (OrderType.Market, 7), (OrderType.MarketToLimit, 5), (OrderType.Stop, 5), (OrderType.StopLimit, 6),
        (OrderType.TrailingStop, 5), (OrderType.Pegged, 12),
    ];

    private static readonly (TimeInForce, int)[] AllTimes =
    [
        (TimeInForce.Day, 40), (TimeInForce.GoodTillCancel, 12), (TimeInForce.GoodTillTime, 12), (TimeInForce.ImmediateOrCancel, 8),
            (TimeInForce.FillOrKill, 7),
        (TimeInForce.AtTheOpening, 7), (TimeInForce.AtTheClose, 7), (TimeInForce.GoodForAuction, 7),
    ];

    public static IReadOnlyList<CommandMix> All { get; } =
    [
        new("plain")
        {
            PostOnly = 6,
            InstrumentsMax = 3,
            Reaches =
            [
                ("Trade", 8), ("Cancelled None", 12), ("Cancelled NoLiquidity", 60), ("Cancelled NotFillable", 100), ("Cancelled SelfTrade", 100),
                ("Cancelled WouldTrade", 300), ("Replaced", 20), ("Rejected UnknownOrder", 1_000),
            ],
        },
        new("everything")
        {
            MassCancels = 1, Phases = 4, Times = 6, TermChanges = 1, Types = AllTypes, TimesInForce = AllTimes, PhaseWeights = AllPhases,
            Hidden = 12, AllOrNone = 6, PostOnly = 6, Iceberg = 14, Minimum = 25, Prevention = 20, Owners = 6, HasBands = true, HasLimits = true,
                HasRules = true,
            InstrumentsMax = 3,
            Reaches =
            [
                ("Trade", 40), ("auction Trade", 60), ("retry", 2_000), ("Triggered", 300), ("Indicative", 10), ("PhaseChanged None", 40),
                    ("PhaseChanged PriceBand", 1_000),
                ("Restated Refreshed", 500), ("Restated Repriced", 100), ("Restated Trailed", 1_000), ("Restated Parked", 200),
                    ("Restated Entered", 250), ("Restated Converted", 6_000),
            ],
        },
        new("auctions")
        {
            Phases = 6, MassCancels = 1, Types = [(OrderType.Limit, 70), (OrderType.Market, 12), (OrderType.MarketToLimit, 22)],
                PhaseWeights = AllPhases,
            TimesInForce = AllTimes, Hidden = 8, AllOrNone = 3, Iceberg = 12, Minimum = 10, HasLimits = true, Spans = [2, 5, 30], Careless = 3,
            Reaches =
            [
                ("auction Trade", 40), ("Indicative", 10), ("Cancelled Expired", 100), ("Restated Entered", 150), ("Restated Converted", 1_000),
                    ("Cancelled NoLiquidity", 60),
                ("Rejected CancelForbidden", 200), ("Rejected NotInPhase", 4_000), ("Rejected InstrumentClosed", 500),
                    ("Rejected InstrumentHalted", 500), ("Cancelled MassCancel", 60),
            ],
        },
        new("stops")
        {
            Types = [(OrderType.Limit, 50), (OrderType.Market, 10), (OrderType.MarketToLimit, 5), (OrderType.Stop, 14), (OrderType.StopLimit, 16),
                (OrderType.TrailingStop, 16)],
            Phases = 1, Times = 3, PhaseWeights = AllPhases, TimesInForce = AllTimes, Hidden = 6, Iceberg = 8, Spans = [3, 8, 15],
            Reaches = [("Triggered", 40), ("Restated Trailed", 60), ("Trade", 20), ("cascade", 1_000)],
        },
        new("hidden")
        {
            Hidden = 30, AllOrNone = 14, Iceberg = 30, Minimum = 60, HasRules = true, Spans = [2, 5], LotsMax = 30, Replaces = 18, Owners = 16,
            Reaches =
            [
                ("Restated Refreshed", 60), ("retry", 1_500), ("Cancelled RestTooSmall", 600), ("Cancelled MinimumNotMet", 200), ("Trade", 8),
            ],
        },
        new("improvement")
        {
            // Small shown orders before large hidden ones that they cannot fill, and arriving orders that may go through the spread.
            Improvement = 100, HasRules = true, Hidden = 30, AllOrNone = 25, Minimum = 70, Spans = [3, 6], Owners = 30, LotsMax = 24,
                InstrumentsMax = 1, Crowd = 40, Cancels = 8,
            Types = [(OrderType.Limit, 70), (OrderType.Market, 20), (OrderType.Pegged, 6)], Phases = 1, PhaseWeights = AllPhases,
            Reaches = [("improvement", 600), ("retry", 1_500), ("Trade", 15)],
        },
        new("prevention")
        {
            Owners = 2, Prevention = 70, Hidden = 8, AllOrNone = 5, Iceberg = 14, Minimum = 20, HasRules = true, Spans = [2, 6], TermChanges = 1,
                MassCancels = 1,
            Types = [(OrderType.Limit, 60), (OrderType.Market, 7), (OrderType.MarketToLimit, 5), (OrderType.StopLimit, 6), (OrderType.Pegged, 10)],
            Reaches = [("Cancelled SelfTrade", 40), ("decrement", 250), ("Trade", 25), ("Cancelled NotFillable", 200), ("retry", 6_000)],
        },
        new("pegs")
        {
            Types = [(OrderType.Limit, 55), (OrderType.Market, 5), (OrderType.Pegged, 30), (OrderType.Stop, 4)], Hidden = 8, Iceberg = 12,
                AllOrNone = 3, Phases = 2,
            PhaseWeights = AllPhases, Spans = [3, 8, 30], Times = 2, TimesInForce = AllTimes,
            Reaches = [("Restated Repriced", 15), ("Restated Parked", 50), ("Trade", 35), ("PhaseChanged None", 120)],
        },
        new("capacity")
        {
            Capacity = 5, Crowd = 100, Types = AllTypes, TimesInForce = AllTimes, PhaseWeights = AllPhases, Phases = 2, Times = 3, Hidden = 10,
                AllOrNone = 5, Iceberg = 10, Minimum = 20,
            MassCancels = 1, Spans = [2, 6], Cancels = 10, InstrumentsMax = 3, HasRules = true,
            Reaches = [("Rejected OrderCapacity", 10), ("Trade", 80), ("Replaced", 80)],
        },
        new("wrong")
        {
            Careless = 45, MassCancels = 2, Phases = 2, Times = 2, TermChanges = 1, Types = AllTypes, TimesInForce = AllTimes,
                PhaseWeights = AllPhases, Hidden = 15, AllOrNone = 8,
            PostOnly = 15, Iceberg = 20, Minimum = 20, HasLimits = true, HasBands = true, HasRules = true, InstrumentsMax = 3,
            Reaches =
            [
                ("Rejected UnknownInstrument", 300), ("Rejected UnsupportedOrder", 60), ("Rejected QuantityNotPositive", 300),
                    ("Rejected MaxQuantity", 300), ("Rejected DisplayQuantity", 300),
                ("Rejected PriceOutOfRange", 300), ("Rejected PriceNotOnTick", 1_500), ("Rejected PriceLimit", 900),
                    ("Rejected DuplicateOrderId", 300), ("Rejected InstrumentClosed", 4_000),
                ("Rejected InstrumentHalted", 4_000), ("Rejected NotInPhase", 300), ("Rejected ExpiryPassed", 900), ("Rejected NotReplaceable", 120),
                    ("Rejected UnknownOrder", 300), ("Trade", 40),
            ],
        },
        new("time")
        {
            Times = 14, Phases = 1, PhaseWeights = AllPhases,
                TimesInForce = [(TimeInForce.GoodTillTime, 60), (TimeInForce.Day, 20), (TimeInForce.GoodForAuction, 5)], Types = AllTypes,
            Hidden = 5, Iceberg = 8, InstrumentsMax = 3, HasBands = true, Centres = [1_000, 250_000],
            Reaches = [("Cancelled Expired", 10), ("time ends an auction", 500), ("Trade", 20), ("Rejected ExpiryPassed", 1_500)],
        },
        new("far")
        {
            Far = 14, Types = AllTypes, TimesInForce = AllTimes, PhaseWeights = AllPhases, Phases = 3, Times = 2, Hidden = 10, AllOrNone = 4,
                Iceberg = 10, Minimum = 15, MassCancels = 1,
            Spans = [4, 300, 40_000], Centres = [0, 1_000_000, -(1L << 40)], HasRules = true, Crowd = 40, HasBands = true, TermChanges = 1,
            Reaches = [("Trade", 20), ("auction Trade", 80), ("Triggered", 500), ("Restated Repriced", 100), ("Indicative", 20)],
        },
        new("deep")
        {
            Crowd = 110, Capacity = 160, Spans = [6, 60, 400], Owners = 40, Hidden = 6, Iceberg = 8, AllOrNone = 2, Minimum = 5, PostOnly = 5,
                MassCancels = 1, InstrumentsMax = 1,
            Types = [(OrderType.Limit, 90), (OrderType.Market, 4), (OrderType.Pegged, 3), (OrderType.StopLimit, 3)], Cancels = 8,
            Reaches = [("Trade", 15), ("Restated Repriced", 400), ("Replaced", 40)],
        },
        new("bands")
        {
            HasBands = true, HasLimits = true, Times = 8, Phases = 2,
                PhaseWeights = [(TradingPhase.Continuous, 10), (TradingPhase.OpeningAuction, 1)], TermChanges = 1,
            Types = AllTypes, TimesInForce = AllTimes, Hidden = 8, AllOrNone = 4, Iceberg = 10, Minimum = 10, Spans = [4, 10, 25],
                Centres = [1_000, 250_000, 0],
            Reaches = [("PhaseChanged PriceBand", 250), ("Cancelled PriceBand", 1_500), ("auction Trade", 80), ("Indicative", 25),
                ("Rejected PriceLimit", 15_000)],
        },
    ];
}
