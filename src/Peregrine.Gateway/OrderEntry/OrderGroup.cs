using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>An order of a group, as its last report told it.</summary>
internal struct GroupedOrder
{
    /// <summary>Its command; 0 for one that the intake did not take.</summary>
    public long Sequence;

    /// <summary>0 for one that the intake did not take.</summary>
    public ulong OrderId;

    /// <summary>As the client calls it now: a replace gives it another name.</summary>
    public ClientOrderId ClientOrderId;

    /// <summary>0 until its first report.</summary>
    public OrderStatus Status;

    /// <summary>Why it was refused.</summary>
    public RejectReason Reason;

    /// <summary>-1 for a symbol that is not known.</summary>
    public int InstrumentId;
    public Quantity Quantity;
    public Quantity Cumulative;
    public Quantity Leaves;
    public Int128 Notional;

    /// <summary>Something can still happen to it.</summary>
    public readonly bool IsWorking => Status is 0 or OrderStatus.New or OrderStatus.PartiallyFilled;
}

/// <summary>Orders that a client entered under one name of its own.</summary>
/// <param name="place">Its place among all groups, for good; what it holds changes.</param>
/// <param name="ordersMax">Most orders that it takes.</param>
/// <remarks>Thread: the link's; while it recovers, one of the replay. Allocates: when it is made.</remarks>
internal sealed class OrderGroup(int place, int ordersMax)
{
    private readonly GroupedOrder[] _orders = new GroupedOrder[ordersMax];
    private readonly byte[] _name = new byte[EchoedFields.LengthMax];
    private int _nameLength;

    /// <summary>Its place among all groups.</summary>
    public int Place => place;

    /// <summary>Counts the groups of a link, and tells what one place held from what it holds now; 0 for a place that is free.</summary>
    public long Number { get; private set; }

    /// <summary>Whose it is.</summary>
    public int SessionId { get; private set; }

    /// <summary>How many orders the client said that it has.</summary>
    public int Total { get; private set; }

    /// <summary>How many came.</summary>
    public int Count { get; private set; }

    /// <summary>It is being cancelled as a whole, and its client waits to hear that it is.</summary>
    public bool OwesEnd { get; set; }

    /// <summary>ListID, or CrossID.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    /// <summary>One of its orders.</summary>
    public ref GroupedOrder this[int index] => ref _orders[index];

    /// <summary>Whether something can still happen to an order of it.</summary>
    public bool IsWorking
    {
        get
        {
            for (int index = 0; index < Count; index++)
            {
                if (_orders[index].IsWorking)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Begins anew.</summary>
    public void Begin(long number, int sessionId, int total, ReadOnlySpan<byte> name)
    {
        (Number, SessionId, Total, Count, OwesEnd) = (number, sessionId, total, 0, false);
        name.CopyTo(_name);
        _nameLength = name.Length;
    }

    /// <summary>Takes one more order.</summary>
    /// <returns>Its place.</returns>
    public int Add(in GroupedOrder order)
    {
        Invariant.That(Count < _orders.Length, "a group has no more orders than groups may have");
        _orders[Count] = order;
        return Count++;
    }

    /// <summary>Holds nothing any more.</summary>
    public void Clear() => (Number, Count, OwesEnd) = (0, 0, false);
}

/// <summary>Where an order is in a group; null for an order of none.</summary>
/// <param name="Number">The group's, which tells whether its place went to another one.</param>
/// <param name="Index">The order's.</param>
internal readonly record struct GroupPlace(OrderGroup? Group, long Number, int Index);
