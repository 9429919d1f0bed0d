using System.Buffers.Binary;
using Peregrine.Journal;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing;

/// <summary>Takes the reports that may leave.</summary>
public interface IReportSink
{
    /// <summary>Sends, or keeps for a client that is away, one report whose command is durable.</summary>
    /// <remarks>Thread: the link's. Must not allocate.</remarks>
    void Deliver(in OrderReport report);
}

/// <summary>Looks at each command right after the core has executed it, and hears when it is durable.</summary>
public interface ICommandTap
{
    /// <summary>The core stands as this command left it; its events are those of this command.</summary>
    /// <remarks>Thread: the link's. Must not allocate.</remarks>
    void Collect(in OrderCommand command);

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
/// The one place where commands get their order. Submit gives a command its sequence number and time, writes it into the open
/// batch of the journal and runs it through the core; its reports wait here until the journal has made it durable.
/// </summary>
/// <remarks>
/// Thread: the link's, for everything. Allocates: no, after warm-up.
/// The core runs ahead of the disk, never the reports: nothing that a command caused leaves before the command is durable.
/// </remarks>
public sealed class Sequencer
{
    /// <summary>Bytes of a state hash record: the hash and the last execution id, little endian.</summary>
    public const int StateHashBytes = 16;

    // How many commands ahead is asked for where its order is found, and then for the order: far enough to be there in time, near enough to be there
    // still.
    private const int FindAhead = 4;
    private const int OrderAhead = 2;

    // Half of the smallest batch: HasRoom takes no more.
    private const int RoomAskedMax = 2_048;

    // A power of two, and more than are looked ahead, or a key would be written over before its command's turn.
    private const int KeysHeld = 8;

    private static readonly int HashRecordBytes = JournalWriter.RecordBytes(StateHashBytes);
    private static readonly int CommandRecordBytesMax = JournalWriter.RecordBytes(CommandCodec.BytesMax);

    private readonly TradingCore _core;
    private readonly ICommitLog _log;
    private readonly ReportBuffer _waiting;
    private readonly CommandTrail _trail;

    // Of the commands of a batch that were looked at ahead, by their index in it.
    private readonly CommandKeys[] _keys = new CommandKeys[KeysHeld];
    private readonly ICommandTap? _tap;
    private readonly long _timeShiftNs;
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
    public Sequencer(TradingCore core, ICommitLog log, long lastTimeNs, int inFlightMax, ICommandTap? tap = null, long timeShiftNs = 0)
    {
        _tap = tap;
        _timeShiftNs = timeShiftNs;
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
    public bool HasWork => _trail.Count > 0;

    /// <summary>Commands whose reports have not all reached the kernel's hands.</summary>
    public int WaitingCommands => _trail.Count;

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

    /// <summary>Sequences, journals and executes one command.</summary>
    /// <param name="command">Complete but for sequence and time, which are filled in.</param>
    /// <returns>Ok; Busy, NoSpace or JournalFailed: nothing happened.</returns>
    public SubmitStatus Submit(ref OrderCommand command)
    {
        if (_trail.IsFull || HasTooManyReports)
        {
            BusyCount++;
            return SubmitStatus.Busy;
        }

        long nowNs = Clock.MonotonicNs;
        SubmitStatus status = TryTake(ref command, CommandKeys.Of(in command), nowNs, TimeAt(nowNs));
        if (status != SubmitStatus.Ok)
        {
            return status;
        }

        command.Hops.MatchedNs = Clock.MonotonicNs;
        Invariant.That(command.Hops.MatchedNs >= command.Hops.SequencedNs, "a command is matched after it was sequenced");
        _trail.Push(command.Sequence, in command.Hops);
        return SubmitStatus.Ok;
    }

    /// <summary>As <see cref="Submit(ref OrderCommand)"/>, waiting while too many commands wait for the journal.</summary>
    /// <param name="waitForJournal">Returns when some have left.</param>
    /// <returns>Ok; NoSpace or JournalFailed: nothing happened.</returns>
    public SubmitStatus Submit(ref OrderCommand command, Action waitForJournal)
    {
        SubmitStatus status;
        while ((status = Submit(ref command)) == SubmitStatus.Busy)
        {
            waitForJournal();
        }

        return status;
    }

    /// <summary>
    /// As <see cref="Submit(ref OrderCommand)"/> for commands that came together: each has its own place in the order, but they share one
    /// sequenced time, read before the first, and one matched time, read after the last. So the clock is read twice for all of them.
    /// </summary>
    /// <param name="commands">In the order that they came.</param>
    /// <param name="taken">How many of them, from the first, were taken: all when Ok. To those behind nothing happened.</param>
    /// <returns>Ok; Busy, NoSpace or JournalFailed: what kept the first that was not taken.</returns>
    public SubmitStatus Submit(Span<OrderCommand> commands, out int taken)
    {
        SubmitStatus status = SubmitStatus.Ok;
        long nowNs = Clock.MonotonicNs;
        long timeNs = TimeAt(nowNs);
        Invariant.That(timeNs >= _lastTimeNs, "trading time never goes back");
        int room = _trail.FreeCount;
        for (int index = 0; index < Math.Min(FindAhead, commands.Length); index++)
        {
            LookAhead(commands, index);
        }

        for (taken = 0; taken < commands.Length; taken++)
        {
            if (taken == room || HasTooManyReports)
            {
                BusyCount++;
                status = SubmitStatus.Busy;
                break;
            }

            if (taken + FindAhead < commands.Length)
            {
                LookAhead(commands, taken + FindAhead);
            }

            if (taken + OrderAhead < commands.Length)
            {
                _core.PrefetchOrder(in commands[taken + OrderAhead]);
            }

            Invariant.That(_keys[taken & (KeysHeld - 1)] == CommandKeys.Of(in commands[taken]),
                "the keys at a place are those of the command at its turn");
            status = TryTake(ref commands[taken], in _keys[taken & (KeysHeld - 1)], nowNs, timeNs);
            if (status != SubmitStatus.Ok)
            {
                break;
            }
        }

        long matchedNs = Clock.MonotonicNs;
        foreach (ref OrderCommand command in commands[..taken])
        {
            command.Hops.MatchedNs = matchedNs;
            _trail.Push(command.Sequence, in command.Hops);
        }

        return status;
    }

    /// <summary>Closes the open batch with the state hash that a replay must reach, and hands it to the journal.</summary>
    /// <returns>False when the journal cannot be written: the link must stop.</returns>
    public bool TryCommit()
    {
        if (!_batchOpen)
        {
            // At fsync, what was committed while the disk was busy is handed over here.
            return _log.Commit() == JournalStatus.Ok;
        }

        Span<byte> hash = stackalloc byte[StateHashBytes];
        Invariant.That(_core.LastSequence == LastSequence, "a state hash is that behind the last command");
        BinaryPrimitives.WriteUInt64LittleEndian(hash, _core.StateHash);
        BinaryPrimitives.WriteInt64LittleEndian(hash[8..], _core.LastExecId);
        _batchOpen = false;
        return TryAppend(JournalRecordType.StateHash, LastSequence, _lastTimeNs, hash) && _log.Commit() == JournalStatus.Ok;
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
            sink.Deliver(in _waiting[0]);
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
            _trail.MarkSent(Clock.MonotonicNs, Hops);
        }
    }

    /// <summary>
    /// Whether a command goes on when the disk is full, or its session sends too much: what takes risk off the book, and what time does. A replace
    /// can add risk, and a status asks for nothing that the client cannot know.
    /// </summary>
    internal static bool TakesRiskOff(CommandType type) =>
        type is CommandType.Cancel or CommandType.Reduce or CommandType.MassCancel or CommandType.Disconnect or CommandType.Phase or CommandType.Time;

    private bool HasTooManyReports => _waiting.Count >= _waiting.Capacity - 2;

    private void LookAhead(Span<OrderCommand> commands, int index)
    {
        ref CommandKeys keys = ref _keys[index & (KeysHeld - 1)];
        keys = CommandKeys.Of(in commands[index]);
        _core.Prefetch(in commands[index], in keys);
    }

    private SubmitStatus TryTake(ref OrderCommand command, in CommandKeys keys, long nowNs, long timeNs)
    {
        command.Sequence = LastSequence + 1;
        command.TimeNs = timeNs;
        command.Hops.SequencedNs = nowNs;
        SubmitStatus status = TryJournal(in command);
        if (status != SubmitStatus.Ok)
        {
            return status;
        }

        Invariant.That(command.Sequence == LastSequence + 1 && command.Sequence > _core.LastSequence,
            "each command has the number behind the one before");
        LastSequence = command.Sequence;
        _lastTimeNs = timeNs;
        _core.Execute(in command, in keys, _waiting);
        Invariant.That(_core.LastSequence == LastSequence, "the core has carried out what was sequenced last");
        _tap?.Collect(in command);
        return SubmitStatus.Ok;
    }

    private SubmitStatus TryJournal(in OrderCommand command)
    {
        // Room for the command and for the state hash that closes its batch: refused here, nothing of it has happened.
        if (!_log.HasRoom(CommandRecordBytesMax + HashRecordBytes, usesReserve: false))
        {
            if (_log.Failure is not null)
            {
                return SubmitStatus.JournalFailed;
            }

            if (!TakesRiskOff(command.Type) || !_log.HasRoom(CommandRecordBytesMax + HashRecordBytes, usesReserve: true))
            {
                NoSpaceCount++;
                Room = TakesRiskOff(command.Type) ? DiskRoom.None : Room == DiskRoom.None ? Room : DiskRoom.CancelsOnly;
                return SubmitStatus.NoSpace;
            }

            ReserveCount++;
            Room = DiskRoom.CancelsOnly;
        }

        // Written where it lies in the batch, without a copy.
        if (!TryReserve(CommandCodec.BytesMax, out Span<byte> payload))
        {
            return SubmitStatus.JournalFailed;
        }

        int bytes = CommandCodec.Encode(in command, payload);
        Invariant.That(bytes > 0 && bytes <= CommandCodec.BytesMax, "a command is no longer than commands may be");
        _log.Append(JournalRecordType.Command, command.Sequence, command.TimeNs, bytes);
        _batchOpen = true;
        return SubmitStatus.Ok;
    }

    private long TimeAt(long monotonicNs) => Math.Max(_lastTimeNs, Clock.ToUnixNs(monotonicNs) + _timeShiftNs);

    private bool TryAppend(byte type, long sequence, long timeNs, ReadOnlySpan<byte> payload)
    {
        if (!TryReserve(payload.Length, out Span<byte> place))
        {
            return false;
        }

        payload.CopyTo(place);
        _log.Append(type, sequence, timeNs, payload.Length);
        return true;
    }

    private bool TryReserve(int payloadMax, out Span<byte> payload)
    {
        JournalStatus status = _log.TryReserve(payloadMax, out payload);
        if (status == JournalStatus.Full)
        {
            // A batch as large as the buffer waits for the disk; its state hash follows with the rest.
            _log.Drain();
            status = _log.TryReserve(payloadMax, out payload);
        }

        return status == JournalStatus.Ok;
    }
}
