using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Peregrine.Primitives;

namespace Peregrine.Cli;

/// <summary>Runs the command line: usage errors and failures become one line on standard error and an exit code.</summary>
public static class CommandRunner
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
    /// <param name="isTold">Whether the message of a library's exception is the one line that users need,
    /// as that of a <see cref="CommandException"/> is.</param>
    /// <returns>0; 1 the work failed; 2 wrong usage.</returns>
    public static int Run(RootCommand root, string[] arguments, Predicate<Exception> isTold)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Action = help.Action is HelpAction action ? new HelpWithExample(action) : help.Action;
        }

        ParseResult result = root.Parse(arguments);
        if (result.Errors.Count > 0 && result.Action is ParseErrorAction)
        {
            Console.Error.WriteLine($"peregrine: {Explain(result)}");
            return UsageExitCode;
        }

        if (result.Action is not HelpWithExample && MisreadOption(result, arguments) is string option)
        {
            Console.Error.WriteLine($"peregrine: {ExplainUnknown(result, option)}");
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
        catch (Exception failure) when (isTold(failure))
        {
            Console.Error.WriteLine($"peregrine: {failure.Message}");
            return FailedExitCode;
        }
        catch (Exception fault)
        {
            bool isTraced = Environment.GetEnvironmentVariable("PEREGRINE_DEBUG") == "1";
            Console.Error.WriteLine(isTraced
                ? $"peregrine: internal error: {fault}"
                : $"peregrine: internal error: {fault.Message.ReplaceLineEndings(" ")} ({fault.GetType().Name}); " +
                $"set PEREGRINE_DEBUG=1 to see where, and report it");
            return FailedExitCode;
        }
    }

    // The parser takes an unknown option for the verb's argument when that has room; after "--" it is meant to be one.
    private static string? MisreadOption(ParseResult result, string[] arguments) => arguments.Contains("--")
        ? null
        : result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .Select(token => token.Value).FirstOrDefault(value => value.Length > 1 && value[0] == '-');

    private static string Explain(ParseResult result) => result.UnmatchedTokens.Count == 0
        ? result.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.') + HelpHint(result)
        : ExplainUnknown(result, result.UnmatchedTokens[0]);

    private static string ExplainUnknown(ParseResult result, string token)
    {
        Command command = result.CommandResult.Command;
        bool isOption = token.StartsWith('-');
        IEnumerable<string> names = isOption
            ? command.Options.Concat(result.RootCommandResult.Command.Options).SelectMany(option => option.Aliases.Append(option.Name))
            : command.Subcommands.Select(verb => verb.Name);
        string? near = NearName.Find(token, names);
        string kind = isOption ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument";
        string suggestion = near is null ? "" : $", did you mean '{near}'?";
        return $"unknown {kind} '{token.ReplaceLineEndings(" ")}'{suggestion}{HelpHint(result)}";
    }

    // The whole path of verbs: "; see peregrine config check --help".
    private static string HelpHint(ParseResult result)
    {
        string path = "";
        for (SymbolResult? at = result.CommandResult; at is CommandResult { Command: not RootCommand } verb; at = at.Parent)
        {
            path = $" {verb.Command.Name}{path}";
        }

        return $"; see peregrine{path} --help";
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
