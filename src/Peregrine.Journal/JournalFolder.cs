using System.Globalization;
using Peregrine.Journal.Files;

namespace Peregrine.Journal;

/// <summary>The segments of a folder, by their names and headers.</summary>
internal static class JournalFolder
{
    private const string Extension = ".journal";

    /// <summary>The file name of a segment; the first is number 1.</summary>
    public static string FileName(int number) => number.ToString("D10", CultureInfo.InvariantCulture) + Extension;

    /// <summary>Paths of the segments, in order, numbered without a gap.</summary>
    /// <param name="files">Where.</param>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="first">Number of the first; 1 in an empty folder.</param>
    /// <exception cref="JournalException">A number is missing, a stranger, or not readable.</exception>
    public static string[] List(IJournalFiles files, string folder, out int first)
    {
        string[] paths;
        try
        {
            paths = [.. files.List(folder).Where(path => path.EndsWith(Extension, StringComparison.Ordinal))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"journal folder {folder} cannot be read: {exception.Message}");
        }

        first = paths.Length > 0 && int.TryParse(Path.GetFileNameWithoutExtension(paths[0]), NumberStyles.None, CultureInfo.InvariantCulture,
            out int number) && number > 0 ? number : 1;
        for (int index = 0; index < paths.Length; index++)
        {
            if (Path.GetFileName(paths[index]) != FileName(first + index))
            {
                throw new JournalException($"{folder} has {Path.GetFileName(paths[index])} where {FileName(first + index)} is expected: " +
                    $"a segment is missing, or the file is not of this journal; restore what is missing or move the stranger away");
            }
        }

        return paths;
    }

    /// <summary>Reads the head of a segment.</summary>
    /// <returns>Null when the whole file is zeros: its header was lost with the power.</returns>
    /// <exception cref="JournalException">It is not the header of that segment.</exception>
    public static SegmentHeader? ReadHeader(IJournalFile file, int number)
    {
        Span<byte> bytes = stackalloc byte[JournalFormat.SegmentHeaderBytes];
        int read = file.ReadAll(bytes, 0);
        if (read > 0 && bytes[..read].IndexOfAnyExcept((byte)0) < 0 && FindLastNonZero(file, 0, file.Length()) < 0)
        {
            return null;
        }

        string? wrong = JournalFormat.ReadSegmentHeader(bytes[..read], out SegmentHeader header);
        wrong = wrong is null && header.Number != number
            ? $"holds segment {header.Number}: it was renamed; give it back its name, or restore it from a copy"
            : wrong;
        return wrong is null ? header : throw new JournalException($"{file.Path} {wrong}");
    }

    /// <summary>The heads of all segments; null for a last one that is all zeros.</summary>
    /// <exception cref="JournalException">One of them is damaged, or their counts fall.</exception>
    public static List<SegmentHeader?> ReadHeaders(IJournalFiles files, string[] paths, int first)
    {
        List<SegmentHeader?> headers = [];
        long records = 0;
        for (int index = 0; index < paths.Length; index++)
        {
            using IJournalFile file = files.TryOpenRead(paths[index])
                ?? throw new JournalException($"{paths[index]} went away while the journal was read");
            SegmentHeader? header = ReadHeader(file, first + index);
            if (header is null && index < paths.Length - 1)
            {
                throw new JournalException($"{paths[index]} is damaged at byte 0: nothing but zeros, but another segment follows; " +
                    $"restore it from a copy");
            }

            if (header is { } known)
            {
                if (known.Before.Records < records)
                {
                    throw new JournalException($"{paths[index]} is out of place: it starts after record {known.Before.Records}, " +
                        $"the one before it after {records}; restore it from a copy");
                }

                records = known.Before.Records;
            }

            headers.Add(header);
        }

        return headers;
    }

    /// <summary>Where the last byte lies that is not zero.</summary>
    /// <returns>Its offset, or -1 when there is none from the start on.</returns>
    public static long FindLastNonZero(IJournalFile file, long start, long end)
    {
        byte[] buffer = new byte[64 << 10];
        long last = -1;
        while (start < end)
        {
            int read = file.ReadAll(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - start)), start);
            int index = buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            last = index >= 0 ? start + index : last;
            start += read;
            if (read == 0)
            {
                break;
            }
        }

        return last;
    }
}
