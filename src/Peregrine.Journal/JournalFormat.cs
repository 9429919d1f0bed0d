using System.Buffers.Binary;

namespace Peregrine.Journal;

/// <summary>The head of a segment.</summary>
/// <param name="Number">The number in its file name.</param>
/// <param name="FirstSequence">Sequence of the record that it was made for.</param>
/// <param name="CreatedNs">Time of that record.</param>
/// <param name="PreviousEnd">Where the records of the segment before end; 0 in segment 1.</param>
/// <param name="Before">Where the journal stands before its first record.</param>
internal readonly record struct SegmentHeader(int Number, long FirstSequence, long CreatedNs, long PreviousEnd, JournalPosition Before);

/// <summary>What the closing record of a batch says.</summary>
/// <param name="Records">Records of the journal up to here.</param>
/// <param name="Bytes">Bytes of the batch's records, which lie right before.</param>
/// <param name="Count">How many records.</param>
/// <param name="Link">The chain up to here.</param>
internal readonly record struct BatchEnd(long Records, int Bytes, int Count, ChainLink Link);

/// <summary>The layout of segments and records: docs/wire/journal-v1.md. All numbers are little endian.</summary>
internal static class JournalFormat
{
    public const int SegmentHeaderBytes = 128;
    public const int RecordHeaderBytes = 32;
    public const int SequenceOffset = 8;
    public const int TimeOffset = 16;
    public const uint Version = 1;
    public const uint Features = 1; // bit 0: batches are closed by links of a hash chain
    public const ulong Magic = 0x314c_4e52_4745_5250; // "PREGRNL1" read as bytes

    /// <summary>The type of the record that closes a batch.</summary>
    public const byte LinkType = 255;
    public const int LinkPayloadBytes = 16 + ChainLink.Bytes;
    public const int LinkRecordBytes = RecordHeaderBytes + LinkPayloadBytes;

    private static readonly byte[] s_zeros = new byte[64 << 10];

    /// <summary>What files are filled with, piece by piece.</summary>
    public static ReadOnlySpan<byte> Zeros => s_zeros;

    /// <summary>Bytes that a record takes in the file, padding included.</summary>
    public static int RecordBytes(int payloadBytes) => (RecordHeaderBytes + payloadBytes + 7) & ~7;

    public static void WriteSegmentHeader(Span<byte> target, in SegmentHeader header)
    {
        target[..SegmentHeaderBytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Features);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], header.FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], header.CreatedNs);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], header.PreviousEnd);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], header.Before.Records);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], header.Before.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], header.Number);
        header.Before.Link.Write(target[64..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[124..], Crc32C.Of(target[..124]));
    }

    /// <summary>Reads a segment header.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? ReadSegmentHeader(ReadOnlySpan<byte> source, out SegmentHeader header)
    {
        header = default;
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

        if (version != Version || features != Features)
        {
            return $"has format version {version} with features 0x{features:x}, this program reads version {Version} with features " +
                $"0x{Features:x}; start the version that wrote it, or choose another folder";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source[124..]) != Crc32C.Of(source[..124]))
        {
            return "has a damaged header: wrong checksum at byte 124; restore it from a copy";
        }

        JournalPosition before = new(BinaryPrimitives.ReadInt64LittleEndian(source[40..]), BinaryPrimitives.ReadInt64LittleEndian(source[48..]),
            ChainLink.Read(source[64..]));
        header = new SegmentHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source[56..]), BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]), BinaryPrimitives.ReadInt64LittleEndian(source[32..]), before);
        return null;
    }

    public static void WriteRecord(Span<byte> target, in JournalRecord record, ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(target[RecordHeaderBytes..]);
        SealRecord(target, record, payload.Length);
    }

    /// <summary>Completes a record whose payload is in its place: head, checksum, zeros up to the next record.</summary>
    /// <param name="target">At least <see cref="RecordBytes"/> of the payload.</param>
    public static void SealRecord(Span<byte> target, in JournalRecord record, int payloadBytes)
    {
        int end = RecordHeaderBytes + payloadBytes;
        Invariant.That(payloadBytes >= 0 && RecordBytes(payloadBytes) >= end && RecordBytes(payloadBytes) - end < 8 && record.Type != 0,
            "a record is padded to the next multiple of eight bytes, and has a type");
        BinaryPrimitives.WriteInt32LittleEndian(target, payloadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[SequenceOffset..], record.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[TimeOffset..], record.TimeNs);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], record.Type);
        if (end < RecordBytes(payloadBytes))
        {
            target[end..RecordBytes(payloadBytes)].Clear();
        }

        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Checksum(target, payloadBytes));
    }

    /// <summary>Writes the record that closes a batch.</summary>
    /// <param name="target">At least <see cref="LinkRecordBytes"/>.</param>
    /// <param name="sequence">That of the batch's last record.</param>
    /// <param name="timeNs">That of the batch's last record.</param>
    /// <param name="end">What it says.</param>
    public static void WriteLink(Span<byte> target, long sequence, long timeNs, in BatchEnd end)
    {
        Invariant.That(end is { Count: > 0, Bytes: > 0 } && end.Records >= end.Count, "a link closes a batch of one record or more");
        Span<byte> payload = stackalloc byte[LinkPayloadBytes];
        BinaryPrimitives.WriteInt64LittleEndian(payload, end.Records);
        BinaryPrimitives.WriteInt32LittleEndian(payload[8..], end.Bytes);
        BinaryPrimitives.WriteInt32LittleEndian(payload[12..], end.Count);
        end.Link.Write(payload[16..]);
        WriteRecord(target, new JournalRecord(sequence, timeNs, LinkType), payload);
    }

    /// <summary>Reads the payload of a whole record of type <see cref="LinkType"/>.</summary>
    /// <returns>False when its length is not that of one.</returns>
    public static bool TryReadLink(ReadOnlySpan<byte> payload, out BatchEnd end)
    {
        bool isOne = payload.Length == LinkPayloadBytes;
        end = isOne
            ? new BatchEnd(BinaryPrimitives.ReadInt64LittleEndian(payload), BinaryPrimitives.ReadInt32LittleEndian(payload[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(payload[12..]), ChainLink.Read(payload[16..]))
            : default;
        return isOne;
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
        ulong typeAndReserved = BinaryPrimitives.ReadUInt64LittleEndian(source[24..]);
        if (typeAndReserved is 0 or > 255 || payloadBytes < 0 || payloadBytes > source.Length - RecordHeaderBytes
            || RecordBytes(payloadBytes) > source.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Checksum(source, payloadBytes))
        {
            return 0;
        }

        Invariant.That((byte)typeAndReserved == typeAndReserved && RecordBytes(payloadBytes) <= source.Length,
            "a record that counts is whole");
        record = new JournalRecord(BinaryPrimitives.ReadInt64LittleEndian(source[SequenceOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[TimeOffset..]), (byte)typeAndReserved);
        payload = source.Slice(RecordHeaderBytes, payloadBytes);
        return RecordBytes(payloadBytes);
    }

    // Over everything after the checksum, then over the length before it.
    private static uint Checksum(ReadOnlySpan<byte> record, int payloadBytes) =>
        Crc32C.Append(Crc32C.Of(record[8..(RecordHeaderBytes + payloadBytes)]), record[..4]);
}
