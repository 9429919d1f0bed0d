using System.Net;
using System.Net.Sockets;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Linux.Files;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>The examples of the READMEs compile and do what they say.</summary>
public class ReadmeTests
{
    [Fact]
    public void NetReadme_Example_Echoes()
    {
        using CancellationTokenSource stop = new();
        using EventLoop loop = new(new EventLoopOptions());
        using Listener listener = loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EchoAcceptor());
        byte[] back = new byte[4];
        Thread client = new(() =>
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(listener.LocalEndPoint);
            _ = socket.Send("ping"u8);
            TestLoop.ReadExactly(socket, back);
            stop.Cancel();
        });
        client.Start();
        Console.WriteLine($"echo on {listener.LocalEndPoint}");
        while (!stop.IsCancellationRequested)
        {
            _ = loop.Poll(timeoutMs: 100); // 0 spins; Wake ends a wait from any thread
        }

        client.Join();
        Assert.Equal("ping"u8, back);
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
        ReadmeExample.AssertStandsInThisFile("Peregrine.Linux");
    }

    private sealed class EchoAcceptor : IConnectionAcceptor, IConnectionHandler
    {
        public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote) => this;

        // What is not consumed comes again, with what follows: a frame is seen whole, wherever the network cuts it.
        public void OnData(Connection connection, ref InputReader input)
        {
            if (connection.TryWrite(input.Peek()))
            {
                _ = input.Consume(input.Length);
            }
        }
    }
}
