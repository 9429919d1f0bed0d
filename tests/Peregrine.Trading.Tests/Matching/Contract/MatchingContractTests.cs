using Peregrine.Oracles.Matching;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching.Contract;

public sealed class SlowMatchingContractTests : MatchingContract
{
    protected override IMatchingEngine Create(int orderCapacity) => new SlowMatchingEngine(orderCapacity);
}

public sealed class FastMatchingContractTests : MatchingContract
{
    protected override IMatchingEngine Create(int orderCapacity) => new MatchingEngine(orderCapacity);
}
