using System.Buffers.Binary;
using System.Security.Cryptography;
using Peregrine.Journal.Files;

namespace Peregrine.Journal.Snapshots;

/// <summary>Reads a snapshot that was found good, from its start to its end.</summary>
/// <remarks>Thread: one. Blocks: on the disk. Allocates: a chunk of 1 MiB when made.</remarks>
public sealed class SnapshotReader : IDisposable
{
    private readonly IJournalFile _file;
    private readonly byte[] _chunk = GC.AllocateUninitializedArray<byte>(SnapshotFormat.ChunkHeaderBytes + SnapshotFormat.ChunkBytesMax);
    private long _offset;
    private long _chunks;
    private int _at;
    private int _end;

    private SnapshotReader(IJournalFile file) => _file = file;

    /// <summary>What its header says.</summary>
    public SnapshotInfo Info { get; private set; }

    /// <summary>Bytes of content, all of it.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>Reads the next bytes of content.</summary>
    /// <returns>How many: as many as asked for unless the content ends; 0 at the end.</returns>
    /// <exception cref="JournalException">The file has changed since it was found good.</exception>
    public int Read(Span<byte> target)
    {
        int done = 0;
        while (done < target.Length && (_at < _end || TryNextChunk()))
        {
            int count = Math.Min(target.Length - done, _end - _at);
            Invariant.That(count > 0 && _at >= SnapshotFormat.ChunkHeaderBytes && _at + count <= _end, "content is read from inside of a chunk");
            _chunk.AsSpan(_at, count).CopyTo(target[done..]);
            _at += count;
            done += count;
        }

        return done;
    }

    /// <summary>Reads so many bytes of content.</summary>
    /// <exception cref="JournalException">The content ends before, or the file has changed.</exception>
    public void ReadExactly(Span<byte> target)
    {
        int read = Read(target);
        if (read < target.Length)
        {
            throw new JournalException($"snapshot {_file.Path} ends {target.Length - read} bytes before what is expected; " +
                $"its schema is {Info.Schema}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Opens a snapshot and checks all of it.</summary>
    /// <returns>The reader at the start of the content; null when it is damaged, with the fault.</returns>
    internal static SnapshotReader? TryOpen(IJournalFile file, out SnapshotFault? fault)
    {
        SnapshotReader reader = new(file);
        fault = reader.Verify();
        if (fault is not null)
        {
            file.Dispose();
            return null;
        }

        reader._offset = SnapshotFormat.HeaderBytes;
        reader._chunks = 0;
        reader._at = 0;
        reader._end = 0;
        return reader;
    }

    private SnapshotFault? Verify()
    {
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> header = stackalloc byte[SnapshotFormat.HeaderBytes];
            int read = _file.ReadAll(header, 0);
            if (SnapshotFormat.ReadHeader(header[..read], _file.Path, out SnapshotInfo info, out long offset) is { } wrong)
            {
                return new SnapshotFault(_file.Path, offset, wrong);
            }

            Info = info;
            hash.AppendData(header);
            _offset = SnapshotFormat.HeaderBytes;
            while (TryNextChunk())
            {
                hash.AppendData(_chunk.AsSpan(0, _end));
                ContentBytes += _end - SnapshotFormat.ChunkHeaderBytes;
            }

            return CheckFooter(hash);
        }
        catch (DamageException damage)
        {
            return new SnapshotFault(_file.Path, damage.Offset, damage.Reason);
        }
        catch (JournalException unreadable)
        {
            return new SnapshotFault(_file.Path, _offset, unreadable.Message);
        }
    }

    private SnapshotFault? CheckFooter(IncrementalHash hash)
    {
        Span<byte> footer = stackalloc byte[SnapshotFormat.FooterBytes];
        Span<byte> expected = stackalloc byte[SnapshotFormat.FooterBytes];
        Span<byte> digest = stackalloc byte[ChainLink.Bytes];
        _ = hash.GetHashAndReset(digest);
        int read = _file.ReadAll(footer, _offset);
        SnapshotFormat.WriteFooter(expected, ContentBytes, _chunks, ChainLink.Read(digest));
        int same = footer[..read].CommonPrefixLength(expected);
        if (same < expected.Length)
        {
            return new SnapshotFault(_file.Path, _offset + same, read < expected.Length
                ? "the footer is cut off"
                : "the footer's counts, checksum or SHA-256 are not those of the content");
        }

        long end = _offset + SnapshotFormat.FooterBytes;
        return _file.Length() == end ? null : new SnapshotFault(_file.Path, end, "bytes follow the footer");
    }

    private bool TryNextChunk()
    {
        Span<byte> header = _chunk.AsSpan(0, SnapshotFormat.ChunkHeaderBytes);
        if (_file.ReadAll(header, _offset) < header.Length)
        {
            throw new DamageException(_file.Path, _offset, "the file ends before its footer");
        }

        int bytes = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (bytes == 0)
        {
            return false;
        }

        if (bytes is < 0 or > SnapshotFormat.ChunkBytesMax)
        {
            throw new DamageException(_file.Path, _offset, $"a chunk of {bytes} bytes, expected 1 to {SnapshotFormat.ChunkBytesMax}");
        }

        Span<byte> chunk = _chunk.AsSpan(0, SnapshotFormat.ChunkHeaderBytes + bytes);
        if (_file.ReadAll(chunk[SnapshotFormat.ChunkHeaderBytes..], _offset + SnapshotFormat.ChunkHeaderBytes) < bytes)
        {
            throw new DamageException(_file.Path, _offset, $"a chunk of {bytes} bytes is cut off");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]) != SnapshotFormat.Checksum(chunk))
        {
            throw new DamageException(_file.Path, _offset, $"the chunk of {bytes} bytes from there on has a wrong checksum");
        }

        _offset += chunk.Length;
        _chunks++;
        _at = SnapshotFormat.ChunkHeaderBytes;
        _end = chunk.Length;
        Invariant.That(_at < _end, "a chunk has a byte or more");
        return true;
    }
}

/// <summary>A place of a snapshot that is not what was written.</summary>
internal sealed class DamageException(string path, long offset,
    string reason) : JournalException($"snapshot {path} is damaged at byte {offset}: {reason}")
{
    public long Offset => offset;

    public string Reason => reason;
}
