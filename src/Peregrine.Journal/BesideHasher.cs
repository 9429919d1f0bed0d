using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>
/// Hashes a large batch on a second thread while it is still appended to and written: SHA-256 alone takes longer than both together.
/// Small batches never come here, so that a wake-up costs less than what it saves.
/// </summary>
/// <remarks>
/// Thread: all but the loop by the journal's caller. The hash belongs to the thread beside from <see cref="HashUpTo"/> on until
/// <see cref="Finish"/> has seen that it is done. Allocates: no.
/// </remarks>
internal sealed class BesideHasher : IDisposable
{
    /// <summary>A batch of so many bytes is handed over: some 40 us of hashing, several wake-ups' worth.</summary>
    public const int StartBytes = 64 << 10;

    /// <summary>
    /// What comes behind is handed over in smaller steps, as what is left at the end has to be waited for; the thread is awake for them at more than
    /// 330 MB/s. docs/perf/journal.md has the figures.
    /// </summary>
    public const int StepBytes = 16 << 10;

    private const int SpinNs = 50_000;
    private readonly ChainHasher _hasher;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private byte[] _batch = [];

    // Bytes handed over and hashed in this object's life; they never go back, so that no look at the two can mistake an old batch for a new one.
    private long _wanted;
    private long _done;
    private long _batchStart;
    private bool _isAsleep;
    private bool _isStopping;

    /// <param name="hasher">Shared with the caller, who uses it while this is not at work.</param>
    public BesideHasher(ChainHasher hasher)
    {
        _hasher = hasher;
        _thread = new Thread(Work) { IsBackground = true, Name = "journal-hash" };
        _thread.Start();
    }

    /// <summary>True while a batch is being hashed here.</summary>
    public bool IsAtWork { get; private set; }

    /// <summary>Has the bytes so far hashed; they do not change any more.</summary>
    /// <param name="before">The link before the batch.</param>
    /// <param name="batch">The buffer of the batch, the same until it is finished.</param>
    /// <param name="bytes">How many bytes of it there are; rises within a batch.</param>
    public void HashUpTo(in ChainLink before, byte[] batch, int bytes)
    {
        if (!IsAtWork)
        {
            IsAtWork = true;
            _batch = batch;
            _batchStart = _wanted;
            _hasher.Start(before);
        }

        // Release: bytes, buffer and started hash are there before the thread sees the number. The full fence keeps the look at
        // _isAsleep behind it; the thread sets that and looks again under the lock, so one of the two sees the other.
        Invariant.That(_batchStart + bytes >= _wanted && ReferenceEquals(_batch, batch), "the bytes of a batch to be hashed only grow");
        Volatile.Write(ref _wanted, _batchStart + bytes);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isAsleep))
        {
            lock (_gate)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Waits for the thread, hashes the rest, and gives the link.</summary>
    public ChainLink Finish(ReadOnlySpan<byte> batch)
    {
        SpinWait spin = default;
        while (Volatile.Read(ref _done) != _wanted)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        Invariant.That(_wanted >= _batchStart && _wanted - _batchStart <= batch.Length, "a batch is hashed no farther than it is long");
        IsAtWork = false;
        return _hasher.Finish(batch[(int)(_wanted - _batchStart)..]);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Work()
    {
        // Beside whoever opened the journal, and not on the core that this one may be pinned to. The other threads stay there: they wait more than
        // they work, and would take turns with a link that spins on another core.
        _ = CpuAffinity.TryUnpinCurrentThread();
        while (WaitForWork())
        {
            long wanted = Volatile.Read(ref _wanted);
            Invariant.That(wanted > _done && _done >= _batchStart, "only what was not hashed yet is");
            _hasher.Append(_batch.AsSpan((int)(_done - _batchStart), (int)(wanted - _done)));

            // Release: gives the hash back to the caller, who looks for this number.
            Volatile.Write(ref _done, wanted);
        }
    }

    private bool WaitForWork()
    {
        long endNs = Clock.MonotonicNs + SpinNs;
        while (Clock.MonotonicNs < endNs)
        {
            if (HasWork())
            {
                return true;
            }

            Thread.SpinWait(16);
        }

        lock (_gate)
        {
            Volatile.Write(ref _isAsleep, true);
            Interlocked.MemoryBarrier();
            while (!HasWork() && !_isStopping)
            {
                _ = Monitor.Wait(_gate);
            }

            Volatile.Write(ref _isAsleep, false);
            return !_isStopping;
        }
    }

    private bool HasWork() => Volatile.Read(ref _wanted) > Volatile.Read(ref _done);
}
