using System.Collections.Concurrent;
using System.Diagnostics;

namespace Peregrine.Integration.Tests.Link;

/// <summary>A running link, started by the command.</summary>
public sealed class LinkProcess : IDisposable
{
    private static readonly TimeSpan LogTimeout = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private LinkProcess(Process process, List<string> log)
    {
        _process = process;
        Log = log;
        Port = PortOf("FIX on ");
        MarketDataPort = PortOf("market data on ");
        ConsolePort = PortOf("console on http://");
    }

    /// <summary>What it logged until it was ready, and what was waited for since.</summary>
    public List<string> Log { get; }

    public int Port { get; }

    public int MarketDataPort { get; }

    /// <summary>-1 without a console.</summary>
    public int ConsolePort { get; }

    /// <summary>A link that nobody but the test trades on, without a console.</summary>
    public static LinkProcess Start(string dataFolder, int port = 0, params string[] settings)
    {
        List<string> arguments = ["--no-simulator", "--no-console", "--set", $"fix.port={port}"];
        foreach (string setting in settings)
        {
            arguments.AddRange(["--set", setting]);
        }

        return StartWith(dataFolder, [.. arguments]);
    }

    /// <summary>A link with just these options; ports are picked unless an option says otherwise.</summary>
    public static LinkProcess StartWith(string dataFolder, params string[] options) => StartUnder([], dataFolder, options);

    /// <summary>As <see cref="StartWith"/>, by another command that runs it, such as prlimit.</summary>
    public static LinkProcess StartUnder(string[] wrapper, string dataFolder, params string[] options)
    {
        string[] arguments = ["run", "--no-status", "--data", dataFolder, "--set", "fix.port=0", "--set", "marketData.port=0", "--set",
            "console.port=0", "--set", "start.rehearsal=false", .. options];
        Process process = Process.Start(WithHangUp(CommandProcess.Info(arguments), wrapper))!;
        List<string> log = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            log.Add(line);
            if (line.EndsWith(" ready", StringComparison.Ordinal))
            {
                return new LinkProcess(process, log);
            }
        }

        throw new InvalidOperationException($"the link did not start: {string.Join(" / ", log)} {process.StandardError.ReadToEnd()}");
    }

    // Whoever runs the tests may ignore signals, as nohup does SIGHUP and a shell SIGINT of what runs behind it, and children inherit that.
    private static ProcessStartInfo WithHangUp(ProcessStartInfo info, string[] wrapper)
    {
        info.ArgumentList.Insert(0, info.FileName);
        foreach (string word in wrapper.Reverse())
        {
            info.ArgumentList.Insert(0, word);
        }

        info.ArgumentList.Insert(0, "--default-signal=HUP,INT,QUIT");
        info.FileName = "env";
        return info;
    }

    /// <summary>Of the process, as what wraps it becomes it.</summary>
    public int Id => _process.Id;

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, or another signal.</summary>
    /// <returns>Exit code and the rest of the log.</returns>
    public CommandResult Stop(string signal = "TERM")
    {
        Send(signal);
        return CommandProcess.Finish(_process);
    }

    /// <summary>SIGHUP.</summary>
    public void HangUp() => Send("HUP");

    /// <summary>Reads on in the log up to the next line that holds a text.</summary>
    public string WaitForLog(string part)
    {
        while (_process.StandardOutput.ReadLineAsync().WaitAsync(LogTimeout).GetAwaiter().GetResult() is { } line)
        {
            Log.Add(line);
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"the link has ended: {string.Join(" / ", Log)} {_process.StandardError.ReadToEnd()}");
    }

    /// <summary>A part of the log line that holds a text.</summary>
    public string LogLine(string part) => Log.Single(line => line.Contains(part, StringComparison.Ordinal));

    private void Send(string signal)
    {
        using Process kill = Process.Start("kill", $"-{signal} {_process.Id}");
        kill.WaitForExit();
    }

    private int PortOf(string before)
    {
        string? line = Log.SingleOrDefault(line => line.Contains(before, StringComparison.Ordinal));
        return line is null ? -1 : int.Parse(line.Split(before)[1].Split(',', '/')[0].Split(':')[^1],
            System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        try
        {
            if (!_process.HasExited)
            {
                Kill();
            }
        }
        catch (InvalidOperationException)
        {
            // Finished and disposed already.
        }

        _process.Dispose();
    }
}

/// <summary>A report line of the QuickFIX client: its words by name.</summary>
public sealed record ClientLine(string Kind, IReadOnlyDictionary<string, string> Fields, string Raw)
{
    public string this[string name] => Fields.GetValueOrDefault(name, "-");

    public static ClientLine Parse(string line)
    {
        int text = line.IndexOf(" text=", StringComparison.Ordinal);
        string[] words = (text < 0 ? line : line[..text]).Split(' ');
        Dictionary<string, string> fields = words.Skip(1).Where(word => word.Contains('=', StringComparison.Ordinal))
            .ToDictionary(word => word.Split('=', 2)[0], word => word.Split('=', 2)[1]);
        if (text >= 0)
        {
            fields["text"] = line[(text + 6)..];
        }

        return new ClientLine(words[0], fields, line);
    }
}

/// <summary>The real FIX client: QuickFIX C++ (tests/native).</summary>
public sealed class FixClientProcess : IDisposable
{
    private const int TimeoutMs = 60_000;
    private readonly Process _process;
    private readonly Thread _reader;
    private readonly BlockingCollection<ClientLine> _lines = [];
    private readonly List<ClientLine> _seen = [];

    public FixClientProcess(int port, string storeFolder, string sender = "CLIENT1", string? dictionary = null,
        string version = "FIX.4.4")
    {
        string folder = Environment.GetEnvironmentVariable("PEREGRINE_NATIVE") ?? Path.Combine(Testing.Repository.Root, "artifacts/native");
        string program = Path.Combine(folder, "fixclient");
        Assert.SkipUnless(File.Exists(program), $"the QuickFIX client is missing: {program}; build it with ./dev native");
        ProcessStartInfo info = new(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] arguments = ["--port", $"{port}", "--store", storeFolder, "--sender", sender, "--version", version, .. dictionary is null
            ? Array.Empty<string>()
            : ["--dictionary", dictionary, "--transport", Path.Combine(Path.GetDirectoryName(dictionary)!, "FIXT11.xml")]];
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        _process = Process.Start(info)!;
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>All lines so far that someone waited for or passed by.</summary>
    public IReadOnlyList<ClientLine> Seen => _seen;

    public void Send(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    /// <summary>The next line that fits; lines before it are kept in <see cref="Seen"/>.</summary>
    public ClientLine WaitFor(Func<ClientLine, bool> fits, string what)
    {
        while (_lines.TryTake(out ClientLine? line, TimeoutMs))
        {
            _seen.Add(line);
            if (fits(line))
            {
                return line;
            }
        }

        throw new TimeoutException($"the client did not see {what}; last lines: {string.Join(" / ", _seen.TakeLast(5).Select(line => line.Raw))}");
    }

    public ClientLine WaitForReport(string clientOrderId, string execType) =>
        WaitFor(line => line.Kind == "report" && line["clordid"] == clientOrderId && line["exectype"] == execType,
            $"a report {execType} of {clientOrderId}");

    /// <summary>Ends the client in order and takes its last lines.</summary>
    public void Quit()
    {
        Send("quit");
        Assert.True(_process.WaitForExit(TimeoutMs), "the client ends");
        foreach (ClientLine line in _lines.GetConsumingEnumerable())
        {
            _seen.Add(line);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _reader.Join();
        _process.Dispose();
        _lines.Dispose();
    }

    private void Read()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            _lines.Add(ClientLine.Parse(line));
        }

        _lines.CompleteAdding();
    }
}
