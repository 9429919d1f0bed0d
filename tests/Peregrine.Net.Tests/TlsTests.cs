using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Peregrine.Linux.Tls;
using Peregrine.Net.Tls;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>TLS 1.3 in the loop, against the runtime's own client and against ourselves.</summary>
public abstract class TlsTests : BackendSuite, IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly ConcurrentQueue<string> _log = new();

    protected TlsTests(NetBackend backend)
        : base(backend)
    {
    }

    [Fact]
    public void Echo_OfRandomSizes_ComesBackByteForByte()
    {
        Random random = new(5);
        using NetServer server = StartServer(Server());
        using SslStream stream = Connect(server);

        for (int round = 0; round < 60; round++)
        {
            byte[] sent = new byte[random.Next(1, round % 10 == 0 ? 2_000_000 : 40_000)];
            random.NextBytes(sent);
            byte[] back = new byte[sent.Length];
            Thread writer = new(() => stream.Write(sent));
            writer.Start();
            stream.ReadExactly(back);
            writer.Join();
            Assert.True(back.AsSpan().SequenceEqual(sent), $"round {round}");
        }
    }

    [Fact]
    public void Shared_BuffersAndDirectSends_AreEncryptedWhole()
    {
        byte[] payload = new byte[3_000_000];
        new Random(9).NextBytes(payload);
        int offered = 0;
        void Pump(Connection connection)
        {
            offered += connection.SendShared(payload.AsSpan(offered));
            if (offered == payload.Length)
            {
                connection.CloseWhenSent(10_000);
            }
        }

        using NetServer server = StartServer(Server(), () => new TestHandler { Opened = Pump, Writable = Pump });
        using SslStream stream = Connect(server);
        byte[] back = new byte[payload.Length];

        stream.ReadExactly(back);

        Assert.True(back.AsSpan().SequenceEqual(payload), "what was offered arrives");
        Assert.Equal(0, stream.Read(new byte[1]));
    }

    [Fact]
    public void Mutual_ClientCertificate_IsGivenToTheHandler()
    {
        (string certificate, string key) = _certificates.Make("client");
        string? subject = null;
        using ManualResetEventSlim opened = new();
        TestHandler handler = new()
        {
            Opened = connection =>
            {
                subject = X509CertificateLoader.LoadCertificate(connection.GetPeerCertificate()!).Subject;
                opened.Set();
            },
        };
        using NetServer server = StartServer(Server(isMutual: true), () => handler);
        using X509Certificate2 own = X509Certificate2.CreateFromPemFile(certificate, key);

        using SslStream stream = Connect(server, own);

        Assert.True(opened.Wait(TestLoop.TimeoutMs));
        Assert.Equal("CN=client", subject);
    }

    [Theory]
    [InlineData("none", "peer did not return a certificate")]
    [InlineData("expired", "certificate has expired")]
    [InlineData("stranger", "certificate verify failed")]
    public void Mutual_BadClientCertificate_IsRefusedWithAReason(string kind, string expected)
    {
        using TestCertificates others = new();
        (string certificate, string key) = kind == "stranger" ? others.Make("client") : _certificates.Make("client", kind == "expired" ? -1 : 50);
        using NetServer server = StartServer(Server(isMutual: true));
        using TlsCredentials credentials = TlsCredentials.LoadClient(new TlsSettings
        {
            TrustFile = _certificates.AuthorityFile, CertificateFile = kind == "none" ? null : certificate, KeyFile = kind == "none" ? null : key,
        });
        using NetClient client = NetClient.CreateBuilder().Tls(credentials, "localhost").Start();
        using ManualResetEventSlim closed = new();

        Assert.True(client.Connect(server.EndPoint, new TestHandler { Closed = (_, _) => closed.Set() }));

        Assert.True(closed.Wait(TestLoop.TimeoutMs), "the client is turned away");
        AssertLogged("TlsFailed");
        AssertLogged(expected);
    }

    [Fact]
    public void Mutual_ResumedSession_StillHasTheClientsCertificate()
    {
        (string certificate, string key) = _certificates.Make("client");
        ConcurrentQueue<string> subjects = [];
        TestHandler serving = new()
        {
            Opened = connection => subjects.Enqueue(X509CertificateLoader.LoadCertificate(connection.GetPeerCertificate()!).Subject),
            Data = (connection, data) =>
            {
                _ = connection.TryWrite(data.Span);
                return data.Length;
            },
        };
        using NetServer server = StartServer(Server(isMutual: true), () => serving);
        using TlsCredentials credentials =
            TlsCredentials.LoadClient(new TlsSettings { TrustFile = _certificates.AuthorityFile, CertificateFile = certificate, KeyFile = key });
        using NetClient client = NetClient.CreateBuilder().Tls(credentials, "localhost").Start();
        for (int round = 0; round < 2; round++)
        {
            using ManualResetEventSlim closed = new();
            TestHandler asking = new()
            {
                Opened = connection => connection.TryWrite("ping"u8),
                Data = (connection, data) =>
                {
                    connection.Close();
                    return data.Length;
                },
                Closed = (_, _) => closed.Set(),
            };
            Assert.True(client.Connect(server.EndPoint, asking));
            Assert.True(closed.Wait(TestLoop.TimeoutMs));
        }

        Assert.Equal(["CN=client", "CN=client"], subjects);
        Assert.Equal(1, server.Loops[0].Counters.TlsResumptions);
    }

    [Fact]
    public void Client_ThatDoesNotTrustUs_IsSaidToBeTheReason()
    {
        (string stranger, _) = _certificates.Make("stranger");
        using NetServer server = StartServer(Server());
        using TlsCredentials credentials = TlsCredentials.LoadClient(new TlsSettings { TrustFile = stranger });
        using NetClient client = NetClient.CreateBuilder().Tls(credentials, "localhost").Start();

        Assert.True(client.Connect(server.EndPoint, new TestHandler()));

        AssertLogged("tlsv1 alert unknown ca: the peer does not accept our certificate");
    }

    [Fact]
    public void Client_OfAnOlderTls_IsToldWhatIsNeeded()
    {
        using NetServer server = StartServer(Server());
        using SslStream stream = new(new NetworkStream(Plain(server), ownsSocket: true));

#pragma warning disable CA5398 // An old version is what is tested.
        _ = Assert.ThrowsAny<Exception>(
            () => stream.AuthenticateAsClient(
                new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls12 }));
#pragma warning restore CA5398

        AssertLogged("unsupported protocol: the peer does not speak TLS 1.3 to us");
    }

    [Fact]
    public void Client_ThatExpectsAnotherName_Fails()
    {
        using NetServer server = StartServer(Server());
        using TlsCredentials credentials = TlsCredentials.LoadClient(new TlsSettings { TrustFile = _certificates.AuthorityFile });
        using NetClient client = NetClient.CreateBuilder().Tls(credentials, "other.example").Log(_log.Enqueue).Start();
        (CloseReason Reason, string? Detail) end = default;
        using ManualResetEventSlim closed = new();

        Assert.True(client.Connect(server.EndPoint, new TestHandler { Closed = (connection, reason) => { end =
            (reason, connection.CloseDetail); closed.Set(); } }));

        Assert.True(closed.Wait(TestLoop.TimeoutMs));
        Assert.Equal(CloseReason.TlsFailed, end.Reason);
        Assert.Contains("hostname mismatch", end.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Session_OfAnEarlierConnection_IsResumed()
    {
        using NetServer server = StartServer(Server());
        using TlsCredentials credentials = TlsCredentials.LoadClient(new TlsSettings { TrustFile = _certificates.AuthorityFile });
        using NetClient client = NetClient.CreateBuilder().Tls(credentials, "localhost").Start();
        for (int round = 0; round < 3; round++)
        {
            using ManualResetEventSlim closed = new();
            TestHandler handler = new()
            {
                Opened = connection => connection.TryWrite("ping"u8),
                Data = (connection, data) =>
                {
                    connection.Close();
                    return data.Length;
                },
                Closed = (_, _) => closed.Set(),
            };
            Assert.True(client.Connect(server.EndPoint, handler));
            Assert.True(closed.Wait(TestLoop.TimeoutMs));
        }

        Assert.True(SpinWait.SpinUntil(() => server.Loops[0].Counters.TlsHandshakes == 3, TestLoop.TimeoutMs));
        Assert.Equal(2, server.Loops[0].Counters.TlsResumptions);
    }

    [Fact]
    public void Renewed_Certificate_IsUsedByNewConnections()
    {
        (string certificate, string key) = _certificates.Make("before", into: "server");
        using TlsCredentials credentials =
            TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }, lookEveryMs: 0, _log.Enqueue);
        using NetServer server = StartServer(credentials);
        using SslStream old = Connect(server);
        Assert.Equal("CN=before", old.RemoteCertificate!.Subject);

        // A key that does not fit is not taken.
        string goodKey = File.ReadAllText(key);
        File.WriteAllText(key, File.ReadAllText(_certificates.Make("other").Key));
        File.SetLastWriteTimeUtc(key, DateTime.UtcNow.AddSeconds(5));
        Assert.False(credentials.TryReload());
        Assert.NotNull(credentials.LastFault);
        using (SslStream still = Connect(server))
        {
            Assert.Equal("CN=before", still.RemoteCertificate!.Subject);
        }

        _ = _certificates.Make("after", into: "server");
        File.SetLastWriteTimeUtc(key, DateTime.UtcNow.AddSeconds(10));
        Assert.True(credentials.TryReload());

        using SslStream renewed = Connect(server);
        Assert.Equal("CN=after", renewed.RemoteCertificate!.Subject);
        old.Write("ping"u8);
        old.ReadExactly(new byte[4]);
        Assert.NotEmpty(goodKey);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "http request")]
    [InlineData("8=FIX.4.4\u00019=65\u000135=A\u000149=CLIENT\u000156=VENUE\u0001", "wrong version number")]
    public void Plain_ClientOnATlsPort_IsClosedWithAReasonInTheLog(string first, string expected)
    {
        using NetServer server = StartServer(Server());
        using Socket client = Plain(server);
        _ = client.Send(System.Text.Encoding.ASCII.GetBytes(first));

        ReadToEnd(client);

        AssertLogged("TlsFailed");
        AssertLogged(expected);
    }

    [Fact]
    public void Tls_ClientOnAPlainPort_IsClosedWithAReasonInTheLog()
    {
        using NetServer server = StartServer(null);

        _ = Assert.ThrowsAny<Exception>(() => Connect(server));

        AssertLogged("WrongProtocol: the peer speaks TLS to a port without it");
    }

    [Fact]
    public void Silent_ClientOnATlsPort_IsClosedAfterTheHandshakeTimeout()
    {
        using NetServer server = StartServer(Server(), change: loop => loop with { HandshakeTimeoutMs = 50 });
        using Socket client = Plain(server);

        ReadToEnd(client);

        AssertLogged("HandshakeTimeout");
    }

    [Fact]
    public void Files_ThatAreWrong_AreAllNamed()
    {
        (string certificate, _) = _certificates.Make("one");
        (_, string key) = _certificates.Make("two");
        File.WriteAllText(_certificates.Path("junk.pem"), "junk");

        TlsException fit = Assert.Throws<TlsException>(() => TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key }));
        TlsException many = Assert.Throws<TlsException>(
            () => TlsCredentials.Load(new TlsSettings { CertificateFile = _certificates.Path("junk.pem"), KeyFile = "/nowhere.key",
                RequirePeerCertificate = true }));

        Assert.Contains(key, fit.Message, StringComparison.Ordinal);
        Assert.Contains("junk.pem", many.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere.key: there is no such file", many.Message, StringComparison.Ordinal);
        Assert.Contains("no file says which to trust", many.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        GC.SuppressFinalize(this);
    }

    private static Socket Plain(NetServer server)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TestLoop.TimeoutMs };
        client.Connect(server.EndPoint);
        return client;
    }

    private static void ReadToEnd(Socket client)
    {
        try
        {
            _ = TestLoop.ReadAll(client);
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            // As good an end.
        }
    }

    private TlsCredentials Server(bool isMutual = false)
    {
        (string certificate, string key) = _certificates.Make("server");
        return TlsCredentials.Load(new TlsSettings { CertificateFile = certificate, KeyFile = key, RequirePeerCertificate = isMutual,
            TrustFile = isMutual ? _certificates.AuthorityFile : null }, lookEveryMs: 0);
    }

    private NetServer StartServer(TlsCredentials? credentials, Func<IConnectionHandler>? handler = null,
        Func<EventLoopOptions, EventLoopOptions>? change = null) => NetServer.CreateBuilder()
        .Listen(new IPEndPoint(IPAddress.Loopback, 0))
        .Handle(handler ?? (() => new EchoHandler()))
        .Tls(credentials)
        .Configure(loop => (change?.Invoke(With(loop)) ?? With(loop)) with { Log = _log.Enqueue })
        .Start();

    private static SslStream Connect(NetServer server, X509Certificate2? own = null)
    {
        SslStream stream = new(new NetworkStream(Plain(server), ownsSocket: true));
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificates = own is null ? null : [own],
            LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
            RemoteCertificateValidationCallback = (_, given, _, _) => given is not null,
        });
        return stream;
    }

    private void AssertLogged(string text) =>
        Assert.True(SpinWait.SpinUntil(() => _log.Any(line => line.Contains(text, StringComparison.Ordinal)), 5_000),
            $"'{text}' is in the log:\n{string.Join('\n', _log)}");
}

public class TlsTestsOnEpoll() : TlsTests(NetBackend.Epoll);

public class TlsTestsOnEpollEdge() : TlsTests(NetBackend.EpollEdge);

public class TlsTestsOnIoUring() : TlsTests(NetBackend.IoUring);
