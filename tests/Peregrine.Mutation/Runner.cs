using System.Text.RegularExpressions;

namespace Peregrine.Mutation;

/// <summary>
/// Applies mutants one at a time to copies of the built test programs: only one changed source file and one assembly are ever written, all
/// below the work folder, nothing in the tree.
/// </summary>
internal sealed partial class Runner(string root, string work, string configuration, Compiler compiler, int timeoutMs)
{
    private const int BaselineTimeoutMs = 900_000;
    private readonly Dictionary<string, string> _copies = [];

    /// <summary>Runs a suite with nothing changed: a suite that fails anyway would kill everything.</summary>
    /// <returns>Null when all is well, otherwise what is wrong.</returns>
    public string? CheckSuite(Mutant mutant)
    {
        Ended ended = RunTests(mutant, BaselineTimeoutMs);
        return ended.ExitCode != 0 ? $"fails without any change: {FirstFailure(ended)}"
            : CountOf(ended.Output) == 0 ? "no test has such a name" : null;
    }

    /// <summary>Tries one mutant.</summary>
    public Verdict Try(Mutant mutant)
    {
        string text = File.ReadAllText(Path.Combine(root, mutant.File));
        string changed = text.Replace(mutant.Old, mutant.New, StringComparison.Ordinal);
        (string? built, string output) = mutant.IsOfPage
            ? (Write(mutant, changed), "")
            : compiler.Compile(mutant.Assembly, mutant.File, changed, ConfigurationOf(mutant));
        if (built is null)
        {
            return new Verdict(Outcome.DoesNotBuild, output.Split('\n')
                .FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))?.Trim() ?? output);
        }

        string name = mutant.IsOfPage ? Path.Combine("console", mutant.File[Mutant.PageFolder.Length..]) : Path.GetFileName(built);
        List<(string Copy, string Original)> placed = Place(built, name, Copies(mutant));
        try
        {
            Ended ended = RunTests(mutant, timeoutMs);
            return ended.ExitCode switch
            {
                null => new Verdict(Outcome.KilledByTime, $"not done after {timeoutMs / 1000} s"),
                0 when CountOf(ended.Output) == 0 => new Verdict(Outcome.NoTest, $"no test matches '{mutant.Suite}'"),
                0 => new Verdict(Outcome.Survived, $"by {CountOf(ended.Output)} tests of {mutant.Suite}"),
                _ when mutant.Fires is { } rule && !ended.Output.Contains($"broken invariant: {rule}", StringComparison.Ordinal) =>
                    new Verdict(Outcome.Survived, $"the rule '{mutant.Fires}' by {FirstFailure(ended)}{RuleOf(ended)}"),
                _ => new Verdict(Outcome.Killed, FirstFailure(ended)),
            };
        }
        finally
        {
            foreach ((string copy, string original) in placed)
            {
                File.Copy(original, copy, overwrite: true);
            }
        }
    }

    private string Write(Mutant mutant, string text)
    {
        string file = Path.Combine(work, Path.GetFileName(mutant.File));
        File.WriteAllText(file, text);
        return file;
    }

    private static List<(string Copy, string Original)> Place(string built, string name, IEnumerable<(string Copy, string Original)> folders)
    {
        List<(string, string)> placed = [];
        foreach ((string copy, string original) in folders)
        {
            string target = Path.Combine(copy, name);
            if (File.Exists(target))
            {
                File.Copy(built, target, overwrite: true);
                placed.Add((target, Path.Combine(original, name)));
            }
        }

        return placed;
    }

    private Ended RunTests(Mutant mutant, int limitMs)
    {
        string folder = Copies(mutant)[0].Copy;
        List<string> arguments = [Path.Combine(folder, mutant.Project + ".dll"), "-noLogo", "-noColor", "-parallelMode", "none", "-stopOnFail",
            "-trait-", "Size=Long"];
        foreach (string filter in mutant.Filters)
        {
            arguments.AddRange(["-method", $"*{filter}*"]);
        }

        Dictionary<string, string> environment = new() { ["PEREGRINE_DLL"] =
            Path.Combine(work, "bin/Peregrine", Flavour(configuration), "peregrine.dll"),
            ["PEREGRINE_NATIVE"] = Path.Combine(root, "artifacts/native") };
        return Commands.Run(folder, limitMs, "dotnet", arguments, environment);
    }

    // The test program, and the command where tests start it. Copies lie inside the checkout, so that tests find its documents.
    private List<(string Copy, string Original)> Copies(Mutant mutant)
    {
        string flavour = Flavour(ConfigurationOf(mutant));
        string[] programs = mutant.Project is "Peregrine.Integration.Tests" or "Peregrine.Tools.Tests" ? [mutant.Project, "Peregrine"]
            : [mutant.Project];
        return [.. programs.Select(name => (CopyOf(name, flavour), Original(name, flavour)))];
    }

    private string ConfigurationOf(Mutant mutant) => mutant.Configuration ?? configuration;

    private static string Flavour(string configuration) => configuration.ToLowerInvariant();

    private string Original(string name, string flavour) => Path.Combine(root, "artifacts/bin", name, flavour);

    private string CopyOf(string name, string flavour)
    {
        if (_copies.TryGetValue($"{name} {flavour}", out string? known))
        {
            return known;
        }

        string copy = Path.Combine(work, "bin", name, flavour);
        _ = Directory.CreateDirectory(copy);
        Ended ended = Commands.Run(root, BaselineTimeoutMs, "cp", ["-rT", "--reflink=auto", Original(name, flavour), copy]);
        return ended.ExitCode == 0 ? _copies[$"{name} {flavour}"] = copy
            : throw new InvalidOperationException($"copying the build of {name} failed: {ended.Output}");
    }

    private static int CountOf(string output) => Total().Matches(output) is { Count: > 0 } found
        ? int.Parse(found[^1].Groups["count"].Value) - int.Parse(found[^1].Groups["skipped"].Value)
        : 0;

    private static string FirstFailure(Ended ended) => Failed().Match(ended.Output) is { Success: true } match
        ? match.Groups["test"].Value.Trim()
        : $"exit code {ended.ExitCode?.ToString() ?? "none, it took too long"}";

    private static string RuleOf(Ended ended) => Broken().Match(ended.Output) is { Success: true } match ? $": {match.Value.Trim()}" : "";

    [GeneratedRegex("broken invariant: .*")]
    private static partial Regex Broken();

    [GeneratedRegex(@"Total: (?<count>\d+), Errors: \d+, Failed: \d+, Skipped: (?<skipped>\d+)")]
    private static partial Regex Total();

    [GeneratedRegex(@"^\s*(?<test>\S.*) \[FAIL\]", RegexOptions.Multiline)]
    private static partial Regex Failed();
}
