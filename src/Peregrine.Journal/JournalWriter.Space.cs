using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>
/// Knows before a record is appended that there is room for it. The caller plans where each batch goes, ahead of whoever writes it, by
/// the same sums: so a batch that was appended to always finds its place.
/// </summary>
public sealed partial class JournalWriter
{
    // Links that a caller may need for what it asked room for, when it commits in between.
    private const int SpareLinks = 3;

    private long _planOffset;
    private long _planBytes;
    private int _planNumber;
    private bool _isNextSure;

    /// <summary>Bytes that a record takes in the journal.</summary>
    /// <param name="payloadBytes">Length of its payload.</param>
    public static int RecordBytes(int payloadBytes) => JournalFormat.RecordBytes(payloadBytes);

    /// <summary>
    /// Whether the disk has room for more records: to refuse a command before anything of it has happened. While it is true, the next
    /// records of so many bytes, in up to three batches, are not refused with <see cref="JournalStatus.NoSpace"/>.
    /// </summary>
    /// <param name="bytes">Sum of <see cref="RecordBytes"/> of the records; at most half of <see cref="JournalOptions.BatchBytesMax"/>.</param>
    /// <returns>True when there is room; false when the disk is full, or the journal failed.</returns>
    /// <remarks>Thread: the caller's. Allocates: no. Blocks: only where the next segment is needed and still being made.</remarks>
    public bool HasRoom(int bytes) => HasRoom(bytes, usesReserve: false);

    /// <summary>
    /// As <see cref="HasRoom(int)"/>, for records that may use <see cref="JournalOptions.ReserveBytes"/> or not.
    /// While no next segment can be had, those that may not are refused once only the reserve is left, and those that may go on until it is used up.
    /// </summary>
    public bool HasRoom(int bytes, bool usesReserve)
    {
        Check.That(bytes >= 0 && bytes <= _options.BatchBytesMax / 2, "room is asked for in pieces of at most half a batch");
        if (Failure is not null)
        {
            return false;
        }

        long wanted = bytes + (SpareLinks * JournalFormat.LinkRecordBytes);
        return IsPlaced(wanted + _options.ReserveBytes) || TryPlaceInNext() == JournalStatus.Ok
            || (usesReserve && Failure is null && IsPlaced(wanted));
    }

    // True when the open batch with so many bytes more fits where it goes, or a next segment is certain.
    private bool IsPlaced(long bytes) => _isNextSure || _planOffset + _batchBytes + bytes + JournalFormat.LinkRecordBytes <= _planBytes;

    private JournalStatus TryPlaceInNext()
    {
        SupplyStatus status = _supply.WaitFor(_planNumber + 1, out bool waited, out JournalFailure? failure);
        Counters.SegmentWaits += waited ? 1 : 0;
        switch (status)
        {
            case SupplyStatus.Ready:
                _isNextSure = true;
                return JournalStatus.Ok;
            case SupplyStatus.NoSpace:
                Counters.NoSpaceCount++;
                return JournalStatus.NoSpace;
            default:
                if (failure is not null)
                {
                    Fail(failure.Message, failure.Errno);
                }

                Counters.FailedCount++;
                return JournalStatus.Failed;
        }
    }

    // Where the batch being closed goes. Returns true when that is the next segment.
    private bool Plan(int batchBytes)
    {
        bool isNext = _planOffset + batchBytes + JournalFormat.LinkRecordBytes > _planBytes;
        if (isNext)
        {
            _planNumber++;
            Invariant.That(_isNextSure, "a batch goes into the next segment only when that is certain");
            _planOffset = JournalFormat.SegmentHeaderBytes;
            _planBytes = _options.SegmentBytes;
            _isNextSure = false;
        }

        Invariant.That(batchBytes > 0 && _planOffset >= JournalFormat.SegmentHeaderBytes
            && _planOffset + batchBytes + JournalFormat.LinkRecordBytes <= Math.Max(_planBytes, _options.SegmentBytes),
            "a batch goes behind the header of a segment, whole");
        _planOffset += batchBytes + JournalFormat.LinkRecordBytes;
        return isNext;
    }

    // A copy of a segment may have lost its reserved blocks: where they cannot be had again, the segment counts as used up.
    private void PlanFrom(JournalScan scan, Errno allocated)
    {
        Invariant.That(scan.EndOffset >= JournalFormat.SegmentHeaderBytes && scan.EndOffset <= scan.LastBytes,
            "a segment goes on where its last whole batch ends");
        _planNumber = scan.LastNumber;
        _planOffset = scan.EndOffset;
        _planBytes = allocated is Errno.ENOSPC or Errno.EDQUOT ? scan.EndOffset : scan.LastBytes;
    }
}
