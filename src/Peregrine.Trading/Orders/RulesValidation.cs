using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Orders;

/// <summary>Whether rules may be put in force: on their own, and after the ones that are.</summary>
public static class RulesValidation
{
    /// <summary>Most decimals of a price unit.</summary>
    public const int PriceDecimalsMax = 9;

    /// <summary>Longest symbol.</summary>
    public const int SymbolLengthMax = 16;

    /// <summary>Longest account name.</summary>
    public const int NameLengthMax = 32;

    /// <summary>Largest tick in price units, and largest lot in units.</summary>
    public const long UnitsMax = 1_000_000_000;

    /// <summary>Most steps of a tick table.</summary>
    public const int TickStepsMax = 1_000;

    /// <summary>Most instruments, and most accounts.</summary>
    public const int CountMax = 65_536;

    /// <summary>All that is wrong with rules; empty when they are good.</summary>
    /// <param name="current">The rules in force, or null for none.</param>
    public static List<string> Validate(TradingRules? current, TradingRules next)
    {
        List<string> faults = [];
        HashSet<string> symbols = [];
        for (int i = 0; i < next.Instruments.Count; i++)
        {
            CheckInstrument(faults, symbols, i, next.Instruments[i]);
        }

        HashSet<string> names = [];
        for (int i = 0; i < next.Accounts.Count; i++)
        {
            CheckAccount(faults, names, i, next.Accounts[i]);
        }

        if (next.Instruments.Count > CountMax || next.Accounts.Count > CountMax)
        {
            faults.Add($"{next.Instruments.Count} instruments and {next.Accounts.Count} accounts, expected at most {CountMax} of each");
        }

        bool isKnown = next.Behaviour <= CoreBehaviours.Last && next.Behaviour >= (current?.Behaviour ?? CoreBehaviour.First);
        Require(faults, isKnown, "rules",
            $"Behaviour is {next.Behaviour}, expected {current?.Behaviour ?? CoreBehaviour.First} or later, up to {CoreBehaviours.Last}");
        if (current is not null)
        {
            CheckSuccession(faults, current, next);
        }

        return faults;
    }

    private static void CheckInstrument(List<string> faults, HashSet<string> symbols, int index, Instrument instrument)
    {
        string name = $"instrument {index} ('{instrument.Symbol}')";
        Require(faults, instrument.Id == index, name, $"Id is {instrument.Id}, expected {index}");
        // Without blanks: market data has none in a symbol.
        bool isSymbol = IsText(instrument.Symbol, SymbolLengthMax) && !instrument.Symbol.Contains(' ');
        Require(faults, isSymbol, name, $"Symbol must be 1 to {SymbolLengthMax} printable ASCII characters, none of them blank");
        Require(faults, symbols.Add(instrument.Symbol), name, "Symbol is not unique");
        Require(faults, instrument.PriceDecimals is >= 0 and <= PriceDecimalsMax, name,
            $"PriceDecimals is {instrument.PriceDecimals}, expected 0 to {PriceDecimalsMax}");
        Require(faults, instrument.TickUnits is >= 1 and <= UnitsMax, name, $"TickUnits is {instrument.TickUnits}, expected 1 to {UnitsMax}");
        Require(faults, instrument.LotUnits is >= 1 and <= UnitsMax, name, $"LotUnits is {instrument.LotUnits}, expected 1 to {UnitsMax}");
        Require(faults, instrument.Currency.Length == 0
            || IsCurrency(instrument.Currency), name, $"Currency is '{instrument.Currency}', expected three capital letters or nothing");
        Require(faults, instrument.Terms.TickTable.Count <= TickStepsMax, name,
            $"TickTable has {instrument.Terms.TickTable.Count} steps, expected at most {TickStepsMax}");
        foreach (string fault in instrument.Terms.Validate())
        {
            Require(faults, holds: false, name, fault);
        }

        // Risk knows positive prices only; a reference below would refuse every order.
        Require(faults, !(instrument.Terms.ReferencePrice?.Ticks <= 0), name,
            $"ReferencePrice is {instrument.Terms.ReferencePrice?.Ticks} ticks, expected 1 or more, or none");

        // It may become a price of trades, and these are told in price units of 64 bits.
        bool isTold = instrument.Terms.ReferencePrice is not { } reference || instrument.TickUnits < 1 || reference.Ticks <= instrument.PriceTicksMax;
        Require(
            faults, isTold, name,
            $"ReferencePrice is {instrument.Terms.ReferencePrice?.Ticks} ticks of {instrument.TickUnits}, " +
            $"expected at most {Instrument.PriceUnitsMax} price units");
    }

    private static void CheckAccount(List<string> faults, HashSet<string> names, int index, Account account)
    {
        string name = $"account {index} ('{account.Name}')";
        Require(faults, account.Id == index, name, $"Id is {account.Id}, expected {index}");
        Require(faults, IsText(account.Name, NameLengthMax), name, $"Name must be 1 to {NameLengthMax} printable ASCII characters");
        Require(faults, names.Add(account.Name), name, "Name is not unique");
        Require(faults, account.FirmId >= 0, name, $"FirmId is {account.FirmId}, expected 0 or more");
        Require(faults, account.Limits.MaxQuantityUnits >= 0, name, $"MaxQuantityUnits is {account.Limits.MaxQuantityUnits}, expected 0 or more");
        Require(faults, account.Limits.MaxNotionalUnits >= 0, name, $"MaxNotionalUnits is {account.Limits.MaxNotionalUnits}, expected 0 or more");
        Require(faults, account.Limits.CollarBasisPoints >= 0, name, $"CollarBasisPoints is {account.Limits.CollarBasisPoints}, expected 0 or more");
    }

    private static void CheckSuccession(List<string> faults, TradingRules current, TradingRules next)
    {
        for (int i = 0; i < current.Instruments.Count; i++)
        {
            Instrument old = current.Instruments[i];
            Instrument? now = i < next.Instruments.Count ? next.Instruments[i] : null;
            bool isSame = now is not null && now.Symbol == old.Symbol && now.PriceDecimals == old.PriceDecimals
                && now.TickUnits == old.TickUnits && now.LotUnits == old.LotUnits;
            Require(faults, isSame, $"instrument {i} ('{old.Symbol}')", "may not be removed, renamed or rescaled while orders may rest in it");
        }

        for (int i = 0; i < current.Accounts.Count; i++)
        {
            bool isSame = i < next.Accounts.Count && next.Accounts[i].Name == current.Accounts[i].Name;
            Require(faults, isSame, $"account {i} ('{current.Accounts[i].Name}')", "may not be removed or renamed");
        }
    }

    private static void Require(List<string> faults, bool holds, string subject, string rule)
    {
        if (!holds)
        {
            faults.Add($"{subject}: {rule}");
        }
    }

    private static bool IsCurrency(string text) => text.Length == RulesCodec.CurrencyBytes && text.AsSpan().IndexOfAnyExceptInRange('A', 'Z') < 0;

    private static bool IsText(string text, int lengthMax) =>
        text.Length >= 1 && text.Length <= lengthMax && text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;
}
