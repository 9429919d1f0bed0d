using System.Diagnostics;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests;

/// <summary>Runs the built command as a user would, and keeps what it says.</summary>
public static class CommandProcess
{
    private const int TimeoutMs = 300_000;

    public static string Dll { get; } = Environment.GetEnvironmentVariable("PEREGRINE_DLL") is { Length: > 0 } given
        ? given
        : Path.Combine(Repository.Root, "artifacts/bin/Peregrine/release/peregrine.dll");

    public static ProcessStartInfo Info(params string[] arguments)
    {
        ProcessStartInfo info = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.ArgumentList.Add(Dll);
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return info;
    }

    /// <summary>Runs to the end.</summary>
    public static CommandResult Run(params string[] arguments) => Finish(Process.Start(Info(arguments))!);

    public static CommandResult Finish(Process process)
    {
        using (process)
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            Assert.True(process.WaitForExit(TimeoutMs), "the command ends");
            return new CommandResult(process.ExitCode, output, error.Result);
        }
    }
}

/// <summary>How a command ended.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The error must be one line that begins with the program's name, and no stack trace.</summary>
    public string OneLineError()
    {
        string[] lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 1 && lines[0].StartsWith("peregrine: ", StringComparison.Ordinal), $"one line of error, got: {Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return lines[0];
    }
}

/// <summary>A folder that goes when the test does.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("peregrine-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string text, string name = "peregrine.json")
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
