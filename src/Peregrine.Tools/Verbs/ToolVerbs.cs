using System.CommandLine;

namespace Peregrine.Tools.Verbs;

/// <summary>What this assembly adds to a command line.</summary>
public static class ToolVerbs
{
    /// <summary>The verbs: replay, record, match, fix, journal.</summary>
    /// <param name="ofJournal">Verbs of others that go below journal.</param>
    public static IEnumerable<Command> All(IEnumerable<Command> ofJournal) =>
        [ReplayVerb.Create(), RecordVerb.Create(), MatchVerb.Create(), FixVerb.Create(), JournalVerb.Create(ofJournal)];
}
