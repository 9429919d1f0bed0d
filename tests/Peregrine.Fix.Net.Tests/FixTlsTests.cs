using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Linux.Tls;
using Peregrine.Net;
using Peregrine.Net.Tls;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>A port with mTLS: who may log on as whom.</summary>
public sealed class FixTlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("cn:CLIENT")]
    [InlineData("san:LOCALHOST")]
    [InlineData("sha256")]
    public void Client_WithTheCertificateOfItsSession_LogsOn(string rule)
    {
        (string certificate, string key) = _certificates.Make("CLIENT");
        string own = rule == "sha256" ? $"sha256:{Fingerprint(certificate)}" : rule;
        using TlsRig rig = new(_certificates, ["cn:SOMEBODY", own], certificate, key);

        rig.Pump(() => rig.Client.State == FixSessionState.LoggedOn);

        Assert.Equal((0, 0), (rig.Acceptor.Counters.TlsFailures, rig.Acceptor.Counters.CertificateRefusals));
    }

    [Fact]
    public void Client_WithTheCertificateOfAnother_IsRefusedByName()
    {
        (string certificate, string key) = _certificates.Make("OTHER");
        using TlsRig rig = new(_certificates, ["cn:CLIENT"], certificate, key);

        rig.Pump(() => rig.Acceptor.Counters.CertificateRefusals > 0);

        Assert.Equal(FixSessionState.Disconnected, rig.Server.State);
        string told = Assert.Single(rig.Log.Messages).Text;
        Assert.Contains("Logon of CLIENT: its certificate is CN=OTHER, sha256:", told, StringComparison.Ordinal);
        Assert.Contains("expected cn:CLIENT", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expired", "certificate has expired")]
    [InlineData("none", "peer did not return a certificate")]
    [InlineData("plain", "wrong version number")]
    public void Client_WithoutAGoodCertificate_IsRefusedByName(string kind, string reason)
    {
        (string certificate, string key) = _certificates.Make("CLIENT", kind == "expired" ? -1 : 50);
        using TlsRig rig = new(_certificates, ["cn:CLIENT"], kind == "none" ? null : certificate, kind == "none" ? null : key, kind == "plain");

        rig.Pump(() => rig.Acceptor.Counters.TlsFailures > 0);

        Assert.Equal((0, 0), (rig.Server.Counters.Logons, rig.Acceptor.Counters.CertificateRefusals));
        Assert.Contains(rig.Log.Messages, message => message.Id == 4000 && message.Text.Contains("TlsFailed", StringComparison.Ordinal)
            && message.Text.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_ThatAreNone_AreToldAllAtOnce()
    {
        string hex = new('a', 64);
        Assert.All(["cn:A", "san:a.b", $"sha256:{hex}", $"sha256:{string.Join(':', Enumerable.Repeat("AB", 32))}"],
            rule => Assert.Null(FixCertificates.FindFault(rule)));

        ArgumentException fault = Assert.Throws<ArgumentException>(() => new FixCertificates(new Dictionary<string, IReadOnlyList<string>>
        {
            ["A"] = ["cn:", $"sha256:{hex[1..]}"], ["B"] = ["CLIENT"],
        }));

        Assert.Contains("certificates of A: cn:, expected", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"certificates of A: sha256:{hex[1..]}, expected", fault.Message, StringComparison.Ordinal);
        Assert.Contains("certificates of B: CLIENT, expected", fault.Message, StringComparison.Ordinal);
        FixCertificates rules = new(new Dictionary<string, IReadOnlyList<string>> { ["A"] = ["cn:A"] });
        Assert.Equal("no certificate, expected cn:A", rules.Refuse("A", null));
        Assert.Null(rules.Refuse("OTHER", null));
    }

    private static string Fingerprint(string file)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }

    /// <summary>Acceptor and initiator on one loop.</summary>
    private sealed class TlsRig : IFixApplication, IDisposable
    {
        private readonly EventLoop _loop = new(new EventLoopOptions());
        private readonly TlsCredentials _server;
        private readonly TlsCredentials _client;
        private readonly FixInitiator _initiator;

        public TlsRig(TestCertificates certificates, string[] rules, string? certificate, string? key, bool isPlain = false)
        {
            (string serverCertificate, string serverKey) = certificates.Make("localhost");
            _server = TlsCredentials.Load(new TlsSettings { CertificateFile = serverCertificate, KeyFile = serverKey,
                TrustFile = certificates.AuthorityFile, RequirePeerCertificate = true });
            TlsSettings own = new() { TrustFile = certificates.AuthorityFile, CertificateFile = certificate, KeyFile = key };
            _client = TlsCredentials.LoadClient(own);
            Acceptor = new FixAcceptor(_loop, new FixAcceptorOptions
            {
                EndPoint = new IPEndPoint(IPAddress.Loopback, 0), CompId = "BROKER", Log = Log, Listener = new ListenerOptions { Tls = _server },
                Certificates = new FixCertificates(new Dictionary<string, IReadOnlyList<string>> { ["CLIENT"] = rules }),
            });
            Server = new FixSession(new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT" }, new MemorySessionStore(), this);
            FixSessionOptions initiating = new() { CompId = "CLIENT", PeerCompId = "BROKER", IsInitiator = true };
            Client = new FixSession(initiating, new MemorySessionStore(), this);
            Acceptor.Add(Server);
            _initiator = new FixInitiator(_loop, new FixInitiatorOptions { EndPoint = Acceptor.EndPoint,
                Connect = isPlain ? null : new ConnectOptions { Tls = _client, ServerName = "localhost" } }, Client);
        }

        public FixAcceptor Acceptor { get; }

        public FixSession Server { get; }

        public FixSession Client { get; }

        public ListLogger Log { get; } = new();

        public void Pump(Func<bool> isDone)
        {
            _initiator.OnTick(Clock.UnixNs);
            for (int pass = 0; !isDone(); pass++)
            {
                Assert.True(pass < 2_000, "it happens in the end");
                _ = _loop.Poll(10);
                _loop.FlushAll();
            }
        }

        public void Dispose()
        {
            _initiator.Dispose();
            Acceptor.Dispose();
            _loop.Dispose();
            _server.Dispose();
            _client.Dispose();
        }

        public void OnLogon(FixSession session)
        {
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }

        public bool OnMessage(FixSession session, in FixMessage message) => true;
    }
}
