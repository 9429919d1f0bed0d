using Peregrine.Sequencing.Rules;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

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

        Assert.Equal([("X", 0, false), ("Y", 1, true), ("Z", 2, true)],
            merged.Instruments.Select(instrument => (instrument.Symbol, instrument.Id, instrument.IsOpen)));
        Assert.Equal(["A", "B", "C"], merged.Accounts.Select(account => account.Name));
        Assert.Equal([2, 1], accountIds);
    }

    // Orders of the journal are counted in the old units. Looked at here, where the two meet: whoever puts rules in force finds it later too, in
    // other words.
    [Theory]
    [InlineData(3, 5, 10, "configured 3, 5, 10")]
    [InlineData(2, 1, 10, "configured 2, 1, 10")]
    [InlineData(2, 5, 1, "configured 2, 5, 1")]
    [InlineData(2, 5, 11, "configured 2, 5, 11")]
    public void Merge_AnotherTickOrLot_IsRefusedWithBoth(int decimals, long tick, long lot, string told)
    {
        TradingRules journaled = Of(new Instrument(0, "X", 2, 5, 10, IsOpen: true));

        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => RulesMerge.Merge(journaled, Of(new Instrument(0, "X", decimals, tick, lot, IsOpen: true)), out _));

        Assert.StartsWith("instrument X: tick or lot size differs from the journal's (decimals 2, tick 5, lot 10; ", refusal.Message,
            StringComparison.Ordinal);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_SeveralOtherScales_NamesThemAllAndNoOther()
    {
        TradingRules journaled = Of(new Instrument(0, "X", 2, 5, 10, true), new Instrument(1, "Y", 2, 5, 10, true),
            new Instrument(2, "Z", 2, 5, 10, true));
        List<string> faults = [];

        _ = RulesMerge.Merge(journaled,
            Of(new Instrument(0, "Z", 2, 5, 20, true), new Instrument(1, "Y", 2, 5, 10, false), new Instrument(2, "X", 2, 6, 10, true)),
            faults, out _);

        Assert.Equal(["instrument Z", "instrument X"], faults.Select(fault => fault.Split(':')[0]));
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

    private static TradingRules Of(params Instrument[] instruments) => new(instruments, [new Account(0, "A", Limits)]);

    private static TradingRules Of(string[] symbols, string[] accounts) => new(
        [.. symbols.Select((symbol, id) => new Instrument(id, symbol, 2, 1, 1, IsOpen: true))],
        [.. accounts.Select((name, id) => new Account(id, name, Limits))]);
}
