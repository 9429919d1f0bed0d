using System.Diagnostics;
using System.Net;
using Peregrine.Testing;

namespace Peregrine.Fix.Net.Tests;

/// <summary>The session acceptance suite that others wrote, against samples/FixEcho; its own runner plays it.</summary>
public class AcceptanceTests
{
    [Fact]
    public async Task Scripts_OfFix42_ThatNeedNotWaitForHeartbeats_AllPass()
    {
        string told = await PlayAsync("--skip", "/(4a|6)_");

        Assert.EndsWith("TOTAL 56/56 passed", told.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Size", "Long")]
    public async Task Scripts_OfFix42_All_Pass()
    {
        string told = await PlayAsync();

        Assert.EndsWith("TOTAL 58/58 passed", told.TrimEnd(), StringComparison.Ordinal);
    }

    private static async Task<string> PlayAsync(params string[] arguments)
    {
        string runner = SharedData.Require("fix/acceptance/run_acceptance.py");
        string scripts = SharedData.Require("fix/acceptance/fix42");
        using EchoProcess echo = new("--dictionaries", SharedData.Require("fix/dictionaries"));
        ProcessStartInfo info = new("python3") { RedirectStandardOutput = true };
        string port = echo.EndPoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (string word in (string[])[runner, "--port", port, "--order", "any", "--settle", "0.02", "-q", .. arguments, scripts])
        {
            info.ArgumentList.Add(word);
        }

        using Process python = Process.Start(info)!;
        return await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}

/// <summary>samples/FixEcho in a process of its own.</summary>
internal sealed class EchoProcess : IDisposable
{
    private readonly Process _process;

    public EchoProcess(params string[] arguments)
    {
        _process = Process.Start(Info("FixEcho", ["--port", "0", .. arguments]))!;
        string first = _process.StandardOutput.ReadLine() ?? "";
        Assert.StartsWith("listening on ", first, StringComparison.Ordinal);
        EndPoint = IPEndPoint.Parse(first["listening on ".Length..]);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>How one of the samples is started.</summary>
    public static ProcessStartInfo Info(string sample, params string[] arguments)
    {
        string flavour = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        ProcessStartInfo info = new("dotnet") { RedirectStandardOutput = true };
        string program = Path.Combine(Repository.Root, "artifacts/bin", sample, flavour, $"{sample}.dll");
        foreach (string word in (string[])[program, .. arguments])
        {
            info.ArgumentList.Add(word);
        }

        return info;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
