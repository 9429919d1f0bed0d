using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

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
