using Peregrine.Primitives;

namespace Peregrine.Ids;

/// <summary>
/// Hands out ids from leased segments. The next segment is leased by a thread of its own before the present one runs out.
/// As a rule a whole one of at least <see cref="IdSegmentOptions.ReadyMin"/> ids is ready at any time, for a burst after quiet; a second one,
/// when less than the runway is left at the present rate. Its size follows that rate, at most eight times the size before.
/// Without ids kept ready, one is leased when less than the runway, or less than a fifth of the segment, is left.
/// A segment that lasted less than twice the runway makes the next one twice as large; one that lasted ten times as long makes it half as large.
/// </summary>
/// <remarks>
/// Ids rise within a process and are unique for ever; a restart or crash loses the rest of a segment, so there are gaps.
/// Thread: <see cref="TryNext"/> by one owner. Allocates: no.
/// </remarks>
public sealed class IdSegmentAllocator : IOrderIdSource, IDisposable
{
    private const int ReadyMax = 2;
    private const int GrowthMax = 8;
    private readonly IIdSegmentStore _store;
    private readonly string _tag;
    private readonly IdSegmentOptions _options;
    private readonly Func<long> _monotonicNs;
    private readonly Thread _thread;
    private readonly object _gate = new();

    // Leases come one at a time: the thread's, and those of RaiseAbove. Taken before the gate.
    private readonly object _storeGate = new();
    private readonly int _countMin;

    // The owner's.
    private long _next;
    private long _end;
    private long _wantedAt;
    private long _segmentStartNs;
    private int _segmentCount;
    private long _lastCount;
    private long _lastNs = 1;

    // Handed over under the gate.
    private readonly Queue<IdSegment> _ready = new(ReadyMax);
    private bool _isWanted;
    private bool _isStopping;
    private int _wantedCount;
    private string? _lastFailure;

    /// <summary>Leases the first segment before it returns.</summary>
    /// <param name="store">Where segments come from; not disposed here.</param>
    /// <param name="tag">What the ids are for.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <exception cref="IdSegmentStoreException">The first lease failed.</exception>
    public IdSegmentAllocator(IIdSegmentStore store, string tag, IdSegmentOptions? options = null)
        : this(store, tag, options, static () => Clock.MonotonicNs)
    {
    }

    // Tests bring their own clock.
    internal IdSegmentAllocator(IIdSegmentStore store, string tag, IdSegmentOptions? options, Func<long> monotonicNs)
    {
        _monotonicNs = monotonicNs;
        _options = options ?? new IdSegmentOptions();
        _options.Validate();
        _store = store;
        _tag = tag;
        _countMin = Math.Max(_options.CountMin, Math.Min(_options.ReadyMin, _options.CountMax));
        _wantedCount = _countMin;
        Begin(store.Lease(tag, _wantedCount));
        _isWanted = KeepsReady;
        _thread = new Thread(Work) { IsBackground = true, Name = "ids-lease" };
        _thread.Start();
    }

    /// <summary>Segments leased.</summary>
    public long Leases { get; private set; }

    /// <summary>Leases that failed.</summary>
    public long LeaseFailures { get; private set; }

    /// <summary>Requests that found no id.</summary>
    public long ExhaustedCount { get; private set; }

    /// <summary>A lease is wanted or on its way.</summary>
    internal bool IsWanted
    {
        get
        {
            lock (_gate)
            {
                return _isWanted;
            }
        }
    }

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

    /// <summary>
    /// Makes every id that it hands out lie above one that is known to be in use, whatever the store says:
    /// for a store that was lost or is an old copy. What it holds below is given up. Call it at the start, by the owner.
    /// </summary>
    /// <param name="id">The highest id in use; 0 is none.</param>
    /// <returns>How many ids were skipped; 0 when all were above it already.</returns>
    /// <exception cref="IdSegmentStoreException">The store cannot lease now: the allocator then holds no id, and must not be used.</exception>
    /// <remarks>Blocks: at most two calls of the store, and one that is on its way.</remarks>
    public long RaiseAbove(ulong id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, (ulong)long.MaxValue);
        long least = (long)id + 1;
        long before = _next;
        lock (_storeGate)
        {
            if (SkipTo(least))
            {
                return _next - before;
            }

            _store.RaiseAbove(_tag, (long)id);
            IdSegment segment = _store.Lease(_tag, _countMin);
            Check.That(segment.First >= least, "a store that was raised leases above that");
            lock (_gate)
            {
                Begin(segment);
            }
        }

        return _next - before;
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

    private bool KeepsReady => _options.ReadyMin > 0;

    // Gives up what lies below. False: nothing is left.
    private bool SkipTo(long least)
    {
        lock (_gate)
        {
            _next = Math.Min(Math.Max(_next, least), _end);
            while (_next == _end && _ready.TryDequeue(out IdSegment segment))
            {
                Begin(segment);
                _next = Math.Min(Math.Max(_next, least), _end);
            }

            _wantedAt = Math.Max(_wantedAt, _next);
            WantReady();
            return _next < _end;
        }
    }

    // At the end of a segment: take the next one over. Before it: look at the clock each 1/16 of what is left, and want one where the runway says so.
    private void Refill()
    {
        long left = _end - _next;
        if (left == 0)
        {
            lock (_gate)
            {
                if (_ready.TryDequeue(out IdSegment segment))
                {
                    Begin(segment);
                    WantReady();
                }
                else
                {
                    Want(mayBe: 0);
                }
            }

            return;
        }

        lock (_gate)
        {
            bool isShort = RunwayNs(left + Waiting()) < (Int128)_options.RunwayMs * 1_000_000;
            if (KeepsReady)
            {
                _wantedAt = _next + Math.Max(left / 16, 1);
                Want(mayBe: isShort ? ReadyMax - 1 : 0);
            }
            else if (left * 5 <= _segmentCount || isShort)
            {
                _wantedAt = _end;
                Want(mayBe: 0);
            }
            else
            {
                _wantedAt = _next + Math.Max(left / 16, 1);
            }
        }
    }

    private Int128 RunwayNs(long left)
    {
        long elapsedNs = Math.Max(_monotonicNs() - _segmentStartNs, 1);
        return (Int128)left * elapsedNs / Math.Max(_segmentCount - (_end - _next), 1);
    }

    private long Waiting()
    {
        long count = 0;
        foreach (IdSegment segment in _ready)
        {
            count += segment.Count;
        }

        return count;
    }

    private void WantReady()
    {
        if (KeepsReady)
        {
            Want(mayBe: 0);
        }
    }

    // Under the gate. Asks for one more where no more than so many are ready.
    private void Want(int mayBe)
    {
        if (!_isWanted && _ready.Count <= mayBe)
        {
            _wantedCount = KeepsReady ? CountByRate() : NextCount();
            _isWanted = true;
            Monitor.PulseAll(_gate);
        }
    }

    // Two runways at the faster of the present rate and that of the segment before. A segment just begun says nothing yet.
    private int CountByRate()
    {
        long used = _segmentCount - (_end - _next);
        Int128 rate = (Int128)_lastCount * 1_000_000_000 / _lastNs;
        if (used * 16 >= _segmentCount)
        {
            rate = Int128.Max(rate, (Int128)used * 1_000_000_000 / Math.Max(_monotonicNs() - _segmentStartNs, 1));
        }

        Int128 count = Int128.Min(rate * 2 * _options.RunwayMs / 1_000, (Int128)_segmentCount * GrowthMax);
        return (int)Int128.Clamp(count, _countMin, _options.CountMax);
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
        (_lastCount, _lastNs) = (_segmentCount - (_end - _next), Math.Max(_monotonicNs() - _segmentStartNs, 1));
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
            lock (_storeGate)
            {
                IdSegment segment = _store.Lease(_tag, count);
                lock (_gate)
                {
                    _ready.Enqueue(segment);
                    _isWanted = false;
                }
            }

            Volatile.Write(ref _lastFailure, null);
            return true;
        }
        catch (IdSegmentStoreException failure)
        {
            LeaseFailures++;
            Volatile.Write(ref _lastFailure, failure.Message);
            return false;
        }
    }
}
