using System.Buffers.Binary;
using Peregrine.Fix.Session;
using Peregrine.Linux.Files;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>
/// A session's store in one mapped file: a ring of the messages sent, newest over oldest. What was appended survives the death of
/// the process at any instruction; a loss of power can take the last of it.
/// </summary>
/// <remarks>
/// Layout (docs/wire/session-store-v2.md): a page of header, then the ring. A record is written whole before the header's
/// position of the last record moves to it, and that is one aligned 8-byte store.
/// Thread: one owner. Allocates: no, after it was opened. No system call for a message.
/// </remarks>
public sealed partial class FileSessionStore : IFixSessionStore, IDisposable
{
    private const int RecordHeaderBytes = 40;
    private const int IndexSize = 1 << 16;

    // Beside the count of resets in a record that stands for numbers before it, and for no message.
    private const int StandsForBefore = 1 << 30;

    private readonly LinuxFile _file;
    private readonly MappedMemory _memory;
    private readonly long _ringBytes;

    // Position of each of the last messages, by sequence number; -1 is none.
    private readonly long[] _positions = new long[IndexSize];
    private long _end;
    private long _lastPosition = -1;

    // Where the room ends that was reserved and not appended, now or before: what an older lap had there may be written over.
    private long _spoiledEnd;
    private long _spoiledEndBefore;
    private long _reserved = -1;

    private FileSessionStore(string path, LinuxFile file, MappedMemory memory)
    {
        Path = path;
        _file = file;
        _memory = memory;
        _ringBytes = memory.Bytes - HeaderBytes;
        Array.Fill(_positions, -1);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public long NextOutgoing { get; private set; } = 1;

    /// <inheritdoc/>
    public long Mark { get; private set; }

    /// <inheritdoc/>
    public int Resets { get; private set; }

    /// <summary>Messages overwritten by newer ones.</summary>
    public long Overwritten { get; private set; }

    /// <summary>What was found at opening that a person should know; empty when nothing was.</summary>
    public string Found { get; private set; } = "";

    /// <summary>Opens a store, making it when missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ringBytes">Size of the ring for a new file: 64 KiB to 1 GiB, a multiple of 4,096. An existing file keeps its own.</param>
    /// <param name="owner">Whose it is. One of somebody else is refused; one of version 1, which does not say, is taken and carried over.</param>
    /// <exception cref="SessionStoreDamagedException">Not whole: what it held is not known.</exception>
    /// <exception cref="IOException">Not writable, in use, another session's, or of another version;
    /// the message says which and what to do.</exception>
    public static FileSessionStore Open(string path, long ringBytes, SessionStoreOwner owner)
    {
        Check.That(ringBytes is >= 64 << 10 and <= 1 << 30 && ringBytes % 4096 == 0, "a session store has 64 KiB to 1 GiB, a multiple of 4,096");
        LinuxFile file = LinuxFile.OpenOrCreate(path);
        try
        {
            if (!file.TryLock())
            {
                throw new IOException($"session store {path} is in use by another process; stop that one");
            }

            long bytes = new FileInfo(path).Length;
            if (bytes == 0)
            {
                bytes = HeaderBytes + ringBytes;
                Linux.Errno errno = file.Allocate(bytes);
                if (errno != Linux.Errno.None)
                {
                    throw new Linux.LinuxException($"cannot reserve {bytes} bytes for session store {path}", errno);
                }
            }

            if (bytes < HeaderBytes + (64 << 10) || bytes > HeaderBytes + (1L << 30))
            {
                throw new SessionStoreDamagedException(path, $"it has {bytes} bytes, which no store has");
            }

            FileSessionStore store = new(path, file, file.Map(bytes));
            try
            {
                store.Load(owner);
                return store;
            }
            catch
            {
                store._memory.Dispose();
                throw;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Append(long mark, ReadOnlySpan<byte> message) => AppendRecord(NextOutgoing, mark, Resets, message);

    /// <inheritdoc/>
    /// <remarks>None for more than a quarter of the ring.</remarks>
    public Span<byte> Reserve(int bytesMax)
    {
        int bytes = RecordBytes(bytesMax);
        if (bytes > _ringBytes / 4)
        {
            return default;
        }

        _reserved = PlaceFor(bytes);
        _spoiledEndBefore = _spoiledEnd;
        _spoiledEnd = Math.Max(_spoiledEnd, _reserved + bytes);
        return Ring(_reserved, bytes).Slice(RecordHeaderBytes, bytesMax);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> AppendReserved(long mark, int bytes)
    {
        Check.That(_reserved >= 0 && RecordHeaderBytes + bytes <= _spoiledEnd - _reserved, "room is reserved before a message is appended in it");
        (long position, _spoiledEnd) = (_reserved, _spoiledEndBefore);
        EndRecord(position, NextOutgoing, mark, Resets, bytes);
        return Ring(position + RecordHeaderBytes, bytes);
    }

    /// <inheritdoc/>
    public bool TryRead(long sequence, out ReadOnlySpan<byte> message, out long mark)
    {
        message = default;
        mark = 0;
        long position = sequence > 0 && sequence < NextOutgoing && sequence >= NextOutgoing - IndexSize ? _positions[sequence & (IndexSize - 1)] : -1;
        if (position < 0 || Math.Max(_end, _spoiledEnd) - position > _ringBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> head = Ring(position, RecordHeaderBytes);
        mark = BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
        message = Ring(position, RecordHeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(head))[RecordHeaderBytes..];
        return true;
    }

    /// <inheritdoc/>
    public void GoOnFrom(long nextOutgoing, long mark) => GoOnFrom(nextOutgoing, mark, Resets);

    /// <summary>Makes it the store of a session that has come this far, whatever it held.</summary>
    /// <param name="nextOutgoing">1 or above.</param>
    /// <param name="mark">The mark there.</param>
    /// <param name="resets">How often the numbers were set back.</param>
    /// <param name="nextIncoming">1 or above.</param>
    /// <param name="sentMark">At most <paramref name="mark"/>.</param>
    public void Restore(long nextOutgoing, long mark, int resets, long nextIncoming, long sentMark)
    {
        GoOnFrom(nextOutgoing, mark, resets);
        NextIncoming = nextIncoming;
        SentMark = sentMark;
    }

    private void GoOnFrom(long nextOutgoing, long mark, int resets)
    {
        Check.That(nextOutgoing > 0 && mark >= 0, "numbers start at 1 and marks at 0");
        if (SentMark > mark)
        {
            SentMark = mark;
        }

        // A record with sequence 0 ends what the numbers before stood for. A process that dies behind it has a store that starts at 1, which its
        // application finds behind what it knows.
        Array.Fill(_positions, -1);
        AppendRecord(0, mark, resets, default);
        if (nextOutgoing > 1)
        {
            AppendRecord(nextOutgoing - 1, mark, resets | StandsForBefore, default);
        }
    }

    /// <inheritdoc/>
    public void Reset(long mark)
    {
        Check.That(mark <= Mark, "a mark does not go forward by a reset");
        Array.Fill(_positions, -1);
        AppendRecord(0, mark, Resets + 1, default);
        NextIncoming = 1;
    }

    /// <summary>Whether every message behind <see cref="SentMark"/> is still in the ring.</summary>
    /// <remarks>Work: a look at each of them.</remarks>
    public bool HoldsAllUnsent()
    {
        long sequence = NextOutgoing - 1;
        long mark = Mark;
        while (mark > SentMark && TryRead(sequence, out _, out mark))
        {
            sequence--;
        }

        return mark <= SentMark;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = _memory.Sync();
        _memory.Dispose();
        _file.Dispose();
    }

    // length u32, resets u32, sequence i64, mark i64, position of the record before i64, checksum u64, message
    private void AppendRecord(long sequence, long mark, int resets, ReadOnlySpan<byte> message)
    {
        int bytes = RecordBytes(message.Length);
        Check.That(bytes <= _ringBytes / 4, "a message is much smaller than its store");
        long position = PlaceFor(bytes);
        message.CopyTo(Ring(position, bytes)[RecordHeaderBytes..]);
        EndRecord(position, sequence, mark, resets, message.Length);
    }

    private static int RecordBytes(int messageBytes) => (RecordHeaderBytes + messageBytes + 7) & ~7;

    // The next record's place: no record goes over the ring's end.
    private long PlaceFor(int bytes)
    {
        long toEnd = _ringBytes - (_end % _ringBytes);
        return toEnd < bytes ? _end + toEnd : _end;
    }

    // The message is in its place; the record around it is written, and then it counts.
    private void EndRecord(long position, long sequence, long mark, int resets, int messageBytes)
    {
        int bytes = RecordBytes(messageBytes);
        Span<byte> record = Ring(position, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(record, messageBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], resets);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], mark);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], _lastPosition);
        BinaryPrimitives.WriteUInt64LittleEndian(record[32..], Checksum(position, record[..(RecordHeaderBytes + messageBytes)]));

        // Everything above is in the mapping before the position is: stores are not reordered past a release store.
        Thread.MemoryBarrier();
        BinaryPrimitives.WriteInt64LittleEndian(_memory.Slice(LastPositionAt, 8), position + 1);
        Remember(position, bytes, sequence, mark, resets);
    }

    private void Remember(long position, int bytes, long sequence, long mark, int resets)
    {
        _reserved = -1;
        _lastPosition = position;
        _end = position + bytes;
        NextOutgoing = sequence + 1;
        Mark = mark;
        Resets = resets & ~StandsForBefore;
        if (sequence > 0 && resets == Resets)
        {
            long oldest = sequence >= IndexSize ? _positions[sequence & (IndexSize - 1)] : -1;
            Overwritten += oldest >= 0 ? 1 : 0;
            _positions[sequence & (IndexSize - 1)] = position;
        }
    }

    private void LoadRing()
    {
        // The stored position is one more than the real one, so that 0 means none.
        long last = BinaryPrimitives.ReadInt64LittleEndian(_memory.Slice(LastPositionAt, 8)) - 1;
        if (last == -1)
        {
            return;
        }

        if (last < 0 || !TryRecord(last, out int bytes, out long sequence, out long mark, out long before, out int resets))
        {
            throw new SessionStoreDamagedException(Path, $"no whole record at byte {HeaderBytes + (Math.Max(last, 0) % _ringBytes)}");
        }

        Remember(last, bytes, sequence, mark, resets);
        for (int count = 1; sequence > 0 && count < IndexSize && before >= 0 && _end - before <= _ringBytes; count++)
        {
            if (!TryRecord(before, out _, out long olderSequence, out _, out long olderBefore, out int olderResets))
            {
                // Not written over yet, so it was whole once; what is nearly a lap old may be under a record that was never finished.
                Found += _end - before > _ringBytes / 4 * 3
                    ? ""
                    : $"session store {Path} is damaged at byte {HeaderBytes + (before % _ringBytes)}: " +
                    $"messages up to number {sequence - 1} are not in it any more";
                return;
            }

            if (olderSequence != sequence - 1 || olderSequence == 0 || (olderResets & StandsForBefore) != 0)
            {
                return;
            }

            _positions[olderSequence & (IndexSize - 1)] = before;
            sequence = olderSequence;
            before = olderBefore;
        }
    }

    private bool TryRecord(long position, out int bytes, out long sequence, out long mark, out long before, out int resets)
    {
        (bytes, sequence, mark, before, resets) = (0, 0, 0, 0, 0);
        long room = _ringBytes - (position % _ringBytes);
        if (position < 0 || room < RecordHeaderBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> head = Ring(position, RecordHeaderBytes);
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > room - RecordHeaderBytes)
        {
            return false;
        }

        bytes = (RecordHeaderBytes + length + 7) & ~7;
        resets = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        sequence = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        mark = BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
        before = BinaryPrimitives.ReadInt64LittleEndian(head[24..]);
        return sequence >= 0 && resets >= 0
            && BinaryPrimitives.ReadUInt64LittleEndian(head[32..]) == Checksum(position, Ring(position, RecordHeaderBytes + length));
    }

    // The position is in it, though it is not in the record: what an earlier lap of the ring left at the same place is not taken for a record.
    private static ulong Checksum(long position, ReadOnlySpan<byte> record)
    {
        StateHash hash = default;
        hash.Add(position);
        AddBytes(ref hash, record[..32]);
        AddBytes(ref hash, record[RecordHeaderBytes..]);
        return hash.Value;
    }

    private static void AddBytes(ref StateHash hash, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte value in bytes)
        {
            hash.Add((ulong)value);
        }
    }

    private Span<byte> Ring(long position, int bytes) => _memory.Slice(HeaderBytes + (position % _ringBytes), bytes);
}
