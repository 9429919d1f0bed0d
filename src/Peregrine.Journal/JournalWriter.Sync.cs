namespace Peregrine.Journal;

/// <summary>The thread that writes beside the caller, and at the level fsync waits for the disk.</summary>
public sealed partial class JournalWriter
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Stopping = 2;

    private readonly Thread? _syncThread;
    private readonly object _syncGate = new();
    private byte[] _spare;
    private Batch _syncBatch;
    private int _syncState;

    // The caller fills one buffer while the thread writes the other; they are swapped here, by the caller, while the thread is idle.
    private JournalStatus HandOver()
    {
        if (Volatile.Read(ref _syncState) != Idle)
        {
            return JournalStatus.Ok;
        }

        Invariant.That(!ReferenceEquals(_batch, _spare) && _batch.Length == _spare.Length,
            "the caller fills one buffer while the other is written");
        _syncBatch = CloseBatch();
        (_batch, _spare) = (_spare, _batch);
        lock (_syncGate)
        {
            // The lock publishes the swap to the thread; its own store of Idle gives the buffer back.
            Volatile.Write(ref _syncState, Busy);
            Monitor.Pulse(_syncGate);
        }

        return JournalStatus.Ok;
    }

    private void SyncWork()
    {
        long spinNs = _options.SyncSpinUs * 1_000L;
        while (true)
        {
            SpinForWork(spinNs);
            lock (_syncGate)
            {
                while (_syncState == Idle)
                {
                    _ = Monitor.Wait(_syncGate);
                }

                if (_syncState == Stopping)
                {
                    return;
                }
            }

            _ = TryWrite(_spare, _syncBatch, sync: _options.Durability == Durability.Fsync);
            lock (_syncGate)
            {
                if (_syncState == Busy)
                {
                    Volatile.Write(ref _syncState, Idle);
                }

                Monitor.PulseAll(_syncGate);
            }

            _options.DurableAdvanced?.Invoke();
        }
    }

    // Under load the next batch is handed over moments after a sync: a short look saves both threads a sleep and a wake-up.
    private void SpinForWork(long spinNs)
    {
        long endNs = Clock.MonotonicNs + spinNs;
        while (Volatile.Read(ref _syncState) == Idle && Clock.MonotonicNs < endNs)
        {
            Thread.SpinWait(16);
        }
    }

    private void WaitForSync()
    {
        while (Failure is null)
        {
            lock (_syncGate)
            {
                while (_syncState == Busy)
                {
                    _ = Monitor.Wait(_syncGate);
                }
            }

            if (_committedBytes == 0)
            {
                return;
            }

            _ = HandOver();
        }
    }

    private void StopSyncThread()
    {
        if (_syncThread is not null)
        {
            lock (_syncGate)
            {
                _syncState = Stopping;
                Monitor.PulseAll(_syncGate);
            }

            _syncThread.Join();
        }
    }
}
