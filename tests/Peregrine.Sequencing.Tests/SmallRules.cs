using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>Rules with one instrument and two accounts.</summary>
internal static class SmallRules
{
    public static TradingRules Rules(long maxQuantity = 1_000) => new(
        [new Instrument(0, "TEST", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(10_000) }],
        [new Account(0, "A", new AccountLimits(maxQuantity, 10_000_000, 1_000)),
        new Account(1, "B", new AccountLimits(maxQuantity, 10_000_000, 1_000))]);
}
