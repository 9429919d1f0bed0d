using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests;

/// <summary>Configured rules in the order of ids that a journal knows.</summary>
public class RulesMergeTests
{
    private static readonly AccountLimits Limits = new(10, 20, 30);

    [Fact]
    public void Merge_WithoutAJournal_KeepsTheConfiguredOrder()
    {
        TradingRules merged = RulesMerge.Merge(null, Of(["X", "Y"], ["A", "B"]), out int[] accountIds);

        Assert.Equal(["X", "Y"], merged.Instruments.Select(instrument => instrument.Symbol));
        Assert.Equal([0, 1], accountIds);
    }

    [Fact]
    public void Merge_AddedRemovedAndReordered_KeepsIdsForEver()
    {
        TradingRules merged = RulesMerge.Merge(Of(["X", "Y"], ["A", "B"]), Of(["Z", "Y"], ["C", "B"]), out int[] accountIds);

        Assert.Equal([("X", 0, false), ("Y", 1, true), ("Z", 2, true)], merged.Instruments.Select(instrument => (instrument.Symbol, instrument.Id, instrument.IsOpen)));
        Assert.Equal(["A", "B", "C"], merged.Accounts.Select(account => account.Name));
        Assert.Equal([2, 1], accountIds);
    }

    [Fact]
    public void SessionId_IsAFunctionOfTheNameAlone()
    {
        Assert.Equal(SessionId.Of("CLIENT1"), SessionId.Of("CLIENT1"));
        Assert.NotEqual(SessionId.Of("CLIENT1"), SessionId.Of("CLIENT2"));
        Assert.True(SessionId.Of("CLIENT1") >= 0);

        // Part of the journal's format: FNV-1a's own vector for "a", without the sign.
        Assert.Equal(0x640c292c, SessionId.Of("a"));
    }

    private static TradingRules Of(string[] symbols, string[] accounts) => new(
        [.. symbols.Select((symbol, id) => new Instrument(id, symbol, 2, 1, 1, IsOpen: true))],
        [.. accounts.Select((name, id) => new Account(id, name, Limits))]);
}
