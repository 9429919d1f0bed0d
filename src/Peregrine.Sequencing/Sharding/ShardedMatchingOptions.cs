using System.Numerics;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Sequencing.Sharding;

/// <summary>Everything that <see cref="ShardedMatching"/> needs.</summary>
public sealed record ShardedMatchingOptions
{
    private const int CoresMax = 1024;

    /// <summary>How many shards, each with a thread; how many orders; how many commands on their way.</summary>
    public ShardingOptions Sharding { get; init; } = new();

    /// <summary>What threads do that have nothing to do: those of the shards, and the owner's in <see cref="ShardedMatching.Take"/>.</summary>
    public WaitStrategy Wait { get; init; } = WaitStrategy.Default;

    /// <summary>Events that a shard may be ahead of the owner, a power of two, 2 or more; at the bound the shard waits.</summary>
    public int EventsMax { get; init; } = 1 << 14;

    /// <summary>The first of so many cores in a row as there are shards, one for each; -1: wherever the system puts them.</summary>
    public int FirstCore { get; init; } = -1;

    /// <summary>Says what is out of range, all of it.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [.. Sharding.Validate()];
        if (EventsMax < 2 || !BitOperations.IsPow2(EventsMax))
        {
            faults.Add($"EventsMax is {EventsMax}, expected a power of two, 2 or more");
        }

        if (FirstCore < -1 || FirstCore > CoresMax - Sharding.Shards)
        {
            faults.Add($"FirstCore is {FirstCore}, expected -1 to {CoresMax - Sharding.Shards}");
        }

        return faults;
    }
}
