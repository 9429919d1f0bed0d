using Peregrine.Linux;
using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class EventLoop
{
    // For ever: a post, a stop or a timer ends it.
    private const int BlockMs = -1;
    private bool _isStopRequested;

    /// <summary>The loop sleeps when there is nothing: a look is not worth guessing who sends next.</summary>
    internal bool IsBlockingRun { get; private set; }

    /// <summary>Polls until <see cref="RequestStop"/>.</summary>
    /// <param name="wait">What to do when nothing happens; null for the default.</param>
    public void Run(WaitStrategy? wait = null)
    {
        wait ??= WaitStrategy.Default;
        IsBlockingRun = wait is { SpinUs: 0, YieldUs: 0 };
        long idleSinceNs = 0;
        while (!Volatile.Read(ref _isStopRequested))
        {
            if (IsBlockingRun)
            {
                // One look before it blocks: under load that is a cheaper call.
                if (PollOnce(0) == 0)
                {
                    _ = PollOnce(BlockMs);
                }

                continue;
            }

            if (PollOnce(0) > 0 || idleSinceNs == 0)
            {
                idleSinceNs = NowNs;
                continue;
            }

            long idleUs = (NowNs - idleSinceNs) / 1000;
            if (wait.SpinUs < 0 || idleUs < wait.SpinUs)
            {
                continue;
            }

            if (wait.YieldUs < 0 || idleUs - wait.SpinUs < wait.YieldUs)
            {
                Threads.Yield();
                continue;
            }

            _ = PollOnce(BlockMs);
            idleSinceNs = NowNs;
        }
    }

    /// <summary>Ends <see cref="Run(WaitStrategy?)"/> soon.</summary>
    /// <remarks>Thread: any.</remarks>
    public void RequestStop()
    {
        Volatile.Write(ref _isStopRequested, true);
        Wake();
    }

    /// <summary>Stops accepting, and closes every connection when what it wrote is out.</summary>
    /// <param name="deadlineMs">After so long they are reset, 0 or more.</param>
    public void BeginDrain(int deadlineMs)
    {
        IsDraining = true;
        foreach (object? source in _sources.ToArray())
        {
            if (source is Listener listener)
            {
                listener.Dispose();
            }
        }

        for (int slot = 0; slot < _slotCount; slot++)
        {
            Connection connection = _slots[slot];
            if (connection.State is not (ConnectionState.Free or ConnectionState.Closing))
            {
                CloseWhenSent(connection, deadlineMs);
            }
        }
    }
}
