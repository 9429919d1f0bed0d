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
                HashSet<string> others = [.. HashThreads()];
                using JournalWriter writer = JournalWriter.Open(scratch.Options(), new RecordList(), out _);
                Scratch.Append(writer, 1);
                writer.Drain();

                // It unpins itself first of all, which may be some time after it was started; with one processor there is none.
                Assert.True(Environment.ProcessorCount == 1
                    || SpinWait.SpinUntil(() => (found = AllowedOfNew(others)) == before, 30_000), $"expected {before}, found {found}");
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

    private static string AllowedOfNew(HashSet<string> others) => HashThreads().Where(folder => !others.Contains(folder))
        .Select(folder => AllowedOf(Path.Combine(folder, "status"))).FirstOrDefault("");

    private static IEnumerable<string> HashThreads() => Directory.GetDirectories("/proc/self/task").Where(folder => NameOf(folder) == "journal-hash");

    // Threads come and go meanwhile.
    private static string NameOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "comm")).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string AllowedOf(string status) =>
        File.ReadLines(status).First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();
}
