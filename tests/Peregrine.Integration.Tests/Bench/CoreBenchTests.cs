using System.Buffers.Binary;
using System.Text.Json;
using Peregrine.Bench.Core;
using Peregrine.Cli;

namespace Peregrine.Integration.Tests.Bench;

/// <summary>The bench of the core plays what the file says, on every stage the same, and says what is wrong with a file.</summary>
public sealed class CoreBenchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("book")]
    [InlineData("core")]
    public void Stage_AStreamOfEveryCommand_TradesWhatItSays(string stage)
    {
        string path = WriteEveryCommand();

        CommandResult result = CommandProcess.Run("bench", "core", "--commands", path, "--stage", stage, "--rounds", "1", "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement figures = JsonDocument.Parse(result.Output).RootElement[0];
        Assert.Equal("14", figures.GetProperty("tradedQuantity").GetString());
        Assert.Equal(1, figures.GetProperty("resting").GetInt32());
        Assert.Equal(0, figures.GetProperty("refused").GetInt64());
        Assert.Equal(6, figures.GetProperty("commands").GetInt32());
        Assert.Equal(2, figures.GetProperty("prefill").GetInt32());
        Assert.True(figures.GetProperty("p99Ns").GetInt64() > 0);
    }

    [Theory]
    [InlineData("os", "1", "inline")]
    [InlineData("os", "max", "thread")]
    [InlineData("none", "max", "inline")]
    [InlineData("fsync", "3", "thread")]
    public void Link_AStreamOfEveryCommand_TradesWhatItSaysAndLeavesNothingBehind(string durability, string outstanding, string writer)
    {
        string folder = _folder.File("journals");

        CommandResult result = CommandProcess.Run(
            "bench", "core", "--commands", WriteEveryCommand(), "--stage", "link", "--rounds", "1", "--dir", folder, "--durability", durability,
            "--outstanding", outstanding, "--writer", writer, "--json");

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement figures = JsonDocument.Parse(result.Output).RootElement[0];
        Assert.Equal("14", figures.GetProperty("tradedQuantity").GetString());
        Assert.Equal(1, figures.GetProperty("resting").GetInt32());
        Assert.Equal(0, figures.GetProperty("refused").GetInt64());
        Assert.Equal(6, figures.GetProperty("commands").GetInt32());
        Assert.Equal(writer, figures.GetProperty("writer").GetString());
        Assert.True(figures.GetProperty("p99Ns").GetInt64() > 0);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Stage_ACommandThatTheBookRefuses_IsCounted()
    {
        string path = Write(prefill: 0, (0, true, false, 1, 1, 100), (1, false, false, 0, 2, 100));

        CommandResult result = CommandProcess.Run("bench", "core", "--commands", path, "--stage", "book", "--rounds", "1", "--json");

        Assert.Equal(1, JsonDocument.Parse(result.Output).RootElement[0].GetProperty("refused").GetInt64());
    }

    [Fact]
    public void Stream_ThatIsCut_IsRefusedWithItsSize()
    {
        string path = Write(prefill: 0, (0, true, false, 1, 1, 100), (0, true, false, 1, 2, 100));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);

        CommandException refusal = Assert.Throws<CommandException>(() => OrderStream.Read(path));

        Assert.Contains("63 bytes, and a header that announces 2 commands", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 3, 1)]
    public void Stream_WithABadCommand_IsRefusedWithItsNumber(byte type, ulong order, uint lots)
    {
        string path = Write(prefill: 0, (0, true, false, 1, 1, 100), (type, true, false, lots, order, 100));

        CommandException refusal = Assert.Throws<CommandException>(() => OrderStream.Read(path));

        Assert.Contains("command 1:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_WithNothingToMeasure_IsRefused()
    {
        string path = Write(prefill: 1, (0, true, false, 1, 1, 100));

        Assert.Contains("nothing is left to measure", Assert.Throws<CommandException>(() => OrderStream.Read(path)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stage", "wire", "--stage: 'wire', expected book, core, link or several")]
    [InlineData("--outstanding", "0", "--outstanding: '0', expected 1 to 1000000, or max")]
    [InlineData("--durability", "disk", "--durability: 'disk', expected none, os or fsync")]
    [InlineData("--writer", "nobody", "--writer: 'nobody', expected auto, inline or thread")]
    [InlineData("--rounds", "0", "--rounds: expected 1 to 1000")]
    [InlineData("--commands", "/nowhere.stream", "/nowhere.stream: cannot be read")]
    public void Option_ThatIsWrong_IsNamed(string option, string value, string expected)
    {
        string path = Write(prefill: 0, (0, true, false, 1, 1, 100));
        string[] arguments = option == "--commands"
            ? [option, value]
            : option == "--stage" ? ["--commands", path, option, value] : ["--commands", path, "--stage", "link", option, value];

        CommandResult result = CommandProcess.Run(["bench", "core", .. arguments]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(expected, result.OneLineError(), StringComparison.Ordinal);
    }

    private string WriteEveryCommand() => Write(
        prefill: 2,
        (0, true, false, 10, 1, 100),
        (0, false, false, 10, 2, 105),
        (0, false, false, 4, 3, 100),      // trades 4 with order 1
        (2, true, false, 0, 1, 105),       // order 1, 6 left, trades them with order 2
        (0, true, true, 9, 4, 105),        // trades the 4 left of order 2; 5 are cancelled
        (0, true, false, 7, 5, 99),
        (1, true, false, 0, 5, 99),
        (0, true, false, 1, 6, 98));

    private string Write(int prefill, params (byte Type, bool IsBuy, bool IsImmediateOrCancel, uint Lots, ulong OrderId, long Ticks)[] commands)
    {
        byte[] bytes = new byte[16 + (commands.Length * OrderStream.RecordBytes)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, commands.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), prefill);
        for (int index = 0; index < commands.Length; index++)
        {
            Span<byte> record = bytes.AsSpan(16 + (index * OrderStream.RecordBytes));
            record[0] = commands[index].Type;
            record[1] = commands[index].IsBuy ? (byte)1 : (byte)0;
            record[2] = commands[index].IsImmediateOrCancel ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], commands[index].Lots);
            BinaryPrimitives.WriteUInt64LittleEndian(record[8..], commands[index].OrderId);
            BinaryPrimitives.WriteInt64LittleEndian(record[16..], commands[index].Ticks);
        }

        string path = _folder.File("orders.stream");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
