using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>Counts what streams of commands made happen, so that a proof cannot become empty unnoticed.</summary>
internal sealed class CommandCoverage
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    // Of orders that came as limit orders.
    private readonly Dictionary<ulong, Price> _prices = [];

    public int Commands { get; private set; }

    /// <summary>Other orders may have the same ids from here on.</summary>
    public void StartPlay() => _prices.Clear();

    /// <summary>Takes in what one command did.</summary>
    public void Add(MatchCommand command, MatchEventBuffer events)
    {
        Commands++;
        Count($"command {command.Kind}");
        if (command.Kind == CommandKind.Submit && command.Order.Type == OrderType.Limit && events.Count > 0
            && events[0].Type == MatchEventType.Accepted)
        {
            _prices[command.Order.OrderId] = command.Order.Price;
        }

        int triggered = 0;
        ulong arriving = command.Kind switch { CommandKind.Submit => command.Order.OrderId, CommandKind.Replace => command.Change.OrderId, _ => 0 };
        foreach (ref readonly MatchEvent match in events.Span)
        {
            bool isRefused = match.Type is MatchEventType.Rejected
                or MatchEventType.Cancelled or MatchEventType.Restated or MatchEventType.PhaseChanged;
            Count(match.Type == MatchEventType.Trade && match.Side == 0
                ? "auction Trade"
                : isRefused ? $"{match.Type} {match.Reason}" : $"{match.Type}");
            triggered += match.Type == MatchEventType.Triggered ? 1 : 0;
            arriving = match.Type == MatchEventType.Triggered || match.Reason == RejectReason.Repriced ? match.OrderId : arriving;
            CountIf("retry", match.Type == MatchEventType.Trade && match.Side != 0 && match.OrderId != arriving);
            if (match.Type is MatchEventType.Replaced)
            {
                _ = _prices.Remove(match.OrderId);
            }

            CountIf("improvement", match.Type == MatchEventType.Trade && match.Side != 0 && _prices.TryGetValue(match.RestingOrderId, out Price price)
                && price != match.Price);
            CountIf("decrement", match.Reason == RejectReason.SelfTrade && match.Leaves.Lots > 0);
            CountIf("time ends an auction", command.Kind == CommandKind.AdvanceTime && match.Type == MatchEventType.PhaseChanged);
        }

        CountIf("cascade", triggered > 1);
    }

    /// <summary>Fails when something that a mix is for happened less than half as often as it usually does.</summary>
    public void AssertReaches(CommandMix mix)
    {
        List<string> missing = [];
        foreach ((string what, int every) in mix.Reaches)
        {
            int least = Math.Max(1, Commands / every / 2);
            if (_counts.GetValueOrDefault(what) < least)
            {
                missing.Add($"{what}: {_counts.GetValueOrDefault(what)}, expected {least}");
            }
        }

        Assert.True(missing.Count == 0, $"mix {mix} proves too little in {Commands} commands: {string.Join("; ", missing)}\n{this}");
    }

    public override string ToString() => string.Join("\n", _counts.Select(c => $"{c.Value,9} {c.Key}"));

    private void CountIf(string what, bool condition)
    {
        if (condition)
        {
            Count(what);
        }
    }

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;
}
