using System.Globalization;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>Commands, events and orders as lines that a person can read.</summary>
internal static class MatchText
{
    public static string Of(MatchCommand command) => command.Kind switch
    {
        CommandKind.Submit => $"submit {Of(command.Order)}",
        CommandKind.Cancel => $"cancel #{command.OrderId}",
        CommandKind.Reduce => $"reduce #{command.OrderId} by {command.Lots.Lots}",
        CommandKind.Replace => $"replace {Of(command.Change)}",
        CommandKind.MassCancel => $"mass cancel {Of(command.Filter)}",
        CommandKind.Cross => $"cross of #{command.Pair.BuyId} and #{command.Pair.SellId}: {command.Pair.Quantity.Lots} at {command.Pair.Price.Ticks}",
        CommandKind.List => $"list {Of(command.Filter)}",
        CommandKind.SetPhase => $"phase of {command.InstrumentId}: {command.Phase}{(command.CancelsForbidden ? ", cancels forbidden" : "")}",
        CommandKind.AdvanceTime => $"time {command.TimeNs}",
        _ => $"terms of {command.InstrumentId}: {Of(command.Terms)}",
    };

    private static string Of(MassCancelFilter filter) =>
        $"session {filter.Session} account {filter.Account} instrument {filter.InstrumentId} side {filter.Side}";

    public static string Of(in MatchOrder o)
    {
        Line line = new($"#{o.OrderId} {o.Side} {o.Quantity.Lots} of {o.InstrumentId}: {o.Type} {o.TimeInForce}");
        line.Add("at", o.Price.Ticks);
        line.Add(o.Type is OrderType.Stop or OrderType.StopLimit || o.StopPrice.Ticks != 0 ? $"stop {o.StopPrice.Ticks}" : "");
        line.Add("offset", o.OffsetTicks);
        line.Add("display", o.DisplayQuantity.Lots);
        line.Add("minimum", o.MinimumQuantity.Lots);
        line.Add("expires", o.ExpireTimeNs);
        line.Add(o.Flags == 0 ? "" : $"[{o.Flags}]");
        line.Add(o.Peg == 0 ? "" : $"peg {o.Peg}");
        line.Add(o.SelfTrade == 0 ? "" : $"prevention {o.SelfTrade}");
        line.Add($"account {o.Account} firm {o.Firm} strategy {o.Strategy} session {o.Session} tag {o.Tag}");
        return line.ToString();
    }

    public static string Of(in MatchEvent e)
    {
        Line line = new($"{e.Type}");
        line.Add("#", (long)e.OrderId);
        line.Add(e.Type is MatchEventType.LevelChanged or >= MatchEventType.OrderAdded ? "delta" : "with #", (long)e.RestingOrderId);
        line.Add(e.Side == 0 ? "" : $"{e.Side}");
        line.Add($"at {e.Price.Ticks} quantity {e.Quantity.Lots} leaves {e.Leaves.Lots}");
        line.Add("resting leaves", e.RestingLeaves.Lots);
        line.Add(e.Reason == 0 ? "" : $"reason {e.Reason}");
        line.Add(e.Phase == 0 ? "" : $"phase {e.Phase}");
        line.Add($"instrument {e.InstrumentId} tag {e.Tag}/{e.RestingTag}");
        return line.ToString();
    }

    public static string Of(InstrumentTerms terms)
    {
        Line line = new($"{terms.Phase}");
        line.Add(terms.ReferencePrice is Price price ? $"reference {price.Ticks}" : "");
        line.Add(terms.LowestPrice is Price low ? $"lowest {low.Ticks}" : "");
        line.Add(terms.HighestPrice is Price high ? $"highest {high.Ticks}" : "");
        line.Add(string.Join(", ", terms.TickTable.Select(step => $"from {step.FromTicks} by {step.StepTicks}")));
        line.Add("static band", terms.StaticBandBasisPoints);
        line.Add("dynamic band", terms.DynamicBandBasisPoints);
        line.Add("interruption", terms.InterruptionNs);
        line.Add(terms.Rules == new VenueRules()
            ? ""
            : $"owner {terms.Rules.Owner}, {terms.Rules.SelfTrade}, hidden rests {terms.Rules.CancelHiddenRests}, " +
            $"improvement {terms.Rules.HiddenImprovement}, per trade {terms.Rules.MinimumPerTrade}, " +
            $"market with best {terms.Rules.MarketWithBest}, stops by arrival {terms.Rules.StopsByArrival}");
        return line.ToString();
    }

    /// <summary>The values in which two orders differ.</summary>
    public static string Differences(RestingOrder order, RestingOrder wanted) => string.Join("; ", typeof(RestingOrder).GetFields()
        .Where(field => !Equals(field.GetValue(order), field.GetValue(wanted)))
        .Select(field => $"{field.Name} {field.GetValue(order)}, expected {field.GetValue(wanted)}"));

    private static string Of(in MatchReplace r)
    {
        Line line = new($"#{r.OrderId} [{r.Fields}]");
        line.Add("at", r.Price.Ticks);
        line.Add("leaves", r.Leaves.Lots);
        line.Add("stop", r.StopPrice.Ticks);
        line.Add("offset", r.OffsetTicks);
        line.Add("display", r.DisplayQuantity.Lots);
        line.Add("minimum", r.MinimumQuantity.Lots);
        line.Add("expires", r.ExpireTimeNs);
        return line.ToString();
    }

    // Words with what is 0 or empty left out.
    private sealed class Line(string first)
    {
        private string _text = first;

        public void Add(string words) => _text += words.Length == 0 ? "" : " " + words;

        public void Add(string name, long value) => Add(value == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{name} {value}"));

        public override string ToString() => _text;
    }
}
