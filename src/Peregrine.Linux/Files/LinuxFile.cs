namespace Peregrine.Linux.Files;

/// <summary>A file by its descriptor, with just what a log needs: positioned writes, fdatasync, allocation, locks.</summary>
/// <remarks>Thread: any for <see cref="Write"/> and <see cref="SyncData"/>. Allocates: only when opened.</remarks>
public sealed unsafe class LinuxFile : IDisposable
{
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int OpenExclusive = 0x80;
    private const int OpenCloseOnExec = 0x80000;

    // Means nothing to a regular file; a FIFO without a writer would wait for one. The number is that of x86-64 and arm64.
    private const int OpenNonBlocking = 0x800;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockRelease = 8;

    private int _descriptor;
    private bool _isLocked;

    private LinuxFile(int descriptor, string path)
    {
        _descriptor = descriptor;
        Path = path;
    }

    /// <summary>Where it was opened, or moved to.</summary>
    public string Path { get; private set; }

    /// <summary>Opens for reading and writing.</summary>
    /// <exception cref="LinuxException">It is not there or not allowed.</exception>
    /// <exception cref="IOException">It is no regular file: named, and not waited for.</exception>
    public static LinuxFile Open(string path) => OpenFlags(path, OpenReadWrite);

    /// <summary>Opens for reading only.</summary>
    /// <returns>The file, or null when there is none of that name.</returns>
    /// <exception cref="LinuxException">It is there and not allowed, or the system refused otherwise.</exception>
    /// <exception cref="IOException">It is no regular file: named, and not waited for.</exception>
    public static LinuxFile? TryOpenRead(string path)
    {
        CallResult result = Libc.Result(Libc.Open(path, OpenNonBlocking | OpenCloseOnExec, 0));
        if (result.IsOk)
        {
            return OnlyRegular((int)result.Value, path);
        }

        return result.Errno == Errno.ENOENT ? null : throw new LinuxException($"cannot open {path}", result.Errno);
    }

    /// <summary>Creates, mode 0640; an existing file is an error.</summary>
    public static LinuxFile Create(string path) => OpenFlags(path, OpenReadWrite | OpenCreate | OpenExclusive);

    /// <summary>Opens, creating it when missing.</summary>
    public static LinuxFile OpenOrCreate(string path) => OpenFlags(path, OpenReadWrite | OpenCreate);

    /// <summary>Makes the names in a folder durable: needed after a file is created or renamed.</summary>
    /// <exception cref="LinuxException">It is not there or the disk refused.</exception>
    public static void SyncFolder(string path)
    {
        Errno errno = TrySyncFolder(path);
        if (errno != Errno.None)
        {
            throw new LinuxException($"sync of folder {path}", errno);
        }
    }

    /// <summary>As <see cref="SyncFolder"/>, with the reason as a value.</summary>
    /// <returns>None, also where the file system has no such call (EINVAL); else why not.</returns>
    public static Errno TrySyncFolder(string path)
    {
        // No O_DIRECTORY: its number differs between x86-64 and arm64, and fsync of whatever opens is harmless.
        CallResult opened = Libc.Result(Libc.Open(path, OpenCloseOnExec, 0));
        if (!opened.IsOk)
        {
            return opened.Errno;
        }

        Errno errno = Libc.Result(Libc.FSync((int)opened.Value)).Errno;
        _ = Libc.Close((int)opened.Value);
        return errno == Errno.EINVAL ? Errno.None : errno;
    }

    /// <summary>Gives the file another name in the same file system, in one step; a file of that name is replaced.</summary>
    /// <returns>None, or why not: nothing changed.</returns>
    public Errno MoveTo(string path)
    {
        Errno errno = Libc.Result(Libc.Rename(Path, path)).Errno;
        Path = errno == Errno.None ? path : Path;
        return errno;
    }

    /// <summary>Gives a file another name in the same file system, in one step; a file of that name is replaced.</summary>
    /// <returns>None; EXDEV: another file system; or why not. Nothing changed unless None.</returns>
    public static Errno TryMove(string from, string to) => Libc.Result(Libc.Rename(from, to)).Errno;

    /// <summary>Removes a name.</summary>
    /// <returns>None, also when it is not there; else why not.</returns>
    public static Errno TryDelete(string path)
    {
        Errno errno = Libc.Result(Libc.Unlink(path)).Errno;
        return errno == Errno.ENOENT ? Errno.None : errno;
    }

    /// <summary>Writes all of the bytes at an offset.</summary>
    /// <returns>None; ENOSPC, EFBIG, EIO: some of the bytes may be written.</returns>
    public Errno Write(ReadOnlySpan<byte> bytes, long offset)
    {
        // SAFETY: the span is pinned for the calls, which read what is left of it.
        fixed (byte* pointer = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                CallResult result = Libc.Result(Libc.PWrite(_descriptor, pointer + done, (nuint)(bytes.Length - done), offset + done));
                if (result.IsOk)
                {
                    done += (int)result.Value;
                }
                else if (result.Errno != Errno.EINTR)
                {
                    return result.Errno;
                }
            }
        }

        return Errno.None;
    }

    /// <summary>Writes at an offset, as many of the bytes as the system takes at once.</summary>
    /// <returns>How many; fewer than asked for also where the disk is full in the middle.</returns>
    public CallResult WriteSome(ReadOnlySpan<byte> bytes, long offset)
    {
        // SAFETY: the span is pinned for the call, which reads no more than its length.
        fixed (byte* pointer = bytes)
        {
            return Libc.Result(Libc.PWrite(_descriptor, pointer, (nuint)bytes.Length, offset));
        }
    }

    /// <summary>Reads at an offset, as many bytes as the system has at once.</summary>
    /// <returns>How many; 0 at the end of the file.</returns>
    public CallResult Read(Span<byte> target, long offset)
    {
        // SAFETY: the span is pinned for the call, which writes no more than its length.
        fixed (byte* pointer = target)
        {
            return Libc.Result(Libc.PRead(_descriptor, pointer, (nuint)target.Length, offset));
        }
    }

    /// <summary>Length in bytes (lseek).</summary>
    public CallResult FindLength() => Libc.Result(Libc.LSeek(_descriptor, 0, 2 /* SEEK_END */));

    /// <summary>Waits until what was written is on the disk (fdatasync).</summary>
    /// <returns>None, or EIO and the like: what was written since the last success may be lost, even if a later call succeeds.</returns>
    public Errno SyncData()
    {
        Errno errno;
        do
        {
            errno = Libc.Result(Libc.FDataSync(_descriptor)).Errno;
        }
        while (errno == Errno.EINTR);

        return errno;
    }

    /// <summary>Reserves blocks so that later writes find room (posix_fallocate).</summary>
    public Errno Allocate(long bytes)
    {
        int errno;
        do
        {
            // posix_fallocate returns the error number itself.
            errno = Libc.PosixFallocate(_descriptor, 0, bytes);
        }
        while (errno == (int)Errno.EINTR);

        return (Errno)errno;
    }

    /// <summary>Cuts or extends the file.</summary>
    public Errno SetLength(long bytes) => Libc.Result(Libc.FTruncate(_descriptor, bytes)).Errno;

    /// <summary>Takes the exclusive lock of the file if nobody has it; it goes with the descriptor, also when the process dies.</summary>
    public bool TryLock()
    {
        _isLocked = Libc.Result(Libc.FLock(_descriptor, LockExclusive | LockNonBlocking)).IsOk;
        return _isLocked;
    }

    /// <summary>Maps the file's first bytes, shared, for reading and writing.</summary>
    public MappedMemory Map(long bytes) => MappedMemory.Map(_descriptor, bytes, Path);

    /// <inheritdoc/>
    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            if (_isLocked)
            {
                // A child process between its fork and its exec has a copy of the descriptor, and would keep the lock for that moment.
                _ = Libc.FLock(descriptor, LockRelease);
            }

            _ = Libc.Close(descriptor);
        }
    }

    private static LinuxFile OpenFlags(string path, int flags)
    {
        CallResult result = Libc.Result(Libc.Open(path, flags | OpenNonBlocking | OpenCloseOnExec, 0x1A0 /* 0640 */));
        return result.IsOk ? OnlyRegular((int)result.Value, path) : throw new LinuxException($"cannot open {path}", result.Errno);
    }

    private static LinuxFile OnlyRegular(int descriptor, string path)
    {
        Errno errno = FileIdentity.TryRead(descriptor, out FileIdentity identity);
        if (errno == Errno.None && identity.Kind == FileKind.Regular)
        {
            return new LinuxFile(descriptor, path);
        }

        _ = Libc.Close(descriptor);
        throw errno == Errno.None
            ? new IOException($"{path} is {identity.KindText}, expected a regular file: move it away")
            : new LinuxException($"cannot look at {path}", errno);
    }
}
