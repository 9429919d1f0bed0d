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
        string? near = NearName.Find(token, names);
        string kind = isOption ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument";
        return $"unknown {kind} '{token}'{(near is null ? "" : $", did you mean '{near}'?")}{help}";
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
