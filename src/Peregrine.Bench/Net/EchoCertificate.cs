using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Peregrine.Bench.Net;

/// <summary>A key and a certificate for one run, in a folder of their own that goes away with this.</summary>
internal sealed class EchoCertificate : IDisposable
{
    public const string Host = "localhost";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("peregrine-bench-");
    private readonly string _fingerprint;

    public EchoCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={Host}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        _fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        CertificatePath = Path.Combine(_folder.FullName, "cert.pem");
        KeyPath = Path.Combine(_folder.FullName, "key.pem");
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The certificate as a PEM file.</summary>
    public string CertificatePath { get; }

    /// <summary>Its key as a PEM file.</summary>
    public string KeyPath { get; }

    /// <summary>True for this very certificate, which nobody has signed.</summary>
    public bool IsThis(X509Certificate? certificate) => certificate?.GetCertHashString(HashAlgorithmName.SHA256) == _fingerprint;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
