using System.Globalization;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>Events and orders in words, one line each.</summary>
internal static class FactText
{
    /// <summary>What happened, without its kind.</summary>
    public static string Of(MatchFact fact)
    {
        string reason = fact.Reason == RejectReason.None ? "" : $"  {fact.Reason}";
        string side = fact.Side is { } given ? ScriptWords.Of(ScriptWords.Sides, given) : "";
        string price = fact is { Price: { } at, Instrument: { } priced } ? $" @ {priced.PriceText(at)}" : "";
        string quantity = Quantity(fact, fact.Quantity);
        string leaves = $"leaves {Quantity(fact, fact.Leaves)}";
        return fact.Type switch
        {
            MatchEventType.Accepted => $"{fact.Order}  {side} {quantity}{price}",
            MatchEventType.Rejected => $"{fact.Order}{reason}",
            MatchEventType.Trade => $"{quantity}{price}  buy {fact.BuyOrder} (leaves {Quantity(fact, fact.BuyLeaves)}), " +
                $"sell {fact.SellOrder} (leaves {Quantity(fact, fact.SellLeaves)}){(side.Length > 0 ? $", aggressor {side}" : "")}",
            MatchEventType.Cancelled => $"{fact.Order}  {side} {quantity}{price}, {leaves}{reason}",
            MatchEventType.Replaced => $"{fact.Order}  {side} {quantity}{price}",
            MatchEventType.LevelChanged => fact.Quantity == 0
                ? $"{side}{price}  gone"
                : $"{side}{price}  {quantity} in {Count(fact.OrderCount, "order")}",
            MatchEventType.Triggered => $"{fact.Order}  {side} {leaves[7..]}{price}",
            MatchEventType.Restated => $"{fact.Order}  {side}{price}, shows {quantity}, {leaves}{reason}",
            MatchEventType.PhaseChanged => $"{ScriptWords.Of(ScriptWords.Phases, fact.Phase)}{(fact.CancelsForbidden ? ", no cancels" : "")}{reason}",
            MatchEventType.Indicative => fact.Price is null ? "none" : $"{quantity}{price}, surplus {Quantity(fact, fact.Leaves)}",
            _ => $"{fact.Order}  {side} {quantity}{price}",
        };
    }

    /// <summary>An order as it lies in the book, is parked, or waits as a stop.</summary>
    public static string Of(in RestingOrder order, ScriptInstrument instrument, ScriptNames names)
    {
        List<string> words = [names.OrderName(order.OrderId), ScriptWords.Of(ScriptWords.Sides, order.Side), instrument.QuantityText(order.Leaves),
            ScriptWords.Of(ScriptWords.Types, order.Type)];
        switch (order.Type)
        {
            case OrderType.Stop:
                words.Add(instrument.PriceText(order.StopPrice));
                break;
            case OrderType.StopLimit:
                words.Add($"{instrument.PriceText(order.StopPrice)} @ {instrument.PriceText(order.Price)}");
                break;
            case OrderType.TrailingStop:
                words.Add($"{instrument.PriceText(new(order.OffsetTicks))} stop {instrument.PriceText(order.StopPrice)}");
                break;
            case OrderType.Pegged:
                string limit = order.Flags.HasFlag(OrderFlags.HasLimit) ? $" limit {instrument.PriceText(order.LimitPrice)}" : "";
                words.Add($"{ScriptWords.Of(ScriptWords.Pegs, order.Peg)} offset {instrument.PriceText(new(order.OffsetTicks))}{limit}");
                break;
            case OrderType.Market:
                break;
            default:
                words.Add($"@ {instrument.PriceText(order.Price)}");
                break;
        }

        if (order.TimeInForce != TimeInForce.Day)
        {
            string expiry = order.TimeInForce == TimeInForce.GoodTillTime
                ? $" {ScriptTime.Format(order.ExpireTimeNs, instrument.Profile.UtcOffset)}"
                : "";
            words.Add(ScriptWords.Of(ScriptWords.Times, order.TimeInForce) + expiry);
        }

        string marks = Marks(in order, instrument);
        return string.Join(' ', words) + (marks.Length > 0 ? $" ({marks})" : "");
    }

    /// <summary>What is not plain about an order in a queue: iceberg, hidden, its minimum.</summary>
    public static string Marks(in RestingOrder order, ScriptInstrument instrument)
    {
        List<string> marks = [];
        if (order.DisplayQuantity.Lots > 0)
        {
            marks.Add($"iceberg, shows {instrument.QuantityText(order.Shown)}");
        }

        if (order.Flags.HasFlag(OrderFlags.AllOrNone))
        {
            marks.Add("all or none");
        }
        else if (order.Flags.HasFlag(OrderFlags.Hidden)
            || (order.Place == OrderPlace.Queue && order.Type == OrderType.Pegged && order.Shown.Lots == 0))
        {
            marks.Add("hidden");
        }

        if (order.MinimumQuantity.Lots > 0)
        {
            marks.Add($"min {instrument.QuantityText(order.MinimumQuantity)}");
        }

        if (order.Type == OrderType.Pegged && order.Place == OrderPlace.Queue)
        {
            marks.Add($"peg {ScriptWords.Of(ScriptWords.Pegs, order.Peg)}");
        }

        return string.Join(", ", marks);
    }

    private static string Quantity(MatchFact fact, long lots) => fact.Instrument?.QuantityText(lots) ?? lots.ToString(CultureInfo.InvariantCulture);

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
