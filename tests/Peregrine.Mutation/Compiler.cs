using System.Text.Json;

namespace Peregrine.Mutation;

/// <summary>
/// Compiles one assembly with one of its files replaced: the build's own command line, once asked for, given to the compiler server. A
/// project build of the same costs several times as much, and would need a copy of the whole tree.
/// </summary>
internal sealed class Compiler(string root, string work)
{
    private const int TimeoutMs = 300_000;
    private readonly Dictionary<string, string[]> _arguments = [];
    private readonly string _csc = Path.Combine(Path.GetDirectoryName(SdkFolder(root)) ?? "", "Roslyn", "bincore", "csc.dll");

    /// <summary>Compiles.</summary>
    /// <param name="assembly">Which, such as Peregrine.Net.</param>
    /// <param name="file">The replaced file's name from the root; null compiles what stands there.</param>
    /// <param name="text">What stands in it instead.</param>
    /// <param name="configuration">Of the build whose command line it is.</param>
    /// <returns>The built file; or null and what the compiler said.</returns>
    public (string? Built, string Output) Compile(string assembly, string? file, string text, string configuration)
    {
        string project = Path.Combine(root, "src", assembly);
        string replaced = file is null ? "" : Path.Combine(root, file);
        string changed = Path.Combine(work, "Changed.cs");
        File.WriteAllText(changed, text);
        string built = "";
        List<string> arguments = [];
        foreach (string argument in Arguments(assembly, configuration))
        {
            if (argument.StartsWith("/out:", StringComparison.Ordinal))
            {
                built = Path.Combine(work, Path.GetFileName(argument["/out:".Length..]));
                arguments.Add($"/out:{built}");
            }
            else if (argument.StartsWith('/') && !argument.StartsWith(root, StringComparison.Ordinal))
            {
                arguments.Add(argument);
            }
            else
            {
                arguments.Add(Path.GetFullPath(argument, project) == replaced ? changed : argument);
            }
        }

        if (file is not null && !arguments.Contains(changed))
        {
            return (null, $"{file} is not part of {assembly}");
        }

        string response = Path.Combine(work, "csc.rsp");
        File.WriteAllLines(response, arguments.Select(argument => argument.Contains('"') ? argument : $"\"{argument}\""));
        Ended ended = Commands.Run(project, TimeoutMs, "dotnet", ["exec", _csc, "/shared", "/keepalive:120", "/noconfig", $"@{response}"]);
        return (ended.ExitCode == 0 ? built : null, ended.Output);
    }

    // What the build gives to the compiler, without what only slows it down: symbols, documents, analyzers, warnings as errors.
    private string[] Arguments(string assembly, string configuration)
    {
        if (_arguments.TryGetValue($"{assembly} {configuration}", out string[]? known))
        {
            return known;
        }

        string project = Path.Combine(root, "src", assembly, assembly + ".csproj");
        Ended ended = Commands.Run(root, TimeoutMs, "dotnet",
            ["msbuild", project, "-t:ResolveReferences;PrepareResources;Compile", $"-p:Configuration={configuration}",
            "-p:BuildProjectReferences=false", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true", "-p:NonExistentFile=none",
            "-getItem:CscCommandLineArgs", "-nologo"]);
        if (ended.ExitCode != 0)
        {
            throw new InvalidOperationException($"the command line of {assembly} is not to be had: {ended.Output}");
        }

        using JsonDocument items = JsonDocument.Parse(ended.Output);
        List<string> arguments = [.. items.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!)
            .Where(argument => !Dropped.Any(start => argument.StartsWith(start, StringComparison.Ordinal)))];
        arguments.AddRange(["/skipanalyzers+", "/warnaserror-", "/warn:0", "/debug-"]);
        return _arguments[$"{assembly} {configuration}"] = [.. arguments];
    }

    private static readonly string[] Dropped = ["/noconfig", "/debug", "/doc:", "/refout:", "/warnaserror", "/warn:", "/skipanalyzers", "/pdb:",
        "/sourcelink:", "/errorlog:", "/generatedfilesout:", "/embed"];

    private static string SdkFolder(string root)
    {
        Ended ended = Commands.Run(root, TimeoutMs, "dotnet",
            ["msbuild", "-getProperty:MSBuildToolsPath", "-nologo", Path.Combine(root, "src/Peregrine.Primitives/Peregrine.Primitives.csproj")]);
        return Path.Combine(ended.Output.Trim(), "MSBuild.dll");
    }
}
