using Peregrine.Primitives;

namespace Peregrine.Telemetry;

/// <summary>
/// Sleeps a little over and over and notes how late it woke: what the machine and the runtime do to any thread, whatever the link does.
/// The idea is that of jHiccup (Gil Tene).
/// </summary>
internal sealed class HiccupMeter : IDisposable
{
    private const int SleepMs = 2;
    private readonly Thread _thread;
    private long _worstNs;
    private bool _isStopped;

    public HiccupMeter()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "hiccups" };
        _thread.Start();
    }

    /// <summary>The worst lateness since the last call, in nanoseconds.</summary>
    public long TakeWorstNs() => Interlocked.Exchange(ref _worstNs, 0);

    public void Dispose()
    {
        Volatile.Write(ref _isStopped, true);
        _thread.Join();
    }

    private void Run()
    {
        while (!Volatile.Read(ref _isStopped))
        {
            long beforeNs = Clock.MonotonicNs;
            Thread.Sleep(SleepMs);
            long lateNs = Clock.MonotonicNs - beforeNs - (SleepMs * 1_000_000L);

            // The reader may set it to 0 in between: then one of the two figures of this moment is kept, which is good enough for a display.
            if (lateNs > Volatile.Read(ref _worstNs))
            {
                Volatile.Write(ref _worstNs, lateNs);
            }
        }
    }
}
