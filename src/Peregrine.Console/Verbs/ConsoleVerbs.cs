using System.CommandLine;

namespace Peregrine.Verbs;

/// <summary>What this assembly adds to a command line.</summary>
public static class ConsoleVerbs
{
    /// <summary>The verbs: top.</summary>
    public static IEnumerable<Command> All => [TopVerb.Create()];
}
