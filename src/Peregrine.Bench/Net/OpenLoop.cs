using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

/// <summary>
/// Open loop: messages are due at a fixed rate, round robin over the connections, whatever comes back. Latency is from the moment a message
/// was due, so that waiting before it could be sent counts (no coordinated omission).
/// </summary>
internal sealed class OpenLoop(EchoConnections connections, int rate) : ILoadGenerator
{
    /// <summary>Messages a connection that got no room may send at once later.</summary>
    public const int BatchMax = 64;

    // Messages sent before the replies are looked at again when the generator is behind.
    private const int CatchUpMax = 64;

    private readonly double _intervalNs = 1e9 / rate;
    private long _baseNs;
    private long _baseMessage;
    private long _windowMessage = long.MaxValue;
    private long _idleNs;
    private int _nextConnection;

    /// <inheritdoc/>
    public LatencyHistogram Latency { get; } = new();

    /// <inheritdoc/>
    public long Done => connections.Returned;

    /// <inheritdoc/>
    public long? IdleNs => _idleNs;

    /// <inheritdoc/>
    public void Run(TimeSpan length)
    {
        if (connections.Owed == 0)
        {
            Rebase();
        }

        long untilNs = Clock.MonotonicNs + (long)(length.TotalSeconds * 1e9);
        for (long nowNs = Clock.MonotonicNs; nowNs < untilNs;)
        {
            int sent = SendDue(nowNs);
            bool isIdle = Receive() + sent == 0;
            long thenNs = Clock.MonotonicNs;
            _idleNs += isIdle ? thenNs - nowNs : 0;
            nowNs = thenNs;
        }
    }

    /// <inheritdoc/>
    public void BeginWindow()
    {
        Latency.Clear();
        Rebase();
        _windowMessage = connections.Owed;
    }

    /// <inheritdoc/>
    public void EndWindow(TimeSpan longest)
    {
        _ = Drain(longest);
        _windowMessage = long.MaxValue;
    }

    /// <inheritdoc/>
    public bool Drain(TimeSpan longest)
    {
        long untilNs = Clock.MonotonicNs + (long)(longest.TotalSeconds * 1e9);
        while (connections.Returned < connections.Owed && Clock.MonotonicNs < untilNs)
        {
            _ = Receive();
        }

        return connections.Returned == connections.Owed;
    }

    /// <inheritdoc/>
    public void Dispose() => connections.Dispose();

    private int SendDue(long nowNs)
    {
        int sent = 0;
        for (; sent < CatchUpMax && DueNs(connections.Owed) <= nowNs; sent++)
        {
            connections.Owe(_nextConnection, 1);
            connections.Flush(_nextConnection);
            _nextConnection = _nextConnection + 1 == connections.Count ? 0 : _nextConnection + 1;
        }

        return sent;
    }

    private int Receive()
    {
        int ready = connections.Poll();
        for (int index = 0; index < ready; index++)
        {
            int count = connections.Handle(index, out int connection);
            long nowNs = Clock.MonotonicNs;
            long next = connections.NextReply(connection);
            for (long sequence = next - count; sequence < next; sequence++)
            {
                // Round robin from the start, so the place of a message in the whole load follows from its own two numbers.
                long message = (sequence * connections.Count) + connection;
                if (message >= _windowMessage)
                {
                    Latency.Record(nowNs - DueNs(message));
                }
            }
        }

        return ready;
    }

    private void Rebase()
    {
        _baseNs = Clock.MonotonicNs;
        _baseMessage = connections.Owed;
    }

    private long DueNs(long message) => _baseNs + (long)((message - _baseMessage) * _intervalNs);
}
