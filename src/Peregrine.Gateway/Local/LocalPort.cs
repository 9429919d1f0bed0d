using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Local;

/// <summary>
/// A way into the link for code of the same process: the same checks, journal and reports as for FIX clients, without the wire. One port
/// may carry several sessions; their events come in one order.
/// </summary>
/// <remarks>
/// Thread: one thread uses the port. Allocates: no. Bound: requests and events have a ring each; a full one refuses the request, or
/// loses the event, which is counted.
/// </remarks>
public sealed class LocalPort
{
    // A request with its ids, or an event, as most are: room for so many stands in each ring.
    private const int UsualBytes = 256;
    private readonly int _capacity;
    private readonly SpscRecordRing _requests;
    private readonly SpscRecordRing _events;
    private readonly AutoResetEvent _arrived = new(initialState: false);
    private readonly HashSet<int> _ids;
    private Dictionary<int, DoorSession> _sessions = [];
    private Action _wakeLink = () => { };
    private int _isWaiting;
    private long _lostEvents;
    private long _submitted;
    private long _received;

    /// <summary>Makes a port for some sessions; give it to the link by <see cref="LinkOptions.LocalPorts"/>.</summary>
    /// <param name="sessions">CompIDs that no FIX client and no other port has.</param>
    /// <param name="capacity">Requests that may wait for the link, a power of two; as many events for the user of the port, more of
    /// short ones.</param>
    /// <param name="isOperator">Whether it may also change phases, and tell that a session has gone.</param>
    public LocalPort(IReadOnlyList<ClientSession> sessions, int capacity = 4096, bool isOperator = false)
    {
        _capacity = capacity;
        Sessions = sessions;
        IsOperator = isOperator;
        _ids = [.. sessions.Select(session => SessionId.Of(session.CompId))];
        _requests = new SpscRecordRing(Math.Max(capacity * UsualBytes, SpscRecordRing.CapacityFor(sizeof(long) + CommandCodec.BytesMax)));
        _events = new SpscRecordRing(Math.Max(capacity * UsualBytes, SpscRecordRing.CapacityFor(ReportCodec.BytesMax)));
    }

    /// <summary>Who trades through the port.</summary>
    public IReadOnlyList<ClientSession> Sessions { get; }

    /// <summary>Whether it may change phases, and tell that a session has gone.</summary>
    public bool IsOperator { get; }

    /// <summary>Events lost because the user of the port did not read in time. From any thread.</summary>
    public long LostEvents => Volatile.Read(ref _lostEvents);

    /// <summary>Commands that the link took. From any thread, for display.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Reports that the link told. From any thread, for display.</summary>
    public long Sent { get; private set; }

    /// <summary>Hands a request to the link.</summary>
    /// <param name="command">SessionId of one of the port's sessions; InstrumentId and AccountId as in the link's rules. Sequence,
    /// time and order id are the link's.</param>
    /// <returns>False: too many wait, try again.</returns>
    public bool TrySubmit(in OrderCommand command)
    {
        bool isOperation = IsOperation(command.Type);
        Check.That(CommandTypes.IsRequest(command.Type)
            && (!isOperation || IsOperator), "a request is one that its port may make");
        Check.That(_ids.Contains(command.SessionId) || isOperation, "a request names a session of its port");
        bool ok = false;
        if (_submitted - Received < _capacity && _requests.TryClaim(sizeof(long) + CommandCodec.BytesMax, out Span<byte> place))
        {
            // When it came, then the command.
            BinaryPrimitives.WriteInt64LittleEndian(place, Clock.MonotonicNs);
            _requests.Commit(sizeof(long) + CommandCodec.Encode(in command, place[sizeof(long)..]));
            _requests.Publish();
            _submitted++;
            ok = true;
        }

        _wakeLink();
        return ok;
    }

    /// <summary>Takes the oldest event.</summary>
    public bool TryRead(out LocalEvent local)
    {
        local = default;
        long at = _events.Front;
        if (!_events.TryPeek(ref at, out ReadOnlyMemory<byte> bytes, out int kind))
        {
            return false;
        }

        local.Kind = (LocalEventKind)kind;
        if (local.Kind == LocalEventKind.Completed)
        {
            (local.Sequence, local.Top) = MemoryMarshal.Read<LocalCompletion>(bytes.Span);
        }
        else
        {
            local.Report = ReportCodec.View(bytes.Span).ToReport();
            local.Sequence = local.Report.Sequence;
        }

        _events.Release(at);
        return true;
    }

    /// <summary>Waits until there is an event, or the time is over.</summary>
    /// <returns>False when there is none.</returns>
    public bool Wait(int timeoutMs)
    {
        if (!_events.IsEmpty)
        {
            return true;
        }

        // Pairs with the fence in Push: either the link sees that this thread waits, or this thread sees the event.
        Volatile.Write(ref _isWaiting, 1);
        Interlocked.MemoryBarrier();
        bool any = !_events.IsEmpty || _arrived.WaitOne(timeoutMs);
        Volatile.Write(ref _isWaiting, 0);
        return any || !_events.IsEmpty;
    }

    /// <summary>Tells a waiting user of the port to look again, from any thread.</summary>
    public void Interrupt() => _arrived.Set();

    /// <summary>Requests of an operator: not of a session's orders.</summary>
    internal static bool IsOperation(CommandType type) => type is CommandType.Phase or CommandType.Disconnect;

    internal void Attach(IEnumerable<DoorSession> sessions) => _sessions = sessions.ToDictionary(session => session.Id);

    internal void Open(Action wakeLink) => _wakeLink = wakeLink;

    internal DoorSession SessionOf(int id) => _sessions[id];

    internal bool TryTake(out OrderCommand command, out long receivedNs)
    {
        command = default;
        receivedNs = 0;
        long at = _requests.Front;
        if (!_requests.TryPeek(ref at, out ReadOnlyMemory<byte> bytes, out _))
        {
            return false;
        }

        receivedNs = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span);
        command = CommandCodec.View(bytes.Span[sizeof(long)..], 0, 0).ToCommand();
        _requests.Release(at);
        Volatile.Write(ref _received, _received + 1);
        return true;
    }

    internal void Push(in ReportView report)
    {
        Sent++;
        Push(LocalEventKind.Report, report.Bytes);
    }

    /// <summary>Tells of what never became a command.</summary>
    internal void Push(LocalEventKind kind, in OrderReport none)
    {
        Span<byte> bytes = stackalloc byte[ReportCodec.BytesMax];
        Push(kind, bytes[..ReportCodec.Encode(in none, bytes)]);
    }

    internal void Push(in LocalCompletion completion) =>
        Push(LocalEventKind.Completed, MemoryMarshal.AsBytes(new ReadOnlySpan<LocalCompletion>(in completion)));

    private void Push(LocalEventKind kind, ReadOnlySpan<byte> payload)
    {
        if (_events.TryClaim(payload.Length, out Span<byte> place))
        {
            payload.CopyTo(place);
            _events.Commit(payload.Length, (int)kind);
            _events.Publish();
        }
        else
        {
            Volatile.Write(ref _lostEvents, _lostEvents + 1);
        }

        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            _ = _arrived.Set();
        }
    }
}
