using System.IO.Compression;
using System.Text;

namespace Peregrine.Tools.Tests.Replay;

/// <summary>Bad input to replay and record: one line that names the byte and what was expected, the exit code, and nothing half-written.</summary>
public sealed class ReplayErrorTests : IDisposable
{
    private const string GoodLines = "34200.004241176,1,16113575,18,5853300,1\n34200.00426064,1,16113584,18,5853200,1\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "empty")]
    [InlineData("\u007fELF....", "at byte 0: 7f454c46")]
    [InlineData("hello, world\n", "at byte 0")]
    [InlineData("DBN\u0002....", "expected the metadata of version 1")]
    [InlineData("34200.1,1,5,18\n", "at byte 0: no LOBSTER message")]
    [InlineData(GoodLines + "34200.1,9,5,18,100,1\n", "at byte 79: no LOBSTER message")]
    [InlineData(GoodLines + "34200.1,1,16113", "at byte 79: the LOBSTER feed ends in the middle of a message, after 15 bytes")]
    [InlineData("\0\u0005S....", "at byte 0")]
    public void Replay_BadFile_SaysWhereAndWhatWasExpected(string content, string tells)
    {
        string file = _folder.File("feed");
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(content));

        CommandResult result = CommandProcess.Run("replay", file, "--bbo", _folder.File("best.csv"));

        Assert.Equal(1, result.ExitCode);
        string error = result.OneLineError();
        Assert.Contains(tells, error, StringComparison.Ordinal);
        Assert.Contains("expected", error, StringComparison.Ordinal);
        Assert.Equal(["feed"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Replay_MissingFile_IsToldByName()
    {
        CommandResult result = CommandProcess.Run("replay", _folder.File("nowhere.csv"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nowhere.csv", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_CutGzip_IsAnError()
    {
        string file = _folder.File("feed.gz");
        using (GZipStream stream = new(File.Create(file), CompressionLevel.NoCompression))
        {
            stream.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(GoodLines, 2_000))));
        }

        File.WriteAllBytes(file, File.ReadAllBytes(file)[..100_000]);

        CommandResult result = CommandProcess.Run("replay", file);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("of the decompressed data", result.OneLineError(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--speed", "fast", "--speed: 'fast'")]
    [InlineData("--speed", "0x", "--speed: '0x'")]
    [InlineData("--follow", "", "--follow: only with --orders")]
    [InlineData("--ordrs", "", "did you mean '--orders'?")]
    public void Replay_WrongUsage_IsExitCodeTwo(string option, string value, string tells)
    {
        string file = _folder.Write(GoodLines, "feed.csv");

        CommandResult result = CommandProcess.Run(["replay", file, option, .. value.Length > 0 ? [value] : Array.Empty<string>()]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(tells, result.OneLineError(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,2,3\n", "row 1 has 3 columns")]
    [InlineData("5859400,200,5853300,x\n", "row 1, column 4: 'x'")]
    [InlineData("5859400,-200,5853300,18\n", "row 1, column 1")]
    [InlineData("", "empty")]
    public void Replay_BadSeed_SaysWhichColumn(string rows, string tells)
    {
        string file = _folder.Write(GoodLines, "feed.csv");

        CommandResult result = CommandProcess.Run("replay", file, "--book", _folder.Write(rows, "rows.csv"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(tells, result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_OutputThatCannotBeWritten_IsAnError()
    {
        string file = _folder.Write(GoodLines, "feed.csv");

        CommandResult result = CommandProcess.Run("replay", file, "--bbo", _folder.File("missing/best.csv"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("missing/best.csv: cannot be written", result.OneLineError(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replay", "--bbo")]
    [InlineData("record", "")]
    public void Output_ThatIsTheInput_IsRefused(string verb, string option)
    {
        string file = _folder.Write(GoodLines, "feed.csv");

        CommandResult result = CommandProcess.Run(
            [verb, file, .. option.Length > 0 ? [option] : Array.Empty<string>(), Path.Combine(_folder.Path, ".", "feed.csv")]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is the input", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(GoodLines, File.ReadAllText(file));
    }

    [Fact]
    public void Output_ToADevice_IsWrittenAsItIs()
    {
        string file = _folder.Write(GoodLines, "feed.csv");

        CommandResult result = CommandProcess.Run("replay", file, "--bbo", "/dev/stdout");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("5853300,18,9999999999,0\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_EmptySides_HaveLobstersDummyValues()
    {
        string file = _folder.Write(GoodLines, "feed.csv");

        CommandResult result = CommandProcess.Run("replay", file, "--bbo", _folder.File("best.csv"));

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["5853300,18,9999999999,0", "5853300,18,9999999999,0"], File.ReadAllLines(_folder.File("best.csv")));
    }

    [Fact]
    public void Replay_AllowTruncated_KeepsWhatCameBefore()
    {
        string file = _folder.Write(GoodLines + "34200.1,1,16", "feed.csv");

        CommandResult result = CommandProcess.Run("replay", file, "--bbo", _folder.File("best.csv"), "--allow-truncated");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("at byte 79", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(_folder.File("best.csv")).Length);
    }

    [Fact]
    public void Record_TruncatedFeed_LeavesNothingBehind()
    {
        string file = _folder.Write(GoodLines + "34200.1,1,16", "feed.csv");

        CommandResult result = CommandProcess.Run("record", file, _folder.File("out.itch"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("at byte 79", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(["feed.csv"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("34200.1,1,5,4294967296,5853300,1\n", "no LOBSTER message")]
    [InlineData("34200.1,1,5,18,-5,1\n", "no room")]
    [InlineData("34200.1,1,5,18,1152921504612702276,1\n", "price 1152921504612702276 ")] // 2^60 + 5855300: times 10,000 it is 58553000000 in 64 bits.
    public void Record_ValueThatItchCannotHold_IsNamed(string line, string tells)
    {
        string file = _folder.Write(GoodLines + line, "feed.csv");

        CommandResult result = CommandProcess.Run("record", file, _folder.File("out.itch"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(tells, result.OneLineError(), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("out.itch")));
    }

    [Fact]
    public void Record_MessagesOfNoOrder_BecomeTradingActionsOrAreLeftOutAndCounted()
    {
        string file = _folder.Write(GoodLines + "34200.1,7,0,0,-1,-1\n34200.2,6,-1,500,5850000,1\n34200.3,7,0,0,5,1\n", "feed.csv");

        CommandResult recorded = CommandProcess.Run("record", file, _folder.File("out.itch"));

        Assert.True(recorded.ExitCode == 0, recorded.Error);
        Assert.Contains("1 that ITCH has no word for", recorded.Output, StringComparison.Ordinal);
        Replayed replayed = Replayed.Run(_folder.File("out.itch"));
        Assert.Equal((1, 1), (replayed.Number("messages.byType.H"), replayed.Number("messages.byType.P")));
    }

    [Fact]
    public void Record_UnknownFormat_IsExitCodeTwo()
    {
        string file = _folder.Write(GoodLines, "feed.csv");

        CommandResult result = CommandProcess.Run("record", file, _folder.File("out"), "--format", "csv");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("expected itch or moldudp64", result.OneLineError(), StringComparison.Ordinal);
    }
}
