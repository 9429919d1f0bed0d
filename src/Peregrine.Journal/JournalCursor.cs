using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Peregrine.Journal.Files;

namespace Peregrine.Journal;

/// <summary>
/// Reads a journal batch by batch, through a window that holds at least the batch. A batch is given away only when all of its records
/// are true and its closing link was seen.
/// </summary>
/// <remarks>Thread: one. Allocates: the window, which grows to the longest batch; one object a segment.</remarks>
internal sealed partial class JournalCursor : IDisposable
{
    private const int WindowBytes = 1 << 20;

    // Read-ahead starts small, as a follower often finds nothing new, and grows with what is found.
    private const int ReadAheadBytesMin = 4 << 10;

    private readonly IJournalFiles _files;
    private readonly string _folder;
    private readonly ChainHasher? _hasher;
    private IJournalFile? _file;
    private long _fileBytes;

    // The bytes of the file from _offset on, where the next batch starts; _windowAt is that place in the window.
    private byte[] _window = GC.AllocateUninitializedArray<byte>(WindowBytes);
    private int _windowAt;
    private int _windowEnd;
    private int _readAhead = ReadAheadBytesMin;
    private JournalPosition _position;

    /// <param name="files">Where.</param>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="verifyChain">Compute the hash chain again, and refuse a batch that does not give its link.</param>
    public JournalCursor(IJournalFiles files, string folder, bool verifyChain)
    {
        _files = files;
        _folder = folder;
        _hasher = verifyChain ? new ChainHasher() : null;
    }

    /// <summary>The journal after the last batch that was read.</summary>
    public JournalPosition Position => _position;

    /// <summary>Number of the segment being read; 0 before the first.</summary>
    public int Number { get; private set; }

    /// <summary>Path of that segment.</summary>
    public string Path => _file!.Path;

    /// <summary>Its length.</summary>
    public long FileBytes => _fileBytes;

    /// <summary>Where the next batch starts.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the first place is without a whole record, after <see cref="TryReadBatch"/> said no.</summary>
    public long BadOffset { get; private set; }

    /// <summary>True when the last read left a whole batch for later, as it ends behind the record that was asked for.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>Records given to visitors.</summary>
    public long Given { get; private set; }

    /// <summary>Opens a segment and stands at its first batch, trusting its header.</summary>
    /// <returns>False when the file is all zeros.</returns>
    public bool Start(int number)
    {
        string path = System.IO.Path.Combine(_folder, JournalFolder.FileName(number));
        IJournalFile file = _files.TryOpenRead(path) ?? throw new JournalException($"{path} went away while the journal was read");
        return Use(file, number, isFirst: true);
    }

    /// <summary>Reads the next whole batch and gives its records to the visitor.</summary>
    /// <param name="visitor">Gets the records, in order.</param>
    /// <param name="after">Records of the journal to leave out.</param>
    /// <param name="upTo">A batch that ends behind this record is left for later.</param>
    /// <returns>False when no whole batch is there; <see cref="BadOffset"/> says from where on.</returns>
    /// <exception cref="JournalException">A true record that cannot come there.</exception>
    public bool TryReadBatch(IJournalVisitor visitor, long after, long upTo = long.MaxValue)
    {
        int at = 0;
        int count = 0;
        long sequence = _position.Sequence;
        IsHeldBack = false;
        while (true)
        {
            int taken = TryReadRecord(at, out JournalRecord record, out ReadOnlySpan<byte> payload);
            if (taken == 0)
            {
                BadOffset = Offset + at;
                return false;
            }

            if (record.Sequence < sequence)
            {
                throw Damaged(Offset + at, $"sequence {record.Sequence} after {sequence}");
            }

            if (record.Type == JournalFormat.LinkType)
            {
                BatchEnd end = CheckLink(at, count, record.Sequence == sequence && count > 0, payload);
                if (end.Records > upTo)
                {
                    BadOffset = Offset;
                    IsHeldBack = true;
                    return false;
                }

                Invariant.That(count > 0 && end.Records == _position.Records + count, "a batch ends as many records behind the one before as it has");
                Give(visitor, after, count);
                _position = new JournalPosition(end.Records, sequence, end.Link);
                Invariant.That(_windowAt + at + taken <= _windowEnd && Offset + at + taken <= _fileBytes,
                    "a batch that was read lies inside of its segment");
                _windowAt += at + taken;
                Offset += at + taken;
                return true;
            }

            count++;
            sequence = record.Sequence;
            at += taken;
        }
    }

    /// <summary>Forgets what was read ahead, as a writer may have written there since.</summary>
    public void Reload()
    {
        _windowAt = 0;
        _windowEnd = 0;
        _readAhead = ReadAheadBytesMin;
        _fileBytes = _file?.Length() ?? 0;
    }

    /// <summary>Goes on to the next segment, which must say that this one ends where it ends.</summary>
    /// <returns>False when there is none, or it is the last and all zeros.</returns>
    /// <exception cref="JournalException">The two do not join: damage in one of them.</exception>
    public bool TryNextSegment()
    {
        string path = System.IO.Path.Combine(_folder, JournalFolder.FileName(Number + 1));
        return _files.TryOpenRead(path) is { } file && Use(file, Number + 1, isFirst: false);
    }

    /// <summary>True when the next segment has a file.</summary>
    public bool HasNextSegment()
    {
        using IJournalFile? file = _files.TryOpenRead(System.IO.Path.Combine(_folder, JournalFolder.FileName(Number + 1)));
        return file is not null;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _hasher?.Dispose();
    }

    private bool Use(IJournalFile file, int number, bool isFirst)
    {
        SegmentHeader header;
        try
        {
            if (JournalFolder.ReadHeader(file, number) is not { } found)
            {
                file.Dispose();
                return false;
            }

            header = found;
            if (!isFirst)
            {
                CheckJoin(file, header);
            }

            _fileBytes = file.Length();
            if (_fileBytes > JournalOptions.SegmentBytesMax)
            {
                throw new JournalException($"{file.Path} has {_fileBytes} bytes, a segment has at most {JournalOptions.SegmentBytesMax}");
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _file?.Dispose();
        _file = file;
        _position = header.Before;
        Invariant.That(number == header.Number && header.Before.Records >= 0, "a segment is the one that its name says");
        Number = number;
        Offset = JournalFormat.SegmentHeaderBytes;
        _windowAt = 0;
        _windowEnd = 0;
        return true;
    }

    // The header says where the segment before ended, and with which link: a tail lost there shows here.
    private void CheckJoin(IJournalFile next, in SegmentHeader header)
    {
        if (BadOffset != Offset || header.PreviousEnd != Offset)
        {
            throw Damaged(BadOffset, $"no whole batch there, but {next.Path} says that the records end at byte {header.PreviousEnd}");
        }

        if (header.Before != _position)
        {
            throw new JournalException($"{next.Path} does not join {Path}: it follows record {header.Before.Records} with link " +
                $"{header.Before.Link}, that one ends with record {_position.Records} and link {_position.Link}; restore the wrong one from a copy");
        }

        long stray = JournalFolder.FindLastNonZero(_file!, Offset, _fileBytes);
        if (stray >= 0)
        {
            throw Damaged(stray, "it is behind the last batch and not zero");
        }
    }

    private BatchEnd CheckLink(int at, int count, bool isSequenceRight, ReadOnlySpan<byte> payload)
    {
        if (!JournalFormat.TryReadLink(payload, out BatchEnd end) || !isSequenceRight || end.Bytes != at || end.Count != count
            || end.Records != _position.Records + count)
        {
            throw Damaged(Offset + at, $"it closes a batch of {end.Count} records and {end.Bytes} bytes at record {end.Records}; " +
                $"{count} records and {at} bytes stand before it, after record {_position.Records}");
        }

        if (_hasher is not null && _hasher.Next(_position.Link, _window.AsSpan(_windowAt, at)) is var link && link != end.Link)
        {
            throw Damaged(Offset, $"the hash chain breaks in the batch from there to byte {Offset + at}: its bytes give {link}, " +
                $"its link says {end.Link}");
        }

        return end;
    }

    private void Give(IJournalVisitor visitor, long after, int count)
    {
        long skip = Math.Min(count, after - _position.Records);
        ReadOnlySpan<byte> batch = _window.AsSpan(_windowAt, _windowEnd - _windowAt);
        for (int index = 0; index < count; index++)
        {
            int payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(batch);
            if (index >= skip)
            {
                JournalRecord record = new(
                    BinaryPrimitives.ReadInt64LittleEndian(batch[JournalFormat.SequenceOffset..]),
                    BinaryPrimitives.ReadInt64LittleEndian(batch[JournalFormat.TimeOffset..]), batch[24]);
                Invariant.That(record.Type is not 0 and not JournalFormat.LinkType, "a visitor gets records, and no links");
                visitor.OnRecord(record, batch.Slice(JournalFormat.RecordHeaderBytes, payloadBytes));
                Given++;
            }

            batch = batch[JournalFormat.RecordBytes(payloadBytes)..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TryReadRecord(int at, out JournalRecord record, out ReadOnlySpan<byte> payload)
    {
        int start = _windowAt + at;
        int taken = JournalFormat.TryReadRecord(_window.AsSpan(start, _windowEnd - start), out record, out payload);
        return taken > 0 ? taken : TryReadMore(at, out record, out payload);
    }

    // The record may go on behind the window.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TryReadMore(int at, out JournalRecord record, out ReadOnlySpan<byte> payload)
    {
        record = default;
        payload = default;
        if (!TryHave(at + JournalFormat.RecordHeaderBytes))
        {
            return 0;
        }

        int payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(_window.AsSpan(_windowAt + at));
        long left = _fileBytes - Offset - at - JournalFormat.RecordHeaderBytes;
        bool isLengthPossible = payloadBytes >= 0 && payloadBytes <= left;
        return isLengthPossible && TryHave(at + JournalFormat.RecordBytes(payloadBytes))
            ? JournalFormat.TryReadRecord(_window.AsSpan(_windowAt + at, _windowEnd - _windowAt - at), out record, out payload)
            : 0;
    }

    // Has so many bytes from the start of the batch on in the window, if the file has them.
    private bool TryHave(int bytes)
    {
        Invariant.That(_windowAt >= 0 && _windowAt <= _windowEnd && _windowEnd <= _window.Length, "what was read ahead lies in the window");
        int have = _windowEnd - _windowAt;
        if (bytes <= have)
        {
            return true;
        }

        if (Offset + bytes > _fileBytes)
        {
            return false;
        }

        byte[] target = bytes <= _window.Length ? _window : GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)bytes));
        _window.AsSpan(_windowAt, have).CopyTo(target);
        _window = target;
        _windowAt = 0;
        _readAhead = Math.Min(target.Length, Math.Max(bytes, _readAhead * 4));
        int want = (int)Math.Min(_readAhead, _fileBytes - Offset) - have;
        _windowEnd = have + _file!.ReadAll(target.AsSpan(have, want), Offset + have);
        return bytes <= _windowEnd;
    }

    private JournalException Damaged(long offset, string what) => new($"{Path} is damaged at byte {offset}: {what}; restore it from a copy");
}
