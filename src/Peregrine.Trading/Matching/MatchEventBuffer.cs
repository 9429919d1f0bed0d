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

    /// <summary>A new, zeroed event at the end, to be filled in place before the next call.</summary>
    public ref MatchEvent Add()
    {
        if (Count == _events.Length)
        {
            Array.Resize(ref _events, _events.Length * 2);
            GrowCount++;
        }

        ref MatchEvent match = ref _events[Count++];
        match = default;
        return ref match;
    }

    /// <summary>Forgets all events; keeps the memory.</summary>
    public void Clear() => Count = 0;
}
