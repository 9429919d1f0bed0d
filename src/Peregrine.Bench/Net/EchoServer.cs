using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Peregrine.Cli;

namespace Peregrine.Bench.Net;

/// <summary>What a server says of itself, since it started.</summary>
/// <param name="Syscalls">0 when it does not know.</param>
/// <param name="Bytes">Bytes echoed.</param>
/// <param name="Gcs">Garbage collections.</param>
/// <param name="AllocatedBytes">Bytes allocated on the managed heap.</param>
internal sealed record EchoServerStats(
    [property: JsonPropertyName("syscalls")] long Syscalls,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("gcs")] long Gcs,
    [property: JsonPropertyName("allocatedBytes")] long AllocatedBytes)
{
    /// <summary>Time of all its threads on a processor, in nanoseconds, from the kernel.</summary>
    [JsonIgnore]
    public long CpuNs { get; init; }
}

/// <summary>
/// An echo server in a process of its own. It prints "listening on ADDRESS:PORT" once it does; answers each line "stats" on its standard
/// input with a line of JSON; ends when its standard input does.
/// </summary>
internal sealed class EchoServer : IDisposable
{
    private const string Announcement = "listening on ";
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly string _name;

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="commandLine">The program and its arguments.</param>
    /// <exception cref="CommandException">It does not start, or says something else.</exception>
    public EchoServer(string name, IReadOnlyList<string> commandLine)
    {
        _name = name;
        ProcessStartInfo start = new(commandLine[0], commandLine.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception fault)
        {
            throw new CommandException($"cannot start {commandLine[0]}: {fault.Message}");
        }

        new Thread(ReadLines) { IsBackground = true, Name = "server's output" }.Start();
        try
        {
            string line = NextLine(Announcement);
            EndPoint = IPEndPoint.TryParse(line[Announcement.Length..], out IPEndPoint? endpoint)
                ? endpoint
                : throw new CommandException($"the server '{name}' says '{line}', expected an address and port");
        }
        catch (CommandException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Asks it for its figures and the kernel for its processor time.</summary>
    public EchoServerStats ReadStats()
    {
        try
        {
            _process.StandardInput.WriteLine("stats");
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Dead();
        }

        string line = NextLine("{");
        try
        {
            EchoServerStats stats = JsonSerializer.Deserialize<EchoServerStats>(line)!;
            return stats with { CpuNs = ReadCpuNs(_process.Id) };
        }
        catch (JsonException fault)
        {
            throw new CommandException($"the server '{_name}' answers '{line}' to stats: {fault.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>The time that the threads of a process spent on a processor. Source: Documentation/scheduler/sched-stats.rst.</summary>
    public static long ReadCpuNs(int process)
    {
        long sumNs = 0;
        foreach (string task in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                string text = File.ReadAllText(Path.Combine(task, "schedstat"));
                sumNs += long.Parse(text.AsSpan(0, text.IndexOf(' ')), CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread ended meanwhile.
            }
        }

        return sumNs;
    }

    // What else it prints, such as a framework's log, is no answer.
    private string NextLine(string start)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) is { } elapsed && elapsed < AnswerTime)
        {
            if (!_lines.TryTake(out string? line, AnswerTime - elapsed))
            {
                break;
            }

            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw _lines.IsCompleted ? Dead()
            : new CommandException($"the server '{_name}' did not print a line '{start}...' within {AnswerTime.TotalSeconds:N0} s");
    }

    private CommandException Dead() => new(_process.WaitForExit(TimeSpan.FromSeconds(1))
        ? $"the server '{_name}' ended by itself with exit code {_process.ExitCode}"
        : $"the server '{_name}' closed its output");

    private void ReadLines()
    {
        try
        {
            while (_process.StandardOutput.ReadLine() is string line)
            {
                _lines.Add(line);
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The process was given up.
        }

        _lines.CompleteAdding();
    }
}
