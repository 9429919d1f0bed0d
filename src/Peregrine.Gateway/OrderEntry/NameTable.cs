using System.Text;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>Names of instruments and accounts as they stand on the wire, and back.</summary>
/// <remarks>Thread: read only after it is made. Allocates: only when made.</remarks>
public sealed class NameTable
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _instrumentIds;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _accountIds;
    private readonly byte[][] _symbols;
    private readonly byte[][] _accounts;
    private readonly int[] _firmAccounts;

    /// <summary>Makes the table of the rules in force.</summary>
    public NameTable(TradingRules rules)
    {
        Instruments = [.. rules.Instruments];
        _symbols = [.. rules.Instruments.Select(instrument => Encoding.ASCII.GetBytes(instrument.Symbol))];
        _accounts = [.. rules.Accounts.Select(account => Encoding.ASCII.GetBytes(account.Name))];
        Dictionary<int, int> firstOf = [];
        _firmAccounts = [.. rules.Accounts.Select(
            account => account.FirmId == 0 || firstOf.TryAdd(account.FirmId, account.Id) ? account.Id : firstOf[account.FirmId])];
        _instrumentIds = rules.Instruments.ToDictionary(instrument => instrument.Symbol, instrument => instrument.Id, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        _accountIds = rules.Accounts.ToDictionary(account => account.Name, account => account.Id, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The instruments by id.</summary>
    public Instrument[] Instruments { get; }

    /// <summary>The symbol's bytes.</summary>
    public ReadOnlySpan<byte> Symbol(int instrumentId) => _symbols[instrumentId];

    /// <summary>The account name's bytes.</summary>
    public ReadOnlySpan<byte> Account(int accountId) => _accounts[accountId];

    /// <summary>The first account of the same firm; of an account without a firm, itself. Accounts are only ever added, so it stays.</summary>
    public int FirmAccount(int accountId) => _firmAccounts[accountId];

    /// <summary>The id of a symbol, or -1.</summary>
    public int InstrumentId(ReadOnlySpan<byte> symbol) => Find(_instrumentIds, symbol);

    /// <summary>The id of an account, or -1.</summary>
    public int AccountId(ReadOnlySpan<byte> name) => Find(_accountIds, name);

    private static int Find(Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids, ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[ClientOrderId.LengthMax];
        if (name.Length > text.Length || Encoding.Latin1.GetChars(name, text) == 0)
        {
            return -1;
        }

        return ids.TryGetValue(text[..name.Length], out int id) ? id : -1;
    }
}
