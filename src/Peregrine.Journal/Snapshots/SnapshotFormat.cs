using System.Buffers.Binary;

namespace Peregrine.Journal.Snapshots;

/// <summary>The layout of a snapshot: docs/wire/snapshot-v1.md. All numbers are little endian.</summary>
internal static class SnapshotFormat
{
    public const int HeaderBytes = 128;
    public const int ChunkHeaderBytes = 8;
    public const int ChunkBytesMax = 1 << 20;
    public const int FooterBytes = 64;
    public const uint Version = 1;
    public const uint Features = 0;
    public const ulong Magic = 0x3150_4e53_4745_5250; // "PREGSNP1" read as bytes

    public static void WriteHeader(Span<byte> target, in SnapshotInfo info)
    {
        target[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Features);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], info.Position.Records);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], info.Position.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], info.TimeNs);
        BinaryPrimitives.WriteUInt32LittleEndian(target[40..], info.Schema);
        info.Position.Link.Write(target[64..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[124..], Crc32C.Of(target[..124]));
    }

    /// <summary>Reads a header.</summary>
    /// <returns>Null, or what is wrong, and at which byte.</returns>
    public static string? ReadHeader(ReadOnlySpan<byte> source, string path, out SnapshotInfo info, out long offset)
    {
        info = default;
        offset = Math.Min(source.Length, HeaderBytes);
        if (source.Length < HeaderBytes)
        {
            return $"has {source.Length} bytes, expected a header of {HeaderBytes}";
        }

        offset = 0;
        if (BinaryPrimitives.ReadUInt64LittleEndian(source) != Magic)
        {
            return "is not a snapshot: wrong magic";
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        uint features = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
        offset = 8;
        if (version != Version || features != Features)
        {
            return $"has format version {version} with features 0x{features:x}, this program reads version {Version} with features 0x{Features:x}";
        }

        offset = 124;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[124..]) != Crc32C.Of(source[..124]))
        {
            return "has a damaged header: wrong checksum";
        }

        JournalPosition position = new(BinaryPrimitives.ReadInt64LittleEndian(source[16..]), BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            ChainLink.Read(source[64..]));
        info = new SnapshotInfo(path, position, BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[40..]));
        return null;
    }

    /// <summary>Fills in the head of a chunk whose content stands behind it.</summary>
    public static void WriteChunkHeader(Span<byte> chunk)
    {
        BinaryPrimitives.WriteInt32LittleEndian(chunk, chunk.Length - ChunkHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[4..], Checksum(chunk));
    }

    /// <summary>Over everything behind the checksum, then over the length before it.</summary>
    public static uint Checksum(ReadOnlySpan<byte> chunk) => Crc32C.Append(Crc32C.Of(chunk[ChunkHeaderBytes..]), chunk[..4]);

    public static void WriteFooter(Span<byte> target, long contentBytes, long chunks, in ChainLink hash)
    {
        target[..FooterBytes].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], contentBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], chunks);
        hash.Write(target[32..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Checksum(target[..FooterBytes]));
    }
}
