using Peregrine.Tools.Match;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Tests.Match;

/// <summary>A script played in this process.</summary>
internal static class Played
{
    /// <summary>Plays against the matching engine.</summary>
    public static (string Output, int Failures) Run(string script, bool isJson = false) =>
        Run(script, isJson, capacity => new MatchingEngine(capacity));

    /// <summary>Plays against any engine.</summary>
    public static (string Output, int Failures) Run(string script, bool isJson, Func<int, IMatchingEngine> make)
    {
        IReadOnlyList<ScriptError> errors = ScriptParser.Parse(new StringReader(script), out ScriptProgram program);
        Assert.True(errors.Count == 0, string.Join('\n', errors));
        StringWriter output = new() { NewLine = "\n" };
        ScriptPlayer player = new(program, make(program.OrderCapacity), isJson
            ? new MatchJsonOutput(output, new MatchParts())
            : new MatchTextOutput(output, new MatchParts(), program.HasManyInstruments));
        player.Run();
        return (output.ToString(), player.Failures);
    }
}
