using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Rules;

/// <summary>
/// Brings configured rules into the order of ids that the journal already knows: an instrument or account keeps its id for ever,
/// new ones are appended, an instrument that is no longer configured is closed.
/// </summary>
public static class RulesMerge
{
    /// <summary>Merges.</summary>
    /// <param name="journaled">The rules in force at the end of the journal, or null for an empty one.</param>
    /// <param name="configured">The rules as configured, ids being positions there.</param>
    /// <param name="accountIds">For each configured account, its id in the merged rules.</param>
    /// <exception cref="ArgumentException">Ticks or lots of instruments changed while the journal holds orders counted in them;
    /// all of them.</exception>
    public static TradingRules Merge(TradingRules? journaled, TradingRules configured, out int[] accountIds)
    {
        List<string> faults = [];
        TradingRules merged = Merge(journaled, configured, faults, out accountIds);
        return faults.Count == 0 ? merged : throw new ArgumentException(string.Join("; ", faults));
    }

    /// <param name="faults">Gets a line for each instrument whose tick or lot changed.</param>
    internal static TradingRules Merge(TradingRules? journaled, TradingRules configured, List<string> faults, out int[] accountIds) =>
        new(MergeInstruments(journaled?.Instruments ?? [], configured.Instruments, faults),
            MergeAccounts(journaled?.Accounts ?? [], configured.Accounts, out accountIds))
        {
            Behaviour = (CoreBehaviour)Math.Max((byte)configured.Behaviour, (byte)(journaled?.Behaviour ?? CoreBehaviour.First)),
        };

    private static List<Instrument> MergeInstruments(IReadOnlyList<Instrument> known, IReadOnlyList<Instrument> configured, List<string> faults)
    {
        List<Instrument> merged = [.. known];
        Dictionary<string, int> ids = known.ToDictionary(instrument => instrument.Symbol, instrument => instrument.Id);
        HashSet<string> kept = [];
        foreach (Instrument wanted in configured)
        {
            if (ids.TryGetValue(wanted.Symbol, out int id))
            {
                _ = kept.Add(wanted.Symbol);
                CheckScale(known[id], wanted, faults);
                merged[id] = wanted with { Id = id };
            }
            else
            {
                merged.Add(wanted with { Id = merged.Count });
            }
        }

        for (int id = 0; id < known.Count; id++)
        {
            merged[id] = kept.Contains(known[id].Symbol) ? merged[id] : known[id] with { IsOpen = false };
        }

        return merged;
    }

    private static List<Account> MergeAccounts(IReadOnlyList<Account> known, IReadOnlyList<Account> configured, out int[] accountIds)
    {
        List<Account> merged = [.. known];
        Dictionary<string, int> ids = known.ToDictionary(account => account.Name, account => account.Id);
        accountIds = new int[configured.Count];
        for (int position = 0; position < configured.Count; position++)
        {
            Account wanted = configured[position];
            if (ids.TryGetValue(wanted.Name, out int id))
            {
                merged[id] = wanted with { Id = id };
            }
            else
            {
                id = merged.Count;
                merged.Add(wanted with { Id = id });
            }

            accountIds[position] = id;
        }

        return merged;
    }

    private static void CheckScale(Instrument known, Instrument wanted, List<string> faults)
    {
        if (wanted.TickUnits != known.TickUnits || wanted.PriceDecimals != known.PriceDecimals || wanted.LotUnits != known.LotUnits)
        {
            faults.Add(
                $"instrument {known.Symbol}: tick or lot size differs from the journal's (decimals {known.PriceDecimals}, "
                + $"tick {known.TickUnits}, lot {known.LotUnits}; "
                + $"configured {wanted.PriceDecimals}, {wanted.TickUnits}, {wanted.LotUnits}); its orders are counted in them: use a new symbol, "
                + $"or a new data folder");
        }
    }
}
