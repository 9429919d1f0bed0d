using System.Globalization;
using System.Text.Json;
using Peregrine.Tools.Tests.Inspect;

namespace Peregrine.Integration.Tests.Link;

/// <summary>A journal looked at while its link writes it.</summary>
public sealed class LiveJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RunningLink_IsExportedUpToAWholeBatch()
    {
        string data = _folder.File("data");
        using LinkProcess link = LinkProcess.StartWith(data, "--no-console");
        List<string[]> rows = [];
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    CommandResult result = CommandProcess.Run("journal", "export", data, _folder.File("live.csv"));
                    Assert.True(result.ExitCode == 0, result.Error);
                    rows = PlainCsv.Parse(File.ReadAllText(_folder.File("live.csv")));
                    return rows.Count > 50;
                },
                60_000),
            "the simulated participants trade");

        Assert.Equal(Enumerable.Range(1, rows.Count - 1).Select(number => number.ToString(CultureInfo.InvariantCulture)), rows.Skip(1)
            .Select(row => row[0]));
        Assert.All(rows.Skip(1), row => Assert.StartsWith("SIM-", row[Array.IndexOf(rows[0], "account")], StringComparison.Ordinal));
    }

    [Fact]
    public void RunningLink_WithReplay_ProvesEveryHash()
    {
        string data = _folder.File("data");
        using LinkProcess link = LinkProcess.StartWith(data, "--no-console");
        JsonElement found = default;
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    CommandResult result = CommandProcess.Run("journal", "verify", data, "--replay", "--json");
                    Assert.True(result.ExitCode == 0, result.Error);
                    found = JsonDocument.Parse(result.Output).RootElement;
                    return found.GetProperty("commands").GetInt64() > 50;
                },
                60_000),
            $"the simulated participants trade: {found}");

        Assert.Equal(found.GetProperty("stateHashes").GetInt64(), found.GetProperty("provenHashes").GetInt64());
        Assert.True(found.GetProperty("provenHashes").GetInt64() > 0);
        Assert.Equal(0, link.Stop().ExitCode);
        Assert.Contains("whole", CommandProcess.Run("journal", "verify", data).Output, StringComparison.Ordinal);
    }
}
