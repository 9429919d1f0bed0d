using System.CommandLine;

namespace Peregrine.Bench.Verbs;

/// <summary>What this assembly adds to a command line.</summary>
public static class BenchVerbs
{
    /// <summary>The verbs: bench.</summary>
    public static IEnumerable<Command> All => [BenchVerb.Create()];

    /// <summary>The verbs that go below journal: bench.</summary>
    public static IEnumerable<Command> OfJournal => [BenchJournalVerb.Create("bench", "journal bench")];
}
