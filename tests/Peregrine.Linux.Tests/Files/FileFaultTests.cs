using System.Net.Sockets;
using Peregrine.Linux.Files;

namespace Peregrine.Linux.Tests.Files;

/// <summary>What is no file is refused by its name, and what a call could not do is told by its number.</summary>
public sealed class FileFaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("peregrine-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_OfNoFile_SaysWhich()
    {
        LinuxException fault = Assert.Throws<LinuxException>(() => LinuxFile.Open(At("none")));

        Assert.Equal(Errno.ENOENT, fault.Errno);
        Assert.Equal($"cannot open {At("none")}: ENOENT: No such file or directory", fault.Message);
    }

    [Fact]
    public void Open_OfWhatIsNoFile_SaysWhatItIs()
    {
        Assert.Equal($"{_folder} is a folder, expected a regular file: move it away",
            Assert.Throws<IOException>(() => LinuxFile.TryOpenRead(_folder)).Message);
        Assert.Equal(Errno.EISDIR, Assert.Throws<LinuxException>(() => LinuxFile.Open(_folder)).Errno);
        Assert.Equal("/dev/null is a device, expected a regular file: move it away",
            Assert.Throws<IOException>(() => LinuxFile.OpenOrCreate("/dev/null")).Message);
    }

    [Fact]
    public void Folder_IsSyncedWhereItIs()
    {
        LinuxFile.SyncFolder(_folder);

        Assert.Equal(Errno.None, LinuxFile.TrySyncFolder(_folder));
        Assert.Equal(Errno.ENOENT, LinuxFile.TrySyncFolder(At("none")));
        Assert.Contains($"sync of folder {At("none")}", Assert.Throws<LinuxException>(() => LinuxFile.SyncFolder(At("none"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Move_ByName_ReplacesAndTellsWhatIsMissing()
    {
        File.WriteAllText(At("a"), "new");
        File.WriteAllText(At("b"), "old");

        Assert.Equal(Errno.ENOENT, LinuxFile.TryMove(At("none"), At("b")));
        Assert.Equal("old", File.ReadAllText(At("b")));
        Assert.Equal(Errno.None, LinuxFile.TryMove(At("a"), At("b")));
        Assert.Equal("new", File.ReadAllText(At("b")));
        Assert.Equal([At("b")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Lengths_ThatCannotBe_AreRefusedAndChangeNothing()
    {
        using LinuxFile file = LinuxFile.Create(At("a"));
        _ = file.Write("abc"u8, 0);

        Assert.Equal(Errno.EINVAL, file.SetLength(-1));
        Assert.Equal(Errno.EINVAL, file.Allocate(0));
        Assert.Equal(Errno.EINVAL, file.Write("x"u8, -1));
        Assert.Equal(Errno.EINVAL, file.Read(new byte[1], -1).Errno);
        Assert.Equal(3, file.FindLength().Value);
        Assert.Equal(new CallResult(2, Errno.None), file.WriteSome("de"u8, 3));
        Assert.Equal(0, file.Read(new byte[1], 5).Value);
    }

    [Fact]
    public void File_OpenedForReading_IsNotWritten()
    {
        File.WriteAllText(At("a"), "kept");
        using LinuxFile file = LinuxFile.TryOpenRead(At("a"))!;

        Assert.Equal(Errno.EBADF, file.Write("x"u8, 0));
        Assert.Equal(Errno.EBADF, file.WriteSome("x"u8, 0).Errno);
        Assert.Equal("kept", File.ReadAllText(At("a")));
    }

    [Fact]
    public void File_ThatIsDisposed_ReachesNoOther()
    {
        LinuxFile gone = LinuxFile.Create(At("a"));
        gone.Dispose();
        using LinuxFile next = LinuxFile.Create(At("b"));

        Assert.Equal(Errno.EBADF, gone.Write("x"u8, 0));
        Assert.Equal(Errno.EBADF, gone.SyncData());
        Assert.False(gone.TryLock());
        gone.Dispose();
        Assert.Equal(0, next.FindLength().Value);
    }

    [Fact]
    public void Identity_OfAPath_SaysWhatItIsWhoseAndForWhom()
    {
        File.WriteAllText(At("a"), "");
        File.SetUnixFileMode(At("a"), UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        _ = File.CreateSymbolicLink(At("link"), At("a"));
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(At("socket")));

        Assert.Equal(new FileIdentity(FileKind.Regular, FileIdentity.CurrentUser, UnixFileMode.UserRead | UnixFileMode.GroupWrite), Of(At("a")));
        Assert.Equal(Of(At("a")), Of(At("link")));
        Assert.Equal((FileKind.Folder, "a folder"), (Of(_folder).Kind, Of(_folder).KindText));
        Assert.Equal((FileKind.Socket, "a socket"), (Of(At("socket")).Kind, Of(At("socket")).KindText));
        Assert.Equal((FileKind.Device, "a device"), (Of("/dev/null").Kind, Of("/dev/null").KindText));
        Assert.Equal(Errno.ENOENT, FileIdentity.TryRead(At("none"), out FileIdentity none));
        Assert.Equal(default, none);
        Assert.Equal(Errno.ENOTDIR, FileIdentity.TryRead(At("a/b"), out _));
    }

    private static FileIdentity Of(string path)
    {
        Assert.Equal(Errno.None, FileIdentity.TryRead(path, out FileIdentity identity));
        return identity;
    }

    private string At(string name) => Path.Combine(_folder, name);
}
