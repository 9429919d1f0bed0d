using Peregrine.Primitives;

namespace Peregrine.Feeds;

/// <summary>Holds messages back until their time has come, at a multiple of the recorded speed.</summary>
/// <param name="speed">1 is as recorded, 10 ten times as fast; 0 does not wait at all.</param>
/// <param name="stop">Ends a wait early.</param>
public sealed class Pacer(double speed, CancellationToken stop = default)
{
    // Shorter waits than this cost more than they are worth: the kernel wakes a thread some 50 us late.
    private const long ShortestWaitNs = 1_000_000;

    // A night or a halt without messages is not waited through.
    private const long LongestWaitNs = 5_000_000_000;

    private long _startNs;
    private long _firstTimeNs = long.MinValue;

    /// <summary>Waits until a message with this time is due.</summary>
    public void WaitFor(long timeNs)
    {
        if (speed <= 0)
        {
            return;
        }

        long nowNs = Clock.MonotonicNs;
        if (_firstTimeNs == long.MinValue)
        {
            _firstTimeNs = timeNs;
            _startNs = nowNs;
            return;
        }

        long waitNs = _startNs + (long)((timeNs - _firstTimeNs) / speed) - nowNs;
        if (waitNs > LongestWaitNs)
        {
            _startNs -= waitNs - LongestWaitNs;
            waitNs = LongestWaitNs;
        }

        if (waitNs >= ShortestWaitNs)
        {
            _ = stop.WaitHandle.WaitOne(TimeSpan.FromTicks(waitNs / 100));
        }
    }
}
