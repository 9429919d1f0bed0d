using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Peregrine.Fix.Net;

/// <summary>A breach on its way to the file.</summary>
/// <param name="Dropped">Breaches before it that have no record.</param>
internal sealed record AuditEntry(string Reason, string Session, string Remote, byte[] Bytes, long Length, long UnixNs, long Dropped);

/// <summary>Lines of the file: docs/wire/fix-audit-v1.md.</summary>
internal static class AuditLine
{
    public const string Magic = "peregrine-audit-1";

    // number, time, session, remote, reason, bytes, dropped, hex, hash
    public const int Fields = 9;

    public const int NumberField = 0;
    public const int DroppedField = 6;

    /// <summary>The first line of a file.</summary>
    public static string Header(long firstNumber, byte[] before, out byte[] hash) =>
        Close(string.Create(CultureInfo.InvariantCulture, $"{Magic}\t{firstNumber}\t{Convert.ToHexStringLower(before)}\t"), before, out hash);

    /// <summary>A record.</summary>
    public static string Of(long number, AuditEntry entry, byte[] before, out byte[] hash)
    {
        DateTime time = DateTime.UnixEpoch.AddTicks(entry.UnixNs / 100);
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{number}\t{time:yyyy-MM-ddTHH:mm:ss.fffffffZ}\t{Clean(entry.Session)}\t{Clean(entry.Remote)}\t{entry.Reason}\t{entry.Length}\t" +
            $"{entry.Dropped}\t{Convert.ToHexStringLower(entry.Bytes)}\t");
        return Close(line, before, out hash);
    }

    /// <summary>The hash of a line behind the one before: over that hash and all of the line before its own.</summary>
    public static byte[] HashOf(string lineWithoutHash, byte[] before)
    {
        byte[] text = Encoding.Latin1.GetBytes(lineWithoutHash);
        return SHA256.HashData([.. before, .. text]);
    }

    private static string Close(string line, byte[] before, out byte[] hash)
    {
        hash = HashOf(line, before);
        return $"{line}{Convert.ToHexStringLower(hash)}\n";
    }

    // A peer's own text makes no fields.
    private static string Clean(string text) =>
        text.Length == 0 ? "-" : string.Concat(text.Select(letter => letter is > ' ' and <= '~' ? letter : '?'));
}
