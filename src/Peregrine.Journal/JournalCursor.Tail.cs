using System.Buffers.Binary;
using Peregrine.Journal.Files;

namespace Peregrine.Journal;

/// <summary>Tells a torn tail from damage.</summary>
internal sealed partial class JournalCursor
{
    // What a disk writes whole. A lost piece of a batch is at least the part of the batch in one of them.
    private const int SectorBytes = 512;

    /// <summary>Looks at what stands behind the last whole batch of the last segment, after a read has ended there.</summary>
    /// <param name="damage">Why it is damage: what is there was once whole. Null when it is not.</param>
    /// <returns>How many bytes of an unfinished batch; 0 for a clean end.</returns>
    public long JudgeTail(out JournalException? damage)
    {
        damage = null;
        long last = JournalFolder.FindLastNonZero(_file!, Offset, _fileBytes);
        if (last < 0)
        {
            return 0;
        }

        byte[] tail = new byte[last + 1 - Offset];
        int read = _file!.ReadAll(tail, Offset);
        int bad = (int)(BadOffset - Offset);
        ReadOnlySpan<byte> bytes = tail.AsSpan(0, read);
        if (FindForeignLink(bytes, bad) is { } link)
        {
            damage = Damaged(BadOffset, $"no whole record there, but a later batch ends at byte {Offset + link}");
        }
        else if (bad < read && !IsUnwritten(bytes, bad))
        {
            damage = Damaged(BadOffset, "the record there was written to its end, and is not what was written");
        }

        return read;
    }

    // At fsync a batch is written only when the one before it is on the disk. So a whole link behind the bad place that closes another
    // batch than the one that starts here proves damage; the link of this batch does not: its page may have been written before the others.
    // Returns where that link is, counted from the start of the batch.
    private int? FindForeignLink(ReadOnlySpan<byte> tail, int bad)
    {
        for (int at = (bad + 8) & ~7; at + JournalFormat.LinkRecordBytes <= tail.Length; at += 8)
        {
            ReadOnlySpan<byte> here = tail[at..];
            bool mayBeLink = BinaryPrimitives.ReadInt32LittleEndian(here) == JournalFormat.LinkPayloadBytes
                && BinaryPrimitives.ReadUInt64LittleEndian(here[24..]) == JournalFormat.LinkType;
            if (mayBeLink && JournalFormat.TryReadRecord(here, out _, out ReadOnlySpan<byte> payload) > 0
                && JournalFormat.TryReadLink(payload, out BatchEnd end)
                && end.Records > _position.Records && end.Bytes != at)
            {
                return at;
            }
        }

        return null;
    }

    // A write that did not finish leaves the zeros that were there before: from some byte on, or in whole sectors. A record that is
    // there to its last byte, and without such a hole, was written and has changed since.
    private bool IsUnwritten(ReadOnlySpan<byte> tail, int bad)
    {
        if (bad + JournalFormat.RecordHeaderBytes > tail.Length)
        {
            return true;
        }

        int payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(tail[bad..]);
        bool isLengthPossible = payloadBytes >= 0 && payloadBytes <= JournalOptions.SegmentBytesMax;
        long end = bad + JournalFormat.RecordHeaderBytes + (isLengthPossible ? (long)payloadBytes : 0);
        long paddedEnd = (end + 7) & ~7L;
        return end > tail.Length || Offset + paddedEnd > _fileBytes || HasHole(tail, bad, (int)end);
    }

    private bool HasHole(ReadOnlySpan<byte> tail, int start, int end)
    {
        while (start < end)
        {
            // A lost sector is lost beyond this record's end, too.
            int sectorEnd = (int)Math.Min(tail.Length, (((Offset + start) / SectorBytes) + 1) * SectorBytes - Offset);
            if (tail[start..sectorEnd].IndexOfAnyExcept((byte)0) < 0)
            {
                return true;
            }

            start = sectorEnd;
        }

        return false;
    }
}
