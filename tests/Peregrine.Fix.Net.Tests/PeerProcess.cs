using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>QuickFIX C++ on the other side (tests/native/fixpeer.cpp), with its numbers in files.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Thread _reader;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly List<long> _orders = [];

    public PeerProcess(string role, int port, string version, string applVerId, string store, string sender, string target)
    {
        string folder = Environment.GetEnvironmentVariable("PEREGRINE_NATIVE") ?? Path.Combine(Repository.Root, "artifacts/native");
        string program = Path.Combine(folder, "fixpeer");
        Assert.SkipUnless(File.Exists(program), $"the QuickFIX peer is missing: {program}; build it with ./dev native");
        ProcessStartInfo info = new(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] application = version != "FIXT.1.1" ? []
            : ["--appl", applVerId switch { "7" => "FIX.5.0", "8" => "FIX.5.0SP1", _ => "FIX.5.0SP2" }];
        string number = port.ToString(CultureInfo.InvariantCulture);
        foreach (string word in (string[])["--role", role, "--port", number, "--sender", sender, "--target", target, "--version", version,
            "--store", store, .. application])
        {
            info.ArgumentList.Add(word);
        }

        _process = Process.Start(info)!;
        _reader = new Thread(() =>
        {
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                _lines.Enqueue(line);
            }
        }) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>The orders that it got since the last call, by their numbers.</summary>
    public List<long> TakeOrders()
    {
        List<long> taken = [.. _orders];
        _orders.Clear();
        return taken;
    }

    /// <summary>Everything else.</summary>
    public List<string> Told { get; } = [];

    public void Say(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    /// <summary>Takes what it has said so far.</summary>
    public void Read()
    {
        while (_lines.TryDequeue(out string? line))
        {
            string[] words = line.Split(' ');
            if (words[0] == "order")
            {
                _orders.Add(long.Parse(words[1], CultureInfo.InvariantCulture));
            }
            else
            {
                Told.Add(line);
            }
        }
    }

    /// <summary>kill -9; what it said before is kept.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _reader.Join();
        Read();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
