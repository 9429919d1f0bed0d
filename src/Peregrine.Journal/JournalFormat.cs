using System.Buffers.Binary;

namespace Peregrine.Journal;

/// <summary>The layout of segments and records: docs/wire/journal-v1.md. All numbers are little endian.</summary>
internal static class JournalFormat
{
    public const int SegmentHeaderBytes = 64;
    public const int RecordHeaderBytes = 32;
    public const int SequenceOffset = 8;
    public const int TimeOffset = 16;
    public const uint Version = 1;
    public const ulong Magic = 0x314c_4e52_4745_5250; // "PREGRNL1" read as bytes

    /// <summary>Bytes that a record takes in the file, padding included.</summary>
    public static int RecordBytes(int payloadBytes) => (RecordHeaderBytes + payloadBytes + 7) & ~7;

    public static void WriteSegmentHeader(Span<byte> target, long firstSequence, long createdNs, long previousEnd)
    {
        target[..SegmentHeaderBytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], firstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], createdNs);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], previousEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(target[60..], Crc32C.Of(target[..60]));
    }

    /// <summary>Reads a segment header.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? ReadSegmentHeader(ReadOnlySpan<byte> source, out long firstSequence, out long previousEnd)
    {
        firstSequence = 0;
        previousEnd = 0;
        if (source.Length < SegmentHeaderBytes)
        {
            return $"has {source.Length} bytes, expected a header of {SegmentHeaderBytes}; restore it from a copy";
        }

        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(source);
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        uint features = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
        if (magic != Magic)
        {
            return "is not a journal segment: wrong magic at byte 0; restore it from a copy, or choose another folder";
        }

        if (version != Version || features != 0)
        {
            return $"has format version {version} with features 0x{features:x}, this program reads version {Version} with features 0x0; start the version that wrote it, or choose another folder";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Crc32C.Of(source[..60]))
        {
            return "has a damaged header: wrong checksum at byte 60; restore it from a copy";
        }

        firstSequence = BinaryPrimitives.ReadInt64LittleEndian(source[16..]);
        previousEnd = BinaryPrimitives.ReadInt64LittleEndian(source[32..]);
        return null;
    }

    public static void WriteRecord(Span<byte> target, in JournalRecord record, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[SequenceOffset..], record.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[TimeOffset..], record.TimeNs);
        target[24] = record.Type;
        target[25..RecordHeaderBytes].Clear();
        payload.CopyTo(target[RecordHeaderBytes..]);
        target[(RecordHeaderBytes + payload.Length)..RecordBytes(payload.Length)].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Checksum(target, payload.Length));
    }

    /// <summary>Reads a record, if there is a whole and true one.</summary>
    /// <returns>Bytes it takes, or 0.</returns>
    public static int TryReadRecord(ReadOnlySpan<byte> source, out JournalRecord record, out ReadOnlySpan<byte> payload)
    {
        record = default;
        payload = default;
        if (source.Length < RecordHeaderBytes)
        {
            return 0;
        }

        int payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(source);
        byte type = source[24];
        bool isReservedZero = BinaryPrimitives.ReadUInt64LittleEndian(source[24..]) >> 8 == 0;
        if (!isReservedZero || payloadBytes < 0 || payloadBytes > source.Length - RecordHeaderBytes || type == 0 || RecordBytes(payloadBytes) > source.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Checksum(source, payloadBytes))
        {
            return 0;
        }

        record = new JournalRecord(BinaryPrimitives.ReadInt64LittleEndian(source[SequenceOffset..]), BinaryPrimitives.ReadInt64LittleEndian(source[TimeOffset..]), type);
        payload = source.Slice(RecordHeaderBytes, payloadBytes);
        return RecordBytes(payloadBytes);
    }

    /// <summary>Bytes that <see cref="TryReadRecord"/> had to run its checksum over.</summary>
    public static int CheckedBytes(ReadOnlySpan<byte> source)
    {
        int payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(source);
        ulong typeAndReserved = BinaryPrimitives.ReadUInt64LittleEndian(source[24..]);
        return typeAndReserved is > 0 and < 256 && payloadBytes > 0 && payloadBytes <= source.Length ? payloadBytes : 0;
    }

    // Over everything after the checksum, then over the length before it.
    private static uint Checksum(ReadOnlySpan<byte> record, int payloadBytes) =>
        Crc32C.Append(Crc32C.Of(record[8..(RecordHeaderBytes + payloadBytes)]), record[..4]);
}
