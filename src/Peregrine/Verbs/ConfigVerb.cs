using System.CommandLine;
using System.Text.Json;
using Peregrine.Cli;
using Peregrine.Configuration;

namespace Peregrine.Verbs;

/// <summary>peregrine config check: every error of a configuration at once.</summary>
internal static class ConfigVerb
{
    public static Option<string?> FileOption { get; } = new("--config") { Description = $"Configuration file; without it {ConfigurationLoader.DefaultFile} is read if it is there." };

    public static Option<string[]> SetOption { get; } = new("--set") { Description = "Sets one value, as key=value such as fix.port=9881; may be given more than once.", DefaultValueFactory = _ => [] };

    public static Command Create()
    {
        Argument<string?> file = new("FILE") { Description = $"The file; without it {ConfigurationLoader.DefaultFile} if it is there.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = new("--json") { Description = "Write the result as JSON." };
        Command check = new("check", "Checks a configuration with environment and --set, and tells all errors at once.") { file, SetOption, json };
        check.SetAction(result =>
        {
            PeregrineOptions options = ConfigurationLoader.Load(result.GetValue(file), result.GetRequiredValue(SetOption), out List<string> errors);
            if (result.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(new { ok = errors.Count == 0, errors }));
            }
            else if (errors.Count > 0)
            {
                foreach (string error in errors)
                {
                    Console.Error.WriteLine(error);
                }

                Console.Error.WriteLine($"peregrine: {errors.Count} error{(errors.Count == 1 ? "" : "s")} in the configuration; docs/configuration.md has every key");
            }
            else
            {
                Console.Out.WriteLine($"configuration is good: {options.Rules.Instruments.Count} instruments, {options.Rules.Accounts.Count} accounts, {options.Sessions.Count} sessions, journal {options.Durability.ToString().ToLowerInvariant()} in {options.DataFolder}");
            }

            return errors.Count == 0 ? 0 : 1;
        });
        Command config = new("config", "Works on configuration files.") { check.WithExample("peregrine config check peregrine.json") };
        return config.WithExample("peregrine config check peregrine.json");
    }

    /// <summary>The checked configuration of a verb that has the two options; all errors as one failure.</summary>
    public static PeregrineOptions Load(ParseResult result)
    {
        PeregrineOptions options = ConfigurationLoader.Load(result.GetValue(FileOption), result.GetRequiredValue(SetOption), out List<string> errors);
        if (errors.Count == 1)
        {
            throw new CommandException($"configuration: {errors[0]}");
        }

        return errors.Count == 0 ? options : throw new CommandException($"configuration has {errors.Count} errors:{Environment.NewLine}{string.Join(Environment.NewLine, errors)}");
    }
}
