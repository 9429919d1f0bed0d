using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>What a line expects, of the events of the last command or of what the books hold now.</summary>
internal abstract record Expectation
{
    /// <summary>Holds it against what is.</summary>
    /// <returns>Null when it is met; else what was found.</returns>
    public abstract string? Check(ScriptState state);
}

/// <summary>The next event of a kind, in order, has these values; a null one is not looked at.</summary>
internal sealed record EventExpectation(MatchEventType Type) : Expectation
{
    public string? Order { get; init; }

    public string? BuyOrder { get; init; }

    public string? SellOrder { get; init; }

    public Price? Price { get; init; }

    public long? Quantity { get; init; }

    public long? Leaves { get; init; }

    /// <summary>Of a trade, what the buy has left.</summary>
    public long? BuyLeaves { get; init; }

    /// <summary>Of a trade, what the sell has left.</summary>
    public long? SellLeaves { get; init; }

    public RejectReason? Reason { get; init; }

    /// <summary>0 is nobody.</summary>
    public Side? Aggressor { get; init; }

    /// <summary>There is no further event of the kind.</summary>
    public bool IsNone { get; init; }

    /// <inheritdoc/>
    public override string? Check(ScriptState state)
    {
        MatchFact? fact = state.TakeNext(Type);
        string word = ScriptWords.Of(MatchFact.Kinds, Type);
        return fact is null ? IsNone ? null : $"no {(state.Taken(Type) > 0 ? "further " : "")}{word}"
            : !IsNone && Matches(fact) ? null
            : $"{word} {FactText.Of(fact)}";
    }

    private bool Matches(MatchFact fact) =>
        (Order is null || Order == fact.Order) && (BuyOrder is null || BuyOrder == fact.BuyOrder)
        && (SellOrder is null || SellOrder == fact.SellOrder)
        && (Price is null || Price == fact.Price) && (Quantity is null || Quantity == fact.Quantity) && (Leaves is null || Leaves == fact.Leaves)
        && (BuyLeaves is null || BuyLeaves == fact.BuyLeaves) && (SellLeaves is null || SellLeaves == fact.SellLeaves)
        && (Reason is null || Reason == fact.Reason) && (Aggressor is null || Aggressor == (fact.Side ?? 0));
}

/// <summary>The shown levels of a side, all of them, best first.</summary>
internal sealed record LevelsExpectation(ScriptInstrument Instrument, Side Side, IReadOnlyList<(long Lots, Price Price)> Levels) : Expectation
{
    /// <inheritdoc/>
    public override string? Check(ScriptState state)
    {
        BookPicture book = state.Picture(Instrument);
        IReadOnlyList<BookLevel> found = Side == Side.Buy ? book.Bids : book.Asks;
        return found.Select(level => (level.Quantity.Lots, level.Price)).SequenceEqual(Levels) ? null
            : found.Count == 0 ? "none"
            : string.Join(", ", found.Select(level => $"{Instrument.QuantityText(level.Quantity)} @ {Instrument.PriceText(level.Price)}"));
    }
}

/// <summary>The orders of a side's queues, all of them, in the order in which they would trade.</summary>
internal sealed record QueueExpectation(ScriptInstrument Instrument, Side Side, IReadOnlyList<string> Orders) : Expectation
{
    /// <inheritdoc/>
    public override string? Check(ScriptState state)
    {
        BookPicture book = state.Picture(Instrument);
        string[] found = [.. book.QueueOf(Side).Select(order => book.Names.OrderName(order.OrderId))];
        return found.SequenceEqual(Orders) ? null : found.Length == 0 ? "none" : string.Join(' ', found);
    }
}

/// <summary>An order that rests or is parked, with these values; or none.</summary>
internal sealed record OrderExpectation(ulong OrderId, ScriptInstrument Instrument) : Expectation
{
    public bool IsGone { get; init; }

    public long? Leaves { get; init; }

    public long? Shown { get; init; }

    public Price? Price { get; init; }

    public Price? StopPrice { get; init; }

    public OrderPlace? Place { get; init; }

    /// <inheritdoc/>
    public override string? Check(ScriptState state)
    {
        if (!state.Engine.TryGetOrder(OrderId, out RestingOrder order))
        {
            return IsGone ? null : "no such order";
        }

        bool isMet = !IsGone && (Leaves is null || Leaves == order.Leaves.Lots) && (Shown is null || Shown == order.Shown.Lots)
            && (Price is null || Price == order.Price)
            && (StopPrice is null || StopPrice == order.StopPrice) && (Place is null || Place == order.Place);
        return isMet ? null : $"{FactText.Of(in order, Instrument, state.Names)}, shown {Instrument.QuantityText(order.Shown)}, " +
            $"{ScriptWords.Of(ScriptState.Places, order.Place)}";
    }
}

/// <summary>The price of the last trade.</summary>
internal sealed record LastExpectation(ScriptInstrument Instrument, Price? Price) : Expectation
{
    /// <inheritdoc/>
    public override string? Check(ScriptState state)
    {
        Price? last = state.Engine.TryGetLastTrade(Instrument.Id, out Price found) ? found : null;
        return last == Price ? null : last is { } other ? Instrument.PriceText(other) : "none";
    }
}

internal sealed record PhaseExpectation(ScriptInstrument Instrument, TradingPhase Phase) : Expectation
{
    /// <inheritdoc/>
    public override string? Check(ScriptState state) => state.Engine.GetPhase(Instrument.Id) is { } found && found == Phase
        ? null
        : ScriptWords.Of(ScriptWords.Phases, found);
}

/// <summary>What an auction would do now; a volume of 0 is nothing.</summary>
internal sealed record IndicativeExpectation(ScriptInstrument Instrument, long Lots, Price Price, long? Surplus) : Expectation
{
    /// <inheritdoc/>
    public override string? Check(ScriptState state)
    {
        IndicativePrice found = state.Engine.GetIndicative(Instrument.Id);
        bool isMet = found.Volume.Lots == Lots && (Lots == 0 || found.Price == Price) && (Surplus is null || found.Surplus == Surplus);
        return isMet ? null : found.Volume.Lots == 0 ? "none"
            : $"{Instrument.QuantityText(found.Volume)} @ {Instrument.PriceText(found.Price)}, surplus {Instrument.QuantityText(found.Surplus)}";
    }
}

/// <summary>How many orders rest or are parked, in all books.</summary>
internal sealed record CountExpectation(long Count) : Expectation
{
    /// <inheritdoc/>
    public override string? Check(ScriptState state) => state.Engine.OrderCount == Count ? null : $"{state.Engine.OrderCount}";
}
