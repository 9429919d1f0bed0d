using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>Where the engine puts its events, in order; grows by doubling, bounded by what one command can do to a full book.</summary>
/// <remarks>Thread: one owner. Allocates: only when it grows (<see cref="GrowCount"/>).</remarks>
public sealed class MatchEventBuffer(int capacity = 1024)
{
    private MatchEvent[] _events = new MatchEvent[Math.Max(capacity, 2)];

    /// <summary>How many events are in it.</summary>
    public int Count { get; private set; }

    /// <summary>How often it had to grow.</summary>
    public int GrowCount { get; private set; }

    /// <summary>The events, oldest first; valid until the next <see cref="Add"/> or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<MatchEvent> Span => _events.AsSpan(0, Count);

    /// <summary>The event at an index, where it lies.</summary>
    public ref readonly MatchEvent this[int index] => ref _events.AsSpan(0, Count)[index];

    /// <summary>Whether the next event makes it grow.</summary>
    internal bool IsFull => Count >= _events.Length;

    /// <summary>A new, zeroed event at the end, to be filled in place before the next call.</summary>
    public ref MatchEvent Add()
    {
        ref MatchEvent match = ref Next();
        match = default;
        return ref match;
    }

    /// <summary>A new event at the end with whatever its place held before: for callers that write every field.</summary>
    internal ref MatchEvent Next()
    {
        if (IsFull)
        {
            Grow();
        }

        Invariant.That(Count < _events.Length, "there is a place for the next event");
        return ref _events[Count++];
    }

    /// <summary>An event told before, to be completed.</summary>
    internal ref MatchEvent At(int index)
    {
        Invariant.That((uint)index < (uint)Count, "an event that is completed was told");
        return ref _events[index];
    }

    /// <summary>Forgets all events; keeps the memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Makes room for as many events again.</summary>
    internal void Grow()
    {
        Array.Resize(ref _events, _events.Length * 2);
        GrowCount++;
    }
}
