namespace Peregrine.Trading.Tests.Matching;

/// <summary>What a random stream of commands is made of. Weights are relative, chances are in percent.</summary>
public sealed record CommandMix(string Name)
{
    /// <summary>How many orders the engine may hold.</summary>
    public int Capacity { get; init; } = 64;

    /// <summary>From how many orders on most commands are cancels; keeps the slow engine quick.</summary>
    public int Crowd { get; init; } = 26;
    public int InstrumentsMax { get; init; } = 2;
    public int[] Spans { get; init; } = [3, 8, 30];
    public long[] Centres { get; init; } = [1_000, 0, -700, 250_000];
    public int LotsMax { get; init; } = 20;

    /// <summary>Chance that a price is far from all others, up to the ends of what the engine takes, or a quantity as large as it takes.</summary>
    public int Far { get; init; }

    public int Submits { get; init; } = 55;
    public int Cancels { get; init; } = 14;
    public int Reduces { get; init; } = 6;
    public int Replaces { get; init; } = 14;
    public int MassCancels { get; init; }
    public int Phases { get; init; }
    public int Times { get; init; }
    public int TermChanges { get; init; }

    public (OrderType Value, int Weight)[] Types { get; init; } = [(OrderType.Limit, 80), (OrderType.Market, 8), (OrderType.MarketToLimit, 4)];
    public (TimeInForce Value, int Weight)[] TimesInForce { get; init; } =
        [(TimeInForce.Day, 50), (TimeInForce.GoodTillCancel, 10), (TimeInForce.ImmediateOrCancel, 10), (TimeInForce.FillOrKill, 8)];
    public (TradingPhase Value, int Weight)[] PhaseWeights { get; init; } = [(TradingPhase.Continuous, 1)];

    public int Hidden { get; init; }
    public int AllOrNone { get; init; }
    public int PostOnly { get; init; }
    public int Iceberg { get; init; }
    public int Minimum { get; init; }

    /// <summary>How many accounts, firms and strategies there are; some orders are nobody's.</summary>
    public int Owners { get; init; } = 12;

    /// <summary>Chance that an order names a mode of self-trade prevention.</summary>
    public int Prevention { get; init; } = 5;

    /// <summary>Chance that a command is made without care, and that a value of it is one at a boundary or an impossible one.</summary>
    public int Careless { get; init; } = 2;
    public bool HasBands { get; init; }
    public bool HasLimits { get; init; }
    public bool HasRules { get; init; }

    /// <summary>Chance that a venue's rules improve the price of hidden orders.</summary>
    public int Improvement { get; init; } = 30;

    /// <summary>Whether some venues' rules ask for a minimum of each single trade.</summary>
    public bool LooksAtSingleTrades { get; init; } = true;

    /// <summary>What the mix must make happen, or it proves nothing, and about how many commands there are to each time.</summary>
    public (string What, int Every)[] Reaches { get; init; } = [];

    public override string ToString() => Name;
}
