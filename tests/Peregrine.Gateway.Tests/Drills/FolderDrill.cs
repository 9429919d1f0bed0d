namespace Peregrine.Gateway.Tests.Drills;

/// <summary>What became of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Damages">What was done to the folder.</param>
/// <param name="Outcome">How the start went, in words.</param>
/// <param name="Faults">What must not have happened; empty when all is well.</param>
internal sealed record DrillResult(int Seed, IReadOnlyList<DrillDamage> Damages, string Outcome, IReadOnlyList<string> Faults)
{
    public string DamageText => Damages.Count == 0 ? "no damage" : string.Join("; and ", Damages.Select(damage => damage.Words));

    public override string ToString() => $"seed {Seed}, {DamageText}: {Outcome}: {string.Join(" | ", Faults.Take(4))}";
}

/// <summary>
/// One seed: a folder with a past is made and damaged, the link is started on it, the clients come back. In the end everybody was told
/// everything once, or the start has said what is missing.
/// </summary>
internal static class FolderDrill
{
    private const int AnyDamage = -1;

    /// <summary>Runs a seed; where two damages fail together, tells whether one alone does.</summary>
    public static DrillResult Run(int seed)
    {
        DrillResult result = Run(seed, AnyDamage);
        if (result.Faults.Count == 0 || result.Damages.Count < 2)
        {
            return result;
        }

        for (int only = 0; only < result.Damages.Count; only++)
        {
            DrillResult alone = Run(seed, only);
            if (alone.Faults.Count > 0)
            {
                return alone with { Outcome = $"{alone.Outcome} (damage {only + 1} of {result.Damages.Count} alone)" };
            }
        }

        return result;
    }

    private static DrillResult Run(int seed, int onlyDamage)
    {
        Random random = new(seed);
        bool sendsAgain = random.Next(2) == 0;
        using DrillWorld world = new(DrillSetup.Of(random), compId => new DrillClient(compId, sendsAgain));
        new DrillTraffic(world, random).Run();
        DrillImage image = DrillImage.Take(world);
        List<string> before = [.. world.Truth.Faults, .. world.Clients.SelectMany(client => client.Ledger.Faults)];
        if (before.Count > 0)
        {
            return new DrillResult(seed, [], "before any damage", before);
        }

        List<DrillDamage> damages = [];
        int count = random.Next(10) switch { 0 => 0, < 8 => 1, _ => 2 };
        for (int index = 0; index < count; index++)
        {
            bool isWanted = onlyDamage == AnyDamage || onlyDamage == index;
            Random own = new((seed * 31) + index);
            if (isWanted && DrillDamage.TryDo(own, world.DataFolder, world.OlderCopies) is { } damage)
            {
                damages.Add(damage);
            }
        }

        DrillVerdict verdict = new(world, image, damages, new Random(seed + 1));
        string outcome;
        try
        {
            outcome = verdict.Run();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Also what the link threw: a start or a pass that ends so is a crash.
            outcome = "crash";
            verdict.Faults.Add($"{fault.GetType().Name}: {fault.Message.Split('\n')[0]} {fault.StackTrace?.Split('\n')[0].Trim()}");
        }

        return new DrillResult(seed, damages, outcome, verdict.Faults);
    }
}
