using System.Globalization;
using Peregrine.Linux;
using Peregrine.Linux.Files;

namespace Peregrine.Journal;

/// <summary>Reads the segments of a journal in order and says where and how they end.</summary>
internal sealed class JournalScan
{
    public const string Extension = ".journal";

    private readonly JournalRecovery _recovery = new();

    /// <summary>What was found.</summary>
    public JournalRecovery Recovery => _recovery;

    /// <summary>Path of the last segment, or null.</summary>
    public string? LastPath { get; private set; }

    /// <summary>Where the next record goes in it.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Length of the last segment.</summary>
    public long LastBytes { get; private set; }

    /// <summary>Reads everything.</summary>
    /// <exception cref="JournalException">Damage before the tail, or another version.</exception>
    public static JournalScan Run(string folder, IJournalVisitor visitor)
    {
        JournalScan scan = new();
        string[] paths = [.. Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)];
        for (int index = 0; index < paths.Length; index++)
        {
            scan.ReadSegment(paths[index], isLast: index == paths.Length - 1, visitor);
        }

        scan._recovery.Segments = paths.Length;
        return scan;
    }

    /// <summary>The file name of a segment.</summary>
    public static string FileName(int number) => number.ToString("D10", CultureInfo.InvariantCulture) + Extension;

    private void ReadSegment(string path, bool isLast, IJournalVisitor visitor)
    {
        long bytes = new FileInfo(path).Length;
        if (bytes == 0)
        {
            throw new JournalException($"{path} is empty, expected a segment header of {JournalFormat.SegmentHeaderBytes} bytes; restore the file from a copy");
        }

        if (bytes > 1 << 30)
        {
            throw new JournalException($"{path} has {bytes} bytes, a segment has at most {1 << 30}");
        }

        using MappedMemory memory = OpenMapped(path, bytes);
        ReadOnlySpan<byte> data = memory.Slice(0, (int)bytes);
        string? wrong = JournalFormat.ReadSegmentHeader(data, out _, out long previousEnd);
        if (wrong is not null)
        {
            throw new JournalException($"{path} {wrong}");
        }

        // The header says where the segment before ended: a tail lost there shows here.
        if (LastPath is not null && previousEnd != EndOffset)
        {
            throw new JournalException($"{LastPath} is damaged at byte {EndOffset}: the next segment says it ends at byte {previousEnd}; restore it from a copy");
        }

        LastPath = path;
        LastBytes = bytes;
        int offset = ReadRecords(path, data, visitor);
        EndOffset = offset;
        ReadOnlySpan<byte> rest = data[offset..];
        if (rest.IndexOfAnyExcept((byte)0) < 0)
        {
            return;
        }

        if (!isLast || HasRecordLater(rest))
        {
            throw new JournalException($"{path} is damaged at byte {offset}: no whole record there, but records follow; restore it from a copy, or move this and later segments away to go on without them");
        }

        _recovery.TornBytes = rest.LastIndexOfAnyExcept((byte)0) + 1;
        _recovery.TornAt = $"{path} at byte {offset}";
    }

    private int ReadRecords(string path, ReadOnlySpan<byte> data, IJournalVisitor visitor)
    {
        int offset = JournalFormat.SegmentHeaderBytes;
        while (true)
        {
            int taken = JournalFormat.TryReadRecord(data[offset..], out JournalRecord record, out ReadOnlySpan<byte> payload);
            if (taken == 0)
            {
                return offset;
            }

            if (record.Sequence < _recovery.LastSequence)
            {
                throw new JournalException($"{path} is damaged at byte {offset}: sequence {record.Sequence} after {_recovery.LastSequence}; restore it from a copy");
            }

            visitor.OnRecord(record, payload);
            _recovery.Records++;
            _recovery.LastSequence = record.Sequence;
            offset += taken;
        }
    }

    // A later whole record proves that the bytes here were once good: damage, not a torn tail. Records lie at multiples of 8.
    private static bool HasRecordLater(ReadOnlySpan<byte> rest)
    {
        for (int offset = 8; offset + JournalFormat.RecordHeaderBytes <= rest.Length; offset += 8)
        {
            if (JournalFormat.TryReadRecord(rest[offset..], out _, out _) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static MappedMemory OpenMapped(string path, long bytes)
    {
        try
        {
            using LinuxFile file = LinuxFile.Open(path);
            return file.Map(bytes);
        }
        catch (LinuxException exception)
        {
            throw new JournalException(exception.Message);
        }
    }
}
