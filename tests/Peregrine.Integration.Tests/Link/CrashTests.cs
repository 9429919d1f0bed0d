using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Link;

/// <summary>kill -9 in the middle of a run of orders from a real FIX client; nothing told may be lost, nothing told twice.</summary>
public class CrashTests
{
    private const int SnapshotTimeoutMs = 120_000;
    private const int OrdersPerRun = 3_000;

    [Theory]
    [InlineData("os")]
    [InlineData("fsync")]
    public void Link_KilledInTheMiddleOfABurst_LosesAndRepeatsNothing(string durability)
    {
        using TemporaryFolder folder = new();
        int seed = Environment.TickCount;
        Random random = new(seed);
        int kills = ProofSize.Of(10, 250);
        string setting = $"journal.durability={durability}";

        // Snapshots are taken and old segments go all the time, so that kills fall into both.
        string[] settings = [setting, "journal.segmentMiB=8", "journal.snapshot.everyCommands=2000", "journal.retention.enabled=true"];
        int fromSnapshot = 0;
        LinkProcess link = LinkProcess.Start(folder.File("data"), 0, settings);
        using FixClientProcess client = new(link.Port, folder.File("store"));
        _ = client.WaitFor(line => line.Kind == "logon", "a logon");
        for (int run = 0; run < kills; run++)
        {
            // Kill at a report that lies somewhere in the burst; then the client connects again by itself and asks for what it missed.
            client.Send($"burst {OrdersPerRun} AAPL K{run}- 230.00 CLIENT HOUSE");
            string killAt = $"K{run}-{random.Next(OrdersPerRun * 9 / 10)}";
            _ = client.WaitFor(line => line.Kind == "report" && line["clordid"] == killAt, killAt);
            link.Kill();
            link.Dispose();
            link = LinkProcess.Start(folder.File("data"), link.Port, settings);
            fromSnapshot += link.Log.Any(line => line.Contains("checked and loaded", StringComparison.Ordinal)) ? 1 : 0;
            _ = client.WaitForReport($"K{run}-{OrdersPerRun - 1}", "0");
            if (run == kills / 2)
            {
                // On a busy machine kill after kill may come before a snapshot is done: once they wait, so that a start from one is sure.
                Assert.True(SpinWait.SpinUntil(() => HasSnapshot(folder.File("data/snapshots")), SnapshotTimeoutMs), "a snapshot is taken");
            }
        }

        client.Send("new END MSFT buy 1 430.00");
        _ = client.WaitForReport("END", "0");
        client.Quit();
        CommandResult stopped = link.Stop();
        using LinkProcess again = LinkProcess.Start(folder.File("data"), 0, setting, "journal.snapshot.everyCommands=0",
            "journal.snapshot.everyMinutes=0");

        Assert.Equal(0, stopped.ExitCode);
        Assert.True(fromSnapshot > 0, $"some starts are from a snapshot, seed {seed}");
        Assert.Equal(HashOf(stopped.Output.Split('\n').Single(line => line.Contains("stopped at", StringComparison.Ordinal))),
            HashOf(again.LogLine("replayed")));
        CheckReports(client.Seen, kills, $"seed {seed}");
    }

    private static bool HasSnapshot(string path) => Directory.Exists(path) && Directory.EnumerateFiles(path, "*.snapshot").Any();

    private static string HashOf(string line) => line.Split("state hash ")[1].Trim();

    private static void CheckReports(IReadOnlyList<ClientLine> lines, int kills, string context)
    {
        ClientLine[] reports = [.. lines.Where(line => line.Kind == "report" && line["possdup"] != "Y")];
        ClientLine[] all = [.. lines.Where(line => line.Kind == "report")];

        // Execution ids count 1, 2, 3, ... over the only session: a hole is a lost report.
        long[] ids = [.. all.Select(line => long.Parse(line["execid"], System.Globalization.CultureInfo.InvariantCulture)).Distinct().Order()];
        Assert.True(ids.SequenceEqual(Enumerable.Range(1, ids.Length).Select(id => (long)id)), $"every report arrives, {context}");
        Assert.True(reports.Select(line => line["execid"]).Distinct().Count() == reports.Length, $"no report is new twice, {context}");
        ILookup<string, ClientLine> accepted = all.DistinctBy(line => line["execid"]).Where(line => line["exectype"] == "0")
            .ToLookup(line => line["clordid"]);
        for (int run = 0; run < kills; run++)
        {
            for (int order = 0; order < OrdersPerRun; order++)
            {
                Assert.True(accepted[$"K{run}-{order}"].Count() == 1, $"order K{run}-{order} is accepted once, {context}");
            }
        }

        long bought = Filled(all, "1");
        Assert.True(bought > 0, "orders trade");
        Assert.True(bought == Filled(all, "2"), $"what is bought is sold, {context}");
    }

    private static long Filled(ClientLine[] reports, string side) =>
        reports.DistinctBy(line => line["execid"]).Where(line => line["exectype"] == "F" && line["side"] == side)
        .Sum(line => long.Parse(line["lastqty"], System.Globalization.CultureInfo.InvariantCulture));
}
