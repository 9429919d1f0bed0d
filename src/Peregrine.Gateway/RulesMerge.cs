using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

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
    /// <exception cref="ArgumentException">An instrument's tick or lot changed while the journal holds orders counted in it.</exception>
    public static TradingRules Merge(TradingRules? journaled, TradingRules configured, out int[] accountIds)
    {
        List<Instrument> instruments = [.. journaled?.Instruments ?? []];
        for (int id = 0; id < instruments.Count; id++)
        {
            instruments[id] = Update(instruments[id], configured.Instruments.FirstOrDefault(wanted => wanted.Symbol == instruments[id].Symbol));
        }

        HashSet<string> symbols = [.. instruments.Select(instrument => instrument.Symbol)];
        foreach (Instrument added in configured.Instruments.Where(wanted => !symbols.Contains(wanted.Symbol)))
        {
            instruments.Add(added with { Id = instruments.Count });
        }

        List<Account> accounts = [.. journaled?.Accounts ?? []];
        accountIds = new int[configured.Accounts.Count];
        for (int position = 0; position < configured.Accounts.Count; position++)
        {
            Account wanted = configured.Accounts[position];
            int id = accounts.FindIndex(account => account.Name == wanted.Name);
            if (id < 0)
            {
                id = accounts.Count;
                accounts.Add(wanted with { Id = id });
            }
            else
            {
                accounts[id] = wanted with { Id = id };
            }

            accountIds[position] = id;
        }

        return new TradingRules(instruments, accounts);
    }

    private static Instrument Update(Instrument known, Instrument? wanted)
    {
        if (wanted is null)
        {
            return known with { IsOpen = false };
        }

        if (wanted.TickUnits != known.TickUnits || wanted.PriceDecimals != known.PriceDecimals || wanted.LotUnits != known.LotUnits)
        {
            throw new ArgumentException(
                $"instrument {known.Symbol}: tick or lot size differs from the journal's (decimals {known.PriceDecimals}, tick {known.TickUnits}, lot {known.LotUnits}; "
                + $"configured {wanted.PriceDecimals}, {wanted.TickUnits}, {wanted.LotUnits}); its orders are counted in them: use a new symbol, or a new data folder");
        }

        return wanted with { Id = known.Id };
    }
}
