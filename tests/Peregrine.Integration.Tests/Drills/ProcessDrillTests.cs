using Peregrine.Gateway.Tests.Drills;

namespace Peregrine.Integration.Tests.Drills;

/// <summary>The folder drill with the built command and kill -9.</summary>
public class ProcessDrillTests
{
    [Fact]
    [Trait("Size", "Long")]
    public void Folder_OfAKilledLinkDamagedAtRandom_TellsEveryReportOrSaysWhatIsMissing() => DrillSeeds.Run(1, 50, threads: 1, seed =>
    {
        ProcessDrill drill = new(seed);
        drill.Run();
        return drill.Faults.Count == 0 ? null : drill.ToString();
    });
}
