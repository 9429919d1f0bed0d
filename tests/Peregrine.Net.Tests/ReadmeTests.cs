using System.Net;
using System.Net.Sockets;
using Peregrine.Linux;
using Peregrine.Linux.Files;
using Peregrine.Net.Codecs;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>The examples of the READMEs compile and do what they say.</summary>
public class ReadmeTests
{
    [Fact]
    public void NetReadme_Example_Echoes()
    {
        using NetServer server = NetServer.CreateBuilder()
            .Listen(new IPEndPoint(IPAddress.Loopback, 0))
            .Handle(() => new LineEcho())
            .Loops(2)
            .Log(Console.WriteLine)
            .Start();
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.EndPoint);
        byte[] back = new byte[5];

        _ = socket.Send("pi"u8);
        _ = socket.Send("ng\n"u8);
        TestLoop.ReadExactly(socket, back);

        Assert.Equal("ping\n"u8, back);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Net");
    }

    [Fact]
    public void LinuxReadme_Example_WritesDurably()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("linux-test-");
        string path = Path.Combine(folder.FullName, "file");
        using LinuxFile file = LinuxFile.Create(path);
        Errno written = file.Write("durable"u8, offset: 0);
        Errno synced = file.SyncData();
        Console.WriteLine($"{written} {synced}");

        Assert.Equal((Errno.None, Errno.None), (written, synced));
        Assert.Equal("durable", File.ReadAllText(path));
        folder.Delete(recursive: true);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Linux", except: "path");
    }

    private sealed class LineEcho() : FrameHandler<DelimiterCodec>(new DelimiterCodec((byte)'\n', payloadBytesMax: 1024))
    {
        // A frame is seen whole, wherever the network cuts it. False keeps it until there is room for the answer.
        protected override bool OnFrame(Connection connection, ReadOnlySpan<byte> payload) => connection.TryWrite(payload, "\n"u8);
    }
}
