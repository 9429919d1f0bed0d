using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Peregrine.Integration.Tests.Link;

/// <summary>What goes wrong around a link: one line, the right exit code, nothing touched. What hostile clients send: only they suffer.</summary>
public sealed class LinkErrorTests : IDisposable
{
    private const int VersionOffset = 8;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_PortInUse_IsToldWithTheAddress()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        CommandResult result = Run("--data", _folder.File("data"), "--set", $"fix.port={port}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"cannot listen on 127.0.0.1:{port}", result.OneLineError(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("data/journal")), "nothing is begun before the port is had");
    }

    [Fact]
    public void Run_DataFolderThatCannotBeMade_IsTold()
    {
        string file = _folder.Write("", "file");

        CommandResult result = Run("--data", file);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"data folder {file} cannot be made", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_UnwritableJournalFolder_IsTold()
    {
        _ = Directory.CreateDirectory(_folder.File("data"));
        _ = _folder.Write("", "data/journal");

        CommandResult result = Run("--data", _folder.File("data"), "--set", "fix.port=0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("data/journal", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FolderInUse_IsTold()
    {
        using LinkProcess first = LinkProcess.Start(_folder.File("data"));

        CommandResult result = Run("--data", _folder.File("data"), "--set", "fix.port=0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("in use", result.OneLineError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_JournalOfAnotherVersion_IsRefusedAndLeftAsItIs()
    {
        string segment = MakeJournal();
        byte[] bytes = File.ReadAllBytes(segment);
        bytes[VersionOffset] = 9;
        File.WriteAllBytes(segment, bytes);

        CommandResult result = Run("--data", _folder.File("data"), "--set", "fix.port=0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has format version 9", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(segment));
    }

    [Fact]
    public void Run_JournalDamagedInTheMiddle_IsRefusedWithTheByte()
    {
        string segment = MakeJournal();
        byte[] bytes = File.ReadAllBytes(segment);
        bytes[80] ^= 1;
        File.WriteAllBytes(segment, bytes);

        CommandResult result = Run("--data", _folder.File("data"), "--set", "fix.port=0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("byte", result.OneLineError(), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(segment));
    }

    [Theory]
    [InlineData("unknown=1")]
    [InlineData("fix.port=70000")]
    public void Run_BadConfiguration_IsToldBeforeAnythingIsMade(string setting)
    {
        CommandResult result = Run("--data", _folder.File("data"), "--set", setting);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(setting.Split('=')[0], result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    [Fact]
    public void HostileClients_AreCutOff_AndOthersGoOnTrading()
    {
        using LinkProcess link = LinkProcess.Start(_folder.File("data"));
        using FixClientProcess client = new(link.Port, _folder.File("store"));
        _ = client.WaitFor(line => line.Kind == "logon", "a logon");

        Assert.True(IsCutOff(link.Port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n" + new string('x', 20_000)), "no FIX at all");
        Assert.True(IsCutOff(link.Port, Framed("35=A\u000149=CLIENT2\u000156=PEREGRINE\u000134=1\u000158=" + new string('x', 60_000) + "\u0001")),
            "an oversized frame");
        Assert.True(IsCutOff(link.Port,
            Framed("35=A\u000149=STRANGER\u000156=PEREGRINE\u000134=1\u000152=20260101-00:00:00.000\u000198=0\u0001108=30\u0001")),
            "an unknown session");
        Assert.True(IsCutOff(link.Port, Framed("35=D\u000149=CLIENT2\u000156=PEREGRINE\u000134=1\u000152=20260101-00:00:00.000\u000111=X\u0001")),
            "an order before the logon");

        client.Send("new A AAPL buy 10 230.00");
        Assert.Equal("0", client.WaitForReport("A", "0")["status"]);
    }

    // True when the link closes the connection.
    private static bool IsCutOff(int port, string text)
    {
        using TcpClient connection = new("127.0.0.1", port) { ReceiveTimeout = 30_000 };
        byte[] answer = new byte[4_096];
        try
        {
            NetworkStream stream = connection.GetStream();
            stream.Write(Encoding.Latin1.GetBytes(text));
            while (stream.Read(answer) > 0)
            {
            }

            return true;
        }
        catch (IOException fault) when (fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset
            or SocketError.Shutdown })
        {
            return true;
        }
    }

    private static string Framed(string body)
    {
        string message = $"8=FIX.4.4\u00019={body.Length}\u0001{body}";
        return $"{message}10={message.Sum(character => character) % 256:000}\u0001";
    }

    // A journal with rules, bounds and a clean end.
    private string MakeJournal()
    {
        using LinkProcess link = LinkProcess.Start(_folder.File("data"));
        Assert.Equal(0, link.Stop().ExitCode);
        return Directory.GetFiles(_folder.File("data/journal"), "*.journal").Single();
    }

    private static CommandResult Run(params string[] options) =>
        CommandProcess.Run(["run", "--no-status", "--no-simulator", "--no-console", "--set", "marketData.port=0", .. options]);
}
