using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Gateway.DropCopy;
using Peregrine.Gateway.Local;
using Peregrine.Gateway.MarketData;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Journal;
using Peregrine.Linux;
using Peregrine.Net;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Hops;
using Peregrine.Sequencing.Sharding;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;
using Peregrine.Sequencing.Snapshots;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway;

/// <summary>What starting found in the data folder.</summary>
/// <param name="Journal">Segments, records, a torn tail.</param>
/// <param name="Commands">Commands replayed.</param>
/// <param name="ProvenHashes">State hashes in the journal, each reached again.</param>
/// <param name="StateHash">The state hash at the end.</param>
public sealed record LinkRecovery(JournalRecovery Journal, long Commands, long ProvenHashes, ulong StateHash)
{
    /// <summary>What it began with.</summary>
    public required LinkStart Start { get; init; }
}

/// <summary>
/// The order link: doors, sequencer, journal, core and reports on one thread. <see cref="Start(LinkOptions, ILogger)"/> recovers and listens,
/// <see cref="Run"/> works until <see cref="RequestStop"/>.
/// </summary>
/// <remarks>
/// One pass: read what came through the doors, sequence and execute it, commit the batch, release the reports that are durable, send.
/// Thread: Start, Run and Dispose by one; RequestStop and the figures from any.
/// </remarks>
public sealed partial class OrderLink : IDisposable
{
    private const long TickNs = 100_000_000;
    private const long DrainNs = 3_000_000_000;

    private readonly LinkOptions _options;
    private readonly EventLoop _loop;
    private readonly FixDoor _fix;
    private readonly DropCopyDoor? _dropCopy;
    private readonly IDoor[] _doors;
    private readonly ReportRouter _router;
    private readonly BookTap? _books;
    private readonly JournalWriter _journal;
    private readonly HopRecorder? _recorder;
    private readonly ShardedMatching? _matching;
    private readonly Sequencer _sequencer;
    private readonly Intake _intake;
    private readonly Action _waitForJournal;
    private readonly PhaseClock _clock;
    private readonly LimitWatch _watch;
    private readonly SnapshotKeeper? _keeper;
    private long _nextTickNs;
    private bool _isStopRequested;
    private bool _isDisposed;

    private OrderLink(LinkOptions options, ILogger log)
    {
        _options = options;
        _loop = new EventLoop(new EventLoopOptions { ConnectionsMax = options.FixConnectionsMax, SlowHandlerUs = 0,
            Log = log.LoopTold });
        _waitForJournal = WaitForJournal;
        _books = options.MarketData is { } server ? new BookTap(server, options.InFlightMax * 4) : null;
        try
        {
            // The port first: a second link must fail on it before it touches anything.
            _fix = new FixDoor(options, _loop, log);
            _dropCopy = options.DropCopySessions.Count > 0 ? new DropCopyDoor(options, _fix, _loop, log) : null;
            _doors = [_fix, new LocalDoor(options.LocalPorts, options.InFlightMax),
                .. _dropCopy is null ? [] : (IDoor[])[_dropCopy], .. options.Doors];
            Sessions = new SessionDirectory(_doors);
            _router = new ReportRouter(Sessions, _dropCopy is null ? options.ReportTaps : [.. options.ReportTaps, _dropCopy]);
            TimeCheck(_fix.OpenStores);
            _journal = OpenJournal(out JournalReplay replay, out JournalRecovery recovery, out LinkStart start);
            Core = replay.Core;
            long timeShiftNs = options.ClockShiftNs + StartClock.Check(replay.LastTimeNs, Clock.UnixNs + options.ClockShiftNs,
                options.AcceptClockBehind, log);
            _recorder = options.KeepsHops ? new HopRecorder(Path.Combine(options.DataFolder, "journal"), Core.LastSequence + 1,
                options.Snapshots?.Retention?.ArchiveFolder, log) : null;
            _sequencer = new Sequencer(Core, _journal, replay.LastTimeNs, options.InFlightMax, _books, timeShiftNs, _recorder);
            _watch = new LimitWatch(log);
            Recovery = new LinkRecovery(recovery, replay.CommandCount, replay.ProvenHashes, Core.StateHash) { Start = start };
            PutRulesInForce(recovery, replay, log);
            _matching = MoveToShards(log);
            _fix.UseSource(new ReportSource(options.DataFolder, () => _journal.DurableRecords, _loop.Wake));
            RaiseIds(replay, log);
            TimeCheck(() => _fix.Start(StateOf(replay)));
            Recovery = Recovery with { Start = start with { CheckNs = _checkNs } };
            _intake = new Intake(_sequencer, options.Ids, _waitForJournal);
            OpenDoors();
            _clock = new PhaseClock(Core, _sequencer, _waitForJournal, options.Calendars);
            _keeper = KeepSnapshots(start, log);
        }
        catch
        {
            _keeper?.Dispose();
            _recorder?.Dispose();
            foreach (IDoor door in _doors ?? [])
            {
                door.Close(_journal?.DurableSequence ?? 0);
            }

            _journal?.Dispose();
            _loop.Dispose();
            _matching?.Dispose();
            throw;
        }
    }

    /// <summary>Where FIX clients connect.</summary>
    public IPEndPoint FixEndPoint => _fix.EndPoint;

    /// <summary>Where drop copies connect; null where there is no port for them.</summary>
    public IPEndPoint? DropCopyEndPoint => _dropCopy?.EndPoint;

    /// <summary>What starting found.</summary>
    public LinkRecovery Recovery { get; }

    /// <summary>The time between hops.</summary>
    public HopStatistics Hops => _sequencer.Hops;

    /// <summary>Why the link had to stop, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Everybody who may come through a door, with the switch that blocks one of them.</summary>
    public SessionDirectory Sessions { get; }

    /// <summary>The kill switch of the whole link (<see cref="Intake.IsBlocked"/>). From any thread.</summary>
    public bool IsBlocked
    {
        get => _intake.IsBlocked;
        set => _intake.IsBlocked = value;
    }

    internal TradingCore Core { get; }

    /// <summary>As <see cref="Start(LinkOptions, ILogger)"/>, without a log.</summary>
    /// <param name="options">Checked here.</param>
    public static OrderLink Start(LinkOptions options) => Start(options, NullLogger.Instance);

    /// <summary>As <see cref="Start(LinkOptions, ILogger)"/>, with a callback for the lines of the log.</summary>
    /// <param name="options">Checked here.</param>
    /// <param name="log">Gets a line for what a person should know. Called on the link's thread.</param>
    public static OrderLink Start(LinkOptions options, Action<string> log) => Start(options, new LineLogger(log));

    /// <summary>Recovers from the data folder and listens; nothing is served before <see cref="Run"/>.</summary>
    /// <param name="options">Checked here.</param>
    /// <param name="log">Gets what a person should know, on the link's thread.</param>
    /// <exception cref="ArgumentException">Options that do not fit each other or the journal.</exception>
    /// <exception cref="IOException">Port in use; journal damaged, of another version, in use or not writable;
    /// older segments gone and no snapshot that serves.</exception>
    /// <exception cref="ReplayException">The journal is whole but does not replay to the same state.</exception>
    public static OrderLink Start(LinkOptions options, ILogger log)
    {
        RefuseFaults(options);
        return new OrderLink(options, log);
    }

    /// <summary>Works until it is asked to stop or the journal fails; then says goodbye to the clients and drains.</summary>
    public void Run()
    {
        if (_options.PinnedCore >= 0)
        {
            _ = CpuAffinity.TryPinCurrentThread(_options.PinnedCore);
        }

        PublishBooks();
        while (!Volatile.Read(ref _isStopRequested) && TryPass())
        {
        }

        CloseToRules();
        foreach (IDoor door in _doors)
        {
            door.BeginClose();
        }

        long endNs = Clock.MonotonicNs + DrainNs;
        while (Failure is null && Clock.MonotonicNs < endNs && (_sequencer.HasWork || !_doors.All(door => door.IsClosed)))
        {
            _ = TryPass();
        }
    }

    /// <summary>Makes <see cref="Run"/> end soon. From any thread.</summary>
    public void RequestStop()
    {
        Volatile.Write(ref _isStopRequested, true);
        _loop.Wake();
    }

    /// <summary>Drains the journal and closes everything.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            CloseToRules();
            _keeper?.Dispose();
            foreach (IDoor door in _doors)
            {
                door.Shut();
            }

            WriteEnd();
            _journal.Drain();
            _ = _sequencer.Release(_router);
            _sequencer.MarkSent();
            _recorder?.Dispose();
            _loop.Dispose();
            foreach (IDoor door in _doors)
            {
                door.Close(_journal.DurableSequence);
            }

            _journal.Dispose();
            _matching?.Dispose();
        }
    }

    /// <summary>Publishes the books as recovery left them. The market data server's thread runs by then.</summary>
    internal void PublishBooks() => _books?.PublishResting(Clock.UnixNs);

    /// <summary>One pass over clients, sequencer, journal and reports. Tests drive the link with it, on a thread of theirs.</summary>
    /// <returns>False when the journal cannot be written: the link must stop.</returns>
    internal bool TryPass()
    {
        int ready = _loop.Poll(WaitMs());
        if (!TryTakeFromDoors() || !_sequencer.TryCommit())
        {
            Failure = $"the journal cannot be written: {_journal.Failure!.Message}: {_journal.Failure.Errno.Describe()}; " +
                $"nothing unwritten was acknowledged; make room or repair the disk, then start again";
            return false;
        }

        // Read once: what becomes durable in between would be completed before its reports were delivered.
        long durable = _sequencer.ReleasableSequence;
        int released = _sequencer.Release(_router, durable);
        foreach (IDoor door in _doors)
        {
            door.OnReleased(durable);
        }

        _loop.FlushAll();
        _sequencer.MarkSent();
        foreach (IDoor door in _doors)
        {
            door.OnFlushed(durable);
        }

        if (ready == 0 && released == 0 && _options.Wait == WaitMode.Yield)
        {
            _ = Thread.Yield();
        }

        Tick();
        TakePlan();
        return true;
    }

    private void OpenDoors()
    {
        DoorContext room = new(_intake, Core.View, _loop.Wake);
        _router.Open();
        foreach (IDoor door in _doors)
        {
            door.Open(in room);
        }

        _sequencer.CarryOut();
    }

    private bool TryTakeFromDoors()
    {
        foreach (IDoor door in _doors)
        {
            if (!door.TryTake())
            {
                return false;
            }
        }

        return true;
    }

    // Requests that wait for the rate of their session are due before the next tick.
    private int WaitMs() => _options.Wait == WaitMode.Block ? (int)Math.Min(TickNs, _fix.DueInNs(Clock.MonotonicNs)) / 1_000_000 : 0;

    private void Tick()
    {
        long nowNs = Clock.MonotonicNs;
        if (nowNs >= _nextTickNs)
        {
            _nextTickNs = nowNs + TickNs;
            foreach (IDoor door in _doors)
            {
                door.OnTick();
            }

            _clock.Tick(_sequencer.NowNs);
            _sequencer.CarryOut();
            _watch.Look(_sequencer);
        }
    }

    // Called from inside of a message when too many commands wait for the disk.
    private void WaitForJournal()
    {
        while (_sequencer.TryCommit() && _sequencer.Release(_router) == 0 && _sequencer.HasWork && _journal.DurableSequence < _sequencer.LastSequence)
        {
            _ = Thread.Yield();
        }

        _sequencer.MarkSent();
    }
}
