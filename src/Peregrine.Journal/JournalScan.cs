using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Peregrine.Journal;

/// <summary>Reads the segments of a journal in order and says where and how they end.</summary>
internal sealed class JournalScan
{
    // Most payload bytes that the search behind a bad record may check; made-up lengths could otherwise keep it busy for hours.
    private const long SearchBytesMax = 1L << 32;
    private const string Extension = ".journal";

    private readonly IJournalVisitor _visitor;
    private readonly List<string> _segments = [];

    // The bytes of one segment. Not mapped: a disk error in mapped memory is a signal that ends the process without a word.
    private byte[] _buffer = [];

    private JournalScan(IJournalVisitor visitor) => _visitor = visitor;

    /// <summary>What was found.</summary>
    public JournalRecovery Recovery { get; } = new();

    /// <summary>Paths of the segments that hold a header, in order.</summary>
    public IReadOnlyList<string> Segments => _segments;

    /// <summary>A last file that is all zeros: its header was lost with the power. Null as a rule.</summary>
    public string? UnbornPath { get; private set; }

    /// <summary>Where the next record goes in the last segment.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Length of the last segment.</summary>
    public long LastBytes { get; private set; }

    /// <summary>Reads everything.</summary>
    /// <exception cref="JournalException">Damage before the tail, a missing segment, another version, or not readable.</exception>
    public static JournalScan Run(string folder, IJournalVisitor visitor)
    {
        JournalScan scan = new(visitor);
        string[] paths = FindSegments(folder);
        for (int index = 0; index < paths.Length; index++)
        {
            scan.ReadSegment(paths[index], isLast: index == paths.Length - 1);
        }

        scan.Recovery.Segments = scan._segments.Count;
        return scan;
    }

    /// <summary>The file name of a segment; the first is number 1.</summary>
    public static string FileName(int number) => number.ToString("D10", CultureInfo.InvariantCulture) + Extension;

    private static string[] FindSegments(string folder)
    {
        string[] paths;
        try
        {
            paths = [.. Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"journal folder {folder} cannot be read: {exception.Message}");
        }

        for (int index = 0; index < paths.Length; index++)
        {
            if (Path.GetFileName(paths[index]) != FileName(index + 1))
            {
                throw new JournalException($"{folder} has {Path.GetFileName(paths[index])} where {FileName(index + 1)} is expected: a segment is missing, or the file is not of this journal; restore what is missing or move the stranger away");
            }
        }

        return paths;
    }

    private void ReadSegment(string path, bool isLast)
    {
        ReadOnlySpan<byte> data = Load(path);
        if (isLast && data.Length > 0 && data.IndexOfAnyExcept((byte)0) < 0)
        {
            UnbornPath = path;
            return;
        }

        string? wrong = JournalFormat.ReadSegmentHeader(data, out long firstSequence, out long previousEnd);
        if (wrong is not null)
        {
            throw new JournalException($"{path} {wrong}");
        }

        // The header says where the segment before ended: a tail lost there shows here.
        if (previousEnd != EndOffset)
        {
            string before = _segments.Count > 0 ? _segments[^1] : "the journal before it";
            throw new JournalException($"{before} is damaged at byte {EndOffset}: {path} says that it ends at byte {previousEnd}; restore it from a copy");
        }

        if (firstSequence < Recovery.LastSequence)
        {
            throw new JournalException($"{path} is out of place: it starts with sequence {firstSequence}, after {Recovery.LastSequence}; restore it from a copy");
        }

        _segments.Add(path);
        int offset = ReadRecords(path, data, JournalFormat.SegmentHeaderBytes);
        int later;
        while ((later = FindLater(data, offset)) >= 0)
        {
            // Beside a live writer, the bytes here may have been written after they were read and before those behind them were.
            data = Load(path);
            int again = ReadRecords(path, data, offset);
            if (again == offset)
            {
                throw new JournalException($"{path} is damaged at byte {offset}: no whole record there, but one at byte {later}; restore it from a copy");
            }

            offset = again;
        }

        EndOffset = offset;
        LastBytes = data.Length;
        FindTornTail(path, data, isLast);
    }

    private void FindTornTail(string path, ReadOnlySpan<byte> data, bool isLast)
    {
        int tornBytes = data[(int)EndOffset..].LastIndexOfAnyExcept((byte)0) + 1;
        if (tornBytes > 0 && !isLast)
        {
            throw new JournalException($"{path} is damaged at byte {EndOffset}: no whole record there, but another segment follows; restore it from a copy");
        }

        Recovery.TornBytes = tornBytes;
        Recovery.TornAt = tornBytes > 0 ? $"{path} at byte {EndOffset}" : null;
    }

    private int ReadRecords(string path, ReadOnlySpan<byte> data, int offset)
    {
        while (true)
        {
            int taken = JournalFormat.TryReadRecord(data[offset..], out JournalRecord record, out ReadOnlySpan<byte> payload);
            if (taken == 0)
            {
                return offset;
            }

            if (record.Sequence < Recovery.LastSequence)
            {
                throw new JournalException($"{path} is damaged at byte {offset}: sequence {record.Sequence} after {Recovery.LastSequence}; restore it from a copy");
            }

            _visitor.OnRecord(record, payload);
            Recovery.Records++;
            Recovery.LastSequence = record.Sequence;
            offset += taken;
        }
    }

    // A later whole record proves that the bytes here were once good: damage, not a torn tail. Records lie at multiples of 8.
    // Returns where it is, or -1. A search that would take too long counts as found: refusing is the safe side.
    private int FindLater(ReadOnlySpan<byte> data, int badOffset)
    {
        long budget = SearchBytesMax;
        int end = badOffset + data[badOffset..].LastIndexOfAnyExcept((byte)0) + 1;
        for (int offset = badOffset + 8; offset + JournalFormat.RecordHeaderBytes <= data.Length && offset < end; offset += 8)
        {
            if (JournalFormat.TryReadRecord(data[offset..], out JournalRecord record, out _) > 0 && record.Sequence >= Recovery.LastSequence)
            {
                return offset;
            }

            budget -= JournalFormat.CheckedBytes(data[offset..]);
            if (budget < 0)
            {
                return offset;
            }
        }

        return -1;
    }

    private ReadOnlySpan<byte> Load(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            long bytes = RandomAccess.GetLength(file);
            if (bytes > JournalOptions.SegmentBytesMax)
            {
                throw new JournalException($"{path} has {bytes} bytes, a segment has at most {JournalOptions.SegmentBytesMax}");
            }

            _buffer = _buffer.Length >= bytes ? _buffer : GC.AllocateUninitializedArray<byte>((int)bytes);
            int done = 0;
            int read;
            while (done < bytes && (read = RandomAccess.Read(file, _buffer.AsSpan(done, (int)bytes - done), done)) > 0)
            {
                done += read;
            }

            return _buffer.AsSpan(0, done);
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not JournalException)
        {
            throw new JournalException($"{path} cannot be read: {exception.Message}");
        }
    }
}
