using Peregrine.Oracles.Matching;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Trading.Tests.Matching.Contract;

public sealed class SlowMatchingContractTests : MatchingContract
{
    protected override IMatchingEngine Create(int orderCapacity) => new SlowMatchingEngine(orderCapacity);
}

public sealed class FastMatchingContractTests : MatchingContract
{
    protected override IMatchingEngine Create(int orderCapacity) => new MatchingEngine(orderCapacity);
}

public sealed class ShardedMatchingContractTests : MatchingContract
{
    protected override IMatchingEngine Create(int orderCapacity) =>
        new ShardedEngine(new ShardingOptions { Shards = 3, OrderCapacity = orderCapacity });
}
