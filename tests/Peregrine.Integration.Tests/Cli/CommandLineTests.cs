using System.Diagnostics;
using System.Text.Json;
using Peregrine.Primitives;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Cli;

/// <summary>The command as a process: what a shell or a script sees.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly TimeSpan RunTimeMax = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("confg", "unknown verb 'confg', did you mean 'config'?")]
    [InlineData("config chek", "unknown verb 'chek', did you mean 'check'?")]
    [InlineData("config check --jsn", "unknown option '--jsn', did you mean '--json'?")]
    [InlineData("config check --set", "--set")]
    [InlineData("config check --set nothing", "expected KEY=VALUE")]
    [InlineData("config", "see peregrine config --help")]
    [InlineData("config show one two", "see peregrine config show --help")]
    public void Command_WrongUsage_IsOneLineOnStandardErrorAndExitCodeTwo(string arguments, string tells)
    {
        (int code, string output, string error) = Run(arguments.Split(' '));

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("peregrine: ", error);
        Assert.Contains(tells, error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("config")]
    [InlineData("config check")]
    [InlineData("config show")]
    public void Help_OfAVerb_HasAnExample(string verb)
    {
        (int code, string output, string error) = Run([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, code);
        Assert.Empty(error);
        Assert.Contains("Example:\n  peregrine ", output);
    }

    [Fact]
    public void Argument_AfterTwoDashes_MayLookLikeAnOption()
    {
        (int code, _, string error) = Run("config", "check", "--", "--json");

        Assert.Equal(1, code);
        Assert.Contains("configuration --json:", error);
    }

    [Fact]
    public void Version_IsPrinted()
    {
        (int code, string output, _) = Run("--version");

        Assert.Equal(0, code);
        Assert.Matches("^[0-9]+[.][0-9]+[.][0-9]+", output);
    }

    [Fact]
    public void ConfigCheck_Sample_IsOk()
    {
        (int code, string output, string error) = Run("config", "check", Path.Combine(Repository.Root, "peregrine.sample.json"));

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("OK (", output);
    }

    [Fact]
    public void ConfigCheck_TwoErrors_AreBothPrintedAndTheExitCodeIsOne()
    {
        string file = _folder.Write("""{ "fix": { "port": 0.5, "prot": 1 } }""");

        (int code, string output, string error) = Run("config", "check", file);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("has 2 errors:", error);
        Assert.Contains("fix.port: '0.5'", error);
        Assert.Contains("fix.prot: '1'", error);
    }

    [Fact]
    public void ConfigCheck_Json_IsForMachines()
    {
        string file = _folder.Write("""{ "fix": { "port": 70000 } }""");

        (int code, string output, string error) = Run("config", "check", file, "--json");

        JsonElement result = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, ""), (code, error));
        Assert.False(result.GetProperty("ok").GetBoolean());
        Assert.Equal("fix.port", result.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public void ConfigShow_Output_CanBeLoadedAgain()
    {
        string file = _folder.Write(Run("config", "show", "--set", "fix.port=9001").Output);

        (int code, string output, string error) = Run("config", "show", file, "--json");

        JsonElement result = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(9001, result.GetProperty("configuration").GetProperty("fix").GetProperty("port").GetInt32());
        Assert.Equal(file, result.GetProperty("origins").GetProperty("fix.port").GetString());
    }

    [Theory]
    [InlineData("confg", "config")]
    [InlineData("CONFIG", "config")]
    [InlineData("xyzzy", null)]
    public void NearName_Find_GivesTheNearestOrNone(string token, string? expected) =>
        Assert.Equal(expected, NearName.Find(token, ["run", "config", "bench"]));

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [CommandProcess.Dll, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(RunTimeMax), "the command did not end");
        return (process.ExitCode, output.GetAwaiter().GetResult(), error);
    }
}
