namespace Peregrine.Primitives;

/// <summary>A log of what somebody else can cause at will: the first line at once, then at most one a second, with how many were left out.</summary>
/// <param name="log">Gets the lines; null for nowhere.</param>
/// <param name="everyMs">The least time between two lines.</param>
/// <remarks>Thread: any; lines are written under a lock. Allocates: what the log does.</remarks>
public sealed class SummedLog(Action<string>? log, int everyMs = 1_000)
{
    private readonly Lock _lock = new();
    private long _nextNs = long.MinValue;
    private long _leftOut;
    private string _last = "";

    /// <summary>Something to be told.</summary>
    /// <param name="nowNs">The time in nanoseconds, of one clock for all calls.</param>
    /// <param name="line">What happened.</param>
    public void Add(long nowNs, string line)
    {
        lock (_lock)
        {
            if (nowNs < _nextNs)
            {
                _leftOut++;
                _last = line;
                return;
            }

            Write(nowNs, line);
        }
    }

    /// <summary>Time passes: what was left out is told once it may be. Call it some times a second,
    /// or never where the next line is soon enough.</summary>
    /// <param name="nowNs">As for <see cref="Add"/>.</param>
    public void OnTick(long nowNs)
    {
        lock (_lock)
        {
            if (_leftOut > 0 && nowNs >= _nextNs)
            {
                _leftOut--;
                Write(nowNs, _last);
            }
        }
    }

    private void Write(long nowNs, string line)
    {
        log?.Invoke(_leftOut == 0 ? line : $"{line} (and {_leftOut:N0} more like it)");
        _leftOut = 0;
        _nextNs = nowNs + (everyMs * 1_000_000L);
    }
}
