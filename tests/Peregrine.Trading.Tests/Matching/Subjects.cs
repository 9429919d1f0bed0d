using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>The engines that are tried.</summary>
internal static class Subjects
{
    public static Subject Fast(int capacity)
    {
        MatchingEngine engine = new(capacity) { EmitsOrderDeltas = true };
        return new Subject(engine, engine.ComputeStateHash, TellsDeltas: true);
    }
}
