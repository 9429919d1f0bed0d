using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Peregrine.Testing;

/// <summary>Certificates made for one test, in files of a folder that goes with it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("peregrine-certificates-");
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        CertificateRequest request = new("CN=test authority", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-100), DateTimeOffset.UtcNow.AddDays(100));
        AuthorityFile = Path("authority.pem");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    /// <summary>The authority's certificate.</summary>
    public string AuthorityFile { get; }

    public X509Certificate2 Authority => X509CertificateLoader.LoadCertificate(_authority.RawData);

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Makes a certificate for localhost and 127.0.0.1, signed by the authority.</summary>
    /// <returns>Its file and its key's file.</returns>
    public (string Certificate, string Key) Make(string name, int validDays = 50, string? into = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate =
            request.Create(_authority, DateTimeOffset.UtcNow.AddDays(-90), DateTimeOffset.UtcNow.AddDays(validDays),
                RandomNumberGenerator.GetBytes(8));
        (string certificateFile, string keyFile) = (Path($"{into ?? name}.pem"), Path($"{into ?? name}.key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _authorityKey.Dispose();
        _folder.Delete(recursive: true);
    }
}
