using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>A request that waits.</summary>
internal struct WaitingRequest
{
    public OrderCommand Command;

    /// <summary>When its bytes were here, monotonic nanoseconds.</summary>
    public long ReceivedNs;

    /// <summary>Where it is in its list.</summary>
    public GroupPlace Place;

    /// <summary>It was taken back, and that could not be sequenced yet.</summary>
    public bool IsWithdrawn;

    /// <summary>The request behind it, or the next free place; -1 for none.</summary>
    internal int Next;

    /// <summary>The request before it, or -1.</summary>
    internal int Previous;
}

/// <summary>Requests of one session that came above its rate, in the order in which they came; any of them can leave.</summary>
/// <remarks>Thread: the link's. Allocates: when it is made, all that it ever needs.</remarks>
internal sealed class ThrottleQueue
{
    private readonly WaitingRequest[] _requests;

    // By the client's id, of new orders and replaces; of two with one id the first.
    private readonly Dictionary<ClientOrderId, int> _byId;
    private int _last = -1;
    private int _free;

    /// <param name="capacity">Most that wait; 1 or more.</param>
    public ThrottleQueue(int capacity)
    {
        _requests = new WaitingRequest[capacity];
        _byId = new Dictionary<ClientOrderId, int>(capacity);
        for (int slot = 0; slot < capacity; slot++)
        {
            _requests[slot].Next = slot + 1 < capacity ? slot + 1 : -1;
        }
    }

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>The one that is next; -1 for none.</summary>
    public int First { get; private set; } = -1;

    /// <summary>A request that waits.</summary>
    public ref WaitingRequest this[int slot] => ref _requests[slot];

    /// <summary>The request behind one; -1 for none.</summary>
    public int Behind(int slot) => _requests[slot].Next;

    /// <summary>Puts a request behind all others.</summary>
    /// <returns>Its place until it leaves; -1 where so many wait as may.</returns>
    public int Add(in OrderCommand command, long receivedNs)
    {
        int slot = _free;
        if (slot < 0)
        {
            return -1;
        }

        ref WaitingRequest request = ref _requests[slot];
        _free = request.Next;
        request = new WaitingRequest { Command = command, ReceivedNs = receivedNs, Next = -1, Previous = _last };
        if (_last >= 0)
        {
            _requests[_last].Next = slot;
        }
        else
        {
            First = slot;
        }

        _last = slot;
        Count++;
        if (IsNamed(in request))
        {
            _ = _byId.TryAdd(command.ClientOrderId, slot);
        }

        return slot;
    }

    /// <summary>Finds the new order or replace of an id.</summary>
    /// <returns>Its place, or -1.</returns>
    public int Find(in ClientOrderId id) => _byId.TryGetValue(id, out int slot) ? slot : -1;

    /// <summary>A request leaves.</summary>
    public void Remove(int slot)
    {
        ref WaitingRequest request = ref _requests[slot];
        if (IsNamed(in request) && Find(in request.Command.ClientOrderId) == slot)
        {
            _ = _byId.Remove(request.Command.ClientOrderId);
        }

        if (request.Previous >= 0)
        {
            _requests[request.Previous].Next = request.Next;
        }
        else
        {
            First = request.Next;
        }

        if (request.Next >= 0)
        {
            _requests[request.Next].Previous = request.Previous;
        }
        else
        {
            _last = request.Previous;
        }

        request = new WaitingRequest { Next = _free };
        _free = slot;
        Count--;
        Invariant.That(Count >= 0 && (Count == 0) == (First < 0), "a queue without requests has no first one");
    }

    private static bool IsNamed(in WaitingRequest request) => request.Command.Type is CommandType.New or CommandType.Replace;
}
