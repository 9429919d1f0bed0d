using Microsoft.Extensions.Logging;
using Peregrine.Journal;
using Peregrine.Journal.Snapshots;
using Peregrine.Linux;
using Peregrine.Linux.Files;
using Peregrine.Sequencing.Recovery;

namespace Peregrine.Sequencing.Snapshots;

/// <summary>How far the link is, read from beside it.</summary>
/// <param name="ReleasedSequence">Every report up to this command is with its session's store.</param>
/// <param name="DurableRecords">Records of the journal that are durable.</param>
/// <param name="SentSequence">Every report up to this command was given to a connection of its session.</param>
internal readonly record struct LinkProgress(long ReleasedSequence, long DurableRecords, long SentSequence = long.MaxValue);

/// <summary>
/// Has snapshots taken while the link runs, and lets old segments of the journal go behind them. It only reads figures that the link publishes
/// anyway: nothing is asked of the link's thread.
/// </summary>
/// <remarks>Thread: its own, at the lowest priority; the figures from any.</remarks>
internal sealed class SnapshotKeeper : IDisposable
{
    private const int PollMs = 1_000;
    private const long MinuteNs = 60_000_000_000;
    private readonly SnapshotOptions _options;
    private readonly string _dataFolder;
    private readonly Func<LinkProgress> _progress;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private long _triedNs;
    private long _triedSequence;
    private long _sequence;
    private long _retainAfter = -1;
    private long _heldBackAt;
    private long _taken;
    private long _failed;

    /// <param name="lastSequence">Where the newest snapshot stands; 0 without one.</param>
    public SnapshotKeeper(SnapshotOptions options, string dataFolder, long lastSequence, Func<LinkProgress> progress, ILogger log)
    {
        (_options, _dataFolder, _progress, _log) = (options, dataFolder, progress, log);
        (_sequence, _triedSequence, _triedNs) = (lastSequence, lastSequence, Clock.MonotonicNs);
    }

    /// <summary>Snapshots taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Snapshots and retentions that failed.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Last command of the newest snapshot.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    private string JournalFolder => Path.Combine(_dataFolder, "journal");

    private string SnapshotFolder => Path.Combine(_dataFolder, "snapshots");

    /// <summary>Begins to look after the link.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "snapshots" };
        _thread.Start();
    }

    /// <summary>Does what is due. Tests call it on a thread of theirs.</summary>
    internal void Poll(long nowNs)
    {
        LinkProgress progress = _progress();
        if (_retainAfter >= 0 && progress.ReleasedSequence >= _retainAfter && progress.SentSequence < _retainAfter)
        {
            // They are made again from those segments when their client is back.
            LogHeldBack(progress.SentSequence);
        }
        else if (_retainAfter >= 0 && progress.ReleasedSequence >= _retainAfter)
        {
            _retainAfter = -1;
            _heldBackAt = 0;
            if (Fault(() => Retain(nowNs)) is { } reason)
            {
                _log.SegmentsNotLetGo(reason);
            }
        }

        // Counted from the last try, also from one that failed: a full disk is not written to all the time.
        long commands = progress.ReleasedSequence - _triedSequence;
        bool isDue = (_options.EveryCommands > 0 && commands >= _options.EveryCommands)
            || (_options.EveryMinutes > 0 && commands > 0 && nowNs - _triedNs >= _options.EveryMinutes * MinuteNs);
        if (isDue)
        {
            (_triedSequence, _triedNs) = (progress.ReleasedSequence, nowNs);
            if (Fault(() => TakeOne(progress)) is { } reason)
            {
                _log.NoSnapshot(reason);
            }
        }
    }

    /// <summary>Ends the thread; a snapshot on its way is given up.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
    }

    private void LogHeldBack(long sentSequence)
    {
        if (_heldBackAt != sentSequence + 1)
        {
            _heldBackAt = sentSequence + 1;
            _log.SegmentsHeldBack(sentSequence + 1);
        }
    }

    private void Run()
    {
        _ = CpuShare.TryLowerCurrentThread();
        while (!_stop.Token.WaitHandle.WaitOne(PollMs))
        {
            Poll(Clock.MonotonicNs);
        }
    }

    private void TakeOne(in LinkProgress progress)
    {
        SnapshotRequest request = new(JournalFolder, SnapshotFolder, _options.Keep,
            progress.DurableRecords) { PinnedSequence = progress.SentSequence };
        SnapshotTaken taken = _options.Take is { } take ? take(request, _stop.Token) : TakeHere(request);
        _log.SnapshotTaken(taken.Text);
        Volatile.Write(ref _sequence, taken.Sequence);
        Volatile.Write(ref _taken, _taken + 1);

        // Segments go only when each session was sent every report up to the newest snapshot, and so up to the older ones.
        _retainAfter = _options.Retention is null ? -1 : taken.Sequence;
    }

    private static SnapshotTaken TakeHere(SnapshotRequest request)
    {
        SnapshotOutcome outcome = Snapshotter.Take(request);
        return new SnapshotTaken(outcome.Position.Sequence, outcome.ToString());
    }

    // The stores first: what the disk then has of them reaches at least as far as the oldest snapshot, also after a loss of power.
    private void Retain(long nowNs)
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(_dataFolder, "sessions"), "*.session"))
        {
            using LinuxFile? file = LinuxFile.TryOpenRead(path);
            Errno errno = file?.SyncData() ?? Errno.None;
            if (errno != Errno.None)
            {
                throw new LinuxException($"sync of {path}", errno);
            }
        }

        List<SnapshotFault> faults = [];
        JournalRetentionResult gone =
            JournalRetention.Apply(JournalFolder, SnapshotStore.Open(SnapshotFolder, _options.Keep), _options.Retention!,
                Clock.ToUnixNs(nowNs), faults);
        foreach (SnapshotFault fault in faults)
        {
            _log.SnapshotPassedOver(fault.ToString());
        }

        if (gone.Segments > 0)
        {
            string where = _options.Retention!.ArchiveFolder is { } archive ? $"moved to {archive}" : "removed";
            _log.SegmentsGone(gone.Segments, gone.Bytes, where, gone.Start.Sequence);
        }
    }

    // Why it failed; null when it did not.
    private string? Fault(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (OperationCanceledException)
        {
            // The link ends.
            return null;
        }
        catch (Exception fault) when (fault is IOException
            or UnauthorizedAccessException or ReplayException or InvalidDataException or ArgumentException)
        {
            Volatile.Write(ref _failed, _failed + 1);
            return fault.Message;
        }
    }
}
