using System.Diagnostics;
using System.Text;

namespace Peregrine.Mutation;

/// <summary>How a started program ended.</summary>
/// <param name="ExitCode">Its code; null when it took too long and was ended.</param>
/// <param name="Output">What it said, both streams.</param>
internal sealed record Ended(int? ExitCode, string Output);

/// <summary>Starts programs and keeps what they say.</summary>
internal static class Commands
{
    /// <summary>Runs to the end, or for so long.</summary>
    public static Ended Run(string folder, int timeoutMs, string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo info = new(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        StringBuilder output = new();
        using Process process = new() { StartInfo = info };
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(output, line.Data);
        _ = process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool ended = process.WaitForExit(timeoutMs);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
            _ = process.WaitForExit(10_000);
        }

        lock (output)
        {
            return new Ended(ended ? process.ExitCode : null, output.ToString());
        }
    }

    private static void Add(StringBuilder output, string? line)
    {
        lock (output)
        {
            _ = line is null ? output : output.AppendLine(line);
        }
    }
}
