using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>Truncate lets whole segments go behind the oldest good snapshot, tells why not more, and refuses without touching anything.</summary>
public sealed class JournalTruncateTests : IDisposable
{
    private const int Orders = 2_600;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Journal => _folder.File("journal");

    private string Archive => _folder.File("archive");

    [Fact]
    public void DryRun_SaysWhatTheTruncationThenDoes()
    {
        Write(1_000, 1_900);
        string[] before = LinkJournal.Segments(Journal);

        CommandResult dry = Truncate("--dry-run");
        string[] afterDry = LinkJournal.Segments(Journal);
        CommandResult result = Truncate();

        Assert.True(dry.ExitCode == 0 && result.ExitCode == 0, dry.Error + result.Error);
        Assert.Equal(before, afterDry);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] gone = [.. before.Except(LinkJournal.Segments(Journal))];
        Assert.True(gone.Length >= 2, result.Output);
        Assert.Equal(before[..gone.Length], gone);
        Assert.Equal(gone.Select(path => $"removed: {path}, 65,536 bytes, records "),
            lines[..^1].Select(line => line[..(line.IndexOf("records ", StringComparison.Ordinal) + 8)]));
        Assert.EndsWith("the oldest good snapshot stands at record 1,000 and needs the next segment", lines[^1], StringComparison.Ordinal);
        Assert.Equal(result.Output.Replace("removed:", "would be removed:", StringComparison.Ordinal)
            .Replace("journal starts", "journal would start", StringComparison.Ordinal), dry.Output);
        JournalExtent extent = JournalReader.FindExtent(Journal);
        Assert.InRange(extent.Start.Records, 1, 1_000);
        Assert.True(CommandProcess.Run("journal", "verify", _folder.Path).ExitCode == 0, "what is left is whole");
        Assert.StartsWith("nothing goes;", Truncate().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Archive_KeepsTheSegments_AndJoinsTheJournal()
    {
        Write(1_000, 1_900);

        CommandResult result = Truncate("--archive", Archive, "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement done = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(LinkJournal.Segments(Archive).Select(Path.GetFileName), done.GetProperty("segments").EnumerateArray()
            .Select(segment => Path.GetFileName(segment.GetProperty("path").GetString())));
        Assert.Equal("snapshot", done.GetProperty("stoppedBy").GetString());
        CommandResult verify = CommandProcess.Run("journal", "verify", _folder.Path, "--archive", Archive, "--replay", "--json");
        Assert.True(verify.ExitCode == 0, verify.Error);
        Assert.Equal(Orders, JsonDocument.Parse(verify.Output).RootElement.GetProperty("commands").GetInt32());
    }

    [Theory]
    [InlineData("upto", 1, "--up-to", "400")]
    [InlineData("upto", 0, "--up-to", "1")]
    [InlineData("bytes", 0, "--keep-bytes", "10MiB")]
    [InlineData("age", 0, "--keep-age", "36500d")]
    [InlineData("snapshot", 5, "--keep-age", "1s", "--keep-bytes", "64KiB")]
    [InlineData("snapshot", 5, "--up-to", "1798", "--keep-bytes", "0")]
    public void Bound_ThatHolds_IsTold(string stoppedBy, int segments, params string[] options)
    {
        Write(1_800, 1_950);

        CommandResult result = Truncate(["--dry-run", "--json", .. options]);

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement plan = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal((stoppedBy, segments), (plan.GetProperty("stoppedBy").GetString(), plan.GetProperty("segments").GetArrayLength()));
    }

    [Fact]
    public void JournalThatIsBeingWritten_IsTruncatedAndGoesOn()
    {
        Write(1_900, 1_950);
        using (JournalWriter journal = LinkJournal.Open(Journal))
        {
            CommandResult result = Truncate();

            Assert.True(result.ExitCode == 0, result.Error);
            for (int sequence = Orders + 1; sequence <= Orders + 1_000; sequence++)
            {
                OrderCommand order = LinkJournal.Order(sequence);
                LinkJournal.Append(journal, in order);
            }
        }

        CommandResult verify = CommandProcess.Run("journal", "verify", _folder.Path, "--json");
        Assert.True(verify.ExitCode == 0, verify.Error);
        JsonElement found = JsonDocument.Parse(verify.Output).RootElement;
        Assert.Equal(Orders + 1_000, found.GetProperty("lastSequence").GetInt32());
        Assert.True(found.GetProperty("firstRecord").GetInt64() > 1, "the first segments are gone");
    }

    [Fact]
    public void TooFewGoodSnapshots_AreRefusedWithWhatIsWrongWithTheOthers()
    {
        Write(1_000, 1_900);
        string snapshot = LinkJournal.Damage(Directory.GetFiles(_folder.File("snapshots")).Max(StringComparer.Ordinal)!, 140);
        string[] before = LinkJournal.Segments(Journal);

        CommandResult result = Truncate();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has 1 good snapshots, expected 2 before anything goes; 1 cannot be used, such as " + snapshot + " at byte",
            result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(before, LinkJournal.Segments(Journal));
        Assert.Equal(0, Truncate("--min-snapshots", "1").ExitCode);
        Assert.NotEqual(before, LinkJournal.Segments(Journal));
    }

    [Fact]
    public void UpTo_BehindWhatASnapshotNeeds_IsRefused()
    {
        Write(1_000, 1_900);
        string[] before = LinkJournal.Segments(Journal);

        CommandResult result = Truncate("--up-to", "1500");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--up-to: 1500, but the oldest good snapshot stands at command 998", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(before, LinkJournal.Segments(Journal));
    }

    [Fact]
    public void Archive_ThatIsTheJournalsOwnFolderByAnotherName_IsRefused()
    {
        Write(1_000, 1_900);
        _ = Directory.CreateSymbolicLink(_folder.File("link"), Journal);

        CommandResult result = Truncate("--archive", _folder.File("link"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("it is the journal's own folder, or the archive of another journal", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Archive_ThatHasASegmentOfAnotherJournal_IsRefusedAndKept()
    {
        Write(1_000, 1_900);
        LinkJournal.WriteOrders(Archive, 1, ticks: 3);
        using (JournalWriter other = LinkJournal.Open(_folder.File("other")))
        {
            LinkJournal.Append(other, 1, 9, "other"u8);
        }

        File.Copy(LinkJournal.Segments(_folder.File("other"))[0], LinkJournal.Segments(Archive)[0], overwrite: true);
        string[] before = LinkJournal.Segments(Journal);

        CommandResult result = Truncate("--archive", Archive);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("choose another archive folder, one for each journal", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(before, LinkJournal.Segments(Journal));
    }

    [Fact]
    public void DamagedHeader_IsToldAndNothingGoes()
    {
        Write(1_000, 1_900);
        string[] before = LinkJournal.Segments(Journal);
        _ = LinkJournal.Damage(before[1], 20);

        CommandResult result = Truncate();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{before[1]} has a damaged header", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(before, LinkJournal.Segments(Journal));
    }

    [Theory]
    [InlineData("--up-to: 0, expected 1 or more", "--up-to", "0")]
    [InlineData("--keep-bytes: '10KB', expected a number of bytes, or one with KiB, MiB or GiB", "--keep-bytes", "10KB")]
    [InlineData("--keep-age: '7', expected a number with s, m, h or d", "--keep-age", "7")]
    [InlineData("--min-snapshots: 0, expected 1 to 1000", "--min-snapshots", "0")]
    [InlineData("did you mean '--keep-age'?", "--keep-days", "7")]
    public void Option_ThatIsWrong_IsNamed(string expected, params string[] options)
    {
        CommandResult result = Truncate(options);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Amounts_HaveUnits()
    {
        Assert.Equal([0L, 7, 3 << 10, 2 << 20, 5L << 30],
            ((string?[])[null, "7", "3KiB", "2 MiB", "5GiB"]).Select(text => Amounts.ParseBytes("--x", text)));
        Assert.Equal([0L, 2_000_000_000, 180_000_000_000, 3_600_000_000_000, 604_800_000_000_000],
            ((string?[])[null, "2s", "3m", "1h", "7d"]).Select(text => Amounts.ParseNs("--x", text)));
        Assert.All((string[])["", "-1", "1.5GiB", "9999999999GiB", "KiB", " 1"],
            text => Assert.Throws<CommandException>(() => Amounts.ParseBytes("--x", text)));
        Assert.All((string[])["", "5", "999999d", "d", "1D"], text => Assert.Throws<CommandException>(() => Amounts.ParseNs("--x", text)));
    }

    private CommandResult Truncate(params string[] options) => CommandProcess.Run(["journal", "truncate", _folder.Path, .. options]);

    private void Write(params long[] snapshots)
    {
        LinkJournal.WriteOrders(Journal, Orders);
        LinkJournal.WriteSnapshots(Journal, _folder.File("snapshots"), snapshots);
    }
}
