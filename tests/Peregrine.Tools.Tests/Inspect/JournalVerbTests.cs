using System.Text.Json;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>Dump, and what all verbs of the journal have in common.</summary>
public sealed class JournalVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Dump_EveryKindOfRecord_IsPrintedInTheInstrumentsDecimals()
    {
        LinkJournal.WriteEveryKind(_folder.Path);

        CommandResult result = CommandProcess.Run("journal", "dump", _folder.Path);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            [
                "0 - bounds orders=16 closed=8 clientids=32",
                "0 - rules instruments=1 accounts=1",
                "1 2026-01-02T03:04:05.000000006Z new client=A\\x20\\x3d1 order=77 session=3 account=HOUSE instrument=ACME side=buy type=limit " +
                    "tif=day quantity=500 price=12.35",
                "2 2026-01-02T03:04:05.000000007Z replace client=A2 original=A\\x20\\x3d1 session=3 account=HOUSE instrument=ACME side=buy " +
                    "type=limit tif=day quantity=300 price=0.05",
                "3 2026-01-02T03:04:05.000000008Z cancel client=A3 original=A2 session=3 account=HOUSE instrument=ACME",
                "4 2026-01-02T03:04:05.000000009Z new client=A4 order=78 session=3 account=- instrument=- side=sell type=market " +
                    "tif=fillorkill quantity=7 price=-",
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Dump_OfAPartAsJson_IsOneObjectALine()
    {
        LinkJournal.WriteEveryKind(_folder.Path);

        CommandResult result = CommandProcess.Run("journal", "dump", _folder.Path, "--from", "2", "--to", "3", "--json");

        JsonElement[] lines = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["replace", "cancel"], lines.Select(line => line.GetProperty("record").GetString()!));
        Assert.Equal(0.05m, lines[0].GetProperty("price").GetDecimal());
        Assert.Equal(300, lines[0].GetProperty("quantity").GetInt64());
    }

    [Theory]
    [InlineData("dump", "--from", "x")]
    [InlineData("dump", "--replay")]
    [InlineData("verify", "--from", "1")]
    [InlineData("look")]
    public void Usage_ThatIsWrong_IsOneLineAndChangesNothing(params string[] arguments)
    {
        CommandResult result = CommandProcess.Run(["journal", arguments[0], _folder.Path, .. arguments[1..]]);

        Assert.Equal(2, result.ExitCode);
        _ = result.OneLineError();
    }

    [Theory]
    [InlineData("verify", "missing", "there is no such folder")]
    [InlineData("dump", "file", "that is a file")]
    [InlineData("export", "empty", "the folder is empty")]
    [InlineData("snapshot", "other", "no .journal file, only 2 other entries, such as access-token")]
    [InlineData("snapshots", "data", "the folder is empty")]
    [InlineData("truncate", "empty", "the folder is empty")]
    public void FolderWithoutAJournal_IsRefusedWithWhatWasFound_AndNothingIsWritten(string verb, string kind, string found)
    {
        string folder = _folder.File(kind);
        string named = kind == "data" ? Directory.CreateDirectory(Path.Combine(folder, "journal")).FullName : folder;
        if (kind is "empty" or "other")
        {
            _ = Directory.CreateDirectory(folder);
        }

        if (kind == "other")
        {
            File.WriteAllText(Path.Combine(folder, "access-token"), "x");
            File.WriteAllText(Path.Combine(folder, "ids.db"), "x");
        }
        else if (kind == "file")
        {
            File.WriteAllText(folder, "x");
        }

        string[] before = Everything();

        CommandResult result = CommandProcess.Run(["journal", verb, folder, .. verb == "export" ? new[] { _folder.File("out.csv") } : []]);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        string error = result.OneLineError();
        Assert.Contains($"no journal in {named}: ", error, StringComparison.Ordinal);
        Assert.Contains(found, error, StringComparison.Ordinal);
        Assert.Contains("; give the data folder of a link", error, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public void ArchiveWithoutSegments_IsRefused()
    {
        LinkJournal.WriteEveryKind(_folder.File("journal"));
        string archive = Directory.CreateDirectory(_folder.File("archive")).FullName;

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path, "--archive", archive);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"no archived segments in {archive}: the folder is empty", result.OneLineError(), StringComparison.Ordinal);
    }

    private string[] Everything() =>
        [.. Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
