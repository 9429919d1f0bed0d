using System.Text.Json;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>A play for programs: one JSON object a line. docs/match-script.md lists every member; they only ever become more.</summary>
internal sealed class MatchJsonOutput(TextWriter output, MatchParts parts) : IMatchOutput
{
    private readonly JsonLine _line = new(output);

    /// <inheritdoc/>
    public void OnCommand(ScriptCommand command)
    {
    }

    /// <inheritdoc/>
    public void OnEvent(MatchFact fact)
    {
        if (parts.Events)
        {
            _line.Write(json => Write(json, fact));
        }
    }

    /// <inheritdoc/>
    public void OnBook(BookPicture book, int line)
    {
        if (line == 0 ? parts.Books : parts.Events)
        {
            _line.Write(json => Write(json, book, line));
            WriteOrders(book, line);
        }
    }

    /// <inheritdoc/>
    public void OnOrders(BookPicture book, int line)
    {
        if (parts.Events)
        {
            WriteOrders(book, line);
        }
    }

    /// <inheritdoc/>
    public void OnExpectation(ExpectCommand command, string? found) => _line.Write(json =>
    {
        json.WriteString("type", "expectation");
        json.WriteNumber("line", command.Line);
        json.WriteString("text", command.Text);
        json.WriteBoolean("met", found is null);
        json.WriteWord("found", found);
    });

    /// <inheritdoc/>
    public void OnEnd(int met, int notMet)
    {
    }

    private static string? Word(RejectReason reason) => reason == RejectReason.None ? null : reason.ToString();

    private static void Write(Utf8JsonWriter json, MatchFact fact)
    {
        ScriptInstrument? instrument = fact.Instrument;
        json.WriteString("type", fact.Kind);
        json.WriteNumber("line", fact.Line);
        json.WriteWord("time", fact.TimeNs is { } timeNs ? ScriptTime.Format(timeNs, instrument?.Profile.UtcOffset ?? TimeSpan.Zero) : null);
        json.WriteWord("instrument", instrument?.Symbol);
        string? side = fact.Side is { } given ? ScriptWords.Of(ScriptWords.Sides, given) : null;
        switch (fact.Type)
        {
            case MatchEventType.Trade:
                json.WritePrice("price", instrument, fact.Price);
                json.WriteQuantity("quantity", instrument, fact.Quantity);
                json.WriteWord("buyOrder", fact.BuyOrder);
                json.WriteWord("sellOrder", fact.SellOrder);
                json.WriteQuantity("buyLeaves", instrument, fact.BuyLeaves);
                json.WriteQuantity("sellLeaves", instrument, fact.SellLeaves);
                json.WriteWord("aggressor", side);
                break;
            case MatchEventType.LevelChanged:
                json.WriteWord("side", side);
                json.WritePrice("price", instrument, fact.Price);
                json.WriteQuantity("quantity", instrument, fact.Quantity);
                json.WriteNumber("orders", fact.OrderCount);
                json.WriteNumber("sequence", fact.Sequence);
                break;
            case MatchEventType.OrderAdded or MatchEventType.OrderChanged or MatchEventType.OrderRemoved:
                json.WriteWord("order", fact.Order);
                json.WriteWord("side", side);
                json.WritePrice("price", instrument, fact.Price);
                json.WriteQuantity("quantity", instrument, fact.Quantity);
                json.WriteNumber("sequence", fact.Sequence);
                break;
            case MatchEventType.PhaseChanged:
                json.WriteWord("phase", ScriptWords.Of(ScriptWords.Phases, fact.Phase));
                json.WriteBoolean("cancelsForbidden", fact.CancelsForbidden);
                json.WriteWord("reason", Word(fact.Reason));
                break;
            case MatchEventType.Indicative:
                json.WritePrice("price", instrument, fact.Price);
                json.WriteQuantity("quantity", instrument, fact.Quantity);
                json.WriteQuantity("surplus", instrument, fact.Leaves);
                break;
            default:
                json.WriteWord("order", fact.Order);
                json.WriteWord("side", side);
                json.WritePrice("price", instrument, fact.Price);
                json.WriteQuantity("quantity", instrument, fact.Quantity);
                json.WriteQuantity("leaves", instrument, fact.Leaves);
                json.WriteWord("reason", Word(fact.Reason));
                break;
        }
    }

    private static void WriteLine(Utf8JsonWriter json, int line)
    {
        json.WritePropertyName("line");
        if (line == 0)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteNumberValue(line);
        }
    }

    private static void Write(Utf8JsonWriter json, BookPicture book, int line)
    {
        ScriptInstrument instrument = book.Instrument;
        json.WriteString("type", "book");
        WriteLine(json, line);
        json.WriteString("instrument", instrument.Symbol);
        json.WriteString("phase", ScriptWords.Of(ScriptWords.Phases, book.Phase));
        json.WriteBoolean("cancelsForbidden", book.CancelsForbidden);
        json.WritePrice("lastTrade", instrument, book.LastTrade);
        json.WritePropertyName("indicative");
        if (book.Indicative is { Volume.Lots: > 0 } auction)
        {
            json.WriteStartObject();
            json.WritePrice("price", instrument, auction.Price);
            json.WriteQuantity("quantity", instrument, auction.Volume.Lots);
            json.WriteQuantity("surplus", instrument, auction.Surplus);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        WriteLevels(json, "bids", instrument, book.Bids);
        WriteLevels(json, "asks", instrument, book.Asks);
    }

    private static void WriteLevels(Utf8JsonWriter json, string name, ScriptInstrument instrument, IReadOnlyList<BookLevel> levels)
    {
        json.WriteStartArray(name);
        foreach (BookLevel level in levels)
        {
            json.WriteStartObject();
            json.WritePrice("price", instrument, level.Price);
            json.WriteQuantity("quantity", instrument, level.Quantity.Lots);
            json.WriteNumber("orders", level.OrderCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteOrders(BookPicture book, int line)
    {
        foreach (Side side in (Side[])[Side.Buy, Side.Sell])
        {
            int position = 0;
            foreach (RestingOrder order in book.QueueOf(side))
            {
                position++;
                _line.Write(json => Write(json, book, in order, line, position));
            }
        }

        foreach (RestingOrder order in book.Stops.Concat(book.Parked))
        {
            _line.Write(json => Write(json, book, in order, line, null));
        }
    }

    private static void Write(Utf8JsonWriter json, BookPicture book, in RestingOrder order, int line, int? position)
    {
        ScriptInstrument instrument = book.Instrument;
        bool hasStop = OrderTypes.Has(order.Type, OrderTraits.Stop);
        json.WriteString("type", "order");
        WriteLine(json, line);
        json.WriteString("instrument", instrument.Symbol);
        json.WriteString("order", book.Names.OrderName(order.OrderId));
        json.WriteString("side", ScriptWords.Of(ScriptWords.Sides, order.Side));
        json.WriteString("place", ScriptWords.Of(ScriptState.Places, order.Place));
        json.WritePropertyName("position");
        json.WriteRawValue(position is { } number ? $"{number}" : "null");
        json.WriteString("orderType", ScriptWords.Of(ScriptWords.Types, order.Type));
        json.WriteString("timeInForce", ScriptWords.Of(ScriptWords.Times, order.TimeInForce));
        json.WritePrice("price", instrument, order.Type is OrderType.Market or OrderType.Stop or OrderType.TrailingStop ? null : order.Price);
        json.WriteQuantity("leaves", instrument, order.Leaves.Lots);
        json.WriteQuantity("shown", instrument, order.Shown.Lots);
        json.WriteQuantity("display", instrument, NullWhenZero(order.DisplayQuantity.Lots));
        json.WriteQuantity("minimum", instrument, NullWhenZero(order.MinimumQuantity.Lots));
        json.WritePrice("stopPrice", instrument, hasStop ? order.StopPrice : null);
        json.WritePrice("trail", instrument, order.Type == OrderType.TrailingStop ? new Price(order.OffsetTicks) : null);
        json.WriteWord("peg", order.Type == OrderType.Pegged ? ScriptWords.Of(ScriptWords.Pegs, order.Peg) : null);
        json.WritePrice("offset", instrument, order.Type == OrderType.Pegged ? new Price(order.OffsetTicks) : null);
        json.WritePrice("limit", instrument, order.Type == OrderType.Pegged && order.Flags.HasFlag(OrderFlags.HasLimit) ? order.LimitPrice : null);
        json.WriteWord("expires", order.TimeInForce == TimeInForce.GoodTillTime
            ? ScriptTime.Format(order.ExpireTimeNs, instrument.Profile.UtcOffset)
            : null);
        json.WriteBoolean("hidden", order.Flags.HasFlag(OrderFlags.Hidden));
        json.WriteBoolean("allOrNone", order.Flags.HasFlag(OrderFlags.AllOrNone));
        json.WriteBoolean("postOnly", order.Flags.HasFlag(OrderFlags.PostOnly));
        json.WriteString("selfTrade", ScriptWords.Of(ScriptWords.SelfTrades, order.SelfTrade));
        json.WriteWord("account", book.Names.OwnerName(order.Account));
        json.WriteWord("firm", book.Names.OwnerName(order.Firm));
        json.WriteWord("strategy", book.Names.OwnerName(order.Strategy));
        json.WriteWord("session", book.Names.OwnerName(order.Session));
    }

    private static long? NullWhenZero(long lots) => lots == 0 ? null : lots;
}
