using System.Diagnostics;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Linux.Tls;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Gateway.Tests;

/// <summary>The openssl program as the client of the link's FIX port with TLS: who is let on, and by what name the others are refused.</summary>
public sealed class OpenSslClientTests : IDisposable
{
    private const int PassesMax = 60_000;
    private readonly TestCertificates _certificates = new();
    private readonly LinkRig _rig;

    public OpenSslClientTests()
    {
        (string certificate, string key) = _certificates.Make("localhost");
        TlsSettings tls = new() { CertificateFile = certificate, KeyFile = key, TrustFile = _certificates.AuthorityFile,
            RequirePeerCertificate = true };
        _rig = new LinkRig(change: options => options with
        {
            FixTls = tls, SessionCertificates = new Dictionary<string, IReadOnlyList<string>> { ["CLIENT"] = ["cn:CLIENT"] },
        });
    }

    public void Dispose()
    {
        _rig.Dispose();
        _certificates.Dispose();
    }

    private static bool IsThere => File.Exists("/usr/bin/openssl");

    [Fact]
    public void Client_WithTheCertificateOfItsSession_LogsOn()
    {
        using OpenSsl client = Connect(_certificates.Make("CLIENT"));
        client.Write(Logon());

        Pump(client, () => client.Read.Contains("\u000135=A\u0001", StringComparison.Ordinal));

        Assert.Equal((0, 0), (Count("tls_failures"), Count("certificate_refusals")));
    }

    [Fact]
    public void Client_WithTheCertificateOfAnother_IsRefusedByName()
    {
        using OpenSsl client = Connect(_certificates.Make("OTHER"));
        client.Write(Logon());

        Pump(client, () => client.HasEnded);

        Assert.Equal((0, 1), (Count("tls_failures"), Count("certificate_refusals")));
        Assert.DoesNotContain("\u000135=", client.Read, StringComparison.Ordinal);
        Assert.Contains(_rig.Log, line => line.Contains("CN=OTHER", StringComparison.Ordinal) && line.Contains("CLIENT", StringComparison.Ordinal));
    }

    [Fact]
    public void Client_WithAnExpiredCertificate_IsRefusedByName()
    {
        using OpenSsl client = Connect(_certificates.Make("CLIENT", validDays: -1));
        client.Write(Logon());

        Pump(client, () => client.HasEnded);

        Assert.Equal((1, 0), (Count("tls_failures"), Count("certificate_refusals")));
        Assert.DoesNotContain("\u000135=", client.Read, StringComparison.Ordinal);
        Assert.Contains(_rig.Log, line => line.Contains("certificate has expired", StringComparison.Ordinal));
        Assert.Contains("expired", client.Read, StringComparison.Ordinal);
    }

    // With -starttls the program begins in clear, as a client does that knows of no TLS.
    [Fact]
    public void Client_InClear_IsTurnedAwayAndToldInTheLog()
    {
        using OpenSsl client = Connect(null, "-starttls", "xmpp");

        Pump(client, () => client.HasEnded);

        Assert.Equal((1, 0), (Count("tls_failures"), Count("certificate_refusals")));
        Assert.Contains(_rig.Log, line => line.Contains("refused: TlsFailed", StringComparison.Ordinal));
    }

    private static byte[] Logon()
    {
        byte[] bytes = new byte[256];
        FixWriter writer = new(bytes, "FIX.4.4"u8, "A"u8);
        writer.Add(Tag.SenderCompId, "CLIENT"u8);
        writer.Add(Tag.TargetCompId, "PEREGRINE"u8);
        writer.Add(Tag.MsgSeqNum, 1L);
        writer.AddTimestamp(Tag.SendingTime, Clock.UnixNs);
        writer.Add(Tag.EncryptMethod, 0L);
        writer.Add(Tag.HeartBtInt, 30L);
        Assert.True(writer.TryFinish(out int length));
        return bytes[..length];
    }

    private OpenSsl Connect((string Certificate, string Key)? shown, params string[] more)
    {
        Assert.SkipUnless(IsThere, "the openssl program is missing: install it with ./dev native");
        string[] certificate = shown is { } files ? ["-cert", files.Certificate, "-key", files.Key] : [];
        return new OpenSsl(["s_client", "-connect", $"127.0.0.1:{_rig.Link.FixEndPoint.Port}", "-CAfile", _certificates.AuthorityFile, "-quiet",
            "-no_ign_eof", .. certificate, .. more]);
    }

    private long Count(string name) =>
        _rig.Link.CounterSources.SelectMany(source => source.Source.Counters)
            .Single(counter => counter.Name == $"peregrine.fix.acceptor.{name}").Read();

    private void Pump(OpenSsl client, Func<bool> isDone)
    {
        for (int pass = 0; !isDone(); pass++)
        {
            Assert.True(pass < PassesMax, $"it happens in the end; the client said {client.Read}, the link {string.Join(" / ", _rig.Log)}");
            Assert.True(_rig.Link.TryPass(), _rig.Link.Failure);

            // The program is another process, which gets what this one leaves.
            Thread.Sleep(1);
        }
    }

    private sealed class OpenSsl : IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _read = new();
        private readonly Thread[] _readers;

        public OpenSsl(string[] arguments)
        {
            ProcessStartInfo info = new("openssl") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            Array.ForEach(arguments, info.ArgumentList.Add);
            _process = Process.Start(info)!;
            _readers = [new Thread(() => Take(_process.StandardOutput)), new Thread(() => Take(_process.StandardError))];
            Array.ForEach(_readers, reader => reader.Start());
        }

        public bool HasEnded => _process.HasExited && Array.TrueForAll(_readers, reader => !reader.IsAlive);

        /// <summary>What came, and what the program says of it.</summary>
        public string Read
        {
            get
            {
                lock (_read)
                {
                    return _read.ToString();
                }
            }
        }

        public void Write(byte[] bytes)
        {
            _process.StandardInput.BaseStream.Write(bytes);
            _process.StandardInput.BaseStream.Flush();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            Array.ForEach(_readers, reader => reader.Join());
            _process.Dispose();
        }

        private void Take(StreamReader reader)
        {
            char[] part = new char[1_024];
            for (int count = reader.Read(part); count > 0; count = reader.Read(part))
            {
                lock (_read)
                {
                    _ = _read.Append(part, 0, count);
                }
            }
        }
    }
}
