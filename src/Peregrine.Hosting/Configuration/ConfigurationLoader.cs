using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Peregrine.Hosting.Configuration;

/// <summary>Where a configuration comes from; later ones win: defaults, file, environment, command line.</summary>
/// <param name="File">The file, or null: peregrine.json in the working directory if there is one.</param>
/// <param name="Overrides">"key=value", keys with dots or colons: "fix.port=9000", "instruments[0].open=false".</param>
/// <param name="EnvironmentPrefix">Start of the variables' names; the rest is the key, with two underscores for each dot.</param>
internal sealed record ConfigurationRequest(string? File = null, IReadOnlyList<string>? Overrides = null, string EnvironmentPrefix = "PEREGRINE__");

/// <summary>What loading gave: options, or errors.</summary>
/// <param name="Options">Null when there are errors.</param>
/// <param name="Errors">All of them.</param>
/// <param name="Effective">Every value with its origin.</param>
/// <param name="File">The file; null without one.</param>
/// <param name="Section">The section of a host's configuration; null for the command's own sources.</param>
internal sealed record ConfigurationResult(PeregrineOptions? Options, IReadOnlyList<ConfigurationError> Errors, ConfigurationNode Effective,
    string? File, string? Section = null)
{
    /// <summary>The file's name, the section, or "embedded defaults".</summary>
    public string Source => File ?? Section ?? "embedded defaults";

    /// <summary>All errors, one a line after a heading.</summary>
    public string Explain() =>
        $"configuration ({Source}) has {(Errors.Count == 1 ? "1 error" : $"{Errors.Count} errors")}:" +
        string.Concat(Errors.Select(error => $"{Environment.NewLine}  {error}"));
}

/// <summary>Reads, completes and checks a configuration.</summary>
internal static class ConfigurationLoader
{
    /// <summary>The file that is taken when none is named.</summary>
    public const string DefaultFile = "peregrine.json";

    private const int FileBytesMax = 16 << 20;

    /// <summary>Loads the command's sources.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read; an override has no form.</exception>
    public static ConfigurationResult Load(ConfigurationRequest request)
    {
        List<ConfigurationError> errors = [];
        ConfigurationNode effective = new(ConfigurationNode.DefaultOrigin);
        effective.AddDefaults(ConfigurationSchema.Root);
        string? file = request.File ?? (File.Exists(DefaultFile) ? DefaultFile : null);
        if (file is not null && ReadFile(file, errors) is IConfigurationRoot fromFile)
        {
            ConfigurationNode given = new(file);
            Apply(given, fromFile, file);
            effective.DropArraysOf(given, ConfigurationSchema.Root);
            Apply(effective, fromFile, file);
        }

        Apply(effective, new ConfigurationBuilder().AddEnvironmentVariables(request.EnvironmentPrefix).Build(), "environment");
        string[] overrides = [.. (request.Overrides ?? []).Select(Normalized)];
        Apply(effective, new ConfigurationBuilder().AddCommandLine(overrides).Build(), "command line");
        return Complete(effective, errors, file, null);
    }

    /// <summary>Loads a section of a host's configuration: its providers say which of them wins. A list in it replaces the default one.</summary>
    public static ConfigurationResult Load(IConfiguration section)
    {
        string name = section is IConfigurationSection { Path: { } path } ? $"section {path}" : "configuration";
        ConfigurationNode effective = new(ConfigurationNode.DefaultOrigin);
        effective.AddDefaults(ConfigurationSchema.Root);
        ConfigurationNode given = new(name);
        Apply(given, section, name);
        effective.DropArraysOf(given, ConfigurationSchema.Root);
        Apply(effective, section, name);
        return Complete(effective, [], null, name);
    }

    private static ConfigurationResult Complete(ConfigurationNode effective, List<ConfigurationError> errors, string? file, string? section)
    {
        effective.AddDefaults(ConfigurationSchema.Root);
        SchemaCheck.Check(effective, errors);
        CrossCheck.Check(effective, errors);
        PeregrineOptions? options = errors.Count == 0 ? OptionsReader.Read(new OptionsSection(effective, ConfigurationSchema.Root)) : null;
        return new ConfigurationResult(options, errors, effective, file, section);
    }

    private static void Apply(ConfigurationNode tree, IConfiguration layer, string origin)
    {
        // A section without keys of its own has a null value here as well; only leaves are values.
        foreach ((string path, string? value) in layer.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null || !layer.GetSection(path).GetChildren().Any())
            {
                tree.Set(path.Split(':'), value, origin);
            }
        }
    }

    private static IConfigurationRoot? ReadFile(string file, List<ConfigurationError> errors)
    {
        try
        {
            if (new FileInfo(file).Length > FileBytesMax)
            {
                throw new ConfigurationException($"configuration {file}: larger than {FileBytesMax} bytes; is it the right file?");
            }

            using FileStream stream = File.OpenRead(file);
            return new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"configuration {file}: {fault.Message}; name another file with --config, or none for the defaults");
        }
        catch (JsonException syntax)
        {
            string reason = syntax.Message.Split(" LineNumber:")[0].Split(" Path:")[0].TrimEnd('.');
            errors.Add(new ConfigurationError("", null, "JSON",
                $"{reason}, at line {syntax.LineNumber + 1}, column {syntax.BytePositionInLine + 1}", file));
        }
        catch (FormatException fault)
        {
            errors.Add(new ConfigurationError("", null, "an object with each key once", fault.Message.TrimEnd('.'), file));
        }

        return null;
    }

    // The provider takes "key=value" with colons; people copy paths from error messages, which have dots and brackets.
    private static string Normalized(string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0 || text[0] is '-' or '/')
        {
            throw new ConfigurationException($"--set: '{text}', expected KEY=VALUE such as fix.port=9000", isUsage: true);
        }

        string key = text[..equals].Replace('.', ':').Replace('[', ':').Replace("]", "");
        return $"{key}{text[equals..]}";
    }
}
