using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Peregrine.Sequencing.Hops;

/// <summary>
/// The hop files of a link: when each command passed each hop, beside the journal and not part of it. No replay reads them; where one is lost or
/// damaged, the hops of its commands are not known, and nothing else.
/// </summary>
/// <remarks>Thread: one. Allocates: when a file is opened, its bytes.</remarks>
public sealed class HopFolder
{
    /// <summary>Bytes before the first record: magic, version, the sequence number of the first command that can be in it.</summary>
    public const int HeadBytes = 24;

    /// <summary>Most records of a file; then the next one is begun.</summary>
    public const int RecordsMax = 1 << 18;

    internal const ulong Magic = 0x5350_4f48_4552_4750; // "PGREHOPS" read as bytes
    internal const int Version = 1;
    private const string Prefix = "hops-";
    private const string Extension = ".hops";
    private readonly (long First, string Path)[] _files;
    private byte[] _bytes = [];
    private int _open = -1;

    /// <summary>Looks which files there are.</summary>
    /// <param name="paths">Folders; none of them need exist.</param>
    public HopFolder(params ReadOnlySpan<string> paths)
    {
        List<(long First, string Path)> files = [];
        foreach (string path in paths)
        {
            files.AddRange(Find(path));
        }

        _files = [.. files.OrderBy(file => file.First)];
    }

    /// <summary>The folder of the hops that belong to a journal.</summary>
    public static string Beside(string journalFolder) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(journalFolder)) ?? ".", "hops");

    /// <summary>The hops of a command.</summary>
    /// <param name="sequence">Its number. Fastest in rising order.</param>
    /// <param name="record">They, shared with commands that passed them together.</param>
    /// <returns>False when they are not known.</returns>
    public bool TryFind(long sequence, out HopRecord record)
    {
        record = default;

        // The last one that begins at or before it: what was written again after a loss stands in the later one.
        int file = Array.FindLastIndex(_files, found => found.First <= sequence);
        if (file < 0)
        {
            return false;
        }

        if (file != _open)
        {
            _bytes = Read(_files[file].Path);
            _open = file;
        }

        ReadOnlySpan<HopRecord> records = MemoryMarshal.Cast<byte, HopRecord>(_bytes);
        (int low, int high) = (0, records.Length);
        while (low < high)
        {
            int middle = (low + high) >> 1;
            (low, high) = records[middle].LastSequence < sequence ? (middle + 1, high) : (low, middle);
        }

        Invariant.That(low == 0 || records[low - 1].LastSequence < sequence, "records before the one that is found are of earlier commands");
        if (low == records.Length || !records[low].IsGood || !records[low].Holds(sequence))
        {
            return false;
        }

        record = records[low];
        return true;
    }

    /// <summary>Takes away the files whose commands are all before one that the journal begins with.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="firstKept">The first command that the journal has.</param>
    /// <param name="archive">Where they go, as their segments did; null: nowhere.</param>
    /// <returns>How many.</returns>
    /// <exception cref="IOException">One cannot be removed.</exception>
    public static int Prune(string path, long firstKept, string? archive)
    {
        (long First, string Path)[] files = [.. Find(path)];
        int gone = 0;
        for (int index = 0; index + 1 < files.Length && files[index + 1].First <= firstKept; index++)
        {
            if (archive is null)
            {
                File.Delete(files[index].Path);
            }
            else
            {
                _ = Directory.CreateDirectory(archive);
                File.Move(files[index].Path, Path.Combine(archive, Path.GetFileName(files[index].Path)), overwrite: true);
            }

            gone++;
        }

        return gone;
    }

    internal static string PathOf(string folder, long first) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{first:D20}{Extension}"));

    internal static void WriteHead(Span<byte> head, long first)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], first);
    }

    private static IEnumerable<(long First, string Path)> Find(string folder) => !Directory.Exists(folder)
        ? []
        : Directory.EnumerateFiles(folder, Prefix + "*" + Extension)
            .Select(path => (First: FirstOf(path), Path: path)).Where(file => file.First > 0).OrderBy(file => file.First);

    private static long FirstOf(string path) => long.TryParse(
        Path.GetFileNameWithoutExtension(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long first) ? first : 0;

    // Its records; none where it cannot be read, as when a link has just removed it, or is no hop file. A last one that is cut short is left out,
    // and so is what is longer than any link writes.
    private static byte[] Read(string path)
    {
        try
        {
            return ReadRecords(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static byte[] ReadRecords(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] head = new byte[HeadBytes];
        if (file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes || BinaryPrimitives.ReadUInt64LittleEndian(head) != Magic
            || BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8)) != Version)
        {
            return [];
        }

        long records = Math.Min((file.Length - HeadBytes) / HopRecord.Bytes, RecordsMax);
        byte[] bytes = new byte[records * HopRecord.Bytes];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..(read - (read % HopRecord.Bytes))];
    }
}
