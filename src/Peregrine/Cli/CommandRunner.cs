using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Peregrine.Cli;

/// <summary>Runs the command line: usage errors and failures become one line on standard error and an exit code.</summary>
internal static class CommandRunner
{
    private const int FailedExitCode = 1;
    private const int UsageExitCode = 2;
    private static readonly Dictionary<Command, string> Examples = [];

    /// <summary>Gives a verb an example for its help.</summary>
    public static Command WithExample(this Command command, string example)
    {
        Examples[command] = example;
        return command;
    }

    /// <summary>Parses and runs.</summary>
    /// <returns>0; 1 the work failed; 2 wrong usage.</returns>
    public static int Run(RootCommand root, string[] arguments)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExample((HelpAction)help.Action!);
        }

        ParseResult result = root.Parse(arguments);
        if (result.Errors.Count > 0 && result.Action is ParseErrorAction)
        {
            Console.Error.WriteLine($"peregrine: {Explain(result)}");
            return UsageExitCode;
        }

        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandException failure)
        {
            Console.Error.WriteLine($"peregrine: {failure.Message}");
            return failure.ExitCode;
        }
        catch (Exception fault) when (Environment.GetEnvironmentVariable("PEREGRINE_DEBUG") != "1")
        {
            Console.Error.WriteLine($"peregrine: internal error: {fault.Message.ReplaceLineEndings(" ")} ({fault.GetType().Name}); set PEREGRINE_DEBUG=1 to see where, and report it");
            return FailedExitCode;
        }
    }

    private static string Explain(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        string path = command is RootCommand ? "peregrine" : $"peregrine {command.Name}";
        string help = $"; see {path} --help";
        if (result.UnmatchedTokens.Count == 0)
        {
            return result.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.') + help;
        }

        string token = result.UnmatchedTokens[0];
        bool isOption = token.StartsWith('-');
        IEnumerable<string> names = isOption
            ? command.Options.Concat(result.RootCommandResult.Command.Options).SelectMany(option => option.Aliases.Append(option.Name))
            : command.Subcommands.Select(verb => verb.Name);
        string? near = names.OrderBy(name => Distance(name, token)).FirstOrDefault(name => Distance(name, token) <= Math.Max(2, token.Length / 3));
        string kind = isOption ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument";
        return $"unknown {kind} '{token}'{(near is null ? "" : $", did you mean '{near}'?")}{help}";
    }

    // Levenshtein's distance, for near names.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int changed = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            if (Examples.TryGetValue(parseResult.CommandResult.Command, out string? example))
            {
                TextWriter output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Example:");
                output.WriteLine($"  {example}");
                output.WriteLine();
            }

            return code;
        }
    }
}
