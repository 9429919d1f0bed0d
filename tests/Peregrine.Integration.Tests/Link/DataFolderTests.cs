using System.Diagnostics;
using Peregrine.Integration.Tests.Console;

namespace Peregrine.Integration.Tests.Link;

/// <summary>What others could have put into the data folder is refused by name, at once, and left as it is.</summary>
public sealed class DataFolderTests : IDisposable
{
    private const int RefusalMs = 120_000;
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0b111_111_111)]
    [InlineData(0b111_111_101)]
    public void Run_FolderThatOthersMayWrite_IsRefusedWithTheCommand(int mode)
    {
        _ = Directory.CreateDirectory(Data);
        File.SetUnixFileMode(Data, (UnixFileMode)mode);

        string error = Refusal();

        Assert.Contains($"chmod 700 {Data}", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Data));
    }

    [Fact]
    public void Run_FolderOfAnotherUser_IsRefusedWithTheCommand()
    {
        _ = Directory.CreateDirectory(Data);
        Special.GiveAway(Data);

        string error = Refusal();

        Assert.Contains("belongs to user 65534", error, StringComparison.Ordinal);
        Assert.Contains("chown ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("journal/0000000001.journal")]
    [InlineData("sessions/CLIENT1.session")]
    [InlineData("ids.db")]
    public void Run_AFifoInAFilesPlace_IsRefusedByNameAndNotWaitedFor(string name)
    {
        string path = Path.Combine(Data, name);
        _ = Directory.CreateDirectory(Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Special.MakeFifo(path);

        Assert.Contains($"{path} is a FIFO", Refusal(), StringComparison.Ordinal);
    }

    private string Refusal()
    {
        Process process = Process.Start(CommandProcess.Info("run", "--no-status", "--no-simulator", "--no-console", "--data", Data, "--set",
            "fix.port=0", "--set", "marketData.port=0"))!;
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            Assert.True(process.WaitForExit(RefusalMs), "the start does not wait for ever");
            Assert.Equal(1, process.ExitCode);
            return error.GetAwaiter().GetResult();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }
}
