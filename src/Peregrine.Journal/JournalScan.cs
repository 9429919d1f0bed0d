using Peregrine.Journal.Files;

namespace Peregrine.Journal;

/// <summary>Reads the segments of a journal in order and says where and how they end.</summary>
internal sealed class JournalScan
{
    private readonly List<string> _segments = [];

    private JournalScan()
    {
    }

    /// <summary>What was found.</summary>
    public JournalRecovery Recovery { get; } = new();

    /// <summary>Paths of the segments that were read, in order.</summary>
    public IReadOnlyList<string> Segments => _segments;

    /// <summary>A last file that is all zeros: its header was lost with the power. Null as a rule.</summary>
    public string? UnbornPath { get; private set; }

    /// <summary>Number of the last segment that holds a header; 0 in an empty journal.</summary>
    public int LastNumber { get; private set; }

    /// <summary>Where the next batch goes in the last segment.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Length of the last segment.</summary>
    public long LastBytes { get; private set; }

    /// <summary>Reads everything behind a place.</summary>
    /// <param name="files">Where.</param>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="visitor">Gets the records.</param>
    /// <param name="after">Records up to here are left out; null for all that are there.</param>
    /// <param name="verifyChain">Compute the hash chain again.</param>
    /// <exception cref="JournalException">Damage before the tail, a missing segment, another version, not readable,
    /// or not the journal of <paramref name="after"/>.</exception>
    public static JournalScan Run(IJournalFiles files, string folder, IJournalVisitor visitor, JournalPosition? after, bool verifyChain)
    {
        JournalScan scan;
        try
        {
            scan = ReadAll(files, folder, visitor, after, verifyChain);
        }
        catch (JournalException)
        {
            // What a visitor found in the records before comes before the damage behind them.
            visitor.OnEnd();
            throw;
        }

        visitor.OnEnd();
        visitor.OnWhole();
        return scan;
    }

    private static JournalScan ReadAll(IJournalFiles files, string folder, IJournalVisitor visitor, JournalPosition? after, bool verifyChain)
    {
        JournalScan scan = new();
        string[] paths = JournalFolder.List(files, folder, out int first);
        List<SegmentHeader?> headers = JournalFolder.ReadHeaders(files, paths, first);
        if (headers.Count > 0 && headers[^1] is null)
        {
            scan.UnbornPath = paths[^1];
            headers.RemoveAt(headers.Count - 1);
        }

        scan.Recovery.Segments = headers.Count;
        if (headers.Count > 0)
        {
            scan.Recovery.Start = headers[0]!.Value.Before;
        }

        scan.Recovery.End = scan.Recovery.Start;
        if (after is { } place && place.Records < scan.Recovery.Start.Records)
        {
            throw new JournalException($"{folder} starts after record {scan.Recovery.Start.Records} (sequence " +
                $"{scan.Recovery.Start.Sequence}): older segments were removed; start from a snapshot that reaches it, " +
                $"or restore them from the archive");
        }

        if (headers.Count > 0)
        {
            scan.Read(files, folder, visitor, after, verifyChain, headers, first);
        }

        if (after is { } beyond && beyond.Records > scan.Recovery.End.Records)
        {
            throw new JournalException($"{folder} ends with record {scan.Recovery.End.Records} (sequence " +
                $"{scan.Recovery.End.Sequence}), and a start after record {beyond.Records} was asked for: the snapshot is ahead of the journal; " +
                $"use an older one, or restore the journal from a copy");
        }

        return scan;
    }

    private void Read(IJournalFiles files, string folder, IJournalVisitor visitor, JournalPosition? after, bool verifyChain,
        List<SegmentHeader?> headers, int first)
    {
        long afterRecords = after?.Records ?? 0;
        int skipped = 0;
        while (skipped + 1 < headers.Count && headers[skipped + 1]!.Value.Before.Records <= afterRecords)
        {
            skipped++;
        }

        Recovery.SkippedSegments = skipped;
        using JournalCursor cursor = new(files, folder, verifyChain);
        _ = cursor.Start(first + skipped);
        CheckPlace(cursor, after);
        bool hasNext;
        do
        {
            _segments.Add(cursor.Path);
            hasNext = ReadSegment(cursor, visitor, after);
        }
        while (hasNext && cursor.TryNextSegment());

        Recovery.Segments = cursor.Number - first + 1;
        Recovery.Records = cursor.Given;
        Recovery.SkippedRecords = cursor.Position.Records - Recovery.Start.Records - cursor.Given;
        Recovery.End = cursor.Position;
        LastNumber = cursor.Number;
        EndOffset = cursor.Offset;
        LastBytes = cursor.FileBytes;
        Recovery.TornAt = Recovery.TornBytes > 0 ? $"{cursor.Path} at byte {cursor.Offset}" : null;
    }

    // Beside a live writer, bytes may have been written after they were read and before those behind them were, and a next segment may
    // have come meanwhile: what is found bad must be so again. The next segment is looked for first: if it is there, this one was
    // finished before, and the second look sees all of it. Returns whether it is there.
    private bool ReadSegment(JournalCursor cursor, IJournalVisitor visitor, JournalPosition? after)
    {
        while (true)
        {
            ReadBatches(cursor, visitor, after);
            long badOffset = cursor.BadOffset;
            long offset = cursor.Offset;
            bool hasNext = cursor.HasNextSegment();
            JournalException? damage = null;
            if (!hasNext)
            {
                Recovery.TornBytes = cursor.JudgeTail(out damage);
            }

            if (hasNext || damage is not null)
            {
                cursor.Reload();
                ReadBatches(cursor, visitor, after);
            }

            if (cursor.BadOffset == badOffset && cursor.Offset == offset)
            {
                return damage is null ? hasNext : throw damage;
            }
        }
    }

    private static void ReadBatches(JournalCursor cursor, IJournalVisitor visitor, JournalPosition? after)
    {
        while (cursor.TryReadBatch(visitor, after?.Records ?? 0))
        {
            CheckPlace(cursor, after);
        }
    }

    // A snapshot names the chain link of the journal that it was taken from.
    private static void CheckPlace(JournalCursor cursor, JournalPosition? after)
    {
        if (after is { Link.IsZero: false } place && place.Records == cursor.Position.Records && place.Link != cursor.Position.Link)
        {
            throw new JournalPlaceException(
                $"{cursor.Path} has link {cursor.Position.Link} after record {place.Records}, " +
                $"the snapshot was taken of a journal with link {place.Link}: they do not belong together; use the journal's own snapshots");
        }
    }
}
