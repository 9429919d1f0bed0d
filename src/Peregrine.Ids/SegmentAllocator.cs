using Peregrine.Primitives;

namespace Peregrine.Ids;

/// <summary>
/// Hands out ids from leased segments. The next segment is leased by a thread of its own before the present one runs out: when
/// less than the runway is left at the present rate, or less than a fifth of the segment. A segment that lasted less than twice
/// the runway makes the next one twice as large; one that lasted ten times as long makes it half as large.
/// </summary>
/// <remarks>
/// Ids rise within a process and are unique for ever; a restart or crash loses the rest of a segment, so there are gaps.
/// Thread: <see cref="TryNext"/> by one owner. Allocates: no.
/// </remarks>
public sealed class SegmentAllocator : IDisposable
{
    private readonly ISegmentStore _store;
    private readonly string _tag;
    private readonly SegmentOptions _options;
    private readonly Func<long> _monotonicNs;
    private readonly Thread _thread;
    private readonly object _gate = new();

    // The owner's.
    private long _next;
    private long _end;
    private long _wantedAt;
    private long _segmentStartNs;
    private int _segmentCount;

    // Handed over under the gate.
    private IdSegment _ready;
    private bool _isReady;
    private bool _isWanted;
    private bool _isStopping;
    private int _wantedCount;
    private string? _lastFailure;

    /// <summary>Leases the first segment before it returns.</summary>
    /// <param name="store">Where segments come from; not disposed here.</param>
    /// <param name="tag">What the ids are for.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <exception cref="SegmentStoreException">The first lease failed.</exception>
    public SegmentAllocator(ISegmentStore store, string tag, SegmentOptions? options = null)
        : this(store, tag, options, static () => Clock.MonotonicNs)
    {
    }

    // Tests bring their own clock.
    internal SegmentAllocator(ISegmentStore store, string tag, SegmentOptions? options, Func<long> monotonicNs)
    {
        _monotonicNs = monotonicNs;
        _options = options ?? new SegmentOptions();
        _options.Validate();
        _store = store;
        _tag = tag;
        _wantedCount = _options.CountMin;
        Begin(store.Lease(tag, _wantedCount));
        _thread = new Thread(Work) { IsBackground = true, Name = "ids-lease" };
        _thread.Start();
    }

    /// <summary>Segments leased.</summary>
    public long Leases { get; private set; }

    /// <summary>Leases that failed.</summary>
    public long LeaseFailures { get; private set; }

    /// <summary>Requests that found no id.</summary>
    public long ExhaustedCount { get; private set; }

    /// <summary>Why the last lease failed, or null after a success.</summary>
    public string? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>The next id.</summary>
    /// <returns>Ok; Exhausted: try again later, the lease goes on in the background.</returns>
    public IdStatus TryNext(out ulong id)
    {
        if (_next >= _wantedAt)
        {
            Refill();
        }

        if (_next == _end)
        {
            ExhaustedCount++;
            id = 0;
            return IdStatus.Exhausted;
        }

        id = (ulong)_next++;
        return IdStatus.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    // Near the end of a segment: want the next one, and take it over at the very end. Looks at the clock each 1/16 of what is left.
    private void Refill()
    {
        long left = _end - _next;
        if (left == 0)
        {
            lock (_gate)
            {
                if (_isReady)
                {
                    _isReady = false;
                    Begin(_ready);
                }
                else
                {
                    Want();
                }
            }

            return;
        }

        long elapsedNs = Math.Max(_monotonicNs() - _segmentStartNs, 1);
        long used = _segmentCount - left;
        Int128 runwayNs = (Int128)left * elapsedNs / Math.Max(used, 1);
        if (left * 5 <= _segmentCount || runwayNs < (Int128)_options.RunwayMs * 1_000_000)
        {
            _wantedAt = _end;
            lock (_gate)
            {
                Want();
            }
        }
        else
        {
            _wantedAt = _next + Math.Max(left / 16, 1);
        }
    }

    private void Want()
    {
        if (!_isWanted && !_isReady)
        {
            _wantedCount = NextCount();
            _isWanted = true;
            Monitor.PulseAll(_gate);
        }
    }

    private int NextCount()
    {
        long lastedMs = (_monotonicNs() - _segmentStartNs) / 1_000_000;
        long count = lastedMs < 2L * _options.RunwayMs ? 2L * _segmentCount : lastedMs > 10L * _options.RunwayMs ? _segmentCount / 2 : _segmentCount;
        return (int)Math.Clamp(count, _options.CountMin, _options.CountMax);
    }

    private void Begin(IdSegment segment)
    {
        Check.That(segment.First > 0 && segment.Count > 0 && segment.First >= _end, "a leased segment lies above those before");
        _next = segment.First;
        _end = segment.First + segment.Count;
        _segmentCount = segment.Count;
        _segmentStartNs = _monotonicNs();
        _wantedAt = _next + Math.Max(segment.Count / 16, 1);
        Leases++;
    }

    private void Work()
    {
        int waitMs = _options.RetryMs;
        while (true)
        {
            int count;
            lock (_gate)
            {
                while (!_isWanted && !_isStopping)
                {
                    Monitor.Wait(_gate);
                }

                if (_isStopping)
                {
                    return;
                }

                count = _wantedCount;
            }

            if (TryLease(count))
            {
                waitMs = _options.RetryMs;
                continue;
            }

            lock (_gate)
            {
                if (!_isStopping)
                {
                    _ = Monitor.Wait(_gate, waitMs);
                }
            }

            waitMs = (int)Math.Min(waitMs * 2L, _options.RetryMsMax);
        }
    }

    private bool TryLease(int count)
    {
        try
        {
            IdSegment segment = _store.Lease(_tag, count);
            lock (_gate)
            {
                _ready = segment;
                _isReady = true;
                _isWanted = false;
            }

            Volatile.Write(ref _lastFailure, null);
            return true;
        }
        catch (SegmentStoreException failure)
        {
            LeaseFailures++;
            Volatile.Write(ref _lastFailure, failure.Message);
            return false;
        }
    }
}
