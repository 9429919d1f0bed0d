using System.Buffers.Binary;

namespace Peregrine.Linux.Files;

/// <summary>What a name in the file system is. 0 is none of these.</summary>
public enum FileKind : byte
{
    Other = 0,
    Regular = 1,
    Folder = 2,
    Fifo = 3,
    Socket = 4,
    Device = 5,
    Link = 6,
}

/// <summary>What a file is, whose, and who may do what with it.</summary>
/// <param name="Kind">File, folder, FIFO and the like.</param>
/// <param name="Owner">Number of the user.</param>
/// <param name="Mode">Who may read, write and execute.</param>
public readonly record struct FileIdentity(FileKind Kind, uint Owner, UnixFileMode Mode)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int OfDescriptor = 0x1000; // AT_EMPTY_PATH
    private const uint TypeModeAndOwner = 0xB; // STATX_TYPE | STATX_MODE | STATX_UID
    private const int AnswerBytes = 256;
    private const int OwnerAt = 20;
    private const int ModeAt = 28;
    private const int ModeMask = 0xFFF;
    private const int KindShift = 12;

    /// <summary>The user that this process acts for.</summary>
    public static uint CurrentUser => Libc.GetEffectiveUser();

    /// <summary>In words, with its article.</summary>
    public string KindText => Kind switch
    {
        FileKind.Regular => "a regular file",
        FileKind.Folder => "a folder",
        FileKind.Fifo => "a FIFO",
        FileKind.Socket => "a socket",
        FileKind.Device => "a device",
        FileKind.Link => "a link",
        _ => "no file",
    };

    /// <summary>Looks at a path; a link is followed.</summary>
    /// <returns>None, ENOENT or why not.</returns>
    public static Errno TryRead(string path, out FileIdentity identity) => TryRead(CurrentFolder, path, 0, out identity);

    /// <summary>Looks at an open file.</summary>
    internal static Errno TryRead(int descriptor, out FileIdentity identity) => TryRead(descriptor, "", OfDescriptor, out identity);

    // struct statx is laid out alike on every architecture, as struct stat is not. Source: statx(2).
    private static unsafe Errno TryRead(int folder, string path, int flags, out FileIdentity identity)
    {
        byte* answer = stackalloc byte[AnswerBytes];

        // SAFETY: the kernel writes one struct statx, 256 bytes, on this frame.
        Errno errno = Libc.Result(Libc.StatX(folder, path, flags, TypeModeAndOwner, answer)).Errno;
        ReadOnlySpan<byte> bytes = new(answer, AnswerBytes);
        int mode = errno == Errno.None ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[ModeAt..]) : 0;
        identity = errno == Errno.None
            ? new FileIdentity(KindOf(mode >> KindShift), BinaryPrimitives.ReadUInt32LittleEndian(bytes[OwnerAt..]), (UnixFileMode)(mode & ModeMask))
            : default;
        return errno;
    }

    // S_IFMT without its zeros. Source: inode(7).
    private static FileKind KindOf(int type) => type switch
    {
        8 => FileKind.Regular,
        4 => FileKind.Folder,
        1 => FileKind.Fifo,
        12 => FileKind.Socket,
        2 or 6 => FileKind.Device,
        10 => FileKind.Link,
        _ => FileKind.Other,
    };
}
