using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <content>Expectations.</content>
internal sealed partial class ScriptParser
{
    private static readonly (string Word, MatchEventType Value)[] ExpectedEvents =
    [
        .. MatchFact.Kinds.Where(kind => kind.Value is MatchEventType.Accepted
            or MatchEventType.Rejected or MatchEventType.Trade or MatchEventType.Cancelled
            or MatchEventType.Replaced or MatchEventType.Triggered or MatchEventType.Restated),
    ];

    private static readonly string[] ExpectWords =
        [.. ExpectedEvents.Select(kind => kind.Word), "no", "bids", "asks", "queue", "order", "last", "phase", "indicative", "orders"];

    private static readonly string[] ReasonNames = Enum.GetNames<RejectReason>();

    private Expectation ReadExpectation()
    {
        string word = _line.Take("a kind of expectation");
        if (word.Equals("no", StringComparison.OrdinalIgnoreCase))
        {
            return new EventExpectation(_line.TakeWord([.. ExpectedEvents, ("trades", MatchEventType.Trade)], "a kind of event")) { IsNone = true };
        }

        if (ScriptWords.TryFind(ExpectedEvents, word, out MatchEventType type))
        {
            return ReadExpectedEvent(type);
        }

        switch (word.ToLowerInvariant())
        {
            case "bids" or "asks":
                return ReadExpectedLevels(word.Equals("bids", StringComparison.OrdinalIgnoreCase) ? Side.Buy : Side.Sell);
            case "queue":
                return ReadExpectedQueue();
            case "order":
                return ReadExpectedOrder();
            case "last":
                ScriptInstrument traded = ReadOptionalSymbol();
                return new LastExpectation(traded, ReadOptionalPrice(traded));
            case "phase":
                TradingPhase phase = _line.TakeWord(ScriptWords.Phases, "a phase");
                return new PhaseExpectation(ReadOptionalSymbol(), phase);
            case "indicative":
                return ReadExpectedIndicative();
            case "orders":
                return new CountExpectation(ReadWhole("a number of orders"));
            default:
                throw ScriptLine.Unknown(word, "a kind of expectation", ExpectWords);
        }
    }

    private ScriptInstrument ReadOptionalSymbol() => TryFindSymbol(_line.Next, out _) ? ReadSymbol() : Current;

    private EventExpectation ReadExpectedEvent(MatchEventType type)
    {
        EventExpectation expected = new(type);
        ScriptInstrument instrument = Current;
        bool isTrade = type == MatchEventType.Trade;
        if (!isTrade && _line.Next is { } name && !IsExpectedWord(name))
        {
            expected = expected with { Order = _line.Take("the name of an order") };
            instrument = InstrumentOf(_names.OrderId(expected.Order));
        }
        else if (isTrade)
        {
            instrument = ReadOptionalSymbol();
        }

        while (!_line.IsAtEnd)
        {
            string word = _line.Take("");
            expected = word.ToLowerInvariant() switch
            {
                "@" or "price" => expected with { Price = instrument.ParsePrice(_line.Take("a price")) },
                "quantity" => expected with { Quantity = instrument.ParseQuantity(_line.Take("a quantity")).Lots },
                "leaves" when !isTrade => expected with { Leaves = instrument.ParseQuantity(_line.Take("a quantity")).Lots },
                "reason" => expected with { Reason = ReadReason(_line.Take("a reason")) },
                "buy" when isTrade => expected with { BuyOrder = _line.Take("the name of an order") },
                "sell" when isTrade => expected with { SellOrder = _line.Take("the name of an order") },
                "buy-leaves" when isTrade => expected with { BuyLeaves = instrument.ParseQuantity(_line.Take("a quantity")).Lots },
                "sell-leaves" when isTrade => expected with { SellLeaves = instrument.ParseQuantity(_line.Take("a quantity")).Lots },
                "aggressor" when isTrade => expected with { Aggressor = _line.TryTake("none")
                    ? 0
                    : _line.TakeWord(ScriptWords.Sides, "buy, sell or none") },
                _ when ScriptDecimal.TryParse(word, out _, out _) => expected with { Quantity = instrument.ParseQuantity(word).Lots },
                _ => expected with { Reason = ReadReason(word) },
            };
        }

        return expected;
    }

    private static bool IsExpectedWord(string word) =>
        word is "@" || ReasonNames.Contains(word, StringComparer.OrdinalIgnoreCase)
        || new[] { "price", "quantity", "leaves", "reason" }.Contains(word, StringComparer.OrdinalIgnoreCase);

    private static RejectReason ReadReason(string word) =>
        Array.FindIndex(ReasonNames, name => name.Equals(word, StringComparison.OrdinalIgnoreCase)) is >= 0 and int index
            ? Enum.Parse<RejectReason>(ReasonNames[index])
            : throw ScriptLine.Unknown(word, "a value of the event or a reason of docs/reject-reasons.md",
                [.. ReasonNames, "quantity", "leaves", "price", "buy", "sell", "buy-leaves", "sell-leaves", "aggressor"]);

    private LevelsExpectation ReadExpectedLevels(Side side)
    {
        ScriptInstrument instrument = ReadOptionalSymbol();
        List<(long Lots, Price Price)> levels = [];
        if (!_line.TryTake("none"))
        {
            do
            {
                long lots = instrument.ParseQuantity(_line.Take("QUANTITY @ PRICE, or none")).Lots;
                if (!_line.TryTake("@"))
                {
                    throw new ScriptFault(_line.Next is { } next
                        ? $"found '{next}', expected @ and the price of the level"
                        : "the line ends, expected @ and the price of the level");
                }

                levels.Add((lots, instrument.ParsePrice(_line.Take("a price"))));
            }
            while (!_line.IsAtEnd);
        }

        return new LevelsExpectation(instrument, side, levels);
    }

    private QueueExpectation ReadExpectedQueue()
    {
        ScriptInstrument instrument = ReadOptionalSymbol();
        Side side = _line.TakeWord(ScriptWords.Sides, "buy or sell");
        List<string> orders = [];
        if (!_line.TryTake("none"))
        {
            do
            {
                orders.Add(_line.Take("the names of orders, or none"));
            }
            while (!_line.IsAtEnd);
        }

        return new QueueExpectation(instrument, side, orders);
    }

    private OrderExpectation ReadExpectedOrder()
    {
        ulong id = ReadOrderId();
        ScriptInstrument instrument = InstrumentOf(id);
        OrderExpectation expected = new(id, instrument);
        string[] words = ["gone", "leaves", "shown", "@", "price", "stop", "in"];
        while (!_line.IsAtEnd)
        {
            string word = _line.Take("");
            expected = word.ToLowerInvariant() switch
            {
                "gone" => expected with { IsGone = true },
                "leaves" => expected with { Leaves = instrument.ParseQuantity(_line.Take("a quantity")).Lots },
                "shown" => expected with { Shown = instrument.ParseQuantity(_line.Take("a quantity")).Lots },
                "@" or "price" => expected with { Price = instrument.ParsePrice(_line.Take("a price")) },
                "stop" => expected with { StopPrice = instrument.ParsePrice(_line.Take("a stop price")) },
                "in" => expected with { Place = _line.TakeWord(ScriptState.Places, "queue, stop or parked") },
                _ => throw ScriptLine.Unknown(word, "a value of the order", words),
            };
        }

        return expected;
    }

    private IndicativeExpectation ReadExpectedIndicative()
    {
        ScriptInstrument instrument = ReadOptionalSymbol();
        if (_line.TryTake("none"))
        {
            return new IndicativeExpectation(instrument, 0, default, null);
        }

        long lots = instrument.ParseQuantity(_line.Take("QUANTITY @ PRICE, or none")).Lots;
        Price price = _line.TryTake("@")
            ? instrument.ParsePrice(_line.Take("a price"))
            : throw new ScriptFault("the price is missing, expected QUANTITY @ PRICE");
        long? surplus = _line.TryTake("surplus") ? instrument.ParseQuantity(_line.Take("a quantity")).Lots : null;
        return new IndicativeExpectation(instrument, lots, price, surplus);
    }
}
