using System.Diagnostics;
using System.Globalization;

namespace Peregrine.Ids.Tests;

public class KillTests
{
    [Fact]
    public void Taker_KilledAgainAndAgain_IsNeverGivenAnIdTwice()
    {
        const int Seed = 8_161;
        Random random = new(Seed);
        using Scratch scratch = new();
        HashSet<ulong> all = [];
        ulong last = 0;
        for (int kill = 1; kill <= ProofSize.Of(6, 200); kill++)
        {
            List<ulong> given = TakeAndKill(scratch.Database, linesBeforeKill: random.Next(1, 300));

            Assert.All(given, id => Assert.True(all.Add(id), $"kill {kill}, seed {Seed}: {id} was given twice"));
            Assert.True(given[0] > last, $"kill {kill}, seed {Seed}: {given[0]} after {last}");
            last = given[^1];
        }
    }

    [Fact]
    public void Takers_ManyProcesses_NeverShareAnId()
    {
        const int Takers = 4;
        using Scratch scratch = new();
        List<ulong>[] given = Threads.Run(Takers, _ => TakeAndKill(scratch.Database, 2_000));

        ulong[] twice = [.. given.SelectMany(ids => ids).GroupBy(id => id).Where(group => group.Count() > 1).Select(group => group.Key)];
        Assert.True(twice.Length == 0, $"given twice: {string.Join(' ', twice.Take(20))}");
    }

    private static List<ulong> TakeAndKill(string database, int linesBeforeKill)
    {
        using Process child = ChildProcess.StartTaker(database);
        List<string> lines = [];
        while (child.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            if (lines.Count == linesBeforeKill)
            {
                child.Kill();
            }
        }

        child.WaitForExit();
        Assert.True(lines.Count >= linesBeforeKill, $"the taker ended by itself after {lines.Count} lines with exit code {child.ExitCode}");

        // The line being written at the kill may be cut, and then it reads as another id.
        return [.. lines.Take(Math.Max(lines.Count - 1, linesBeforeKill)).Select(line => ulong.Parse(line, CultureInfo.InvariantCulture))];
    }
}
