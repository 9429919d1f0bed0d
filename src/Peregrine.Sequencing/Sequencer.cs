using System.Buffers.Binary;
using Peregrine.Journal;
using Peregrine.Sequencing.Hops;
using Peregrine.Sequencing.Recovery;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing;

/// <summary>Takes the reports that may leave.</summary>
public interface IReportSink
{
    /// <summary>Sends, or keeps for a client that is away, one report whose command is durable.</summary>
    /// <remarks>Thread: the link's. Must not allocate.</remarks>
    void Deliver(in ReportView report);
}

/// <summary>Looks at each command right after the core has executed it, and hears when it is durable.</summary>
public interface ICommandTap
{
    /// <summary>The core stands as this command left it; its events are those of this command.</summary>
    /// <remarks>Thread: the link's. Must not allocate.</remarks>
    void Collect(in CommandView command);

    /// <summary>Everything up to this sequence number may leave.</summary>
    void Release(long durableSequence);
}

/// <summary>What the disk has room for.</summary>
public enum DiskRoom : byte
{
    /// <summary>Everything.</summary>
    Ample = 0,

    /// <summary>Only what is kept for it: cancels, reduces, mass cancels, the end of sessions, phases and time.</summary>
    CancelsOnly = 1,

    /// <summary>Nothing; also what was kept is used up.</summary>
    None = 2,
}

/// <summary>What became of a submitted command.</summary>
public enum SubmitStatus : byte
{
    Ok = 0,

    /// <summary>Too many commands wait for the journal: release first, then submit again.</summary>
    Busy = 1,

    /// <summary>The journal cannot be written; nothing of the command has happened. The link must stop.</summary>
    JournalFailed = 2,

    /// <summary>The disk has no room: nothing of the command has happened, and what was taken before is safe.
    /// Commands are taken again by themselves once there is room.</summary>
    NoSpace = 3,
}

/// <summary>
/// The one place where commands get their order. Submit gives a command its sequence number and time and writes it into the open batch of the
/// journal; there it lies until the commands that came with it are there too. Then the core carries them out one after the other, where they lie,
/// while the memory of those to come is asked for. Their reports wait here until the journal has made them durable.
/// </summary>
/// <remarks>
/// Thread: the link's, for everything. Allocates: no, after warm-up.
/// The core runs ahead of the disk, never the reports: nothing that a command caused leaves before the command is durable.
/// </remarks>
public sealed partial class Sequencer
{
    /// <summary>Bytes of a state hash record: the hash and the last execution id, little endian.</summary>
    public const int StateHashBytes = 16;

    // Commands that wait to be carried out at most: what they ask for ahead is in a near cache still when their turn comes.
    private const int PendingUsual = 32;

    // How many commands ahead is asked for an order: far enough to be there in time. Where it is found was asked for when the command came.
    private const int OrderAhead = 2;

    // Half of the smallest batch: HasRoom takes no more.
    private const int RoomAskedMax = 2_048;

    private static readonly int HashRecordBytes = JournalWriter.RecordBytes(StateHashBytes);
    private static readonly int CommandRecordBytesMax = JournalWriter.RecordBytes(CommandCodec.BytesMax);

    private readonly TradingCore _core;
    private readonly ICommitLog _log;
    private readonly ReportBuffer _waiting;
    private readonly CommandTrail _trail;

    // Journaled and not carried out: in their order, where they lie in the open batch.
    private readonly Pending[] _pending;
    private int _pendingCount;
    private readonly ICommandTap? _tap;
    private readonly long _timeShiftNs;
    private readonly int _window;
    private readonly HopRecorder? _recorder;
    private long _lastTimeNs;
    private long _releasedSequence;
    private bool _batchOpen;

    /// <summary>Continues after recovery.</summary>
    /// <param name="core">The core as the journal left it.</param>
    /// <param name="log">Where commands become safe before their reports leave: the open journal.</param>
    /// <param name="lastTimeNs">Time of the last command in the journal, Unix nanoseconds.</param>
    /// <param name="inFlightMax">How many commands may wait for the journal; a power of two.</param>
    /// <param name="tap">Where the changes of the books go; null for nowhere.</param>
    /// <param name="timeShiftNs">How far trading time is ahead of the clock:
    /// it runs on from the journal's last time at the clock's pace where that was ahead.</param>
    /// <param name="recorder">Keeps the hops of commands; null for not.</param>
    public Sequencer(TradingCore core, ICommitLog log, long lastTimeNs, int inFlightMax, ICommandTap? tap = null, long timeShiftNs = 0,
        HopRecorder? recorder = null)
    {
        _tap = tap;
        _timeShiftNs = timeShiftNs;
        _recorder = recorder;
        _window = core.Options.Window;
        _pending = new Pending[Math.Max(PendingUsual, _window)];
        _core = core;
        _log = log;
        _lastTimeNs = lastTimeNs;
        LastSequence = core.LastSequence;
        _releasedSequence = core.LastSequence;
        _waiting = new ReportBuffer(inFlightMax * 2);
        _trail = new CommandTrail(inFlightMax);
    }

    /// <summary>Sequence number of the last command.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Reports that wait for the journal.</summary>
    public int WaitingReports => _waiting.Count;

    /// <summary>True while a command has not reached the kernel's hands with all its reports.</summary>
    public bool HasWork => WaitingCommands > 0;

    /// <summary>Commands whose reports have not all reached the kernel's hands.</summary>
    public int WaitingCommands => _trail.Count + _pendingCount;

    /// <summary>Reports released so far.</summary>
    public long ReleasedReports { get; private set; }

    /// <summary>Every report of the commands up to here was handed to the sink. From any thread.</summary>
    public long ReleasedSequence => Volatile.Read(ref _releasedSequence);

    /// <summary>What may leave at this moment; read it once a pass.</summary>
    public long ReleasableSequence => _log.ReleasableSequence;

    /// <summary>How often a command had to wait for the journal.</summary>
    public long BusyCount { get; private set; }

    /// <summary>Commands refused because the disk has no room for them.</summary>
    public long NoSpaceCount { get; private set; }

    /// <summary>Notes that are not in the journal, as it had no room for them.</summary>
    public long MissedNotes { get; private set; }

    /// <summary>Commands that went into the room that is kept for them, as the disk was full.</summary>
    public long ReserveCount { get; private set; }

    /// <summary>What the disk has room for, as far as a command has found out.</summary>
    public DiskRoom Room { get; private set; }

    /// <summary>Trading time at this moment, Unix nanoseconds.</summary>
    public long NowNs => TimeAt(Clock.MonotonicNs);

    /// <summary>The time between hops.</summary>
    public HopStatistics Hops { get; } = new();

    /// <summary>As <see cref="Submit(ref OrderCommand, long, long)"/>, of the link's own command, which came nowhere from.</summary>
    public SubmitStatus Submit(ref OrderCommand command) => Submit(ref command, 0, 0);

    /// <summary>Sequences and journals one command; it is carried out with those that come with it, at the latest by
    /// <see cref="CarryOut"/>.</summary>
    /// <param name="command">Complete but for sequence and time, which are filled in.</param>
    /// <param name="receivedNs">When its bytes were here, monotonic nanoseconds; 0 for the link's own, which came nowhere from.</param>
    /// <param name="validatedNs">When it was found valid; 0 likewise.</param>
    /// <returns>Ok; Busy, NoSpace or JournalFailed: nothing happened.</returns>
    public SubmitStatus Submit(ref OrderCommand command, long receivedNs, long validatedNs)
    {
        long nowNs = Clock.MonotonicNs;
        Arrival arrival = new(receivedNs == 0 ? nowNs : receivedNs, validatedNs == 0 ? nowNs : validatedNs, nowNs);
        SubmitStatus status = TryReserve(command.Type, out Memory<byte> place);
        if (status == SubmitStatus.Ok)
        {
            command.Sequence = LastSequence + 1;
            command.TimeNs = TimeAt(arrival.SequencedNs);
            Take(place[..CommandCodec.Encode(in command, place.Span)], command.TimeNs, in arrival);
        }

        return status;
    }

    /// <summary>As <see cref="Submit(ref OrderCommand, long, long)"/>, of a command that is bytes already: they are copied to where they will
    /// lie.</summary>
    /// <param name="command">What <see cref="CommandCodec.Encode"/> wrote, or was found good.</param>
    /// <param name="arrival">When it came. Commands that came together may share one: then the clock is read once for all of them.</param>
    public SubmitStatus Submit(ReadOnlySpan<byte> command, in Arrival arrival)
    {
        SubmitStatus status = TryReserve(CommandCodec.TypeOf(command), out Memory<byte> place);
        if (status == SubmitStatus.Ok)
        {
            command.CopyTo(place.Span);
            Take(place[..command.Length], TimeAt(arrival.SequencedNs), in arrival);
        }

        return status;
    }

    /// <summary>As <see cref="Submit(ref OrderCommand)"/>, waiting while too many commands wait for the journal.</summary>
    /// <param name="waitForJournal">Returns when some have left.</param>
    public SubmitStatus Submit(ref OrderCommand command, Action waitForJournal) => Submit(ref command, 0, 0, waitForJournal);

    /// <summary>As <see cref="Submit(ref OrderCommand, long, long)"/>, waiting while too many commands wait for the journal.</summary>
    /// <param name="waitForJournal">Returns when some have left.</param>
    /// <returns>Ok; NoSpace or JournalFailed: nothing happened.</returns>
    public SubmitStatus Submit(ref OrderCommand command, long receivedNs, long validatedNs, Action waitForJournal)
    {
        SubmitStatus status;
        while ((status = Submit(ref command, receivedNs, validatedNs)) == SubmitStatus.Busy)
        {
            waitForJournal();
        }

        return status;
    }

    /// <summary>Closes the open batch with the state hash that a replay must reach, and hands it to the journal.</summary>
    /// <returns>False when the journal cannot be written: the link must stop.</returns>
    public bool TryCommit()
    {
        CarryOutPending();

        // At fsync, what was committed while the disk was busy is handed over here, also when there is nothing new.
        return (!_batchOpen || TryAppendHash()) && _log.Commit() == JournalStatus.Ok;
    }

    private bool TryAppendHash()
    {
        Span<byte> hash = stackalloc byte[StateHashBytes];
        Invariant.That(_core.LastSequence == LastSequence, "a state hash is that behind the last command");
        BinaryPrimitives.WriteUInt64LittleEndian(hash, _core.StateHash);
        BinaryPrimitives.WriteInt64LittleEndian(hash[8..], _core.LastExecId);
        _batchOpen = false;
        return TryAppend(JournalRecordType.StateHash, LastSequence, _lastTimeNs, hash);
    }

    /// <summary>Hands every report whose command is durable to the sink, in order.</summary>
    /// <returns>How many.</returns>
    public int Release(IReportSink sink) => Release(sink, _log.ReleasableSequence);

    /// <summary>As <see cref="Release(IReportSink)"/>, up to a number that was read before:
    /// whoever tells others of the same commands must read it only once.</summary>
    /// <param name="durable">At most <see cref="ReleasableSequence"/>.</param>
    public int Release(IReportSink sink, long durable)
    {
        int released = 0;
        while (_waiting.Count > 0 && _waiting[0].Sequence <= durable)
        {
            Invariant.That(_waiting[0].Sequence <= _log.ReleasableSequence, "nothing leaves before its command is durable");
            Invariant.That(_waiting[0].Sequence > _releasedSequence, "a report leaves once, behind those of the commands before");
            sink.Deliver(_waiting[0]);
            _waiting.RemoveFirst();
            released++;
        }

        Invariant.That(durable >= _releasedSequence && durable <= _log.ReleasableSequence,
            "what was released never goes back, and is durable");
        Volatile.Write(ref _releasedSequence, durable);
        _tap?.Release(durable);
        _trail.MarkDurable(durable, Clock.MonotonicNs);
        ReleasedReports += released;
        return released;
    }

    /// <summary>Appends a record that is no command (rules, bounds), outside of the hot path, and waits until it is durable.</summary>
    /// <returns>False when the journal cannot be written.</returns>
    public bool TryAppendNow(byte type, ReadOnlySpan<byte> payload)
    {
        // It must not take the room that is kept for cancels, but for the end of a record longer than is asked for.
        if (!_log.HasRoom(Math.Min(JournalWriter.RecordBytes(payload.Length), RoomAskedMax), usesReserve: false))
        {
            return false;
        }

        CarryOutPending();
        _lastTimeNs = TimeAt(Clock.MonotonicNs);
        bool ok = TryAppend(type, LastSequence, _lastTimeNs, payload);
        _log.Drain();
        return ok && _log.Failure is null;
    }

    /// <summary>Appends a record about what is no command to the open batch: it is committed with whatever else is there.</summary>
    /// <returns>False: it is not in the journal, for want of room or as that failed.</returns>
    /// <remarks>Thread: the link's. Allocates: no. Blocks: where a batch as large as the buffer waits for the disk.</remarks>
    public bool TryAppendNote(byte type, ReadOnlySpan<byte> payload)
    {
        bool isAppended = _log.HasRoom(JournalWriter.RecordBytes(payload.Length) + HashRecordBytes, usesReserve: false)
            && TryAppend(type, LastSequence, _lastTimeNs, payload);
        MissedNotes += isAppended ? 0 : 1;
        return isAppended;
    }

    /// <summary>Looks whether there is room again, where there was none. Call it some times a second.</summary>
    public void LookForRoom()
    {
        if (Room != DiskRoom.Ample && _log.HasRoom(CommandRecordBytesMax + HashRecordBytes, usesReserve: false))
        {
            Room = DiskRoom.Ample;
        }
    }

    /// <summary>Stamps what was released as sent; call it after the outputs were flushed.</summary>
    public void MarkSent()
    {
        if (_trail.Count > 0)
        {
            _trail.MarkSent(Clock.MonotonicNs, Hops, _recorder);
        }
    }

    /// <summary>
    /// Whether a command goes on when the disk is full, or its session sends too much: what takes risk off the book, and what time does. A replace
    /// can add risk, and a status asks for nothing that the client cannot know.
    /// </summary>
    internal static bool TakesRiskOff(CommandType type) =>
        type is CommandType.Cancel or CommandType.Reduce or CommandType.MassCancel or CommandType.Disconnect or CommandType.Phase or CommandType.Time;

    private bool HasTooManyReports => _waiting.Count + _pendingCount >= _waiting.Capacity - 2;

    // A place in the journal for a command: where there is none, nothing of it has happened.
    private SubmitStatus TryReserve(CommandType type, out Memory<byte> place)
    {
        place = default;
        if (_pendingCount == _pending.Length)
        {
            CarryOut();
        }

        if (_pendingCount == _trail.FreeCount || HasTooManyReports)
        {
            BusyCount++;
            return SubmitStatus.Busy;
        }

        // Room for the command and for the state hash that closes its batch.
        if (!_log.HasRoom(CommandRecordBytesMax + HashRecordBytes, usesReserve: false))
        {
            if (_log.Failure is not null)
            {
                return SubmitStatus.JournalFailed;
            }

            if (!TakesRiskOff(type) || !_log.HasRoom(CommandRecordBytesMax + HashRecordBytes, usesReserve: true))
            {
                NoSpaceCount++;
                Room = TakesRiskOff(type) ? DiskRoom.None : Room == DiskRoom.None ? Room : DiskRoom.CancelsOnly;
                return SubmitStatus.NoSpace;
            }

            ReserveCount++;
            Room = DiskRoom.CancelsOnly;
        }

        // With a window a batch that is full is closed with a state hash, for which there is room behind each command.
        int bytes = CommandCodec.BytesMax + (_window > 1 ? HashRecordBytes : 0);
        return TryReserve(bytes, out place) ? SubmitStatus.Ok : SubmitStatus.JournalFailed;
    }

    // The command stands in the journal's batch from here on, and is the next to be carried out.
    private void Take(Memory<byte> command, long timeNs, in Arrival arrival)
    {
        Invariant.That(timeNs >= _lastTimeNs, "trading time never goes back");
        Invariant.That(command.Length >= CommandCodec.PlainBytes && command.Length <= CommandCodec.BytesMax,
            "a command is no longer than commands may be");
        _log.Append(JournalRecordType.Command, ++LastSequence, timeNs, command.Length);
        _batchOpen = true;
        _lastTimeNs = timeNs;
        Invariant.That(_pendingCount < _pending.Length && _pendingCount < _trail.FreeCount, "there is a place for what is taken");
        ref Pending pending = ref _pending[_pendingCount++];
        pending.Command = command;
        pending.Sequence = LastSequence;
        pending.TimeNs = timeNs;
        pending.Arrival = arrival;
        CommandView view = pending.View;
        pending.Keys = CommandKeys.Of(in view);
        _core.Prefetch(in view, in pending.Keys);
        if (_window > 1 && CommandGroup.EndsBehind(LastSequence, _window))
        {
            CarryOutPending();
        }
    }

    private long TimeAt(long monotonicNs) => Math.Max(_lastTimeNs, Clock.ToUnixNs(monotonicNs) + _timeShiftNs);

    private bool TryAppend(byte type, long sequence, long timeNs, ReadOnlySpan<byte> payload)
    {
        if (!TryReserve(payload.Length, out Memory<byte> place))
        {
            return false;
        }

        payload.CopyTo(place.Span);
        _log.Append(type, sequence, timeNs, payload.Length);
        return true;
    }

    private bool TryReserve(int payloadMax, out Memory<byte> payload)
    {
        JournalStatus status = _log.TryReserve(payloadMax, out payload);
        if (status == JournalStatus.Full)
        {
            // A batch as large as the buffer waits for the disk; its state hash follows with the rest. What lies in it is carried out first.
            CarryOut();
            _log.Drain();
            status = _log.TryReserve(payloadMax, out payload);
        }

        return status == JournalStatus.Ok;
    }
}
