using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Peregrine.Feeds.Compression;

/// <summary>
/// A gzip file, member by member, each held to its checksum and length: the runtime's own stream takes the end of a cut file for the end of its
/// data. Where a member ends it does not tell either: behind its data stand their checksum and length, which are known by then, so they are looked
/// for in what was read last. Source: RFC 1952.
/// </summary>
/// <remarks>Thread: one owner. Allocates: for each member.</remarks>
internal sealed class GzipInput(Stream file) : ReadOnlyStream
{
    private const int HeaderBytes = 10;
    private const int TrailerBytes = 8;
    private const int ChunkBytes = 8192;
    private const byte HasCrc = 2;
    private const byte HasExtra = 4;
    private const byte HasName = 8;
    private const byte HasComment = 16;

    private readonly Crc32 _crc = new();
    private readonly byte[] _chunk = new byte[ChunkBytes + TrailerBytes];
    private readonly Chunks _chunks = new(file);
    private DeflateStream? _member;
    private uint _bytes;
    private bool _isAtEnd;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is cut or damaged.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_isAtEnd && !buffer.IsEmpty)
        {
            if (_member is null)
            {
                _isAtEnd = !TryBeginMember();
                continue;
            }

            int read = _member.Read(buffer);
            if (read > 0)
            {
                _crc.Append(buffer[..read]);
                _bytes += (uint)read;
                return read;
            }

            EndMember();
        }

        return 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool TryBeginMember()
    {
        Span<byte> head = stackalloc byte[HeaderBytes];
        int read = file.ReadAtLeast(head, HeaderBytes, throwOnEndOfStream: false);

        // Zeros behind the last member fill a block of a tape, and are nothing.
        if (read == 0 || head[..read].IndexOfAnyExcept((byte)0) < 0)
        {
            return false;
        }

        if (read < HeaderBytes)
        {
            throw Cut();
        }

        if (head[0] != 0x1f || head[1] != 0x8b || head[2] != 8)
        {
            throw new InvalidDataException($"what follows a gzip member at byte {file.Position - HeaderBytes} is no other one");
        }

        byte flags = head[3];
        if ((flags & HasExtra) != 0)
        {
            Skip(BinaryPrimitives.ReadUInt16LittleEndian(Take(stackalloc byte[2])));
        }

        SkipText((flags & HasName) != 0);
        SkipText((flags & HasComment) != 0);
        Skip((flags & HasCrc) != 0 ? 2 : 0);
        _chunks.Begin();
        _member = new DeflateStream(_chunks, CompressionMode.Decompress, leaveOpen: true);
        _crc.Reset();
        _bytes = 0;
        return true;
    }

    private void EndMember()
    {
        _member!.Dispose();
        _member = null;
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _bytes);

        // The data end in the chunk that was read last, or right behind it.
        file.Position = _chunks.LastStart;
        int read = file.ReadAtLeast(_chunk, _chunks.LastBytes + TrailerBytes, throwOnEndOfStream: false);
        int at = _chunk.AsSpan(0, read).IndexOf(trailer);
        if (at < 0)
        {
            throw file.Position == file.Length
                ? Cut()
                : new InvalidDataException($"the gzip member that ends near byte {file.Position} has another checksum or length than it says");
        }

        file.Position = _chunks.LastStart + at + TrailerBytes;
    }

    private ReadOnlySpan<byte> Take(Span<byte> target) =>
        file.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) == target.Length ? target : throw Cut();

    private void Skip(int bytes)
    {
        Span<byte> one = stackalloc byte[1];
        for (; bytes > 0; bytes--)
        {
            _ = Take(one);
        }
    }

    private void SkipText(bool isThere)
    {
        Span<byte> one = stackalloc byte[1];
        while (isThere && Take(one)[0] != 0)
        {
        }
    }

    private InvalidDataException Cut() => new($"the gzip file is cut: it ends at byte {file.Position}, within a member");

    /// <summary>The file as the decompressor reads it: where it read last is remembered.</summary>
    private sealed class Chunks(Stream file) : ReadOnlyStream
    {
        public long LastStart { get; private set; }

        public int LastBytes { get; private set; }

        public void Begin() => (LastStart, LastBytes) = (file.Position, 0);

        public override int Read(Span<byte> buffer)
        {
            long start = file.Position;
            int read = file.Read(buffer[..Math.Min(buffer.Length, ChunkBytes)]);
            if (read > 0)
            {
                (LastStart, LastBytes) = (start, read);
            }

            return read;
        }
    }
}
