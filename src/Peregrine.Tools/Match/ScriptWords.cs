using Peregrine.Primitives;
using Peregrine.Trading;

namespace Peregrine.Tools.Match;

/// <summary>The words of scripts and of what is printed. The first word of each value is the one that is printed.</summary>
internal static class ScriptWords
{
    public static readonly (string Word, Side Value)[] Sides = [("buy", Side.Buy), ("sell", Side.Sell), ("bid", Side.Buy), ("ask", Side.Sell),
        ("offer", Side.Sell)];

    public static readonly (string Word, OrderType Value)[] Types = [.. OrderTypes.All.ToArray().Select(row => (row.Word, row.Type))];

    public static readonly (string Word, TimeInForce Value)[] Times =
    [
        .. Enum.GetValues<TimeInForce>().Select(time => (TimesInForce.Word(time), time)), ("opg", TimeInForce.AtTheOpening),
    ];

    public static readonly (string Word, PegReference Value)[] Pegs = [("best", PegReference.Best), ("mid", PegReference.Mid)];

    public static readonly (string Word, SelfTradePrevention Value)[] SelfTrades =
    [
        ("default", SelfTradePrevention.Default), ("cancel-newest", SelfTradePrevention.CancelNewest),
            ("cancel-oldest", SelfTradePrevention.CancelOldest),
        ("cancel-both", SelfTradePrevention.CancelBoth), ("decrement", SelfTradePrevention.DecrementAndCancel),
        ("newest", SelfTradePrevention.CancelNewest), ("oldest", SelfTradePrevention.CancelOldest), ("both", SelfTradePrevention.CancelBoth),
        ("decrement-and-cancel", SelfTradePrevention.DecrementAndCancel),
    ];

    public static readonly (string Word, OwnerScope Value)[] Owners =
        [("none", OwnerScope.None), ("account", OwnerScope.Account), ("firm", OwnerScope.Firm), ("strategy", OwnerScope.Strategy)];

    public static readonly (string Word, TradingPhase Value)[] Phases =
    [
        ("pre-open", TradingPhase.PreOpen), ("opening-auction", TradingPhase.OpeningAuction), ("continuous", TradingPhase.Continuous),
        ("volatility-auction", TradingPhase.VolatilityAuction), ("closing-auction", TradingPhase.ClosingAuction), ("halted", TradingPhase.Halted),
        ("closed", TradingPhase.Closed), ("preopen", TradingPhase.PreOpen), ("opening", TradingPhase.OpeningAuction),
        ("volatility", TradingPhase.VolatilityAuction), ("closing", TradingPhase.ClosingAuction), ("halt", TradingPhase.Halted),
        ("openingauction", TradingPhase.OpeningAuction), ("volatilityauction", TradingPhase.VolatilityAuction),
            ("closingauction", TradingPhase.ClosingAuction),
    ];

    /// <summary>Finds what a word means, in any case.</summary>
    public static bool TryFind<T>((string Word, T Value)[] words, string text, out T value)
    {
        foreach ((string word, T meant) in words)
        {
            if (string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
            {
                value = meant;
                return true;
            }
        }

        value = default!;
        return false;
    }

    /// <summary>The word of a value; its number when it has none.</summary>
    public static string Of<T>((string Word, T Value)[] words, T value)
        where T : struct, Enum
    {
        foreach ((string word, T meant) in words)
        {
            if (EqualityComparer<T>.Default.Equals(meant, value))
            {
                return word;
            }
        }

        return value.ToString("D");
    }

    /// <summary>"a, b or c".</summary>
    public static string List(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }
}
