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
    private readonly SpscRing<OrderCommand> _requests;
    private readonly SpscRing<LocalEvent> _events;
    private readonly AutoResetEvent _arrived = new(initialState: false);
    private readonly HashSet<int> _ids;
    private Dictionary<int, DoorSession> _sessions = [];
    private Action _wakeLink = () => { };
    private int _isWaiting;
    private long _lostEvents;

    /// <summary>Makes a port for some sessions; give it to the link by <see cref="LinkOptions.LocalPorts"/>.</summary>
    /// <param name="sessions">CompIDs that no FIX client and no other port has.</param>
    /// <param name="capacity">Requests that may wait for the link, and events for the user of the port; a power of two.</param>
    /// <param name="isOperator">Whether it may also change phases, and tell that a session has gone.</param>
    public LocalPort(IReadOnlyList<ClientSession> sessions, int capacity = 4096, bool isOperator = false)
    {
        Sessions = sessions;
        IsOperator = isOperator;
        _ids = [.. sessions.Select(session => SessionId.Of(session.CompId))];
        _requests = new SpscRing<OrderCommand>(capacity);
        _events = new SpscRing<LocalEvent>(capacity);
    }

    /// <summary>Who trades through the port.</summary>
    public IReadOnlyList<ClientSession> Sessions { get; }

    /// <summary>Whether it may change phases, and tell that a session has gone.</summary>
    public bool IsOperator { get; }

    /// <summary>Events lost because the user of the port did not read in time. From any thread.</summary>
    public long LostEvents => Volatile.Read(ref _lostEvents);

    /// <summary>Commands that the link took. From any thread, for display.</summary>
    public long Received { get; private set; }

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
        OrderCommand stamped = command;
        stamped.Hops.ReceivedNs = Clock.MonotonicNs;
        bool ok = _requests.TryWrite(stamped);
        _wakeLink();
        return ok;
    }

    /// <summary>Takes the oldest event.</summary>
    public bool TryRead(out LocalEvent local) => _events.TryRead(out local);

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

    internal bool TryTake(out OrderCommand command)
    {
        bool taken = _requests.TryRead(out command);
        Received += taken ? 1 : 0;
        return taken;
    }

    internal void Push(in LocalEvent local)
    {
        if (!_events.TryWrite(local))
        {
            Volatile.Write(ref _lostEvents, _lostEvents + 1);
        }

        Sent += local.Kind == LocalEventKind.Report ? 1 : 0;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            _ = _arrived.Set();
        }
    }
}
