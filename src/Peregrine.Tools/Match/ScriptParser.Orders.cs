using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <content>Orders and what changes them.</content>
internal sealed partial class ScriptParser
{
    private static readonly string[] OrderWords =
    [
        "@", "market", "limit", "mtl", "market-to-limit", "stop", "stop-limit", "trailing", "peg", "offset", "day", "gtc", "ioc", "fok", "gtt", "gtd",
            "ato", "opg",
        "atc", "gfa", "display", "iceberg", "hidden", "min", "mes", "aon", "post-only", "account", "firm", "strategy", "session", "stp",
            "id", "price",
    ];

    private static readonly string[] ReplaceWords = ["@", "price", "quantity", "leaves", "stop", "trailing", "display", "min", "mes", "expires"];
    private static readonly string[] FilterWords = ["session", "account", "side", "buy", "sell", "instrument"];

    private void ReadNamedNew()
    {
        string token = _line.Take("the name of the order, or buy or sell");
        if (ScriptWords.TryFind(ScriptWords.Sides, token, out Side side))
        {
            ReadNew(null, side);
            return;
        }

        ReadNew(token, _line.TakeWord(ScriptWords.Sides, "buy or sell"));
    }

    private void ReadNew(string? name, Side side)
    {
        string quantity = _line.Take("a quantity");
        ScriptInstrument instrument = TryFindSymbol(_line.Next, out _) ? ReadSymbol() : Current;
        OrderDraft draft = new(instrument) { Name = name };
        draft.Order.Side = side;
        draft.Order.Quantity = instrument.ParseQuantity(quantity);
        while (!_line.IsAtEnd)
        {
            ReadOrderWord(draft, _line.Take(""));
        }

        MatchOrder order = draft.Finish();
        order.OrderId = _names.OrderId(draft.Name ?? _names.NextOrderName());
        _instrumentOf[order.OrderId] = instrument;
        Do(new NewCommand(_line.Number, _line.Text, order));
    }

    private void ReadOrderWord(OrderDraft draft, string word)
    {
        ScriptInstrument instrument = draft.Instrument;
        ref MatchOrder order = ref draft.Order;
        if (ScriptWords.TryFind(ScriptWords.Times, word, out TimeInForce timeInForce) && timeInForce != TimeInForce.GoodTillTime)
        {
            draft.SetTime(timeInForce, word);
            return;
        }

        switch (word.ToLowerInvariant())
        {
            case "@" or "price":
                draft.SetPrice(_line.Take("a price"));
                break;
            case "limit":
                draft.IsLimit = true;
                if (_line.Next is { } price && ScriptDecimal.TryParse(price, out _, out _))
                {
                    draft.SetPrice(_line.Take("a price"));
                }

                break;
            case "market":
                draft.SetType(OrderType.Market, word);
                break;
            case "mtl" or "market-to-limit":
                draft.SetType(OrderType.MarketToLimit, word);
                break;
            case "stop":
                draft.SetType(OrderType.Stop, word);
                order.StopPrice = instrument.ParsePrice(_line.Take("a stop price"), "a stop price");
                break;
            case "stop-limit":
                draft.SetType(OrderType.StopLimit, word);
                order.StopPrice = instrument.ParsePrice(_line.Take("a stop price"), "a stop price");
                break;
            case "trailing" or "trail":
                draft.SetType(OrderType.TrailingStop, word);
                order.OffsetTicks = instrument.ParsePrice(_line.Take("a distance"), "a distance").Ticks;
                break;
            case "peg" or "pegged":
                draft.SetType(OrderType.Pegged, word);
                order.Peg = _line.TakeWord(ScriptWords.Pegs, "best or mid");
                break;
            case "offset":
                draft.HasOffset = true;
                order.OffsetTicks = instrument.ParsePrice(_line.Take("a distance"), "a distance").Ticks;
                break;
            case "gtt" or "gtd":
                draft.SetTime(TimeInForce.GoodTillTime, word);
                order.ExpireTimeNs = ReadTime(isEndOfDay: word.Equals("gtd", StringComparison.OrdinalIgnoreCase));
                break;
            case "display" or "iceberg" or "show":
                order.DisplayQuantity = instrument.ParseQuantity(_line.Take("a quantity"));
                break;
            case "min" or "mes" or "minimum":
                order.MinimumQuantity = instrument.ParseQuantity(_line.Take("a quantity"));
                break;
            case "hidden":
                order.Flags |= OrderFlags.Hidden;
                break;
            case "aon" or "all-or-none":
                order.Flags |= OrderFlags.AllOrNone;
                break;
            case "post-only" or "post":
                order.Flags |= OrderFlags.PostOnly;
                break;
            case "account":
                order.Account = _names.Owner(_line.Take("an account"));
                break;
            case "firm":
                order.Firm = _names.Owner(_line.Take("a firm"));
                break;
            case "strategy":
                order.Strategy = _names.Owner(_line.Take("a strategy"));
                break;
            case "session":
                order.Session = _names.Owner(_line.Take("a session"));
                break;
            case "stp":
                order.SelfTrade = _line.TakeWord(ScriptWords.SelfTrades, "a mode");
                break;
            case "id" when draft.Name is null:
                draft.Name = _line.Take("the name of the order");
                break;
            default:
                throw ScriptLine.Unknown(word, "an attribute of the order", OrderWords);
        }
    }

    private void ReadReduce()
    {
        ulong id = ReadOrderId();
        _ = _line.TryTake("by");
        Do(new ReduceCommand(_line.Number, _line.Text, id, InstrumentOf(id).ParseQuantity(_line.Take("a quantity"))));
    }

    // Of an order that no line before has made, the engine says so; its decimals are those of the current instrument.
    private ScriptInstrument InstrumentOf(ulong id) => _instrumentOf.TryGetValue(id, out ScriptInstrument? instrument) ? instrument : Current;

    private void ReadReplace()
    {
        MatchReplace replace = new() { OrderId = ReadOrderId() };
        ScriptInstrument instrument = InstrumentOf(replace.OrderId);
        while (!_line.IsAtEnd)
        {
            string word = _line.Take("");
            switch (word.ToLowerInvariant())
            {
                case "@" or "price":
                    replace.Price = instrument.ParsePrice(_line.Take("a price"));
                    replace.Fields |= ReplaceFields.Price;
                    break;
                case "quantity" or "leaves":
                    replace.Leaves = instrument.ParseQuantity(_line.Take("a quantity"));
                    replace.Fields |= ReplaceFields.Leaves;
                    break;
                case "stop":
                    replace.StopPrice = instrument.ParsePrice(_line.Take("a stop price"), "a stop price");
                    replace.Fields |= ReplaceFields.Stop;
                    break;
                case "trailing" or "trail":
                    replace.OffsetTicks = instrument.ParsePrice(_line.Take("a distance"), "a distance").Ticks;
                    replace.Fields |= ReplaceFields.Stop;
                    break;
                case "display" or "iceberg" or "show":
                    replace.DisplayQuantity = instrument.ParseQuantity(_line.Take("a quantity"));
                    replace.Fields |= ReplaceFields.Display;
                    break;
                case "min" or "mes" or "minimum":
                    replace.MinimumQuantity = instrument.ParseQuantity(_line.Take("a quantity"));
                    replace.Fields |= ReplaceFields.Minimum;
                    break;
                case "expires" or "gtt" or "gtd":
                    replace.ExpireTimeNs = ReadTime(isEndOfDay: true);
                    replace.Fields |= ReplaceFields.Expiry;
                    break;
                default:
                    // The quantity may stand alone: replace A 50 @ 10.05
                    replace.Leaves = ScriptDecimal.TryParse(word, out _, out _)
                        ? instrument.ParseQuantity(word)
                        : throw ScriptLine.Unknown(word, "what to replace", ReplaceWords);
                    replace.Fields |= ReplaceFields.Leaves;
                    break;
            }
        }

        Do(new ReplaceCommand(_line.Number, _line.Text, replace));
    }

    private void ReadMassCancel()
    {
        MassCancelFilter filter = new();
        while (!_line.IsAtEnd)
        {
            string word = _line.Take("");
            filter = word.ToLowerInvariant() switch
            {
                "session" => filter with { Session = ReadFilterOwner("a session") },
                "account" => filter with { Account = ReadFilterOwner("an account") },
                "side" => filter with { Side = _line.TakeWord(ScriptWords.Sides, "buy or sell") },
                "instrument" => filter with { InstrumentId = ReadSymbol().Id },
                "all" => filter,
                _ when ScriptWords.TryFind(ScriptWords.Sides, word, out Side side) => filter with { Side = side },
                _ when TryFindSymbol(word, out ScriptInstrument instrument) => filter with { InstrumentId = instrument.Id },
                _ => throw ScriptLine.Unknown(word, "which orders to cancel", FilterWords),
            };
        }

        Do(new MassCancelCommand(_line.Number, _line.Text, filter));
    }

    private void ReadPhase()
    {
        TradingPhase phase = _line.TakeWord(ScriptWords.Phases, "a phase");
        bool cancelsForbidden = _line.TryTake("no-cancel", "no-cancels");
        IReadOnlyList<ScriptInstrument> instruments = ReadInstruments();
        cancelsForbidden |= _line.TryTake("no-cancel", "no-cancels");
        Do(new PhaseCommand(_line.Number, _line.Text, instruments, phase, cancelsForbidden));
    }
}
