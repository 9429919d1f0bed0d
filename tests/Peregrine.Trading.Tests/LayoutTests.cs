using System.Reflection;
using Peregrine.Testing;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests;

/// <summary>The sizes that comments and documents give: what a hot path touches is counted in cache lines.</summary>
public class LayoutTests
{
    private static readonly Assembly Trading = typeof(OrderTypes).Assembly;

    [Theory]
    [InlineData("Matching.MatchEvent", 64)]
    [InlineData("Matching.MatchingEngine+Order", 64)]
    [InlineData("Matching.MatchingEngine+Level", 64)]
    [InlineData("Matching.MatchingEngine+OrderDetail", 48)]
    [InlineData("Matching.MatchingEngine+OrderExtra", 40)]
    [InlineData("Matching.Sharding.OrderHomes+Home", 16)]
    [InlineData("Orders.ClientOrderId", ClientOrderId.Size)]
    [InlineData("Orders.OrderName", 64)]
    [InlineData("Orders.OrderRecord", 128)]
    [InlineData("Orders.OrderCommand", 216)]
    [InlineData("Orders.OrderReport", 320)]
    public void Sizes_OfWhatHotPathsTouch_AreThoseThatAreClaimed(string type, int bytes) =>
        Assert.Equal(bytes, Layout.SizeOf(Trading, $"Peregrine.Trading.{type}"));
}
