using System.Buffers.Binary;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Linux;
using Peregrine.Sequencing.Recovery;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Sessions;

/// <summary>Where reports are made again from.</summary>
/// <param name="DataFolder">The link's, with its journal and snapshots.</param>
/// <param name="DurableRecords">How far the journal may be read now; from any thread.</param>
/// <param name="Wake">Wakes the link's thread.</param>
internal sealed record ReportSource(string DataFolder, Func<long> DurableRecords, Action Wake);

/// <summary>
/// Makes the reports of one session again, from one on: a second core begins with the newest snapshot before it, or the journal's start, and carries
/// out again what follows, also what the link goes on writing meanwhile.
/// </summary>
/// <remarks>
/// Thread: one of its own at the lowest priority; everything else is the link's. Memory: as much as the link's core, and a ring. Bounded:
/// it waits where nobody takes what it made.
/// </remarks>
internal sealed class ReportRemaker : IReportSink, IDisposable
{
    private const int RingBytes = 1 << 16;
    private const int PauseMs = 5;
    private readonly ReportSource _source;
    private readonly int _sessionId;
    private readonly long _first;
    private readonly SpscRecordRing _ring = new(RingBytes);
    private readonly AutoResetEvent _taken = new(false);
    private readonly Thread _thread;
    private long _count;
    private volatile bool _isStopping;
    private volatile bool _isEnded;
    private volatile string? _failure;

    /// <summary>Starts.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="sessionId">Whose reports.</param>
    /// <param name="first">The first that is wanted, counted over all runs from 1.</param>
    public ReportRemaker(ReportSource source, int sessionId, long first)
    {
        (_source, _sessionId, _first) = (source, sessionId, first);
        _thread = new Thread(Run) { IsBackground = true, Name = "reports again" };
        _thread.Start();
    }

    /// <summary>Why it can make no more; null while it can.</summary>
    public string? Failure => _failure;

    /// <summary>True when its thread is over and its memory free.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>True when there is something to take, or to hear.</summary>
    public bool HasNews => !_ring.IsEmpty || _failure is not null;

    /// <summary>When it was started, monotonic nanoseconds.</summary>
    public long StartedNs { get; } = Clock.MonotonicNs;

    /// <summary>When something was taken last, monotonic nanoseconds.</summary>
    public long TakenNs { get; private set; } = Clock.MonotonicNs;

    /// <summary>The report of a number, where it lies until the next is asked for. Asked again for the same it says the same; those before are let
    /// go.</summary>
    /// <returns>Made; Wait: later; Gone: never, <see cref="Failure"/> says why; Gap: not from here, as it lies before what was asked for.</returns>
    public RemadeStatus TryTake(long number, out ReportView report)
    {
        report = default;
        if (number < _first)
        {
            return RemadeStatus.Gap;
        }

        while (true)
        {
            // The failure first: what was made before it is in the ring by then.
            bool isFailed = _failure is not null;
            long at = _ring.Front;
            if (!_ring.TryPeek(ref at, out ReadOnlyMemory<byte> next, out _))
            {
                return isFailed ? RemadeStatus.Gone : RemadeStatus.Wait;
            }

            long found = BinaryPrimitives.ReadInt64LittleEndian(next.Span);
            if (found >= number)
            {
                report = ReportCodec.View(next.Span[sizeof(long)..]);
                TakenNs = Clock.MonotonicNs;
                return found == number ? RemadeStatus.Made : RemadeStatus.Gap;
            }

            _ring.Release(at);
            _ = _taken.Set();
        }
    }

    /// <summary>Asks it to end, and does not wait.</summary>
    public void Stop()
    {
        _isStopping = true;
        _ = _taken.Set();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _thread.Join();
        _taken.Dispose();
    }

    /// <inheritdoc/>
    public void Deliver(in ReportView report)
    {
        if (report.SessionId != _sessionId || ++_count < _first)
        {
            return;
        }

        ReadOnlySpan<byte> bytes = report.Bytes;
        bool wasEmpty = _ring.BytesWaiting == 0;
        Span<byte> place;
        while (!_ring.TryClaim(sizeof(long) + bytes.Length, out place))
        {
            ThrowIfStopping();
            _ = _taken.WaitOne(PauseMs);
        }

        // Its number, then the report.
        BinaryPrimitives.WriteInt64LittleEndian(place, _count);
        bytes.CopyTo(place[sizeof(long)..]);
        _ring.Commit(place.Length);
        _ring.Publish();
        ThrowIfStopping();
        if (wasEmpty)
        {
            _source.Wake();
        }
    }

    private void ThrowIfStopping()
    {
        if (_isStopping)
        {
            throw new OperationCanceledException();
        }
    }

    private void Run()
    {
        _ = CpuAffinity.TryUnpinCurrentThread();
        _ = CpuShare.TryLowerCurrentThread();
        try
        {
            Follow();
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more.
        }
        catch (Exception fault)
        {
            // Whatever it is, want of memory too: the link goes on, and the client is told.
            _failure = fault.Message;
        }

        _isEnded = true;
        _source.Wake();
    }

    private void Follow()
    {
        JournalReplay replay = new(new CoreOptions(), this);
        using JournalFollower follower = JournalFollower.Open(Path.Combine(_source.DataFolder, "journal"), Begin(replay));
        while (!_isStopping)
        {
            if (follower.Read(replay, _source.DurableRecords()) == 0)
            {
                _ = _taken.WaitOne(PauseMs);
            }
        }
    }

    // The newest snapshot that stands before the first report that is wanted.
    private JournalPosition Begin(JournalReplay replay)
    {
        string journal = Path.Combine(_source.DataFolder, "journal");
        JournalExtent extent = JournalReader.FindExtent(journal);
        List<SnapshotFault> passed = [];
        foreach (SnapshotReader reader in SnapshotStore.Open(Path.Combine(_source.DataFolder, "snapshots")).OpenNewestFirst(extent, passed))
        {
            using (reader)
            {
                ThrowIfStopping();
                if (LinkState.TryLoad(reader, emitsOrderDeltas: false, out _) is { } state
                    && state.ReportCounts.GetValueOrDefault(_sessionId) < _first)
                {
                    replay.Resume(state.Core, state.LastTimeNs, state.Ledger, state.Identity);
                    _count = state.ReportCounts.GetValueOrDefault(_sessionId);
                    return reader.Info.Position;
                }
            }
        }

        return extent.Start.Records == 0
            ? default
            : throw new JournalException($"report {_first} of the session cannot be made again: {journal} starts after record " +
                $"{extent.Start.Records}, its older segments are gone, and no snapshot stands before it");
    }
}
