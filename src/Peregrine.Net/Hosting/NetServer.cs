using System.Net;
using System.Net.Sockets;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;

namespace Peregrine.Net;

/// <summary>Loops with a thread each, and the ports that they serve.</summary>
/// <remarks>Thread: any. Allocates: only when made and stopped.</remarks>
public sealed class NetServer : IDisposable
{
    private readonly LoopThread[] _threads;
    private readonly List<Listener> _listeners = [];
    private bool _isDisposed;

    private NetServer(NetServerOptions options)
    {
        Options = options;
        _threads = new LoopThread[options.Loops];
        for (int index = 0; index < options.Loops; index++)
        {
            _threads[index] = new LoopThread(options.Loop, options.Wait, index < options.Cores.Count ? options.Cores[index] : -1, $"net-{index}");
        }
    }

    /// <summary>What it was made of.</summary>
    public NetServerOptions Options { get; }

    /// <summary>Its loops; their counters may be read for display.</summary>
    public IReadOnlyList<EventLoop> Loops => [.. _threads.Select(thread => thread.Loop)];

    /// <summary>Where it listens, with the ports that the system picked.</summary>
    public IReadOnlyList<EndPoint> EndPoints { get; private set; } = [];

    /// <summary>The first of them.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)EndPoints[0];

    /// <summary>Begins the description of a server.</summary>
    public static NetServerBuilder CreateBuilder() => new();

    /// <summary>Makes and starts a server.</summary>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    /// <exception cref="LinuxException">A port is in use or not allowed.</exception>
    public static NetServer Start(NetServerOptions options)
    {
        Validate(options);
        NetServer server = new(options);
        try
        {
            server.Listen();
        }
        catch
        {
            server.Dispose();
            throw;
        }

        options.Loop.Log?.Invoke($"net: {options.Loops} loop{(options.Loops == 1 ? "" : "s")}, " +
            $"{server._threads[0].Loop.BackendChoice}, listening on {string.Join(", ", server.EndPoints)}");
        _ = DescriptorLimit.Raise();
        if (DescriptorLimit.Advice(((long)options.Loop.ConnectionsMax * options.Loops) + 64) is { } advice)
        {
            options.Loop.Log?.Invoke($"net: {options.Loops} x {options.Loop.ConnectionsMax:N0} connections would not fit: {advice}");
        }

        foreach (LoopThread thread in server._threads)
        {
            thread.Start();
        }

        return server;
    }

    /// <summary>Stops accepting, lets what was written go out, then closes everything and ends the threads.</summary>
    /// <param name="deadlineMs">How long connections may take to read what is pending, 0 or more.</param>
    public void Stop(int deadlineMs = 1000)
    {
        foreach (LoopThread thread in _threads)
        {
            thread.Stop(deadlineMs);
        }
    }

    /// <summary>Stops at once.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            Stop(0);
        }
    }

    private static void Validate(NetServerOptions options)
    {
        List<string> errors = [];
        if (options.EndPoints.Count == 0)
        {
            errors.Add($"{nameof(options.EndPoints)}: none, expected one or more");
        }

        if (options.Acceptor is null)
        {
            errors.Add($"{nameof(options.Acceptor)}: none, expected what gives connections their handlers");
        }

        if (options.Loops is < 1 or > 256)
        {
            errors.Add($"{nameof(options.Loops)}: {options.Loops}, expected 1 to 256");
        }

        if (options.Cores.Count > 0 && options.Cores.Count != options.Loops)
        {
            errors.Add($"{nameof(options.Cores)}: {options.Cores.Count} cores for {options.Loops} loops, expected one for each, or none");
        }

        foreach (int core in options.Cores.Where(core => core is < 0 or > 1023))
        {
            errors.Add($"{nameof(options.Cores)}: {core}, expected 0 to 1,023");
        }

        if (options.Loops > 1 && options.Spreading == Spreading.SharedPort
            && options.EndPoints.Any(endpoint => endpoint.AddressFamily == AddressFamily.Unix))
        {
            errors.Add($"{nameof(options.Spreading)}: SharedPort, expected another one for a Unix socket with several loops");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }

    private void Listen()
    {
        List<EndPoint> bound = [];
        bool isShared = _threads.Length > 1 && Options.Spreading == Spreading.SharedPort;
        IPlacement? placement = _threads.Length > 1 && !isShared
            ? new Placement(Options.Spreading, [.. _threads.Select(thread => thread.Loop)])
            : null;
        foreach (EndPoint endpoint in Options.EndPoints)
        {
            ListenerOptions options = Options.Listener with { SharePort = isShared || Options.Listener.SharePort };
            Listener first = _threads[0].Loop.Listen(endpoint, Options.Acceptor!, options, placement);
            _listeners.Add(first);
            bound.Add(first.Address);
            for (int index = 1; isShared && index < _threads.Length; index++)
            {
                _listeners.Add(_threads[index].Loop.Listen(first.Address, Options.Acceptor!, options, null));
            }
        }

        EndPoints = bound;
    }

    /// <summary>Chooses a loop on the thread that accepts; the counts of the others are a little old then, which spreading bears.</summary>
    private sealed class Placement(Spreading spreading, EventLoop[] loops) : IPlacement
    {
        private int _next;

        public EventLoop Place(EventLoop acceptor, in PeerAddress remote)
        {
            switch (spreading)
            {
                case Spreading.SourceHash:
                    return loops[remote.SourceHash % loops.Length];
                case Spreading.LeastConnections:
                    EventLoop least = loops[0];
                    foreach (EventLoop loop in loops)
                    {
                        least = loop.PlacedCount < least.PlacedCount ? loop : least;
                    }

                    return least;
                default:
                    _next = (_next + 1) % loops.Length;
                    return loops[_next];
            }
        }
    }
}
