using System.Diagnostics;

namespace Peregrine.Packages.Tests;

/// <summary>A program run to its end, with all that it says.</summary>
internal static class DotNet
{
    // Nobody waits for so long: it only ends what hangs, also on a machine with much else to do.
    private const int TimeoutMs = 1_200_000;

    /// <summary>Skips the calling test where the SDK gives the files of a package times of its own: before 10.0.400 it knows no
    /// DeterministicTimestamp.</summary>
    public static void RequireTimesOfCommits()
    {
        string version = Run(Repository.Root, "--version").Trim();
        Version plain = Version.Parse(version.Split('-')[0]);
        Assert.SkipUnless(plain >= new Version(10, 0, 400), $"SDK {version} packs with times of its own; 10.0.400 or newer takes those of commits");
    }

    /// <summary>Runs dotnet in a folder; it has to end well.</summary>
    /// <returns>What it said.</returns>
    public static string Run(string folder, params string[] arguments) => Run("dotnet", folder, arguments);

    /// <summary>Runs any program in a folder; it has to end well.</summary>
    public static string Run(string program, string folder, string[] arguments)
    {
        ProcessStartInfo info = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        bool hasEnded = process.WaitForExit(TimeoutMs);
        if (!hasEnded)
        {
            process.Kill(entireProcessTree: true);
        }

        string said = output.Result + error.Result;
        string command = $"{program} {string.Join(' ', arguments)}";
        Assert.True(hasEnded, $"{command}: still at work after {TimeoutMs / 1_000} s, expected it to end by itself; it said\n{said}");
        Assert.True(process.ExitCode == 0, $"{command}: exit code {process.ExitCode}, expected 0; it said\n{Shortened(said)}");
        return said;
    }

    // Of a build, the errors alone, each once.
    private static string Shortened(string said)
    {
        string[] errors = [.. said.Split('\n').Where(line => line.Contains(": error ", StringComparison.Ordinal)).Distinct()];
        return errors.Length > 0 ? string.Join('\n', errors) : said;
    }
}
