using Peregrine.Linux.Files;

namespace Peregrine.Linux.Tests;

/// <summary>Files as durable parts use them: names, rights, locks.</summary>
public sealed class LinuxFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("peregrine-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Create_OfAFileThatIsThere_IsRefusedAndLeavesIt()
    {
        File.WriteAllText(At("a"), "kept");

        LinuxException fault = Assert.Throws<LinuxException>(() => LinuxFile.Create(At("a")));

        Assert.Contains(At("a"), fault.Message, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(At("a")));
    }

    [Fact]
    public void Files_ThatAreMade_AreReadByTheGroupAtMost()
    {
        using LinuxFile made = LinuxFile.Create(At("a"));
        using LinuxFile opened = LinuxFile.OpenOrCreate(At("b"));

        foreach (string path in (string[])[At("a"), At("b")])
        {
            UnixFileMode mode = File.GetUnixFileMode(path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode & ~UnixFileMode.GroupRead);
        }
    }

    [Fact]
    public void Move_ThatFails_KeepsTheNameAndOneThatSucceedsTakesTheNew()
    {
        using LinuxFile file = LinuxFile.Create(At("a"));

        Assert.Equal(Errno.ENOENT, file.MoveTo(At("none/b")));
        Assert.Equal(At("a"), file.Path);
        Assert.Equal(Errno.None, file.MoveTo(At("b")));
        Assert.Equal(At("b"), file.Path);
        Assert.Equal([At("b")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Delete_OfAFileOrOfNone_IsTheSame()
    {
        File.WriteAllText(At("a"), "");

        Assert.Equal(Errno.None, LinuxFile.TryDelete(At("a")));
        Assert.Equal(Errno.None, LinuxFile.TryDelete(At("a")));
        Assert.NotEqual(Errno.None, LinuxFile.TryDelete(_folder));
    }

    [Fact]
    public void Lock_HeldByOne_IsRefusedToAnotherUntilItIsDisposed()
    {
        LinuxFile first = LinuxFile.OpenOrCreate(At("lock"));
        using LinuxFile second = LinuxFile.OpenOrCreate(At("lock"));

        Assert.True(first.TryLock());
        Assert.False(second.TryLock());
        first.Dispose();
        Assert.True(second.TryLock());
    }

    [Fact]
    public void WriteAndRead_AtAnOffset_TouchOnlyThat()
    {
        using LinuxFile file = LinuxFile.Create(At("a"));
        byte[] back = new byte[10];

        Assert.Equal(Errno.None, file.Write("0123456789"u8, 0));
        Assert.Equal(Errno.None, file.Write("ab"u8, 4));
        Assert.Equal(10, file.Read(back, 0).Value);
        Assert.Equal("0123ab6789"u8, back);
        Assert.Equal(3, file.Read(back, 7).Value);
        Assert.Equal(10, file.FindLength().Value);
        Assert.Equal((Errno.None, 10_000L), (file.Allocate(10_000), file.FindLength().Value));
        Assert.Equal((Errno.None, 3L), (file.SetLength(3), file.FindLength().Value));
    }

    [Fact]
    public void OpenRead_OfNoFile_IsNull() => Assert.Null(LinuxFile.TryOpenRead(At("none")));

    private string At(string name) => Path.Combine(_folder, name);
}
