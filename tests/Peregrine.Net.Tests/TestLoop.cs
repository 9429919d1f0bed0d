using System.Net;
using System.Net.Sockets;
using Peregrine.Linux.Sockets;
using Peregrine.Net.Tls;

namespace Peregrine.Net.Tests;

/// <summary>A loop on a thread of its own, with one listener, and plain sockets as its peers.</summary>
internal sealed class TestLoop : IDisposable, IConnectionAcceptor
{
    public const int TimeoutMs = 30_000;
    private readonly Func<IPEndPoint, IConnectionHandler?> _accept;
    private readonly Thread _thread;
    private readonly Listener _listener;
    private volatile bool _isStopped;
    private volatile Exception? _failure;

    public TestLoop(Func<IConnectionHandler?> accept, EventLoopOptions? options = null, TlsCredentials? tls = null)
        : this(_ => accept(), options, tls)
    {
    }

    public TestLoop(Func<IPEndPoint, IConnectionHandler?> accept, EventLoopOptions? options = null, TlsCredentials? tls = null)
    {
        _accept = accept;
        Loop = new EventLoop(options ?? new EventLoopOptions());
        _listener = Loop.Listen(new IPEndPoint(IPAddress.Loopback, 0), this, new ListenerOptions { Tls = tls });
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public EventLoop Loop { get; }

    public IPEndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>A blocking client whose calls give up after half a minute.</summary>
    public Socket Connect(int receiveBufferBytes = 0)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = TimeoutMs,
            SendTimeout = TimeoutMs };
        if (receiveBufferBytes > 0)
        {
            socket.ReceiveBufferSize = receiveBufferBytes;
        }

        socket.Connect(EndPoint);
        return socket;
    }

    public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote) => _accept(remote.ToEndPoint()!);

    /// <summary>Stops the thread; the loop may be looked at then.</summary>
    public void Stop()
    {
        _isStopped = true;
        Loop.Wake();
        _thread.Join();
        Assert.Null(_failure);
    }

    public void Dispose()
    {
        if (!_isStopped)
        {
            Stop();
        }

        Loop.Dispose();
    }

    /// <summary>Reads until the end of the stream, or a reset.</summary>
    public static byte[] ReadAll(Socket socket)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[65_536];
        int read;
        while ((read = socket.Receive(buffer)) > 0)
        {
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    public static void ReadExactly(Socket socket, Span<byte> target)
    {
        while (target.Length > 0)
        {
            int read = socket.Receive(target);
            Assert.True(read > 0, "the stream goes on");
            target = target[read..];
        }
    }

    private void Run()
    {
        try
        {
            while (!_isStopped)
            {
                _ = Loop.Poll(-1);
            }
        }
        catch (Exception fault)
        {
            _failure = fault;
        }
    }
}

/// <summary>A handler made of delegates.</summary>
internal sealed class TestHandler : IConnectionHandler
{
    public Action<Connection> Opened { get; init; } = _ => { };

    public Func<Connection, ReadOnlyMemory<byte>, int> Data { get; init; } = (_, data) => data.Length;

    public Action<Connection> Writable { get; init; } = _ => { };

    public Action<Connection, CloseReason> Closed { get; init; } = (_, _) => { };

    public Func<Connection, bool> InputEnded { get; init; } = _ => false;

    public Action<Connection> Tick { get; init; } = _ => { };

    public bool OnInputEnded(Connection connection) => InputEnded(connection);

    public void OnTick(Connection connection, long nowNs) => Tick(connection);

    public void OnOpened(Connection connection) => Opened(connection);

    public void OnData(Connection connection, ref InputReader input) => _ = input.Consume(Data(connection, input.Peek().ToArray()));

    public void OnWritable(Connection connection) => Writable(connection);

    public void OnClosed(Connection connection, CloseReason reason) => Closed(connection, reason);
}

/// <summary>Sends back what comes; what is refused stays with the loop until there is room.</summary>
internal sealed class EchoHandler : IConnectionHandler
{
    public void OnOpened(Connection connection)
    {
    }

    public void OnData(Connection connection, ref InputReader input)
    {
        if (connection.TryWrite(input.Peek()))
        {
            _ = input.Consume(input.Length);
        }
    }

    public void OnWritable(Connection connection)
    {
    }

    public void OnClosed(Connection connection, CloseReason reason)
    {
    }
}
