using System.Text.Json;

namespace Peregrine.Integration.Tests.Inspect;

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
                "1 2026-01-02T03:04:05.000000006Z new client=A\\x20\\x3d1 order=77 session=3 account=HOUSE instrument=ACME side=buy type=limit tif=day quantity=500 price=12.35",
                "2 2026-01-02T03:04:05.000000007Z replace client=A2 original=A\\x20\\x3d1 session=3 account=HOUSE instrument=ACME side=buy type=limit tif=day quantity=300 price=0.05",
                "3 2026-01-02T03:04:05.000000008Z cancel client=A3 original=A2 session=3 account=HOUSE instrument=ACME",
                "4 2026-01-02T03:04:05.000000009Z new client=A4 order=78 session=3 account=- instrument=- side=sell type=market tif=fillorkill quantity=7 price=-",
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Dump_OfAPartAsJson_IsOneObjectALine()
    {
        LinkJournal.WriteEveryKind(_folder.Path);

        CommandResult result = CommandProcess.Run("journal", "dump", _folder.Path, "--from", "2", "--to", "3", "--json");

        JsonElement[] lines = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["replace", "cancel"], lines.Select(line => line.GetProperty("record").GetString()!));
        Assert.Equal(0.05m, lines[0].GetProperty("price").GetDecimal());
        Assert.Equal(300, lines[0].GetProperty("quantity").GetInt64());
    }

    [Fact]
    public void Dump_OfAnEmptyJournal_IsEmpty()
    {
        CommandResult result = CommandProcess.Run("journal", "dump", _folder.Path);

        Assert.Equal((0, ""), (result.ExitCode, result.Output));
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
    [InlineData("verify")]
    [InlineData("dump")]
    public void Folder_ThatIsNotThere_IsNamed(string verb)
    {
        CommandResult result = CommandProcess.Run("journal", verb, _folder.File("nowhere"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(_folder.File("nowhere"), result.OneLineError(), StringComparison.Ordinal);
    }
}
