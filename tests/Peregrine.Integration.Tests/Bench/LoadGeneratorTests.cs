using System.Net;
using System.Security.Cryptography.X509Certificates;
using Peregrine.Bench.Net;
using Peregrine.Cli;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Bench;

/// <summary>The generators of bench net against an echo server of this process. How fast anything is, is not looked at.</summary>
public sealed class LoadGeneratorTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, 1, 64)]
    [InlineData(3, 16, 64)]
    [InlineData(2, 4, 16)]
    [InlineData(2, 3, 5_000)]
    public void ClosedLoop_AgainstAnEcho_GetsBackEveryMessage(int count, int depth, int sizeBytes)
    {
        using EchoThread server = new();
        using EchoConnections connections = Connect(server.EndPoint, count, sizeBytes, depth);
        using ClosedLoop loop = new(connections, depth);

        NetFigures figures = NetBench.Measure(loop, () => new EchoServerStats(0, server.Bytes, 0, 0), Moment, Moment);

        Assert.False(figures.IsOverloaded, "all replies come");
        Assert.Equal(connections.Owed, loop.Done);
        Assert.Equal(server.Bytes, loop.Done * sizeBytes);
        Assert.Equal(count, server.Accepted);
        Assert.InRange(loop.Latency.Count, 1, loop.Done);
        Assert.True(loop.Done >= count * depth, "every connection had its depth on the way");
    }

    [Fact]
    public void ClosedLoop_BeforeTheWindow_CountsNoLatency()
    {
        using EchoThread server = new();
        using ClosedLoop loop = new(Connect(server.EndPoint, 2, 64, 2), 2);

        loop.Run(Moment);
        loop.EndWindow(Patience);

        Assert.True(loop.Drain(Patience));
        Assert.True(loop.Done > 0);
        Assert.Equal(0, loop.Latency.Count);
    }

    [Fact]
    public void ClosedLoop_OnceWarm_AllocatesNothing()
    {
        using EchoThread server = new();
        using ClosedLoop loop = new(Connect(server.EndPoint, 2, 64, 4), 4);
        loop.Run(Moment);
        loop.BeginWindow();

        Allocation.AssertNone(() => loop.Run(Moment));
    }

    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(7, 5_000)]
    public void OpenLoop_AgainstAnEcho_CountsEveryMessageDueInTheWindow(int count, int rate)
    {
        using EchoThread server = new();
        using EchoConnections connections = Connect(server.EndPoint, count, 64, OpenLoop.BatchMax);
        using OpenLoop loop = new(connections, rate);

        loop.Run(Moment);
        loop.BeginWindow();
        long before = connections.Owed;
        loop.Run(Moment);
        loop.EndWindow(Patience);

        Assert.Equal(connections.Owed, loop.Done);
        Assert.Equal(connections.Owed - before, loop.Latency.Count);
        Assert.InRange(loop.Latency.Count, 1, (long)(rate * Moment.TotalSeconds) + 1);
        Assert.Equal(server.Bytes, loop.Done * 64);
    }

    [Fact]
    public void ConnectLoop_AgainstAnEcho_OpensOneConnectionForEachMessage()
    {
        using EchoThread server = new();
        using ConnectLoop loop = new(server.EndPoint, 3, 64);

        NetFigures figures = NetBench.Measure(loop, () => new EchoServerStats(0, server.Bytes, 0, 0), Moment, Moment);

        Assert.False(figures.IsOverloaded, "all replies come");
        Assert.True(loop.Done >= 3);
        Assert.Equal(loop.Done, server.Accepted);
        Assert.Equal(loop.Done * 64, server.Bytes);
    }

    [Fact]
    public void TlsLoop_AgainstAnEcho_GetsBackEveryMessage()
    {
        using EchoCertificate certificate = new();
        using EchoThread server = new(tls: X509Certificate2.CreateFromPemFile(certificate.CertificatePath, certificate.KeyPath));
        using TlsLoop loop = new(new ClientSockets(server.EndPoint, 3), certificate, 4, 64);

        NetFigures figures = NetBench.Measure(loop, () => new EchoServerStats(0, server.Bytes, 0, 0), Moment, Moment);

        Assert.False(figures.IsOverloaded, "all replies come");
        Assert.True(loop.Done >= 12);
        Assert.Equal(server.Bytes, loop.Done * 64);
        Assert.InRange(loop.Latency.Count, 1, loop.Done);
    }

    [Fact]
    public void TlsLoop_WhenTheCertificateIsAnother_Fails()
    {
        using EchoCertificate certificate = new();
        using EchoCertificate other = new();
        using EchoThread server = new(tls: X509Certificate2.CreateFromPemFile(other.CertificatePath, other.KeyPath));

        CommandException failure = Assert.Throws<CommandException>(() => new TlsLoop(new ClientSockets(server.EndPoint, 1), certificate, 1, 64));

        Assert.StartsWith("the server shakes no hands: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TlsLoop_WhenAByteComesBackChanged_Fails()
    {
        using EchoCertificate certificate = new();
        using EchoThread server = new(damagedByte: 100, tls: X509Certificate2.CreateFromPemFile(certificate.CertificatePath, certificate.KeyPath));
        using TlsLoop loop = new(new ClientSockets(server.EndPoint, 1), certificate, 1, 64);

        CommandException failure = Assert.Throws<CommandException>(() => loop.Run(Patience));

        Assert.StartsWith("the echo is wrong: connection 0, message 1, byte 36 is ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClosedLoop_WhenAByteComesBackChanged_Fails()
    {
        using EchoThread server = new(damagedByte: (5 * 64) + 63);
        using ClosedLoop loop = new(Connect(server.EndPoint, 1, 64, 2), 2);

        CommandException failure = Assert.Throws<CommandException>(() => loop.Run(Patience));

        Assert.Equal(1, failure.ExitCode);
        Assert.StartsWith("the echo is wrong: connection 0, message 5, byte 63 is ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLoop_WhenAByteComesBackChanged_Fails()
    {
        using EchoThread server = new(damagedByte: 8);
        using OpenLoop loop = new(Connect(server.EndPoint, 2, 64, 1), 1_000);

        CommandException failure = Assert.Throws<CommandException>(() => loop.Run(Patience));

        Assert.Matches("^the echo is wrong: connection [01], message 0, byte 8 is 1, expected 0$", failure.Message);
    }

    [Fact]
    public void ClosedLoop_WhenTheServerEndsAConnection_Fails()
    {
        using EchoThread server = new(lastByte: 640);
        using ClosedLoop loop = new(Connect(server.EndPoint, 1, 64, 1), 1);

        CommandException failure = Assert.Throws<CommandException>(() => loop.Run(Patience));

        Assert.StartsWith("the server ended connection 0: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClientSockets_BeyondThePortsOfOneAddress_ComeFromTheNext()
    {
        using EchoThread server = new();
        using ClientSockets sockets = new(server.EndPoint, 5, perSource: 2);

        string[] addresses = [.. Enumerable.Range(0, 5).Select(index => ((IPEndPoint)sockets.Managed(index).LocalEndPoint!).Address.ToString())];

        Assert.Equal(["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.3"], addresses);
    }

    [Fact]
    public void ClientSockets_WithMoreThanDescriptorsAllow_IsWrongUsage()
    {
        CommandException failure = Assert.Throws<CommandException>(() => ClientSockets.CheckDescriptors(int.MaxValue - 1_000));

        Assert.Equal(2, failure.ExitCode);
        Assert.Contains("ulimit -Hn", failure.Message, StringComparison.Ordinal);
    }

    private static EchoConnections Connect(IPEndPoint server, int count, int sizeBytes, int batchMax) =>
        new(new ClientSockets(server, count), sizeBytes, batchMax);
}
