namespace Peregrine.Primitives;

/// <summary>A part that has figures: the one face by which they are exported.</summary>
public interface ICounterSource
{
    /// <summary>All of them, always the same ones.</summary>
    /// <remarks>Thread: any. The part's own thread has no work by it: whoever exports reads what that thread writes anyway.</remarks>
    IReadOnlyList<Counter> Counters { get; }
}

/// <summary>A source of figures, and which of several alike it is.</summary>
/// <param name="Source">The figures.</param>
/// <param name="Tag">What tells it from others, such as loop or session; empty where there is one.</param>
/// <param name="Value">Which one it is, such as a CompID.</param>
public readonly record struct TaggedCounters(ICounterSource Source, string Tag = "", string Value = "");
