using System.Buffers.Binary;
using Peregrine.Linux;
using Peregrine.Linux.Files;

namespace Peregrine.Journal;

/// <summary>
/// Appends records to a journal, batch by batch. A record counts as durable when <see cref="DurableSequence"/> has reached it.
/// </summary>
/// <remarks>
/// Thread: one caller; at <see cref="Durability.Fsync"/> a thread of its own writes and syncs beside it, and whatever was
/// committed meanwhile becomes the next batch. Allocates: no, after it was opened, but for a new segment (two small objects).
/// </remarks>
public sealed partial class JournalWriter : IDisposable
{
    // At level None, memory is written to the kernel when it holds this much.
    private const int LazyWriteBytes = 256 << 10;

    private readonly JournalOptions _options;
    private readonly LinuxFile _lock;
    private readonly SegmentSupply _supply;
    private LinuxFile? _segment;
    private long _segmentOffset;
    private long _segmentBytes;
    private int _segmentNumber;

    private byte[] _batch;
    private int _batchBytes;
    private int _committedBytes;
    private long _batchSequence;
    private bool _foundFull;
    private long _durableSequence;
    private JournalFailure? _failure;

    private JournalWriter(JournalOptions options, LinuxFile folderLock, JournalScan scan)
    {
        _options = options;
        _lock = folderLock;
        _batch = GC.AllocateArray<byte>(options.BatchBytesMax, pinned: true);
        _spare = GC.AllocateArray<byte>(options.BatchBytesMax, pinned: true);
        _batchSequence = scan.Recovery.LastSequence;
        _durableSequence = scan.Recovery.LastSequence;
        _segmentOffset = scan.EndOffset;
        _segmentNumber = scan.Segments.Count;
        if (_segmentNumber > 0)
        {
            _segment = LinuxFile.Open(scan.Segments[^1]);
            _segmentBytes = scan.LastBytes;
        }

        _supply = new SegmentSupply(options, _segmentNumber + 1);
        if (options.Durability == Durability.Fsync && !options.SyncInline)
        {
            _syncThread = new Thread(SyncWork) { IsBackground = true, Name = "journal-sync" };
            _syncThread.Start();
        }
    }

    /// <summary>Highest sequence number that is durable at the configured level.</summary>
    /// <remarks>Thread: any. Pairs with the release store in <see cref="Publish"/>: who reads a number here may tell the world of it.</remarks>
    public long DurableSequence => Volatile.Read(ref _durableSequence);

    /// <summary>What it has done.</summary>
    public JournalCounters Counters { get; } = new();

    /// <summary>Why it failed for good, or null.</summary>
    public JournalFailure? Failure => Volatile.Read(ref _failure);

    /// <summary>Opens a journal, or makes an empty one, and gives every record in it to the visitor.</summary>
    /// <param name="options">How it is written.</param>
    /// <param name="visitor">Gets the records, in order, before this returns.</param>
    /// <param name="recovery">What was found; a torn tail was cut.</param>
    /// <exception cref="JournalException">Damage before the tail; another version; in use by another process; folder not writable.</exception>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    public static JournalWriter Open(JournalOptions options, IJournalVisitor visitor, out JournalRecovery recovery)
    {
        options.Validate();
        LinuxFile folderLock = LockFolder(options);
        try
        {
            JournalScan scan = JournalScan.Run(options.Folder, visitor);
            recovery = scan.Recovery;
            CutTornTail(scan);
            if (options.Durability == Durability.Fsync)
            {
                SyncWhatWasRead(options.Folder, scan);
            }

            return new JournalWriter(options, folderLock, scan);
        }
        catch (LinuxException exception)
        {
            folderLock.Dispose();
            throw new JournalException($"journal folder {options.Folder} cannot be used: {exception.Message}");
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Appends a record to the open batch.</summary>
    /// <param name="type">1 to 255.</param>
    /// <param name="sequence">At least that of the record before.</param>
    /// <param name="timeNs">Unix nanoseconds.</param>
    /// <param name="payload">Copied.</param>
    /// <returns>Ok; Full: nothing appended, commit first; TooLong: it can never fit; Failed.</returns>
    public JournalStatus TryAppend(byte type, long sequence, long timeNs, ReadOnlySpan<byte> payload)
    {
        Check.That(type != 0 && sequence >= _batchSequence, "journal records have a type, and sequence numbers that never fall");
        if (Failure is not null)
        {
            Counters.FailedCount++;
            return JournalStatus.Failed;
        }

        if (payload.Length > _batch.Length - JournalFormat.RecordHeaderBytes)
        {
            Counters.TooLongCount++;
            return JournalStatus.TooLong;
        }

        int bytes = JournalFormat.RecordBytes(payload.Length);
        if (bytes > _batch.Length - _batchBytes)
        {
            _foundFull = true;
            Counters.FullCount++;
            return JournalStatus.Full;
        }

        JournalFormat.WriteRecord(_batch.AsSpan(_batchBytes), new JournalRecord(sequence, timeNs, type), payload);
        _batchBytes += bytes;
        _batchSequence = sequence;
        Counters.Records++;
        return JournalStatus.Ok;
    }

    /// <summary>
    /// Closes the open batch. None: durable at once. Os: written before this returns. Fsync: handed to the writing thread; while
    /// that is busy, batches gather and are handed over by a later call, so call it once each pass even when nothing was appended.
    /// </summary>
    /// <returns>Ok or Failed.</returns>
    public JournalStatus Commit()
    {
        if (Failure is not null)
        {
            Counters.FailedCount++;
            return JournalStatus.Failed;
        }

        if (_batchBytes > _committedBytes)
        {
            _committedBytes = _batchBytes;
            Counters.Batches++;
        }

        if (_committedBytes == 0)
        {
            return JournalStatus.Ok;
        }

        switch (_options.Durability)
        {
            case Durability.None:
                Publish(_batchSequence);
                return _foundFull || _batchBytes >= Math.Min(LazyWriteBytes, _batch.Length / 2) ? WriteOpenBatch(sync: false) : JournalStatus.Ok;
            case Durability.Os:
                return WriteOpenBatch(sync: false);
            default:
                return _syncThread is null ? WriteOpenBatch(sync: true) : HandOver();
        }
    }

    /// <summary>Blocks until everything appended is with the kernel, at <see cref="Durability.Fsync"/> on the disk, or the journal failed.</summary>
    public void Drain()
    {
        _ = Commit();
        if (_syncThread is not null)
        {
            WaitForSync();
        }
        else if (_committedBytes > 0 && Failure is null)
        {
            _ = WriteOpenBatch(sync: false);
        }
    }

    /// <summary>Drains and gives everything back.</summary>
    public void Dispose()
    {
        Drain();
        StopSyncThread();
        _supply.Dispose();
        _segment?.Dispose();
        _lock.Dispose();
    }

    private JournalStatus WriteOpenBatch(bool sync)
    {
        bool ok = TryWrite(_batch.AsSpan(0, _committedBytes), _batchSequence, sync);
        _batchBytes = 0;
        _committedBytes = 0;
        _foundFull = false;
        return ok ? JournalStatus.Ok : JournalStatus.Failed;
    }

    private bool TryWrite(ReadOnlySpan<byte> batch, long lastSequence, bool sync)
    {
        if ((_segment is null || _segmentOffset + batch.Length > _segmentBytes) && !TryRoll(batch))
        {
            return false;
        }

        long startNs = sync ? Clock.MonotonicNs : 0;
        Errno errno = _segment!.Write(batch, _segmentOffset);
        errno = errno == Errno.None && sync ? _segment.SyncData() : errno;
        if (errno != Errno.None)
        {
            Fail($"writing {batch.Length} bytes at {_segmentOffset} of {_segment.Path}", errno);
            return false;
        }

        if (sync)
        {
            Counters.Syncs++;
            Counters.SyncNs.Record(Clock.MonotonicNs - startNs);
        }

        _segmentOffset += batch.Length;
        Counters.Bytes += batch.Length;
        Publish(lastSequence);
        return true;
    }

    // The header is in the file before the file has its name, so that a crash at any point leaves a segment or none.
    private bool TryRoll(ReadOnlySpan<byte> batch)
    {
        PreparedSegment? prepared = _supply.Take(out bool waited, out JournalFailure? failure);
        if (prepared is null)
        {
            Fail(failure!.Message, failure.Errno);
            return false;
        }

        Errno errno = WriteSegment(prepared.File, prepared.Path, batch);
        if (errno != Errno.None)
        {
            prepared.File.Dispose();
            Fail($"making segment {prepared.Path}", errno);
            return false;
        }

        _segment?.Dispose();
        _segment = prepared.File;
        _segmentNumber++;
        _segmentOffset = JournalFormat.SegmentHeaderBytes;
        _segmentBytes = _options.SegmentBytes;
        Counters.SegmentsMade++;
        Counters.SegmentWaits += waited ? 1 : 0;
        _supply.PrepareNext();
        return true;
    }

    private Errno WriteSegment(LinuxFile file, string path, ReadOnlySpan<byte> batch)
    {
        long firstSequence = BinaryPrimitives.ReadInt64LittleEndian(batch[JournalFormat.SequenceOffset..]);
        long firstTimeNs = BinaryPrimitives.ReadInt64LittleEndian(batch[JournalFormat.TimeOffset..]);
        Span<byte> header = stackalloc byte[JournalFormat.SegmentHeaderBytes];
        JournalFormat.WriteSegmentHeader(header, firstSequence, firstTimeNs, _segment is null ? 0 : _segmentOffset);
        bool isSynced = _options.Durability == Durability.Fsync;
        Errno errno = file.Write(header, 0);
        errno = errno == Errno.None && isSynced ? file.SyncData() : errno;
        errno = errno == Errno.None ? file.MoveTo(path) : errno;
        return errno == Errno.None && isSynced ? LinuxFile.TrySyncFolder(_options.Folder) : errno;
    }

    // Release: everything written above is with the kernel or the disk before anyone can read the number.
    private void Publish(long sequence) => Volatile.Write(ref _durableSequence, sequence);

    private void Fail(string message, Errno errno) => Volatile.Write(ref _failure, new JournalFailure(message, errno));
}
