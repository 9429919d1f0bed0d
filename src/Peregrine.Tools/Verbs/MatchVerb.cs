using System.CommandLine;
using System.Text;
using Peregrine.Cli;
using Peregrine.Tools.Match;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Verbs;

/// <summary>peregrine match: plays a script of order commands against a fresh matching engine.</summary>
internal static class MatchVerb
{
    private const int FailedExitCode = 1;
    private const int UsageExitCode = 2;

    public static Command Create()
    {
        Argument<string> script = new("SCRIPT") { Description =
            "A text script, one command a line; - for standard input. docs/match-script.md is the language." };
        Option<bool> json = new("--json") { Description = "One JSON object a line: events, then each book and each of its orders." };
        Option<bool> eventsOnly = new("--events-only") { Description = "Leaves the books at the end out." };
        Option<bool> bookOnly = new("--book-only") { Description = "Only the books at the end, and expectations that were not met." };
        Option<bool> deltas = new("--deltas") { Description = "Tells what orders show order by order too." };
        Command match = new("match", "Plays a script of order commands against a fresh matching engine: prints each event and the final book, " +
            "and checks what the script expects.") { script, json, eventsOnly, bookOnly, deltas };
        match.SetAction(result =>
        {
            (bool isEventsOnly, bool isBookOnly) = (result.GetValue(eventsOnly), result.GetValue(bookOnly));
            return isEventsOnly && isBookOnly
                ? throw new CommandException("--events-only: not with --book-only, as nothing would be left", UsageExitCode)
                : Run(result.GetRequiredValue(script), new MatchParts(!isBookOnly, !isEventsOnly), result.GetValue(json), result.GetValue(deltas));
        });
        return match.WithExample("printf 'buy 100 @ 10.05\\nsell 50 @ 10.05\\n' | peregrine match -");
    }

    private static int Run(string path, MatchParts parts, bool isJson, bool hasDeltas)
    {
        IReadOnlyList<ScriptError> errors = ScriptFile.Read(path, out ScriptProgram program);
        if (errors.Count > 0)
        {
            ScriptFile.WriteErrors(Console.Error, path, errors);
            return UsageExitCode;
        }

        using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
        MatchingEngine engine = new(program.OrderCapacity) { EmitsOrderDeltas = hasDeltas };
        ScriptPlayer player = new(program, engine, isJson
            ? new MatchJsonOutput(output, parts)
            : new MatchTextOutput(output, parts, program.HasManyInstruments));
        player.Run();
        return player.Failures == 0 ? 0 : FailedExitCode;
    }
}
