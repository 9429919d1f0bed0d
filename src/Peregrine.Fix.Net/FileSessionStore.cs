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
/// Layout (docs/wire/session-store-v1.md): a page of header, then the ring. A record is written whole before the header's
/// position of the last record moves to it, and that is one aligned 8-byte store.
/// Thread: one owner. Allocates: no, after it was opened. No system call for a message.
/// </remarks>
public sealed class FileSessionStore : IFixSessionStore, IDisposable
{
    private const int HeaderBytes = 4096;
    private const int RecordHeaderBytes = 40;
    private const ulong Magic = 0x3153_5346_4745_5250; // "PREGFSS1" read as bytes
    private const int NextIncomingAt = 16;
    private const int LastPositionAt = 24;
    private const int IndexSize = 1 << 16;

    private readonly LinuxFile _file;
    private readonly MappedMemory _memory;
    private readonly long _ringBytes;

    // Position of each of the last messages, by sequence number; -1 is none.
    private readonly long[] _positions = new long[IndexSize];
    private long _end;
    private long _lastPosition = -1;

    private FileSessionStore(LinuxFile file, MappedMemory memory)
    {
        _file = file;
        _memory = memory;
        _ringBytes = memory.Bytes - HeaderBytes;
        Array.Fill(_positions, -1);
    }

    /// <inheritdoc/>
    public long NextIncoming
    {
        get => BinaryPrimitives.ReadInt64LittleEndian(_memory.Slice(NextIncomingAt, 8));
        set => BinaryPrimitives.WriteInt64LittleEndian(_memory.Slice(NextIncomingAt, 8), value);
    }

    /// <inheritdoc/>
    public long NextOutgoing { get; private set; } = 1;

    /// <inheritdoc/>
    public long Mark { get; private set; }

    /// <summary>Messages overwritten by newer ones: a peer that asks for them gets a gap fill.</summary>
    public long Overwritten { get; private set; }

    /// <summary>Opens a store, making it when missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ringBytes">Size of the ring for a new file: 64 KiB to 1 GiB, a multiple of 4,096. An existing file keeps its own.</param>
    /// <exception cref="IOException">Not writable, in use, damaged, or of another version; the message says which and what to do.</exception>
    public static FileSessionStore Open(string path, long ringBytes)
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
                throw new IOException($"session store {path} has {bytes} bytes, which no store has; restore it from a copy, or delete it and let the client log on with ResetSeqNumFlag=Y");
            }

            FileSessionStore store = new(file, file.Map(bytes));
            store.Load(path);
            return store;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Append(long mark, ReadOnlySpan<byte> message) => AppendRecord(NextOutgoing, mark, message);

    /// <inheritdoc/>
    public bool TryRead(long sequence, out ReadOnlySpan<byte> message)
    {
        message = default;
        long position = sequence > 0 && sequence < NextOutgoing && sequence >= NextOutgoing - IndexSize ? _positions[sequence & (IndexSize - 1)] : -1;
        if (position < 0 || _end - position > _ringBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> head = Ring(position, RecordHeaderBytes);
        message = Ring(position, RecordHeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(head))[RecordHeaderBytes..];
        return message.Length > 0;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        // A record with sequence 0 stands for the reset; the mark goes on.
        Array.Fill(_positions, -1);
        AppendRecord(0, Mark, default);
        NextIncoming = 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = _memory.Sync();
        _memory.Dispose();
        _file.Dispose();
    }

    // length u32, zero u32, sequence i64, mark i64, position of the record before i64, checksum u64, message
    private void AppendRecord(long sequence, long mark, ReadOnlySpan<byte> message)
    {
        int bytes = (RecordHeaderBytes + message.Length + 7) & ~7;
        Check.That(bytes <= _ringBytes / 4, "a message is much smaller than its store");
        long position = _end;
        long toEnd = _ringBytes - (position % _ringBytes);
        if (toEnd < bytes)
        {
            position += toEnd;
        }

        Span<byte> record = Ring(position, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(record, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], mark);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], _lastPosition);
        message.CopyTo(record[RecordHeaderBytes..]);
        BinaryPrimitives.WriteUInt64LittleEndian(record[32..], Checksum(position, record[..(RecordHeaderBytes + message.Length)]));

        // Everything above is in the mapping before the position is: stores are not reordered past a release store.
        Thread.MemoryBarrier();
        BinaryPrimitives.WriteInt64LittleEndian(_memory.Slice(LastPositionAt, 8), position + 1);
        Remember(position, bytes, sequence, mark);
    }

    private void Remember(long position, int bytes, long sequence, long mark)
    {
        _lastPosition = position;
        _end = position + bytes;
        NextOutgoing = sequence + 1;
        Mark = mark;
        if (sequence > 0)
        {
            long oldest = sequence >= IndexSize ? _positions[sequence & (IndexSize - 1)] : -1;
            Overwritten += oldest >= 0 ? 1 : 0;
            _positions[sequence & (IndexSize - 1)] = position;
        }
    }

    private void Load(string path)
    {
        Span<byte> header = _memory.Slice(0, HeaderBytes);
        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(header);
        if (magic == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[NextIncomingAt..], 1);
            BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
            return;
        }

        if (magic != Magic)
        {
            throw new IOException($"{path} is not a session store of this version: wrong magic at byte 0; start the version that wrote it, or delete the file and let the client log on with ResetSeqNumFlag=Y");
        }

        // The stored position is one more than the real one, so that 0 means none.
        long last = BinaryPrimitives.ReadInt64LittleEndian(header[LastPositionAt..]) - 1;
        if (last < 0)
        {
            return;
        }

        if (!TryRecord(last, out int bytes, out long sequence, out long mark, out long before))
        {
            throw new IOException($"session store {path} is damaged at byte {HeaderBytes + (last % _ringBytes)}: no whole record there; restore it from a copy, or delete it and let the client log on with ResetSeqNumFlag=Y");
        }

        Remember(last, bytes, sequence, mark);
        for (int count = 1; sequence > 0 && count < IndexSize && before >= 0 && _end - before <= _ringBytes; count++)
        {
            if (!TryRecord(before, out _, out long olderSequence, out _, out long olderBefore) || olderSequence != sequence - 1 || olderSequence == 0)
            {
                return;
            }

            _positions[olderSequence & (IndexSize - 1)] = before;
            sequence = olderSequence;
            before = olderBefore;
        }
    }

    private bool TryRecord(long position, out int bytes, out long sequence, out long mark, out long before)
    {
        bytes = 0;
        sequence = 0;
        mark = 0;
        before = 0;
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
        sequence = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        mark = BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
        before = BinaryPrimitives.ReadInt64LittleEndian(head[24..]);
        return sequence >= 0 && BinaryPrimitives.ReadUInt64LittleEndian(head[32..]) == Checksum(position, Ring(position, RecordHeaderBytes + length));
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
