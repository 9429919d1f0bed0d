using System.Globalization;
using System.Text;

namespace Peregrine.Fix.Net;

/// <summary>What a file of breaches was found to be.</summary>
/// <param name="First">Number of its first record; they count on from file to file. 0 where it has none.</param>
/// <param name="Last">Number of the last record that is good; 0 where there is none.</param>
/// <param name="Dropped">Breaches without a record, as the records say.</param>
/// <param name="Fault">What is wrong, with the first record that is; empty when all is whole.</param>
/// <param name="Note">What could not be held against anything; empty when nothing.</param>
public sealed record FixAuditReport(long First, long Last, long Dropped, string Fault, string Note)
{
    /// <summary>Nothing was changed, removed or moved, as far as the files tell.</summary>
    public bool IsWhole => Fault.Length == 0;

    internal byte[] Hash { get; init; } = new byte[AuditChain.HashBytes];
}

/// <summary>Reads files of breaches.</summary>
internal static class AuditChain
{
    public const int HashBytes = 32;
    public const string HeadName = "audit.head";

    /// <summary>Holds a file against its own chain, and its end against what knows of it: the head, or the file behind it.</summary>
    public static FixAuditReport Verify(string path)
    {
        (long headNumber, byte[] headHash) = (0, []);
        string note = "";
        bool isNewest = Path.GetFileName(path) == FixAudit.FileName;
        bool isKnown = isNewest
            ? TryHead(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, HeadName), out headNumber, out headHash)
            : TryNext(path, out headNumber, out headHash);
        if (!isKnown)
        {
            note = isNewest
                ? $"no {HeadName} beside it: records that are missing at the end cannot be told"
                : "no file behind it: records that are missing at the end cannot be told";
        }

        return Walk(path, headNumber, headHash, isKnown) with { Note = note };
    }

    /// <summary>Number and hash of the last record, as they stand beside the file.</summary>
    public static bool TryHead(string path, out long number, out byte[] hash)
    {
        (number, hash) = (0, []);
        if (!File.Exists(path))
        {
            return false;
        }

        string[] parts = File.ReadAllText(path).TrimEnd().Split(' ');
        return parts.Length == 2 && TryNumber(parts[0], out number) && TryHash(parts[1], out hash);
    }

    // The file that was begun behind this one: its header says what this one ended with.
    private static bool TryNext(string path, out long number, out byte[] hash)
    {
        (number, hash) = (0, []);
        string extension = Path.GetExtension(path);
        if (!TryNumber(extension.TrimStart('.'), out long place) || place < 1)
        {
            return false;
        }

        string stem = path[..^extension.Length];
        string next = place == 1 ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}.{place - 1}");
        if (!File.Exists(next))
        {
            return false;
        }

        using StreamReader reader = Read(next);
        string[] parts = (reader.ReadLine() ?? "").Split('\t');
        bool isHeader = parts.Length == 4 && parts[0] == AuditLine.Magic && TryNumber(parts[1], out number) && TryHash(parts[2], out hash);
        number--;
        return isHeader;
    }

    private static FixAuditReport Walk(string path, long headNumber, byte[] headHash, bool isKnown)
    {
        using StreamReader reader = Read(path);
        FixAuditReport report = new(0, 0, 0, "", "");
        string? header = ReadLine(reader, out bool isEnded);
        string[] parts = (header ?? "").Split('\t');
        if (!isEnded || parts.Length != 4 || parts[0] != AuditLine.Magic || !TryNumber(parts[1], out long first)
            || !TryHash(parts[2], out byte[] before) || !IsRight(header!, before, out byte[] hash))
        {
            return report with { Fault = $"line 1: it is no whole line that begins with {AuditLine.Magic}, or it was changed" };
        }

        report = report with { Hash = hash };
        bool isHeadSeen = isKnown && headNumber == first - 1;
        for ((long number, int line) = (first, 2); ReadLine(reader, out isEnded) is { } text; number++, line++)
        {
            string where = $"record {number} (line {line})";
            parts = text.Split('\t');
            if (!isEnded)
            {
                return report with { Fault = $"{where}: the file ends within it" };
            }

            if (parts.Length != AuditLine.Fields || !TryNumber(parts[AuditLine.NumberField], out long found)
                || !TryNumber(parts[AuditLine.DroppedField], out long dropped))
            {
                return report with { Fault = $"{where}: it is no record of {AuditLine.Fields} fields" };
            }

            if (found != number)
            {
                return report with { Fault = $"{where}: it has number {found}: records before it are missing, or were moved" };
            }

            if (!IsRight(text, report.Hash, out hash))
            {
                return report with { Fault = $"{where}: its hash does not follow: it was changed, or put there" };
            }

            report = report with { First = first, Last = number, Dropped = report.Dropped + dropped, Hash = hash };
            if (isKnown && number == headNumber)
            {
                isHeadSeen = true;
                if (!hash.AsSpan().SequenceEqual(headHash))
                {
                    return report with { Fault = $"{where}: its hash is not the one that was kept beside the file: the chain was made anew" };
                }
            }
        }

        long missing = Math.Max(report.Last, first - 1) + 1;
        return isKnown && !isHeadSeen
            ? report with { Fault = $"record {missing}: it is missing at the end, the last one written was {headNumber}" }
            : report;
    }

    // A line, and whether its end is there.
    private static string? ReadLine(StreamReader reader, out bool isEnded)
    {
        StringBuilder line = new();
        isEnded = false;
        int letter;
        while ((letter = reader.Read()) >= 0)
        {
            if (letter == '\n')
            {
                isEnded = true;
                return line.ToString();
            }

            _ = line.Append((char)letter);
        }

        return line.Length > 0 ? line.ToString() : null;
    }

    private static bool IsRight(string line, byte[] before, out byte[] hash)
    {
        int own = line.LastIndexOf('\t') + 1;
        return TryHash(line[own..], out hash) && hash.AsSpan().SequenceEqual(AuditLine.HashOf(line[..own], before));
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryHash(string text, out byte[] hash)
    {
        hash = [];
        if (text.Length != HashBytes * 2 || !text.All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        hash = Convert.FromHexString(text);
        return true;
    }

    private static StreamReader Read(string path) =>
        new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.Latin1);
}
