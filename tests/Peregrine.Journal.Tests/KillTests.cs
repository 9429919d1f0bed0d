using System.Diagnostics;
using System.Globalization;

namespace Peregrine.Journal.Tests;

public class KillTests
{
    [Theory]
    [InlineData(Durability.Os)]
    [InlineData(Durability.Fsync)]
    public void Writer_KilledAgainAndAgain_LosesNothingItAcknowledged(Durability durability)
    {
        const int Seed = 4_711;
        Random random = new(Seed);
        using Scratch scratch = new();
        int kills = ProofSize.Of(6, 200);
        long last = 0;
        for (int kill = 1; kill <= kills; kill++)
        {
            long acknowledged = RunAndKill(scratch.Folder, durability, linesBeforeKill: random.Next(1, 400));

            RecordList found = new();
            JournalRecovery recovery = JournalReader.Scan(scratch.Folder, found);

            found.AssertIsOneTo(recovery.LastSequence, $"kill {kill}, seed {Seed}");
            Assert.True(recovery.LastSequence >= acknowledged,
                $"kill {kill}, seed {Seed}: {acknowledged} was acknowledged, {recovery.LastSequence} is there");
            Assert.True(acknowledged > last, $"kill {kill}, seed {Seed}: the writer did not go on after {last}");
            last = recovery.LastSequence;
        }

        Assert.True(Directory.GetFiles(scratch.Folder, "*.journal").Length > 1, "no segment was rolled between the kills");
    }

    private static long RunAndKill(string folder, Durability durability, int linesBeforeKill)
    {
        using Process child = ChildProcess.StartWriter(folder, durability);
        long acknowledged = 0;
        int lines = 0;
        while (child.StandardOutput.ReadLine() is { } line)
        {
            // The line being written at the kill may be cut: only the ones before it count, and they are in order.
            if (long.TryParse(line, CultureInfo.InvariantCulture, out long sequence) && sequence > acknowledged)
            {
                acknowledged = sequence;
            }

            if (++lines == linesBeforeKill)
            {
                child.Kill();
            }
        }

        child.WaitForExit();
        Assert.True(lines >= linesBeforeKill, $"the writer ended by itself after {lines} lines with exit code {child.ExitCode}");
        return acknowledged;
    }
}
