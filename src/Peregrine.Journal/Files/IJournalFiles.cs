using Peregrine.Linux;

namespace Peregrine.Journal.Files;

/// <summary>A folder's worth of files, as far as a journal needs one. The seam at which tests lose power and fill disks.</summary>
/// <remarks>Thread: any. Failures that a caller must decide about are error numbers; the others are <see cref="LinuxException"/>.</remarks>
internal interface IJournalFiles
{
    /// <summary>Makes a new file, open for reading and writing.</summary>
    /// <exception cref="LinuxException">It exists already, or is not allowed.</exception>
    IJournalFile Create(string path);

    /// <summary>Opens for reading and writing.</summary>
    /// <exception cref="LinuxException">It is not there, or not allowed.</exception>
    IJournalFile Open(string path);

    /// <summary>Opens for reading and writing, making it when missing.</summary>
    IJournalFile OpenOrCreate(string path);

    /// <summary>Opens for reading.</summary>
    /// <returns>Null when there is no such file.</returns>
    IJournalFile? TryOpenRead(string path);

    /// <summary>Removes a file; one that is not there is no error. Durable once the folder is synced.</summary>
    Errno Delete(string path);

    /// <summary>Renames in one step, over a file of that name. Durable once both folders are synced.</summary>
    /// <returns>None; EXDEV: another file system; or why not: nothing changed.</returns>
    Errno Move(string from, string to);

    /// <summary>Makes the names of a folder durable.</summary>
    Errno SyncFolder(string path);

    /// <summary>Makes a folder and those above it.</summary>
    /// <returns>False when it was there.</returns>
    bool MakeFolder(string path);

    /// <summary>Full paths of the files in a folder, in order of their names.</summary>
    /// <exception cref="IOException">No such folder, or not readable.</exception>
    string[] List(string folder);
}

/// <summary>An open file.</summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
internal interface IJournalFile : IDisposable
{
    /// <summary>Where it was opened, or moved to.</summary>
    string Path { get; }

    /// <summary>Writes at an offset; possibly fewer bytes than given.</summary>
    CallResult Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Reads at an offset; possibly fewer bytes than asked for, 0 at the end.</summary>
    CallResult Read(Span<byte> target, long offset);

    /// <summary>Length in bytes.</summary>
    CallResult FindLength();

    /// <summary>Waits until what was written is on the disk.</summary>
    Errno SyncData();

    /// <summary>Reserves blocks for the first bytes, zeros where nothing was written.</summary>
    Errno Allocate(long bytes);

    /// <summary>Renames it in its file system.</summary>
    Errno MoveTo(string path);

    /// <summary>Takes the exclusive lock if nobody has it.</summary>
    bool TryLock();
}

/// <summary>The loops that short writes and reads need.</summary>
internal static class JournalFileExtensions
{
    /// <summary>Writes all of the bytes.</summary>
    /// <returns>None, or why not: some of the bytes may be written.</returns>
    public static Errno WriteAll(this IJournalFile file, ReadOnlySpan<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            CallResult result = file.Write(bytes, offset);
            if (result.IsOk && result.Value > 0)
            {
                bytes = bytes[(int)result.Value..];
                offset += result.Value;
            }
            else if (result.Errno != Errno.EINTR)
            {
                return result.IsOk ? Errno.EIO : result.Errno;
            }
        }

        return Errno.None;
    }

    /// <summary>Reads until the target is full or the file ends.</summary>
    /// <returns>Bytes read.</returns>
    /// <exception cref="JournalException">The disk refused; names file and byte.</exception>
    public static int ReadAll(this IJournalFile file, Span<byte> target, long offset)
    {
        int done = 0;
        while (done < target.Length)
        {
            CallResult result = file.Read(target[done..], offset + done);
            if (result.IsOk && result.Value == 0)
            {
                break;
            }

            if (!result.IsOk && result.Errno != Errno.EINTR)
            {
                throw new JournalException($"{file.Path} cannot be read at byte {offset + done}: {result.Errno.Describe()}");
            }

            done += result.IsOk ? (int)result.Value : 0;
        }

        return done;
    }

    /// <summary>The length, or an exception that names the file.</summary>
    public static long Length(this IJournalFile file)
    {
        CallResult result = file.FindLength();
        return result.IsOk ? result.Value : throw new JournalException($"{file.Path} cannot be read: {result.Errno.Describe()}");
    }
}
