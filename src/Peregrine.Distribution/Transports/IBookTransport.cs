using Peregrine.Net;

namespace Peregrine.Distribution.Transports;

/// <summary>
/// Another way for a server's books to leave, beside its own wire format: it has its own port and its own words, and shares the server's thread,
/// event loop and books.
/// </summary>
/// <remarks>Thread: <see cref="Open"/> the server's maker's, all else the server's.</remarks>
public interface IBookTransport
{
    /// <summary>Most connections at a time that it takes, those included that are being refused.</summary>
    int ConnectionsMax { get; }

    /// <summary>Its figures. From any thread.</summary>
    IReadOnlyList<TaggedCounters> CounterSources { get; }

    /// <summary>True when no connection is left. Asked after <see cref="BeginClose"/>.</summary>
    bool IsClosed { get; }

    /// <summary>Begins to listen; called once, by the server's constructor.</summary>
    /// <param name="loop">Where its connections live; the server polls it.</param>
    /// <param name="books">The books, as they are after the last change that was told.</param>
    /// <exception cref="IOException">The port is in use or not allowed.</exception>
    void Open(EventLoop loop, ServedBooks books);

    /// <summary>A change, right after it was made. It should do no more than take a note.</summary>
    void OnChange(in BookChange change);

    /// <summary>The changes of this pass are over: what came of them is sent. Called each pass, also when there were none, and before the loop
    /// gives connections their turn: within that, no change waits.</summary>
    void OnPass();

    /// <summary>Time passes, some twenty times a second.</summary>
    /// <param name="nowNs"><see cref="Clock.MonotonicNs"/>.</param>
    void OnTick(long nowNs);

    /// <summary>Says goodbye to its connections and takes no more. They have a second to read it.</summary>
    void BeginClose();
}
