using System.Net;
using System.Net.Sockets;
using Peregrine.Linux.Sockets;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>Bytes go there and back whole, in order, over real sockets.</summary>
public abstract class EchoTests(NetBackend backend) : BackendSuite(backend)
{
    [Fact]
    public void Echo_RandomSizesOverManyConnections_ComesBackByteForByte()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        using TestLoop loop = Start(() => new EchoHandler());
        Socket[] clients = [.. Enumerable.Range(0, ProofSize.Of(50, 500)).Select(_ => loop.Connect())];

        for (int round = 0; round < 20; round++)
        {
            byte[][] sent = new byte[clients.Length][];
            for (int client = 0; client < clients.Length; client++)
            {
                sent[client] = new byte[random.Next(1, 20_000)];
                random.NextBytes(sent[client]);
                _ = clients[client].Send(sent[client]);
            }

            for (int client = 0; client < clients.Length; client++)
            {
                byte[] back = new byte[sent[client].Length];
                TestLoop.ReadExactly(clients[client], back);
                Assert.True(back.AsSpan().SequenceEqual(sent[client]), $"client {client}, round {round}, seed {seed}");
            }
        }

        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public void Echo_OfOneBusyPeerWhileTheLoopSpins_KeepsNobodyWaiting()
    {
        using SpinningLoop spinning = new(NewLoop(new EventLoopOptions()));
        using Socket busy = spinning.Connect();
        using Socket quiet = spinning.Connect();
        byte[] back = new byte[8];

        // The loop may come to expect the next message from the busy one; it must still see the other, a third, and the busy one's end.
        for (int message = 0; message < 2_000; message++)
        {
            Ping(busy, back, message);
            if (message % 97 == 0)
            {
                _ = busy.Send(BitConverter.GetBytes(-1L));
                Ping(quiet, back, message);
                TestLoop.ReadExactly(busy, back);
            }
        }

        using Socket third = spinning.Connect();
        Ping(third, back, 1);
        busy.Shutdown(SocketShutdown.Send);
        Assert.Empty(TestLoop.ReadAll(busy));
        Ping(third, back, 2);
        third.Close(0);
        Ping(quiet, back, 3);
    }

    private static void Ping(Socket socket, byte[] back, long number)
    {
        _ = socket.Send(BitConverter.GetBytes(number));
        TestLoop.ReadExactly(socket, back);
        Assert.Equal(number, BitConverter.ToInt64(back));
    }

    [Fact]
    public void Frames_CutAnywhere_AreSeenWhole()
    {
        // Frames of a length byte and that many bytes; the handler takes whole ones only and counts them.
        List<int> frames = [];
        TestHandler handler = new()
        {
            Data = (connection, data) =>
            {
                int consumed = 0;
                while (consumed < data.Length && consumed + 1 + data.Span[consumed] <= data.Length)
                {
                    frames.Add(data.Span[consumed]);
                    consumed += 1 + data.Span[consumed];
                }

                if (frames.Count == 300)
                {
                    connection.Close();
                }

                return consumed;
            },
        };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect();
        Random random = new(7);
        int[] lengths = [.. Enumerable.Range(0, 300).Select(_ => random.Next(0, 256))];
        byte[] stream = [.. lengths.SelectMany(length => (byte[])[(byte)length, .. new byte[length]])];

        for (int at = 0; at < stream.Length;)
        {
            int part = Math.Min(random.Next(1, 400), stream.Length - at);
            _ = client.Send(stream.AsSpan(at, part));
            at += part;
        }

        Assert.Empty(TestLoop.ReadAll(client));
        loop.Stop();
        Assert.Equal(lengths, frames);
    }

    [Fact]
    public void HalfClose_WithOutputPending_StillGetsAllOfIt()
    {
        byte[] answer = new byte[3_000_000];
        new Random(1).NextBytes(answer);
        TestHandler handler = new() { Data =
            (connection, data) => connection.TryWrite(answer) ? data.Length : throw new InvalidOperationException("room") };
        using TestLoop loop = Start(() => handler);
        using Socket client = loop.Connect(receiveBufferBytes: 8_192);

        _ = client.Send("give"u8);
        client.Shutdown(SocketShutdown.Send);

        Assert.True(answer.AsSpan().SequenceEqual(TestLoop.ReadAll(client)));
    }
}

/// <summary>A loop that never sleeps, on a thread of its own, echoing.</summary>
internal sealed class SpinningLoop : IConnectionAcceptor, IDisposable
{
    private readonly EventLoop _loop;
    private readonly Listener _listener;
    private readonly Thread _thread;

    public SpinningLoop(EventLoop loop)
    {
        _loop = loop;
        _listener = loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), this);
        _thread = new Thread(() => loop.Run(WaitStrategy.Spin)) { IsBackground = true };
        _thread.Start();
    }

    public Socket Connect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = TestLoop.TimeoutMs };
        socket.Connect(_listener.LocalEndPoint);
        return socket;
    }

    public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote) => new EchoHandler();

    public void Dispose()
    {
        _loop.RequestStop();
        _thread.Join();
        _loop.Dispose();
    }
}

public class EchoTestsOnEpoll() : EchoTests(NetBackend.Epoll);

public class EchoTestsOnEpollEdge() : EchoTests(NetBackend.EpollEdge);

public class EchoTestsOnIoUring() : EchoTests(NetBackend.IoUring);
