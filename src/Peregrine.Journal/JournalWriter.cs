using System.Buffers.Binary;
using Peregrine.Journal.Files;
using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>
/// Appends records to a journal, batch by batch. A record counts as durable when <see cref="DurableSequence"/> has reached it.
/// </summary>
/// <remarks>
/// Thread: one caller; at <see cref="Durability.Fsync"/>, and at <see cref="Durability.Os"/> with <see cref="JournalOptions.WriteBeside"/>,
/// a thread of its own writes and syncs beside it, and whatever was committed meanwhile becomes the next batch. Allocates: no, after it was opened,
/// but for a new segment (a few small objects).
/// </remarks>
public sealed partial class JournalWriter : ICommitLog, IDisposable
{
    // At level None, memory is written to the kernel when it holds this much.
    private const int LazyWriteBytes = 256 << 10;

    private readonly JournalOptions _options;
    private readonly IJournalFile _lock;
    private readonly SegmentSupply _supply;
    private readonly ChainHasher _hasher = new();
    private readonly BesideHasher? _beside;

    // The writing side: the caller's, at fsync without SyncInline the writing thread's.
    private IJournalFile? _segment;
    private long _segmentOffset;
    private int _segmentNumber;
    private JournalPosition _written;

    // The caller's side.
    private byte[] _batch;
    private int _batchBytes;
    private int _batchCount;
    private int _committedBytes;
    private long _batchSequence;
    private long _batchTimeNs;
    private bool _foundFull;
    private int _hashMark = int.MaxValue;

    private long _durableSequence;
    private long _durableRecords;
    private JournalFailure? _failure;

    private JournalWriter(JournalOptions options, IJournalFile folderLock, JournalScan scan)
    {
        _options = options;
        _lock = folderLock;

        // Room for the closing link behind the records.
        _batch = GC.AllocateArray<byte>(options.BatchBytesMax + JournalFormat.LinkRecordBytes, pinned: true);
        _spare = GC.AllocateArray<byte>(options.BatchBytesMax + JournalFormat.LinkRecordBytes, pinned: true);
        _written = scan.Recovery.End;
        _batchSequence = _written.Sequence;
        _durableSequence = _written.Sequence;
        _durableRecords = _written.Records;
        AppendedRecords = _written.Records;
        _segmentOffset = scan.EndOffset;
        _segmentNumber = scan.LastNumber;
        if (_segmentNumber > 0)
        {
            _segment = options.Files.Open(scan.Segments[^1]);
            PlanFrom(scan, _segment.Allocate(scan.LastBytes));
        }

        _supply = new SegmentSupply(options, Counters, _segmentNumber + 1);
        if (options.Durability != Durability.Fsync && !options.HasWritingThread && Environment.ProcessorCount > 1)
        {
            _beside = new BesideHasher(_hasher);
            _hashMark = BesideHasher.StartBytes;
        }

        if (options.HasWritingThread)
        {
            _syncThread = new Thread(SyncWork) { IsBackground = true, Name = "journal-sync" };
            _syncThread.Start();
        }
    }

    /// <summary>Highest sequence number that is durable at the configured level.</summary>
    /// <remarks>Thread: any. Pairs with the release store in <see cref="Publish"/>: who reads a number here may tell the world of it.</remarks>
    public long DurableSequence => Volatile.Read(ref _durableSequence);

    /// <inheritdoc/>
    long ICommitLog.ReleasableSequence => DurableSequence;

    /// <summary>
    /// As <see cref="DurableSequence"/>, counted in records of the journal from its first: what a <see cref="JournalFollower"/> may read.
    /// </summary>
    /// <remarks>Thread: any.</remarks>
    public long DurableRecords => Volatile.Read(ref _durableRecords);

    /// <summary>Records of the journal so far, the open batch included: where a snapshot taken now stands.</summary>
    /// <remarks>Thread: the caller's.</remarks>
    public long AppendedRecords { get; private set; }

    /// <summary>What it has done.</summary>
    public JournalCounters Counters { get; } = new();

    /// <summary>Why it failed for good, or null.</summary>
    public JournalFailure? Failure => Volatile.Read(ref _failure);

    /// <summary>Opens a journal, or makes an empty one, and gives every record in it to the visitor.</summary>
    /// <param name="options">How it is written.</param>
    /// <param name="visitor">Gets the records, in order, before this returns.</param>
    /// <param name="recovery">What was found; a torn tail was cut.</param>
    /// <exception cref="JournalException">Damage before the tail; another version; in use by another process; folder not writable;
    /// <see cref="JournalOptions.After"/> is not in this journal.</exception>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    public static JournalWriter Open(JournalOptions options, IJournalVisitor visitor, out JournalRecovery recovery)
    {
        options.Validate();
        IJournalFile folderLock = LockFolder(options);
        try
        {
            JournalScan scan = JournalScan.Run(options.Files, options.Folder, visitor, options.After, verifyChain: false);
            recovery = scan.Recovery;
            CutTornTail(options.Files, scan);
            if (options.Durability == Durability.Fsync)
            {
                SyncWhatWasRead(options, scan);
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
    /// <param name="type">1 to 254.</param>
    /// <param name="sequence">At least that of the record before.</param>
    /// <param name="timeNs">Unix nanoseconds.</param>
    /// <param name="payload">Copied.</param>
    /// <returns>Ok; Full: nothing appended, commit first; TooLong: it can never fit; NoSpace: nothing appended, the disk is full; Failed.</returns>
    /// <remarks>Blocks: only where the next segment is needed and still being made.</remarks>
    public JournalStatus TryAppend(byte type, long sequence, long timeNs, ReadOnlySpan<byte> payload)
    {
        JournalStatus status = TryReserve(payload.Length, out Memory<byte> place);
        if (status == JournalStatus.Ok)
        {
            payload.CopyTo(place.Span);
            Append(type, sequence, timeNs, payload.Length);
        }

        return status;
    }

    /// <summary>A place in the open batch for the payload of a record, to be written where it will lie; then <see cref="Append"/>.</summary>
    /// <param name="payloadMax">The longest that it can become.</param>
    /// <param name="payload">So many bytes, with anything in them, to be written until <see cref="Append"/>; from then on they may be read where they
    /// lie until the next <see cref="Commit"/> or <see cref="Drain"/>. Without <see cref="Append"/> nothing has happened.</param>
    /// <returns>As <see cref="TryAppend"/>.</returns>
    /// <remarks>Blocks: only where the next segment is needed and still being made.</remarks>
    public JournalStatus TryReserve(int payloadMax, out Memory<byte> payload)
    {
        payload = default;
        if (Failure is not null)
        {
            Counters.FailedCount++;
            return JournalStatus.Failed;
        }

        if (payloadMax > _options.BatchBytesMax - JournalFormat.RecordHeaderBytes)
        {
            Counters.TooLongCount++;
            return JournalStatus.TooLong;
        }

        int bytes = JournalFormat.RecordBytes(payloadMax);
        if (bytes > _options.BatchBytesMax - _batchBytes)
        {
            _foundFull = true;
            Counters.FullCount++;
            return JournalStatus.Full;
        }

        if (!IsPlaced(bytes) && TryPlaceInNext() is var status and not JournalStatus.Ok)
        {
            return status;
        }

        Invariant.That(_batchBytes + bytes <= _options.BatchBytesMax && _batchBytes + bytes + JournalFormat.LinkRecordBytes <= _batch.Length,
            "a batch has room for its records and for the link that closes it");
        payload = _batch.AsMemory(_batchBytes + JournalFormat.RecordHeaderBytes, payloadMax);
        return JournalStatus.Ok;
    }

    /// <summary>Appends the record whose payload was written into the last <see cref="TryReserve"/>.</summary>
    /// <param name="type">1 to 254.</param>
    /// <param name="sequence">At least that of the record before.</param>
    /// <param name="timeNs">Unix nanoseconds.</param>
    /// <param name="payloadBytes">How long it became, at most as long as was reserved.</param>
    public void Append(byte type, long sequence, long timeNs, int payloadBytes)
    {
        Check.That(type is not 0 and not JournalFormat.LinkType
            && sequence >= _batchSequence, "journal records have a type from 1 to 254, and sequence numbers that never fall");
        int bytes = JournalFormat.RecordBytes(payloadBytes);
        Invariant.That(payloadBytes >= 0 && _batchBytes + bytes <= _options.BatchBytesMax, "a record becomes no longer than was reserved");
        JournalFormat.SealRecord(_batch.AsSpan(_batchBytes, bytes), new JournalRecord(sequence, timeNs, type), payloadBytes);
        _batchBytes += bytes;
        _batchCount++;
        Invariant.That(_batchCount * JournalFormat.RecordHeaderBytes <= _batchBytes && _batchBytes % 8 == 0,
            "records begin at multiples of eight bytes, and each has a header");
        _batchSequence = sequence;
        Invariant.That(AppendedRecords >= DurableRecords, "nothing is durable before it was appended");
        _batchTimeNs = timeNs;
        AppendedRecords++;
        Counters.Records++;
        if (_batchBytes >= _hashMark)
        {
            HashBeside();
        }
    }

    /// <summary>
    /// Closes the open batch. None: durable at once. Os: written before this returns. Fsync, and Os with a thread beside: handed to it; while
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
            Invariant.That(_committedBytes < _batchBytes && _batchCount > 0, "what is committed is part of the open batch, and grows");
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
                Publish(AppendedRecords, _batchSequence);
                return _foundFull || _batchBytes >= Math.Min(LazyWriteBytes, _options.BatchBytesMax / 2)
                    ? WriteOpenBatch(sync: false)
                    : JournalStatus.Ok;
            default:
                return _syncThread is null ? WriteOpenBatch(sync: _options.Durability == Durability.Fsync) : HandOver();
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
        _beside?.Dispose();
        _hasher.Dispose();
        _lock.Dispose();
    }

    private JournalStatus WriteOpenBatch(bool sync)
    {
        Batch batch = CloseBatch();
        return TryWrite(_batch, batch, sync) ? JournalStatus.Ok : JournalStatus.Failed;
    }

    private Batch CloseBatch()
    {
        Invariant.That(_committedBytes > 0 && _committedBytes == _batchBytes,
            "a batch is closed with all that was appended, and all of it committed");
        Batch batch = new(_committedBytes, _batchCount, _batchSequence, _batchTimeNs, Plan(_committedBytes));
        _batchBytes = 0;
        _batchCount = 0;
        _committedBytes = 0;
        _foundFull = false;
        return batch;
    }

    private bool TryWrite(byte[] buffer, in Batch batch, bool sync)
    {
        if (batch.IsInNextSegment && !TryRoll(buffer))
        {
            return false;
        }

        long startNs = sync ? Clock.MonotonicNs : 0;
        IJournalFile segment = _segment!;
        long offset = _segmentOffset;
        int written = 0;
        Errno errno = Errno.None;
        if (_beside is { IsAtWork: true })
        {
            // The records go to the kernel while the rest of them is hashed; without their link they do not count.
            Invariant.That(batch.Bytes > 0 && batch.Bytes <= buffer.Length - JournalFormat.LinkRecordBytes,
                "a batch and its link fit the buffer");
            errno = segment.WriteAll(buffer.AsSpan(0, batch.Bytes), offset);
            written = batch.Bytes;
        }

        int bytes = batch.Bytes + JournalFormat.LinkRecordBytes;
        JournalPosition after = Link(buffer, batch);
        Invariant.That(after.Records == _written.Records + batch.Count && after.Sequence >= _written.Sequence,
            "a batch follows the one before: records count on, and sequences never fall");
        errno = errno == Errno.None ? segment.WriteAll(buffer.AsSpan(written, bytes - written), offset + written) : errno;
        errno = errno == Errno.None && sync ? segment.SyncData() : errno;
        if (errno != Errno.None)
        {
            Fail($"writing {bytes} bytes at {offset} of {segment.Path}", errno);
            return false;
        }

        if (sync)
        {
            Counters.Syncs++;
            Counters.SyncNs.Record(Clock.MonotonicNs - startNs);
        }

        _segmentOffset += bytes;
        Invariant.That(_segmentOffset <= Math.Max(_options.SegmentBytes, _planBytes) || _planNumber > _segmentNumber,
            "a segment holds no more than was reserved for it");
        _written = after;
        Counters.Bytes += bytes;
        Publish(after.Records, after.Sequence);
        return true;
    }

    private JournalPosition Link(byte[] buffer, in Batch batch)
    {
        ReadOnlySpan<byte> records = buffer.AsSpan(0, batch.Bytes);
        ChainLink link = _beside is { IsAtWork: true } ? _beside.Finish(records) : _hasher.Next(_written.Link, records);
        JournalPosition after = new(_written.Records + batch.Count, batch.Sequence, link);
        JournalFormat.WriteLink(buffer.AsSpan(batch.Bytes), batch.Sequence, batch.TimeNs,
            new BatchEnd(after.Records, batch.Bytes, batch.Count, link));
        _hashMark = _beside is null ? int.MaxValue : BesideHasher.StartBytes;
        return after;
    }

    // A large batch is hashed by a second thread while it grows.
    private void HashBeside()
    {
        Invariant.That(_batchBytes >= _hashMark && _batchBytes <= _options.BatchBytesMax, "what is hashed ahead is in the open batch");
        _beside!.HashUpTo(_written.Link, _batch, _batchBytes);
        _hashMark = _batchBytes + BesideHasher.StepBytes;
    }

    // The header is in the file before the file has its name, so that a crash at any point leaves a segment or none.
    private bool TryRoll(ReadOnlySpan<byte> batch)
    {
        PreparedSegment prepared = _supply.Take();
        Invariant.That(_segmentNumber < Volatile.Read(ref _planNumber), "a segment begins that the plan has");
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
        Counters.SegmentsMade++;
        _supply.PrepareNext();
        return true;
    }

    private Errno WriteSegment(IJournalFile file, string path, ReadOnlySpan<byte> batch)
    {
        long firstSequence = BinaryPrimitives.ReadInt64LittleEndian(batch[JournalFormat.SequenceOffset..]);
        long firstTimeNs = BinaryPrimitives.ReadInt64LittleEndian(batch[JournalFormat.TimeOffset..]);
        Span<byte> header = stackalloc byte[JournalFormat.SegmentHeaderBytes];
        JournalFormat.WriteSegmentHeader(header,
            new SegmentHeader(_segmentNumber + 1, firstSequence, firstTimeNs, _segment is null ? 0 : _segmentOffset, _written));
        bool isSynced = _options.Durability == Durability.Fsync;
        Errno errno = file.WriteAll(header, 0);
        errno = errno == Errno.None && isSynced ? file.SyncData() : errno;
        errno = errno == Errno.None ? file.MoveTo(path) : errno;
        return errno == Errno.None && isSynced ? _options.Files.SyncFolder(_options.Folder) : errno;
    }

    // Release: everything written above is with the kernel or the disk before anyone can read the numbers.
    private void Publish(long records, long sequence)
    {
        Invariant.That(records >= _durableRecords && sequence >= _durableSequence && records <= AppendedRecords,
            "what is durable never goes back, and is nothing that was not appended");
        Volatile.Write(ref _durableRecords, records);
        Volatile.Write(ref _durableSequence, sequence);
    }

    private void Fail(string message, Errno errno)
    {
        Volatile.Write(ref _failure, new JournalFailure(message, errno));
        _supply.Abandon();
    }

    /// <summary>A closed batch on its way to the file.</summary>
    private readonly record struct Batch(int Bytes, int Count, long Sequence, long TimeNs, bool IsInNextSegment);
}
