using System.CommandLine;
using Peregrine.Cli;
using Peregrine.Hosting.Configuration;

namespace Peregrine.Verbs;

/// <summary>The options --config and --set of a verb that needs the configuration.</summary>
internal sealed class ConfigurationArguments
{
    private const int FailedExitCode = 1;
    private const int UsageExitCode = 2;

    private readonly Option<string?> _file = new("--config") { Description =
        "Configuration file; without it peregrine.json if there is one, else the embedded defaults.", HelpName = "FILE" };

    private readonly Option<string[]> _overrides = new("--set") { Description =
        "Overrides a key: --set fix.port=9000. May be repeated; wins over file and environment.", HelpName = "KEY=VALUE" };

    /// <summary>Adds both to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_overrides);
    }

    /// <summary>Loads and checks.</summary>
    /// <param name="file">Wins over --config, for verbs that take the file as an argument.</param>
    /// <param name="lastOverrides">Win over --set, for verbs with options of their own for some keys; null for none.</param>
    /// <exception cref="CommandException">The file cannot be read.</exception>
    public ConfigurationResult Load(ParseResult parsed, string? file = null, IReadOnlyList<string>? lastOverrides = null)
    {
        string[] overrides = [.. parsed.GetValue(_overrides) ?? [], .. lastOverrides ?? []];
        try
        {
            return ConfigurationLoader.Load(new ConfigurationRequest(file ?? parsed.GetValue(_file), overrides));
        }
        catch (ConfigurationException fault)
        {
            throw new CommandException(fault.Message, fault.IsUsage ? UsageExitCode : FailedExitCode);
        }
    }

    /// <summary>Loads and checks, for a verb that cannot go on without.</summary>
    /// <param name="lastOverrides">Win over --set; null for none.</param>
    /// <returns>With options.</returns>
    /// <exception cref="CommandException">There are errors: all of them, one a line.</exception>
    public ConfigurationResult LoadOrFail(ParseResult parsed, IReadOnlyList<string>? lastOverrides = null)
    {
        ConfigurationResult result = Load(parsed, null, lastOverrides);
        return result.Options is null ? throw new CommandException(result.Explain()) : result;
    }
}
