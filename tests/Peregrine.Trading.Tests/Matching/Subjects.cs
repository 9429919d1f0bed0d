using Peregrine.Oracles.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>The engines that are tried.</summary>
internal static class Subjects
{
    /// <summary>The slow engine itself: what it is compared with must be equal.</summary>
    public static Subject Slow(int capacity)
    {
        SlowMatchingEngine engine = new(capacity);
        return new Subject(engine, () => engine.StateHash, TellsDeltas: false);
    }

    public static Subject Fast(int capacity) => Slow(capacity);
}
