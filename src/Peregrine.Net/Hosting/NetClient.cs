using System.Net;
using Peregrine.Linux;
using Peregrine.Net.Tls;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>Describes a client.</summary>
public sealed class NetClientBuilder
{
    private EventLoopOptions _loop = new() { ConnectionsMax = 1024 };
    private WaitStrategy _wait = WaitStrategy.Default;
    private ConnectOptions _connect = new();
    private int _core = -1;

    /// <summary>What the loop does when nothing happens.</summary>
    public NetClientBuilder Wait(WaitStrategy wait)
    {
        _wait = wait;
        return this;
    }

    /// <summary>How to talk to the kernel.</summary>
    public NetClientBuilder Backend(NetBackend backend) => Configure(loop => loop with { Backend = backend });

    /// <summary>TLS to every server.</summary>
    /// <param name="credentials">Whom to trust, and the own certificate.</param>
    /// <param name="serverName">The name that the server's certificate must be for.</param>
    public NetClientBuilder Tls(TlsCredentials credentials, string? serverName)
    {
        _connect = _connect with { Tls = credentials, ServerName = serverName };
        return this;
    }

    /// <summary>Binds the loop's thread to a core.</summary>
    public NetClientBuilder Pin(int core)
    {
        _core = core;
        return this;
    }

    /// <summary>Gets a line for what somebody should know; called on the loop's thread.</summary>
    public NetClientBuilder Log(Action<string> log) => Configure(loop => loop with { Log = log });

    /// <summary>Changes the loop's sizes and limits.</summary>
    public NetClientBuilder Configure(Func<EventLoopOptions, EventLoopOptions> change)
    {
        _loop = change(_loop);
        return this;
    }

    /// <summary>Makes and starts the client.</summary>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    public NetClient Start() => new(_loop, _wait, _connect, _core);
}

/// <summary>A loop with a thread that makes connections.</summary>
/// <remarks>Thread: any.</remarks>
public sealed class NetClient : IDisposable
{
    private readonly LoopThread _thread;
    private readonly ConnectOptions _connect;
    private bool _isDisposed;

    internal NetClient(EventLoopOptions options, WaitStrategy wait, ConnectOptions connect, int core)
    {
        _thread = new LoopThread(options, wait, core, "net-client");
        _connect = connect;
        _thread.Start();
    }

    /// <summary>Its loop.</summary>
    public EventLoop Loop => _thread.Loop;

    /// <summary>Begins the description of a client.</summary>
    public static NetClientBuilder CreateBuilder() => new();

    /// <summary>Asks for a connection; the handler's OnOpened, or OnClosed with <see cref="CloseReason.ConnectFailed"/>,
    /// follows on the loop's thread.</summary>
    /// <param name="endpoint">Whom to.</param>
    /// <param name="handler">What to do with it.</param>
    /// <param name="onNotStarted">Told when it could not even be started, on the loop's thread; may be null.</param>
    /// <returns>False: too many requests wait.</returns>
    public bool Connect(EndPoint endpoint, IConnectionHandler handler, Action<Errno>? onNotStarted = null) =>
        Loop.TryPost(new Request(endpoint, handler, _connect, onNotStarted), 0);

    /// <summary>Lets what was written go out, then closes everything and ends the thread.</summary>
    public void Stop(int deadlineMs = 1000) => _thread.Stop(deadlineMs);

    /// <summary>Stops at once.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            Stop(0);
        }
    }

    private sealed class Request(EndPoint endpoint, IConnectionHandler handler, ConnectOptions options, Action<Errno>? onNotStarted) : ILoopTask
    {
        public void Run(EventLoop loop, long argument)
        {
            Errno errno = loop.TryConnect(endpoint, handler, out _, options);
            if (errno != Errno.None)
            {
                loop.Log($"no connection to {endpoint} can be started: {errno.Describe()}");
                onNotStarted?.Invoke(errno);
            }
        }
    }
}
