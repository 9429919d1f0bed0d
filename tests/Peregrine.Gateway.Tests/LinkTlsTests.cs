using Peregrine.Linux.Tls;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests;

/// <summary>The link's FIX port with TLS.</summary>
public sealed class LinkTlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void PlainClient_OnATlsPort_IsTurnedAwayAndToldInTheLog()
    {
        (string certificate, string key) = _certificates.Make("localhost");
        TlsSettings tls = new() { CertificateFile = certificate, KeyFile = key, TrustFile = _certificates.AuthorityFile,
            RequirePeerCertificate = true };
        using LinkRig rig = new(change: options => options with
        {
            FixTls = tls, SessionCertificates = new Dictionary<string, IReadOnlyList<string>> { ["CLIENT"] = ["cn:CLIENT"] },
        });
        using FixClient client = new(rig.Link.FixEndPoint, "CLIENT");

        client.Logon();
        rig.Pump(client, () => client.IsClosed);

        Assert.False(client.IsLoggedOn);
        Assert.Contains(rig.Log, line => line.Contains("TlsFailed", StringComparison.Ordinal));
    }

    [Fact]
    public void Certificates_WithoutTlsOrOfNobody_AreFaults()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => new LinkRig(change: options => options with
        {
            SessionCertificates = new Dictionary<string, IReadOnlyList<string>> { ["NOBODY"] = ["NAME"] },
        }));

        Assert.Contains("SessionCertificates: NOBODY, expected the CompID of one of Sessions", fault.Message, StringComparison.Ordinal);
        Assert.Contains("SessionCertificates: 1, expected none where FixTls asks for no certificate", fault.Message, StringComparison.Ordinal);
        Assert.Contains("SessionCertificates of NOBODY: NAME, expected cn:NAME", fault.Message, StringComparison.Ordinal);
    }
}
