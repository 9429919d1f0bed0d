namespace Peregrine.Ids.Tests;

/// <summary>A store in memory that can be told to fail, and to wait.</summary>
internal sealed class TestStore : IIdSegmentStore
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _permits = new(0);
    private readonly List<int> _counts = [];
    private long _next = 1;
    private volatile bool _isDown;
    private volatile bool _isSlow;
    private int _calls;
    private int _waiting;

    /// <summary>While true, each lease fails.</summary>
    public bool IsDown { get => _isDown; set => _isDown = value; }

    /// <summary>While true, each lease waits for <see cref="Permit"/>.</summary>
    public bool IsSlow { get => _isSlow; set => _isSlow = value; }

    /// <summary>Leases asked for, those that failed included.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Leases that wait for a permit now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Sizes of the leases given.</summary>
    public int[] Counts
    {
        get
        {
            lock (_gate)
            {
                return [.. _counts];
            }
        }
    }

    public void Permit() => _permits.Release();

    public IdSegment Lease(string tag, int count)
    {
        Interlocked.Increment(ref _calls);
        if (IsSlow)
        {
            Interlocked.Increment(ref _waiting);
            _permits.Wait();
            Interlocked.Decrement(ref _waiting);
        }

        if (IsDown)
        {
            throw new IdSegmentStoreException("the test store is down");
        }

        lock (_gate)
        {
            _counts.Add(count);
            _next += count;
            return new IdSegment(_next - count, count);
        }
    }
}
