using System.Globalization;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>Which seeds a drill runs: its own, or those that PEREGRINE_DRILL_SEED names: "17", or "100-199".</summary>
internal static class DrillSeeds
{
    private const int Shown = 12;

    private static readonly string? Named = Environment.GetEnvironmentVariable("PEREGRINE_DRILL_SEED");

    /// <summary>Runs each seed, two at a time, and fails with those that failed.</summary>
    /// <param name="first">The first of its own seeds.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="threads">How many at a time.</param>
    /// <param name="run">Runs one; null when all is well, else seed, damage and faults in a line.</param>
    /// <param name="summary">Told below the failures.</param>
    public static void Run(int first, int count, int threads, Func<int, string?> run, Func<string>? summary = null)
    {
        if (Named is { Length: > 0 } named)
        {
            int[] range = [.. named.Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
            (first, count) = (range[0], range[^1] - range[0] + 1);
        }

        // A seed shares nothing with another one.
        string?[] results = new string?[count];
        _ = Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, index => results[index] = RunOne(first + index, run));

        string[] failed = [.. results.OfType<string>()];
        IEnumerable<string> shown = failed.Take(Named is null ? Shown : int.MaxValue).Append(summary?.Invoke() ?? "");
        Assert.True(
            failed.Length == 0,
            $"{failed.Length} of {count} seeds fail; PEREGRINE_DRILL_SEED=N runs one alone\n{string.Join('\n', shown)}");
    }

    // One that dies on the way must not take the others with it.
    private static string? RunOne(int seed, Func<int, string?> run)
    {
        try
        {
            return run(seed);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return $"seed {seed}: {fault.GetType().Name}: {fault.Message} {fault.StackTrace}";
        }
    }
}
