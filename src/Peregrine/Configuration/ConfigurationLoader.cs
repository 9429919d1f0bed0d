using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Peregrine.Cli;

namespace Peregrine.Configuration;

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
internal sealed record ConfigurationResult(PeregrineOptions? Options, IReadOnlyList<ConfigurationError> Errors, ConfigurationNode Effective,
    string? File)
{
    /// <summary>The file's name, or "embedded defaults".</summary>
    public string Source => File ?? "embedded defaults";
}

/// <summary>Reads, completes and checks a configuration.</summary>
internal static class ConfigurationLoader
{
    /// <summary>The file that is taken when none is named.</summary>
    public const string DefaultFile = "peregrine.json";

    private const int FileBytesMax = 16 << 20;

    /// <summary>Loads.</summary>
    /// <exception cref="CommandException">The file cannot be read; an override has no form.</exception>
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
        effective.AddDefaults(ConfigurationSchema.Root);

        SchemaCheck.Check(effective, errors);
        CrossCheck.Check(effective, errors);
        PeregrineOptions? options = errors.Count == 0 ? OptionsReader.Read(new OptionsSection(effective, ConfigurationSchema.Root)) : null;
        return new ConfigurationResult(options, errors, effective, file);
    }

    private static void Apply(ConfigurationNode tree, IConfigurationRoot layer, string origin)
    {
        // A section without keys of its own has a null value here as well; only leaves are values.
        foreach ((string path, string? value) in layer.AsEnumerable())
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
                throw new CommandException($"configuration {file}: larger than {FileBytesMax} bytes; is it the right file?");
            }

            using FileStream stream = File.OpenRead(file);
            return new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"configuration {file}: {fault.Message}; name another file with --config, or none for the defaults");
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
            throw new CommandException($"--set: '{text}', expected KEY=VALUE such as fix.port=9000", 2);
        }

        string key = text[..equals].Replace('.', ':').Replace('[', ':').Replace("]", "");
        return $"{key}{text[equals..]}";
    }
}
