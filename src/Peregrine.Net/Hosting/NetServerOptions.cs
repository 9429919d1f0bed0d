using System.Net;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>How connections are spread over the loops of a server.</summary>
public enum Spreading : byte
{
    /// <summary>Each loop listens on the same port, and the kernel spreads by a hash of the addresses (SO_REUSEPORT). TCP only.</summary>
    SharedPort = 0,

    /// <summary>The first loop accepts, and hands over to each in turn.</summary>
    RoundRobin = 1,

    /// <summary>The first loop accepts, and hands over to the one with the fewest connections.</summary>
    LeastConnections = 2,

    /// <summary>The first loop accepts, and hands over by a hash of the peer's address: one peer, one loop.</summary>
    SourceHash = 3,
}

/// <summary>What a server is made of.</summary>
public sealed record NetServerOptions
{
    /// <summary>Where it listens; one or more. Port 0 lets the system pick one.</summary>
    public IReadOnlyList<EndPoint> EndPoints { get; init; } = [];

    /// <summary>Makes or finds the handler of a connection.</summary>
    public IConnectionAcceptor? Acceptor { get; init; }

    /// <summary>Loops, each with a thread, 1 to 256. Default 1.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>How connections are spread over several loops. Default by the kernel.</summary>
    public Spreading Spreading { get; init; }

    /// <summary>Cores that the loops' threads are bound to, one for each loop; empty binds none. Default empty.</summary>
    public IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>What a loop does when nothing happens.</summary>
    public WaitStrategy Wait { get; init; } = WaitStrategy.Default;

    /// <summary>Each loop's sizes and limits.</summary>
    public EventLoopOptions Loop { get; init; } = new();

    /// <summary>The ports' settings, TLS among them.</summary>
    public ListenerOptions Listener { get; init; } = new();
}
