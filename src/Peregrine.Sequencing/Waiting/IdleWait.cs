using Peregrine.Linux;

namespace Peregrine.Sequencing.Waiting;

/// <summary>What a thread does between two looks for work: spins, then yields, then says that it is time to block.</summary>
internal struct IdleWait(WaitStrategy wait)
{
    private const int SpinsBetweenLooks = 16;
    private long _sinceNs;

    /// <summary>There was work.</summary>
    public void Reset() => _sinceNs = 0;

    /// <summary>There was none: a pause before the next look.</summary>
    /// <returns>False when the thread is to block.</returns>
    public bool TryPause()
    {
        if (wait is { SpinUs: 0, YieldUs: 0 })
        {
            return false;
        }

        long now = Clock.MonotonicNs;
        _sinceNs = _sinceNs == 0 ? now : _sinceNs;
        long idleUs = (now - _sinceNs) / 1_000;
        if (wait.SpinUs < 0 || idleUs < wait.SpinUs)
        {
            Thread.SpinWait(SpinsBetweenLooks);
            return true;
        }

        if (wait.YieldUs < 0 || idleUs - wait.SpinUs < wait.YieldUs)
        {
            Threads.Yield();
            return true;
        }

        return false;
    }
}
