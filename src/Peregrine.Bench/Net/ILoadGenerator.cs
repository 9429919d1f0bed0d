using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

/// <summary>A load on an echo server, from its own thread that never sleeps.</summary>
/// <remarks>Thread: one owner. Allocates: nothing between the first run and the end of the last.</remarks>
internal interface ILoadGenerator : IDisposable
{
    /// <summary>Of replies whose message started after <see cref="BeginWindow"/>, in nanoseconds.</summary>
    LatencyHistogram Latency { get; }

    /// <summary>Operations done so far: messages that came back, or connections opened, used and closed.</summary>
    long Done { get; }

    /// <summary>Time spent finding nothing to do while loading, in nanoseconds: next to none means that the generator is the bottleneck.
    /// Null is unknown.</summary>
    long? IdleNs { get; }

    /// <summary>Loads the server for so long.</summary>
    void Run(TimeSpan length);

    /// <summary>From here on latencies count. Whatever stood still just before is not the server's delay.</summary>
    void BeginWindow();

    /// <summary>Latencies no longer count. The open loop waits here for the replies that belong to the window, closed loops do not.</summary>
    void EndWindow(TimeSpan longest);

    /// <summary>Starts nothing new and waits for what is on its way.</summary>
    /// <returns>False when some is still missing after that long.</returns>
    bool Drain(TimeSpan longest);
}
