using System.CommandLine;
using System.Text.Json.Nodes;
using Peregrine.Cli;
using Peregrine.Hosting.Configuration;

namespace Peregrine.Verbs;

/// <summary>peregrine config: checks and shows the configuration.</summary>
internal static class ConfigVerb
{
    private const int FailedExitCode = 1;

    public static Command Create()
    {
        Command config = new("config", "Checks and shows the configuration.") { CreateCheck(), CreateShow() };
        return config.WithExample("peregrine config check peregrine.json");
    }

    private static Command CreateCheck()
    {
        ConfigurationArguments arguments = new();
        Argument<string?> file = FileArgument();
        Option<bool> json = new("--json") { Description = "Write the result as JSON." };
        Command check = new("check", "Finds every error in the configuration at once; exit code 1 when there is one.") { file, json };
        arguments.AddTo(check);
        check.SetAction(parsed =>
        {
            ConfigurationResult result = arguments.Load(parsed, parsed.GetValue(file));
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(ToJson(result));
                return result.Errors.Count == 0 ? 0 : FailedExitCode;
            }

            PeregrineOptions options = result.Options ?? throw new CommandException(result.Explain());
            Console.Out.WriteLine(
                $"OK ({result.Source}): {options.Rules.Instruments.Count} instruments, {options.Rules.Accounts.Count} accounts, "
                + $"{options.Sessions.Count} sessions, FIX on {options.Fix.EndPoint}, "
                + $"journal {options.Journal.Durability.ToString().ToLowerInvariant()} in {options.DataFolder}");
            return 0;
        });
        return check.WithExample("peregrine config check peregrine.json --set fix.port=9000");
    }

    private static Command CreateShow()
    {
        ConfigurationArguments arguments = new();
        Argument<string?> file = FileArgument();
        Option<bool> json = new("--json") { Description = "Write strict JSON, with where each value came from." };
        Command show = new("show", "Prints the effective configuration; what is not a default says where it came from.") { file, json };
        arguments.AddTo(show);
        show.SetAction(parsed =>
        {
            ConfigurationResult result = arguments.Load(parsed, parsed.GetValue(file));
            if (result.Errors.Count > 0)
            {
                throw new CommandException(result.Explain());
            }

            Console.Out.WriteLine(parsed.GetValue(json)
                ? EffectiveConfiguration.ToJson(result.Effective)
                : EffectiveConfiguration.ToCommentedJson(result.Effective));
            return 0;
        });
        return show.WithExample("peregrine config show --set journal.durability=fsync");
    }

    private static Argument<string?> FileArgument() => new("FILE")
    {
        Description = "The file to read; without it as for run.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static string ToJson(ConfigurationResult result)
    {
        JsonArray errors = [];
        foreach (ConfigurationError error in result.Errors)
        {
            errors.Add(new JsonObject
            {
                ["path"] = error.Path,
                ["value"] = error.Value,
                ["expected"] = error.Expected,
                ["remedy"] = error.Remedy,
                ["origin"] = error.Origin,
            });
        }

        return new JsonObject { ["ok"] = result.Errors.Count == 0, ["source"] = result.Source, ["errors"] = errors }.ToJsonString();
    }
}
