using Peregrine.Journal.Files;
using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>What happens to the folder before the first append.</summary>
public sealed partial class JournalWriter
{
    // One that is being written, and what gathered meanwhile.
    private const int BatchesOnTheirWay = 2;

    // Of a writer with the default options: the one before may have had larger batches than this one.
    private const int UsualBatchBytes = 4 << 20;
    private const int RewriteBytes = 64 << 10;

    private static IJournalFile LockFolder(JournalOptions options)
    {
        string folder = options.Folder;
        try
        {
            bool isNew = options.Files.MakeFolder(folder);
            if (isNew && options.Durability == Durability.Fsync)
            {
                string parent = Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder;
                ThrowOn(options.Files.SyncFolder(parent), $"sync of folder {parent}");
            }

            IJournalFile file = options.Files.OpenOrCreate(Path.Combine(folder, "lock"));
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

    private static void CutTornTail(IJournalFiles files, JournalScan scan)
    {
        if (scan.UnbornPath is { } unborn)
        {
            ThrowOn(files.Delete(unborn), $"removing {unborn}, which is all zeros");
        }

        if (scan.Recovery.TornBytes > 0)
        {
            using IJournalFile file = files.Open(scan.Segments[^1]);
            Errno errno = WriteZeros(file, scan.EndOffset, scan.Recovery.TornBytes);
            errno = errno == Errno.None ? file.SyncData() : errno;
            ThrowOn(errno, $"cutting the torn tail of {scan.Recovery.TornAt}");
        }
    }

    // From the end to the start: a crash on the way leaves a shorter torn tail, and never a hole before old bytes.
    private static Errno WriteZeros(IJournalFile file, long start, long bytes)
    {
        Errno errno = Errno.None;
        for (long left = bytes; left > 0 && errno == Errno.None;)
        {
            // In pieces that end where those of the file do: a crash on the way then leaves each sector as it was, or zero.
            int count = (int)Math.Min(left, (start + left - 1) % JournalFormat.Zeros.Length + 1);
            left -= count;
            errno = file.WriteAll(JournalFormat.Zeros[..count], start + left);
        }

        return errno;
    }

    // A killed writer may have left records that the kernel has and the disk has not. They were read just now and count as durable.
    private static void SyncWhatWasRead(JournalOptions options, JournalScan scan)
    {
        RewriteTail(options, scan);
        foreach (string path in scan.Segments)
        {
            using IJournalFile file = options.Files.Open(path);
            ThrowOn(file.SyncData(), $"sync of {path}");
        }

        ThrowOn(options.Files.SyncFolder(options.Folder), $"sync of folder {options.Folder}");
    }

    // After a sync that failed, the kernel counts the pages as clean: they are read back from memory, the next sync finds nothing to write, and a
    // loss of power takes them. The writer stops at the first such failure, so only what was on its way then can be concerned: it is written again
    // with the same bytes.
    private static void RewriteTail(JournalOptions options, JournalScan scan)
    {
        long left = BatchesOnTheirWay * (long)(Math.Max(options.BatchBytesMax, UsualBatchBytes) + JournalFormat.LinkRecordBytes);
        byte[] buffer = new byte[RewriteBytes];
        long end = scan.EndOffset;
        for (int number = scan.LastNumber; number > 0 && left > 0; number--)
        {
            string path = Path.Combine(options.Folder, JournalFolder.FileName(number));
            using IJournalFile? file = options.Files.TryOpenRead(path) is { } there ? Reopen(options.Files, there) : null;
            if (file is null)
            {
                // Removed or archived: that is done with what the disk holds.
                return;
            }

            long start = Math.Max(end - left, 0);
            left -= end - start;
            for (long at = start; at < end; at += buffer.Length)
            {
                Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at));
                int read = file.ReadAll(bytes, at);
                ThrowOn(file.WriteAll(bytes[..read], at), $"writing the end of {path} again");
            }

            ThrowOn(file.SyncData(), $"sync of {path}");
            end = JournalFolder.ReadHeader(file, number) is { } header ? header.PreviousEnd : 0;
        }
    }

    private static IJournalFile Reopen(IJournalFiles files, IJournalFile readOnly)
    {
        readOnly.Dispose();
        return files.Open(readOnly.Path);
    }

    private static void ThrowOn(Errno errno, string what)
    {
        if (errno != Errno.None)
        {
            throw new LinuxException(what, errno);
        }
    }
}
