using System.Diagnostics;
using System.Text.Json;
using Peregrine.Sequencing.Snapshots;

namespace Peregrine.Running;

/// <summary>Has a snapshot taken by a process of its own: neither its memory nor its collections touch the link's.</summary>
internal static class SnapshotProcess
{
    private const int ErrorCharsMax = 1_000;

    /// <summary>Runs <c>peregrine journal snapshot</c> to its end.</summary>
    /// <param name="stop">Ends the process; what it had written goes with the next one.</param>
    /// <exception cref="IOException">It failed; says why.</exception>
    /// <exception cref="OperationCanceledException">The link ends.</exception>
    public static SnapshotTaken Take(SnapshotRequest request, CancellationToken stop)
    {
        using Process process = Process.Start(Info(request)) ?? throw new IOException("the snapshot's process did not start");
        using CancellationTokenRegistration ending = stop.Register(() => Kill(process));
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        stop.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            string why = error.Result.Trim();
            throw new IOException($"journal snapshot ended with {process.ExitCode}: {(why.Length > ErrorCharsMax ? why[..ErrorCharsMax] : why)}");
        }

        try
        {
            using JsonDocument outcome = JsonDocument.Parse(output);
            return new SnapshotTaken(outcome.RootElement.GetProperty("sequence").GetInt64(), outcome.RootElement.GetProperty("text").GetString()!);
        }
        catch (JsonException fault)
        {
            throw new IOException($"journal snapshot said what it never says: {fault.Message}");
        }
    }

    private static ProcessStartInfo Info(SnapshotRequest request)
    {
        string program = Environment.ProcessPath ?? throw new IOException("the path of this program is not known");
        ProcessStartInfo info = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };

        // Started as "dotnet peregrine.dll", the program is dotnet.
        string self = Environment.GetCommandLineArgs()[0];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            info.ArgumentList.Add(self);
        }

        string[] arguments = ["journal", "snapshot", request.JournalFolder, "--snapshots", request.SnapshotFolder, "--keep", $"{request.Keep}",
            "--pin", $"{request.PinnedSequence}", "--json"];
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        // One core for collections, none of them in the background: it has the time.
        info.Environment["DOTNET_gcServer"] = "0";
        info.Environment["DOTNET_gcConcurrent"] = "0";
        return info;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
