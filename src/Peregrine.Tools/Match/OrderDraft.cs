using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>A new order while its attributes are read, in any order. What does not go together is left to the engine to refuse,
/// save what has no meaning at all.</summary>
internal sealed class OrderDraft(ScriptInstrument instrument)
{
    /// <summary>What is known so far.</summary>
    public MatchOrder Order = new() { InstrumentId = instrument.Id, Account = -1, Firm = -1, Strategy = -1 };
    private Price? _price;
    private string? _typeWord;
    private string? _timeWord;

    public ScriptInstrument Instrument => instrument;

    public string? Name { get; set; }

    /// <summary>The word limit was there.</summary>
    public bool IsLimit { get; set; }

    /// <summary>An offset was there.</summary>
    public bool HasOffset { get; set; }

    public void SetPrice(string text) => _price = _price is null
        ? instrument.ParsePrice(text)
        : throw new ScriptFault($"found a second price '{text}', expected one");

    public void SetType(OrderType type, string word)
    {
        if (_typeWord is not null)
        {
            throw new ScriptFault($"found '{word}' after '{_typeWord}', expected one type of order");
        }

        (_typeWord, Order.Type) = (word, type);
    }

    public void SetTime(TimeInForce timeInForce, string word)
    {
        if (_timeWord is not null)
        {
            throw new ScriptFault($"found '{word}' after '{_timeWord}', expected one time in force");
        }

        (_timeWord, Order.TimeInForce) = (word, timeInForce);
    }

    /// <summary>The whole order.</summary>
    /// <exception cref="ScriptFault">A price is missing, or is one too many.</exception>
    public MatchOrder Finish()
    {
        if (_timeWord is null)
        {
            Order.TimeInForce = TimeInForce.Day;
        }

        if (HasOffset && Order.Type != OrderType.Pegged)
        {
            throw new ScriptFault("found 'offset' on an order that is not pegged, expected it with peg best or peg mid");
        }

        switch (Order.Type)
        {
            case 0:
                Order.Type = OrderType.Limit;
                break;
            case OrderType.Stop when _price is not null:
                Order.Type = OrderType.StopLimit;
                break;
            case OrderType.Pegged when _price is not null:
                Order.Flags |= OrderFlags.HasLimit;
                break;
            default:
                break;
        }

        bool needsPrice = OrderTypes.Has(Order.Type, OrderTraits.Price);
        bool takesPrice = needsPrice || OrderTypes.Has(Order.Type, OrderTraits.Peg);
        if (needsPrice && _price is null)
        {
            throw new ScriptFault("the line ends without a price, expected @ PRICE, or a type without one such as market");
        }

        if (!takesPrice && (_price is not null || IsLimit))
        {
            throw new ScriptFault($"found a limit with '{_typeWord}', expected none; leave it out");
        }

        Order.Price = _price ?? default;
        return Order;
    }
}
