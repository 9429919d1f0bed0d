using System.Net;
using Peregrine.Linux.Sockets;
using Peregrine.Net.Tls;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>Describes a server step by step; <see cref="NetServerOptions"/> in one record is the same.</summary>
public sealed class NetServerBuilder
{
    private NetServerOptions _options = new();

    /// <summary>Listens at an address; call it for each.</summary>
    public NetServerBuilder Listen(EndPoint endpoint) => With(_options with { EndPoints = [.. _options.EndPoints, endpoint] });

    /// <summary>Gives each connection a handler.</summary>
    public NetServerBuilder Handle(IConnectionAcceptor acceptor) => With(_options with { Acceptor = acceptor });

    /// <summary>Gives each connection a handler.</summary>
    public NetServerBuilder Handle(Func<IConnectionHandler> handler) => Handle(new Acceptor(handler));

    /// <summary>Several loops, and how connections are spread over them.</summary>
    public NetServerBuilder Loops(int count, Spreading spreading = Spreading.SharedPort) =>
        With(_options with { Loops = count, Spreading = spreading });

    /// <summary>Binds the loops' threads to cores, one each.</summary>
    public NetServerBuilder Pin(params int[] cores) => With(_options with { Cores = cores });

    /// <summary>What a loop does when nothing happens.</summary>
    public NetServerBuilder Wait(WaitStrategy wait) => With(_options with { Wait = wait });

    /// <summary>How to talk to the kernel.</summary>
    public NetServerBuilder Backend(NetBackend backend) => Configure(loop => loop with { Backend = backend });

    /// <summary>TLS on every port.</summary>
    public NetServerBuilder Tls(TlsCredentials? credentials) => With(_options with { Listener = _options.Listener with { Tls = credentials } });

    /// <summary>Gets a line for what somebody should know; called on the loops' threads.</summary>
    public NetServerBuilder Log(Action<string> log) => Configure(loop => loop with { Log = log });

    /// <summary>Changes the loops' sizes and limits.</summary>
    public NetServerBuilder Configure(Func<EventLoopOptions, EventLoopOptions> change) => With(_options with { Loop = change(_options.Loop) });

    /// <summary>Makes and starts the server.</summary>
    /// <exception cref="ArgumentException">Something is missing or out of range; all of it is named.</exception>
    public NetServer Start() => NetServer.Start(_options);

    private NetServerBuilder With(NetServerOptions options)
    {
        _options = options;
        return this;
    }

    private sealed class Acceptor(Func<IConnectionHandler> handler) : IConnectionAcceptor
    {
        public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote) => handler();
    }
}
