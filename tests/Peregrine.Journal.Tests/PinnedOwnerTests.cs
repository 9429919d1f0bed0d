using Peregrine.Linux;

namespace Peregrine.Journal.Tests;

/// <summary>Threads inherit the core of the thread that starts them; the one that hashes is to work beside it.</summary>
public class PinnedOwnerTests
{
    [Fact]
    public void HashThread_OfAJournalThatAPinnedThreadOpens_RunsWhereTheProcessMay()
    {
        using Scratch scratch = new();
        string before = "";
        string pinned = "";
        string found = "";
        Exception? failure = null;
        Thread owner = new(() =>
        {
            try
            {
                before = AllowedOf("/proc/thread-self/status");
                int core = int.Parse(before.Split('-', ',')[0], System.Globalization.CultureInfo.InvariantCulture);
                Assert.Equal(Errno.None, CpuAffinity.TryPinCurrentThread(core));
                pinned = AllowedOf("/proc/thread-self/status");
                using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
                Scratch.Append(writer, 1);
                writer.Drain();

                // It unpins itself first of all, which may be some time after it was started; with one processor there is none.
                Assert.True(Environment.ProcessorCount == 1 || SpinWait.SpinUntil(() => (found = AllowedOfHashThread()) == before, 30_000), $"expected {before}, found {found}");
            }
            catch (Exception caught)
            {
                failure = caught;
            }
        });

        owner.Start();
        owner.Join();

        Assert.Null(failure);
        Assert.Equal(before.Contains('-') || before.Contains(','), pinned != before);
    }

    private static string AllowedOfHashThread() => Directory.GetDirectories("/proc/self/task")
        .Where(folder => File.ReadAllText(Path.Combine(folder, "comm")).Trim() == "journal-hash")
        .Select(folder => AllowedOf(Path.Combine(folder, "status")))
        .FirstOrDefault("");

    private static string AllowedOf(string status) =>
        File.ReadLines(status).First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();
}
