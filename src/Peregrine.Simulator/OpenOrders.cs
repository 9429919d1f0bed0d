namespace Peregrine.Simulator;

/// <summary>An order of a participant that works, as far as the participant knows.</summary>
internal struct OpenOrder
{
    public long Number;

    /// <summary>Its number before a replace that is not confirmed yet; else 0.</summary>
    public long OldNumber;
    public long PriceTicks;
    public long Leaves;
    public long Filled;

    /// <summary>Virtual time at which its owner wants it gone.</summary>
    public long UntilNs;
    public Side Side;
}

/// <summary>The working orders of one participant in one instrument: a handful, in an array.</summary>
/// <remarks>Allocates: when made. Bound: its capacity; a participant that has no room enters nothing new.</remarks>
internal sealed class OpenOrders(int capacity)
{
    private readonly OpenOrder[] _orders = new OpenOrder[capacity];

    public int Count { get; private set; }

    public bool IsFull => Count == _orders.Length;

    public ref OpenOrder this[int index] => ref _orders[index];

    public void Add(in OpenOrder order) => _orders[Count++] = order;

    public void RemoveAt(int index) => _orders[index] = _orders[--Count];

    /// <summary>The place of the order that a number stands for; -1 for none.</summary>
    public int Find(long number)
    {
        for (int index = 0; index < Count; index++)
        {
            if (_orders[index].Number == number || _orders[index].OldNumber == number)
            {
                return index;
            }
        }

        return -1;
    }
}
