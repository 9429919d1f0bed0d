namespace Peregrine.Sequencing;

/// <summary>
/// What waits for its command to be durable, oldest first. The sequencer stops taking commands when its reports are nearly full; one
/// command that fills very many orders may still overrun that mark, and then it doubles.
/// </summary>
/// <remarks>Thread: the link's. Allocates: only when it grows (<see cref="GrowCount"/>).</remarks>
public sealed class ReleaseRing<T>
    where T : struct
{
    private T[] _items;
    private long _head;
    private long _tail;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">A power of two.</param>
    public ReleaseRing(int capacity)
    {
        Check.That(capacity > 0 && (capacity & (capacity - 1)) == 0, "the capacity of a release ring is a power of two");
        _items = new T[capacity];
    }

    /// <summary>How many wait.</summary>
    public int Count => (int)(_tail - _head);

    /// <summary>How many fit before it grows.</summary>
    public int Capacity => _items.Length;

    /// <summary>How often it had to grow.</summary>
    public int GrowCount { get; private set; }

    /// <summary>The oldest; only while <see cref="Count"/> is above 0.</summary>
    public ref readonly T Front => ref _items[_head & (_items.Length - 1)];

    /// <summary>Appends a copy.</summary>
    public void Push(in T item)
    {
        if (Count == _items.Length)
        {
            Grow();
        }

        Invariant.That(Count < _items.Length, "there is a place for the next");
        _items[_tail++ & (_items.Length - 1)] = item;
    }

    /// <summary>Removes the oldest.</summary>
    public void Pop()
    {
        Invariant.That(_head < _tail, "what is popped was pushed");
        _head++;
    }

    private void Grow()
    {
        T[] larger = new T[_items.Length * 2];
        for (long index = _head; index < _tail; index++)
        {
            larger[index & (larger.Length - 1)] = _items[index & (_items.Length - 1)];
        }

        Invariant.That(Count * 2 == larger.Length, "a ring grows when it is full");
        _items = larger;
        GrowCount++;
    }
}
