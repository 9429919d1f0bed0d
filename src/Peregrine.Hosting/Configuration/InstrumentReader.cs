using System.Globalization;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;

namespace Peregrine.Hosting.Configuration;

/// <summary>Instruments and their trading days from a checked configuration.</summary>
internal static class InstrumentReader
{
    private const long NsPerMs = 1_000_000;

    /// <summary>Reads one instrument.</summary>
    public static Instrument Read(OptionsSection section, int id)
    {
        int decimals = section.Int("priceDecimals");
        bool isTick = TickSize.TryToUnits(section.Text("tickSize"), decimals, out long tickUnits);
        Check.That(isTick && tickUnits > 0, "an instrument's decimals were checked before they are read");
        return new Instrument(id, section.Text("symbol"), decimals, tickUnits, section.Long("lotUnits"), section.Flag("open"))
        {
            Currency = section.Text("currency"),
            Terms = ReadTerms(section, decimals, tickUnits),
        };
    }

    /// <summary>The trading day of an instrument's venue with our holidays, or null.</summary>
    public static PhaseCalendar? ReadCalendar(OptionsSection section, IReadOnlySet<DateOnly> holidays) =>
        VenueOf(section).Calendar is { } calendar ? calendar with { Holidays = holidays } : null;

    /// <summary>The dates of a checked list.</summary>
    public static HashSet<DateOnly> ReadDates(IEnumerable<string> texts) =>
        [.. texts.Select(text => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture))];

    private static InstrumentTerms ReadTerms(OptionsSection section, int decimals, long tickUnits)
    {
        Price? PriceOf(OptionsSection of, string key) =>
            TickSize.TryToUnits(of.Text(key), decimals, out long units) && units > 0 ? new Price(units / tickUnits) : null;
        Price? reference = PriceOf(section, "referencePrice");
        VenueProfile venue = VenueOf(section);
        int share = section.Int("priceLimitBasisPoints");
        share = share != -1 ? share : venue.PriceLimitsBasisPoints is [int usual, ..] ? usual : 0;
        (Price Lowest, Price Highest)? limits = share > 0 && reference is { } price ? VenueProfile.LimitsAround(price, share) : null;
        return new InstrumentTerms
        {
            // Where a calendar says the phase, nothing trades before it has.
            Phase = venue.Calendar is null ? PhaseOf(section.Text("phase")) : TradingPhase.Closed,
            ReferencePrice = reference,
            LowestPrice = PriceOf(section, "lowestPrice") ?? limits?.Lowest,
            HighestPrice = PriceOf(section, "highestPrice") ?? limits?.Highest,
            TickTable =
            [
                .. section.Sections("tickTable").Select(step => new TickStep(PriceOf(step, "from")?.Ticks ?? 0, PriceOf(step, "step")!.Value.Ticks)),
            ],
            StaticBandBasisPoints = section.Int("staticBandBasisPoints"),
            DynamicBandBasisPoints = section.Int("dynamicBandBasisPoints"),
            InterruptionNs = section.Long("interruptionMs") * NsPerMs,
            Rules = ReadRules(section),
        };
    }

    private static VenueRules ReadRules(OptionsSection section) => new()
    {
        Owner = section.Text("selfTradeOwner") switch
        {
            "none" => OwnerScope.None,
            "account" => OwnerScope.Account,
            "firm" => OwnerScope.Firm,
            "strategy" => OwnerScope.Strategy,
            string other => throw Unknown("selfTradeOwner", other),
        },
        SelfTrade = section.Text("selfTradePrevention") switch
        {
            "newest" => SelfTradePrevention.CancelNewest,
            "oldest" => SelfTradePrevention.CancelOldest,
            "both" => SelfTradePrevention.CancelBoth,
            "decrement" => SelfTradePrevention.DecrementAndCancel,
            string other => throw Unknown("selfTradePrevention", other),
        },
        CancelHiddenRests = section.Long("cancelHiddenRestsLots"),
        HiddenImprovement = section.Long("hiddenImprovementTicks"),
        MinimumPerTrade = section.Flag("minimumPerTrade"),
        MarketWithBest = section.Flag("marketWithBest"),
        StopsByArrival = section.Flag("stopsByArrival"),
    };

    private static TradingPhase PhaseOf(string text) => text switch
    {
        "preopen" => TradingPhase.PreOpen,
        "opening" => TradingPhase.OpeningAuction,
        "continuous" => TradingPhase.Continuous,
        "volatility" => TradingPhase.VolatilityAuction,
        "closing" => TradingPhase.ClosingAuction,
        "halted" => TradingPhase.Halted,
        "closed" => TradingPhase.Closed,
        _ => throw Unknown("phase", text),
    };

    private static VenueProfile VenueOf(OptionsSection section) => VenueProfiles.Find(section.Text("venue"))
        ?? throw Unknown("venue", section.Text("venue"));

    private static InvalidOperationException Unknown(string key, string value) => new($"instruments[].{key} {value} is in the schema but not here");
}
