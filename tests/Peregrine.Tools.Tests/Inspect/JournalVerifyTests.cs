using System.Text.Json;
using Peregrine.Journal;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>Verify on journals that are whole, being written, truncated and damaged.</summary>
public sealed class JournalVerifyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Archive => _folder.File("archive");

    [Fact]
    public void WholeJournal_IsCountedWithTheLinkOfItsEnd()
    {
        LinkJournal.WriteEveryKind(_folder.Path);

        CommandResult text = CommandProcess.Run("journal", "verify", _folder.Path);
        CommandResult json = CommandProcess.Run("journal", "verify", _folder.Path, "--json");

        Assert.True(text.ExitCode == 0 && json.ExitCode == 0, text.Error + json.Error);
        JournalExtent extent = JournalReader.FindExtent(_folder.Path);
        Assert.Equal(
            ["1 segments, 6 records: 4 commands, 1 rules, 0 state hashes; last command 4",
            $"hash chain whole from record 1 to 6, link {extent.End.Link}", "whole"],
            text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        JsonElement found = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(4, found.GetProperty("commands").GetInt64());
        Assert.Equal(extent.End.Link.ToString(), found.GetProperty("link").GetString());
    }

    [Fact]
    public void FlippedBit_IsToldWithFileAndByte()
    {
        LinkJournal.WriteEveryKind(_folder.Path);
        string segment = LinkJournal.Damage(_folder.Path);

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{segment} is damaged at byte {LinkJournal.SegmentHeaderBytes}", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void ChangedPadding_BreaksTheChainThoughEveryChecksumIsRight()
    {
        using (JournalWriter journal = LinkJournal.Open(_folder.Path))
        {
            LinkJournal.AppendStart(journal);
        }

        // The bounds are 12 bytes, padded to 16.
        string segment = LinkJournal.Damage(LinkJournal.Segments(_folder.Path)[0],
            LinkJournal.SegmentHeaderBytes + LinkJournal.RecordHeaderBytes + JournalReplay.BoundsBytes);

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{segment} is damaged at byte {LinkJournal.SegmentHeaderBytes}: the hash chain breaks", result.OneLineError(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void BatchOnItsWay_IsNoDamage()
    {
        LinkJournal.WriteEveryKind(_folder.Path);
        string segment = LinkJournal.Segments(_folder.Path)[0];
        byte[] bytes = File.ReadAllBytes(segment);
        int end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

        // The end of the last batch has not come yet.
        bytes.AsSpan((end - 20)..end).Clear();
        File.WriteAllBytes(segment, bytes);

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("3 commands", result.Output, StringComparison.Ordinal);
        Assert.Contains("whole up to a torn tail of", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordThatNoLinkWrites_IsRefusedThoughItIsWhole()
    {
        using (JournalWriter journal = LinkJournal.Open(_folder.Path))
        {
            LinkJournal.Append(journal, JournalRecordType.Command, 1, "no command"u8);
        }

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("a command of 10 bytes is not one that this version of the link writes", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void TruncatedJournal_IsVerifiedAlone_AndWithItsArchiveFromTheFirstRecordOn()
    {
        WriteAndArchive(2);

        CommandResult alone = CommandProcess.Run("journal", "verify", _folder.Path, "--json");
        CommandResult old = CommandProcess.Run("journal", "verify", Archive, "--json");
        CommandResult together = CommandProcess.Run("journal", "verify", _folder.Path, "--archive", Archive, "--replay", "--json");

        Assert.True(alone.ExitCode == 0 && old.ExitCode == 0 && together.ExitCode == 0, alone.Error + old.Error + together.Error);
        JsonElement part = JsonDocument.Parse(alone.Output).RootElement;
        JsonElement archived = JsonDocument.Parse(old.Output).RootElement;
        JsonElement all = JsonDocument.Parse(together.Output).RootElement;
        Assert.Equal(archived.GetProperty("lastRecord").GetInt64() + 1, part.GetProperty("firstRecord").GetInt64());
        Assert.Equal((1L, 1_800L), (all.GetProperty("firstRecord").GetInt64(), all.GetProperty("commands").GetInt64()));
        Assert.Equal(part.GetProperty("link").GetString(), all.GetProperty("link").GetString());
    }

    [Fact]
    public void TruncatedJournal_ToBeReplayedWithoutItsArchive_IsRefused()
    {
        WriteAndArchive(1);

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path, "--replay");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("and no snapshot serves to begin with", result.OneLineError(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", "segments between them are missing")]
    [InlineData("twice", "a segment is in both")]
    [InlineData("stranger", "they are not of one journal")]
    public void Archive_ThatDoesNotJoin_IsRefusedWithTheReason(string what, string expected)
    {
        string[] segments = WriteAndArchive(2);
        switch (what)
        {
            case "missing":
                File.Delete(Path.Combine(Archive, Path.GetFileName(segments[1])));
                break;
            case "twice":
                File.Copy(Path.Combine(Archive, Path.GetFileName(segments[1])), segments[1]);
                break;
            default:
                // As many records, but other bytes: another price in each order.
                string other = _folder.File("other");
                LinkJournal.WriteOrders(other, 1_000, ticks: 246);
                File.Copy(LinkJournal.Segments(other)[0], Path.Combine(Archive, Path.GetFileName(segments[0])), overwrite: true);
                File.Copy(LinkJournal.Segments(other)[1], Path.Combine(Archive, Path.GetFileName(segments[1])), overwrite: true);
                break;
        }

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path, "--archive", Archive);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void ArchivedSegment_WhoseLastBatchIsCut_IsDamaged()
    {
        string[] segments = WriteAndArchive(1);
        string archived = Path.Combine(Archive, Path.GetFileName(segments[0]));
        byte[] bytes = File.ReadAllBytes(archived);
        int end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        bytes.AsSpan((end - 8)..end).Clear();
        File.WriteAllBytes(archived, bytes[..(end - 8)]);

        CommandResult result = CommandProcess.Run("journal", "verify", _folder.Path, "--archive", Archive);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("an archived segment was finished", result.OneLineError(), StringComparison.Ordinal);
    }

    private string[] WriteAndArchive(int segments)
    {
        LinkJournal.WriteOrders(_folder.Path, 1_800);
        _ = Directory.CreateDirectory(Archive);
        string[] all = LinkJournal.Segments(_folder.Path);
        Assert.True(all.Length > segments + 1, $"{all.Length} segments are enough");
        foreach (string segment in all[..segments])
        {
            File.Move(segment, Path.Combine(Archive, Path.GetFileName(segment)));
        }

        return all;
    }
}
