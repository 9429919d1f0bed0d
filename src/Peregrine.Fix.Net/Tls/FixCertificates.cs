using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Peregrine.Fix.Net;

/// <summary>
/// Which certificates the peer of a session may show: by the name of its subject (cn:CLIENT1), a DNS name that it is for (san:client1.example.com),
/// or its SHA-256 fingerprint (sha256:AB:CD:...). One that fits is enough.
/// </summary>
/// <remarks>For a port with mTLS, which has proved by then that the certificate is good and its key is the peer's. Thread: any.</remarks>
public sealed class FixCertificates
{
    private const string CommonNameOid = "2.5.4.3";
    private const string NameRule = "cn:";
    private const string DnsRule = "san:";
    private const string FingerprintRule = "sha256:";

    private readonly Dictionary<string, IReadOnlyList<string>> _rules;

    /// <summary>Makes it.</summary>
    /// <param name="rules">By the peer's CompID. A session that is not named is held to no certificate.</param>
    /// <exception cref="ArgumentException">Rules that are none, all of them.</exception>
    public FixCertificates(IReadOnlyDictionary<string, IReadOnlyList<string>> rules)
    {
        string[] faults = [.. rules.SelectMany(entry => entry.Value, (entry, rule) => (entry.Key, Fault: FindFault(rule)))
            .Where(entry => entry.Fault is not null).Select(entry => $"certificates of {entry.Key}: {entry.Fault}")];
        if (faults.Length > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(rules));
        }

        _rules = new Dictionary<string, IReadOnlyList<string>>(rules);
    }

    /// <summary>What is wrong with a rule; null when it is one.</summary>
    public static string? FindFault(string rule)
    {
        bool isName = (rule.StartsWith(NameRule, StringComparison.Ordinal) && rule.Length > NameRule.Length)
            || (rule.StartsWith(DnsRule, StringComparison.Ordinal) && rule.Length > DnsRule.Length);
        string hex = HexOf(rule);
        return isName || (hex.Length == SHA256.HashSizeInBytes * 2 && hex.All(char.IsAsciiHexDigitLower)) ? null
            : $"{rule}, expected cn:NAME, san:NAME or sha256: and 64 hex digits";
    }

    /// <summary>Why a peer may not log on with its certificate.</summary>
    /// <param name="peerCompId">Whom its Logon says it is.</param>
    /// <param name="certificate">What it has shown, DER; null for nothing.</param>
    /// <returns>Null when it may.</returns>
    public string? Refuse(string peerCompId, byte[]? certificate)
    {
        if (!_rules.TryGetValue(peerCompId, out IReadOnlyList<string>? rules))
        {
            return null;
        }

        if (certificate is null)
        {
            return $"no certificate, expected {string.Join(" or ", rules)}";
        }

        using X509Certificate2 shown = X509CertificateLoader.LoadCertificate(certificate);
        return rules.Any(rule => Fits(rule, shown, certificate)) ? null
            : $"its certificate is {shown.Subject}, sha256:{Convert.ToHexStringLower(SHA256.HashData(certificate))}, " +
                $"expected {string.Join(" or ", rules)}";
    }

    private static bool Fits(string rule, X509Certificate2 shown, byte[] certificate)
    {
        if (rule.StartsWith(NameRule, StringComparison.Ordinal))
        {
            return shown.SubjectName.EnumerateRelativeDistinguishedNames().Any(part => !part.HasMultipleElements
                && part.GetSingleElementType().Value == CommonNameOid && part.GetSingleElementValue() == rule[NameRule.Length..]);
        }

        if (rule.StartsWith(DnsRule, StringComparison.Ordinal))
        {
            return shown.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames())
                .Any(name => string.Equals(name, rule[DnsRule.Length..], StringComparison.OrdinalIgnoreCase));
        }

        return HexOf(rule) == Convert.ToHexStringLower(SHA256.HashData(certificate));
    }

    // Of a fingerprint's rule, as OpenSSL writes it too; empty for others.
    private static string HexOf(string rule) => rule.StartsWith(FingerprintRule, StringComparison.Ordinal)
        ? rule[FingerprintRule.Length..].Replace(":", "", StringComparison.Ordinal).ToLowerInvariant()
        : "";
}
