using Peregrine.Testing;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>A client may be as slow, or away for as long, as it likes: what was made for it is told in the end.</summary>
public class SlowClientDrillTests
{
    private static readonly int Fills = ProofSize.Of(6_000, 40_000);

    [Fact]
    public void Client_SlowOrAwayForLong_GetsEveryReportOnceAndInOrder() => Drill(1, 3);

    [Fact]
    [Trait("Size", "Long")]
    public void Client_SlowOrAwayInManyWays_GetsEveryReportOnceAndInOrder() => Drill(4, 60);

    private static void Drill(int first, int count) => DrillSeeds.Run(first, count, threads: 1, seed =>
    {
        SlowClientDrill drill = new(seed, Fills);
        drill.Run();
        return drill.Faults.Count == 0 ? null : drill.ToString();
    });
}
