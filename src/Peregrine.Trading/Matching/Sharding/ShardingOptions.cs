namespace Peregrine.Trading.Matching.Sharding;

/// <summary>How matching is divided.</summary>
public sealed record ShardingOptions
{
    /// <summary>Largest number of shards.</summary>
    public const int ShardsMax = 64;

    /// <summary>Largest number of commands on their way.</summary>
    public const int InFlightMaxMax = 1 << 20;

    /// <summary>How many shards there are, 1 to <see cref="ShardsMax"/>. Decides nothing but how fast it goes.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>How many orders can rest or be parked at once in all shards together, 1 to <see cref="MatchingEngine.OrderCapacityMax"/>. Each shard
    /// has room for so many, as all may be its own.</summary>
    public int OrderCapacity { get; init; } = 1 << 16;

    /// <summary>How many commands may be on their way to shards and back, 1 to <see cref="InFlightMaxMax"/>.</summary>
    public int InFlightMax { get; init; } = 1024;

    /// <summary>As <see cref="MatchingEngine.EmitsOrderDeltas"/>.</summary>
    public bool EmitsOrderDeltas { get; init; }

    /// <summary>Says what is out of range, all of it.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        AddFault(faults, nameof(Shards), Shards, ShardsMax);
        AddFault(faults, nameof(OrderCapacity), OrderCapacity, MatchingEngine.OrderCapacityMax);
        AddFault(faults, nameof(InFlightMax), InFlightMax, InFlightMaxMax);
        return faults;
    }

    private static void AddFault(List<string> faults, string name, int value, int max)
    {
        if (value < 1 || value > max)
        {
            faults.Add($"{name} is {value}, expected 1 to {max}");
        }
    }
}
