using System.Globalization;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Hosting.Configuration;

/// <summary>What must fit each other within one instrument. Values that are missing or broken are left to <see cref="SchemaCheck"/>.</summary>
internal static class InstrumentCheck
{
    private static readonly string[] OwnLimits = ["lowestPrice", "highestPrice"];

    /// <summary>Adds every error that there is.</summary>
    public static void Check(ConfigurationNode instrument, string path, List<ConfigurationError> errors)
    {
        if (Number(instrument, "priceDecimals") is not long decimals || decimals is < 0 or > RulesValidation.PriceDecimalsMax
            || instrument.Child("tickSize") is not { Value: string tickText } tick || !SchemaCheck.IsDecimal(tickText))
        {
            return;
        }

        if (!TickSize.TryToUnits(tickText, (int)decimals, out long tickUnits) || tickUnits is 0 or > RulesValidation.UnitsMax)
        {
            string expected = $"a decimal above 0 with at most {decimals} decimals (priceDecimals), at most {RulesValidation.UnitsMax} price units";
            errors.Add(new ConfigurationError($"{path}.tickSize", tickText, expected,
                "write the smallest price step, such as \"0.01\", or change priceDecimals", tick.Origin));
            return;
        }

        PriceGrid grid = new((int)decimals, tickUnits, tickText, Math.Min(MatchingEngine.PriceTicksMax, Instrument.PriceUnitsMax / tickUnits));
        long? reference = TicksOf(instrument, "referencePrice", path, grid, errors);
        long? lowest = TicksOf(instrument, "lowestPrice", path, grid, errors);
        long? highest = TicksOf(instrument, "highestPrice", path, grid, errors);
        if (lowest > 0 && highest > 0 && lowest > highest)
        {
            errors.Add(Error(instrument, path, "highestPrice", $"0 or at least lowestPrice ({instrument.Child("lowestPrice")!.Value})",
                "raise it or lower lowestPrice"));
        }

        CheckLimit(instrument, path, reference, errors);
        CheckTickTable(instrument, path, grid, errors);
    }

    // A share of nothing is no limit, and nobody would notice.
    private static void CheckLimit(ConfigurationNode instrument, string path, long? reference, List<ConfigurationError> errors)
    {
        bool hasOwn = OwnLimits.All(key => instrument.Child(key)?.Value is string text && text != "0");
        if (reference != 0 || hasOwn || Number(instrument, "priceLimitBasisPoints") is not long share)
        {
            return;
        }

        bool isOfVenue = share == -1 && VenueProfiles.Find(instrument.Child("venue")?.Value ?? "")?.PriceLimitsBasisPoints.Count > 0;
        if (share > 0 || isOfVenue)
        {
            errors.Add(Error(instrument, path, "referencePrice", "a price above 0, which the price limits lie around",
                "give it one, or set priceLimitBasisPoints to 0"));
        }
    }

    private static void CheckTickTable(ConfigurationNode instrument, string path, PriceGrid grid, List<ConfigurationError> errors)
    {
        long before = -1;
        foreach ((string key, ConfigurationNode entry) in instrument.Child("tickTable")?.Items ?? [])
        {
            string place = $"{path}.tickTable[{key}]";
            long? from = TicksOf(entry, "from", place, grid, errors);
            long? step = TicksOf(entry, "step", place, grid, errors);
            if (step == 0)
            {
                errors.Add(Error(entry, place, "step", "a price step above 0", "write a multiple of tickSize"));
            }

            if (from <= before)
            {
                errors.Add(Error(entry, place, "from", "a price above that of the step before", "order the steps by their prices"));
            }

            before = from ?? before;
        }
    }

    private static long? TicksOf(ConfigurationNode node, string key, string path, PriceGrid grid, List<ConfigurationError> errors)
    {
        if (node.Child(key) is not { Value: string text } || !SchemaCheck.IsDecimal(text))
        {
            return null;
        }

        if (TickSize.TryToUnits(text, grid.Decimals, out long units) && units % grid.TickUnits == 0 && units / grid.TickUnits <= grid.TicksMax)
        {
            return units / grid.TickUnits;
        }

        errors.Add(Error(node, path, key, $"a multiple of tickSize ({grid.TickText}), at most {grid.TicksMax} ticks",
            "round it to a tick, or use 0 for none"));
        return null;
    }

    // A value that nobody set is told where its section was.
    private static ConfigurationError Error(ConfigurationNode node, string path, string key, string expected, string remedy) =>
        new($"{path}.{key}", node.Child(key)?.Value, expected, remedy, node.Child(key) is { Origin: not ConfigurationNode.DefaultOrigin } set
            ? set.Origin
            : node.Origin);

    private static long? Number(ConfigurationNode node, string key) =>
        long.TryParse(node.Child(key)?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private readonly record struct PriceGrid(int Decimals, long TickUnits, string TickText, long TicksMax);
}
