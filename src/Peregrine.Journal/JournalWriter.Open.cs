using Peregrine.Linux;
using Peregrine.Linux.Files;

namespace Peregrine.Journal;

/// <summary>What happens to the folder before the first append.</summary>
public sealed partial class JournalWriter
{
    private const int ZerosBytes = 64 << 10;

    private static LinuxFile LockFolder(JournalOptions options)
    {
        string folder = options.Folder;
        try
        {
            bool isNew = !Directory.Exists(folder);
            _ = Directory.CreateDirectory(folder);
            if (isNew && options.Durability == Durability.Fsync)
            {
                LinuxFile.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder);
            }

            LinuxFile file = LinuxFile.OpenOrCreate(Path.Combine(folder, "lock"));
            if (file.TryLock())
            {
                return file;
            }

            file.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"journal folder {folder} cannot be written: {exception.Message}; choose another folder or change its owner");
        }

        throw new JournalException($"journal folder {folder} is in use by another writer; stop that one or choose another folder");
    }

    private static void CutTornTail(JournalScan scan)
    {
        if (scan.UnbornPath is { } unborn)
        {
            File.Delete(unborn);
        }

        if (scan.Recovery.TornBytes > 0)
        {
            using LinuxFile file = LinuxFile.Open(scan.Segments[^1]);
            Errno errno = WriteZeros(file, scan.EndOffset, scan.Recovery.TornBytes);
            errno = errno == Errno.None ? file.SyncData() : errno;
            if (errno != Errno.None)
            {
                throw new LinuxException($"cutting the torn tail of {scan.Recovery.TornAt}", errno);
            }
        }
    }

    // From the end to the start: a crash on the way leaves a shorter torn tail, and never a hole before old bytes.
    private static Errno WriteZeros(LinuxFile file, long start, long bytes)
    {
        byte[] zeros = new byte[Math.Min(bytes, ZerosBytes)];
        Errno errno = Errno.None;
        for (long left = bytes; left > 0 && errno == Errno.None;)
        {
            int count = (int)Math.Min(left, zeros.Length);
            left -= count;
            errno = file.Write(zeros.AsSpan(0, count), start + left);
        }

        return errno;
    }

    // A killed writer may have left records that the kernel has and the disk has not. They were read just now and count as durable.
    private static void SyncWhatWasRead(string folder, JournalScan scan)
    {
        foreach (string path in scan.Segments)
        {
            using LinuxFile file = LinuxFile.Open(path);
            Errno errno = file.SyncData();
            if (errno != Errno.None)
            {
                throw new LinuxException($"sync of {path}", errno);
            }
        }

        LinuxFile.SyncFolder(folder);
    }
}
