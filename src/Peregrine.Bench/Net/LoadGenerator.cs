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

    /// <summary>Time spent finding nothing to do while loading, in nanoseconds: next to none means that the generator is the bottleneck. Null is unknown.</summary>
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

/// <summary>Closed loop: every connection always has the same number of messages on their way.</summary>
internal sealed class ClosedLoop(EchoConnections connections, int depth) : ClosedLoad
{
    // When each message on its way started: depth slots a connection, by sequence number.
    private readonly long[] _startNs = new long[(long)connections.Count * depth];
    private bool _isStarted;

    /// <inheritdoc/>
    public override long Done => connections.Returned;

    /// <inheritdoc/>
    protected override bool IsDrained => connections.Returned == connections.Owed;

    /// <inheritdoc/>
    public override void Dispose() => connections.Dispose();

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            for (int connection = 0; connection < connections.Count; connection++)
            {
                Start(connection, depth, Clock.MonotonicNs);
            }
        }
    }

    /// <inheritdoc/>
    protected override int Step(bool isDraining)
    {
        int ready = connections.Poll();
        for (int index = 0; index < ready; index++)
        {
            int count = connections.Handle(index, out int connection);
            if (count == 0)
            {
                continue;
            }

            long nowNs = Clock.MonotonicNs;
            long next = connections.NextReply(connection);
            for (long sequence = next - count; sequence < next; sequence++)
            {
                Record(_startNs[Slot(connection, sequence)], nowNs);
            }

            if (!isDraining)
            {
                Start(connection, count, nowNs);
            }
        }

        return ready;
    }

    private void Start(int connection, int count, long nowNs)
    {
        long first = connections.NextSequence(connection);
        for (long sequence = first; sequence < first + count; sequence++)
        {
            _startNs[Slot(connection, sequence)] = nowNs;
        }

        connections.Owe(connection, count);
        connections.Flush(connection);
    }

    private long Slot(int connection, long sequence) => ((long)connection * depth) + (sequence % depth);
}

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
