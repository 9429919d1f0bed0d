using System.Buffers;
using System.Security.Cryptography;
using Peregrine.Journal.Files;
using Peregrine.Linux;

namespace Peregrine.Journal.Snapshots;

/// <summary>
/// Writes one snapshot as a stream. It counts from <see cref="Complete"/> on; disposed before, or after a crash, there is none.
/// </summary>
/// <remarks>Thread: one, not the link's. Blocks: on the disk. Allocates: a chunk of 1 MiB when made.</remarks>
public sealed class SnapshotWriter : IBufferWriter<byte>, IDisposable
{
    private readonly SnapshotStore _store;
    private readonly SnapshotInfo _info;
    private readonly IJournalFile _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chunk = GC.AllocateUninitializedArray<byte>(SnapshotFormat.ChunkHeaderBytes + SnapshotFormat.ChunkBytesMax);
    private int _chunkBytes = SnapshotFormat.ChunkHeaderBytes;
    private long _offset;
    private long _chunks;
    private bool _isComplete;

    internal SnapshotWriter(SnapshotStore store, IJournalFile file, in SnapshotInfo info)
    {
        _store = store;
        _file = file;
        _info = info;
        Span<byte> header = stackalloc byte[SnapshotFormat.HeaderBytes];
        SnapshotFormat.WriteHeader(header, info);
        _hash.AppendData(header);
        Put(header);
    }

    /// <summary>Bytes of content so far.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>Appends content.</summary>
    /// <exception cref="JournalException">The disk refused, as when it is full; dispose the writer, the older snapshots stay.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        while (content.Length > 0)
        {
            int count = Math.Min(content.Length, _chunk.Length - _chunkBytes);
            Invariant.That(count > 0, "a chunk that is full was written");
            content[..count].CopyTo(_chunk.AsSpan(_chunkBytes));
            Advance(count);
            content = content[count..];
            if (_chunkBytes == _chunk.Length)
            {
                PutChunk();
            }
        }
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        Check.That(count >= 0 && count <= _chunk.Length - _chunkBytes, "no more is written than was lent");
        _chunkBytes += count;
        ContentBytes += count;
    }

    /// <inheritdoc/>
    /// <remarks>At most 1 MiB.</remarks>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _chunk.AsMemory(_chunkBytes);
    }

    /// <inheritdoc/>
    /// <remarks>At most 1 MiB.</remarks>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _chunk.AsSpan(_chunkBytes);
    }

    /// <summary>Makes the snapshot durable and gives it its name. Older ones beyond the number to keep go.</summary>
    /// <returns>What was written.</returns>
    /// <exception cref="JournalException">The disk refused: there is no such snapshot.</exception>
    public SnapshotInfo Complete()
    {
        Check.That(!_isComplete, "a snapshot is completed once");
        PutChunk();
        Span<byte> hash = stackalloc byte[ChainLink.Bytes];
        _ = _hash.GetHashAndReset(hash);
        Span<byte> footer = stackalloc byte[SnapshotFormat.FooterBytes];
        SnapshotFormat.WriteFooter(footer, ContentBytes, _chunks, ChainLink.Read(hash));
        Put(footer);
        ThrowOn(_file.SyncData(), "sync");
        ThrowOn(_file.MoveTo(_info.Path), $"renaming to {_info.Path}");
        _isComplete = true;
        ThrowOn(_store.Files.SyncFolder(_store.Folder), "sync of its folder");
        _store.Completed(_info);
        return _info;
    }

    /// <summary>Gives the file back; a snapshot that is not complete is removed.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        if (!_isComplete)
        {
            _ = _store.Files.Delete(_file.Path);
        }
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeHint, SnapshotFormat.ChunkBytesMax);
        if (Math.Max(sizeHint, 1) > _chunk.Length - _chunkBytes)
        {
            PutChunk();
        }
    }

    private void PutChunk()
    {
        if (_chunkBytes > SnapshotFormat.ChunkHeaderBytes)
        {
            Span<byte> chunk = _chunk.AsSpan(0, _chunkBytes);
            Invariant.That(_chunkBytes <= SnapshotFormat.ChunkHeaderBytes + SnapshotFormat.ChunkBytesMax,
                "a chunk is no longer than chunks may be");
            SnapshotFormat.WriteChunkHeader(chunk);
            _hash.AppendData(chunk);
            Put(chunk);
            _chunks++;
            Invariant.That(_chunks * SnapshotFormat.ChunkHeaderBytes < _offset && ContentBytes >= _chunks,
                "each chunk has a header and a byte or more");
            _chunkBytes = SnapshotFormat.ChunkHeaderBytes;
        }
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        ThrowOn(_file.WriteAll(bytes, _offset), $"writing at byte {_offset}");
        _offset += bytes.Length;
    }

    private void ThrowOn(Errno errno, string what)
    {
        if (errno != Errno.None)
        {
            throw new JournalException($"snapshot {_file.Path} cannot be written, {what}: {errno.Describe()}");
        }
    }
}
