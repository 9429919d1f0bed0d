namespace Peregrine.Packages.Tests;

/// <summary>What the examples of the READMEs need beside their own text to run.</summary>
internal static class ExampleRun
{
    // How long a program is let run that would go on for ever, and how such programs wait for their end; a link by the default keys takes a free
    // port.
    private const int EndlessMs = 250;

    private static readonly (string Waits, string Ends)[] Endless =
    [
        ("using CancellationTokenSource stop = new();", $"using CancellationTokenSource stop = new({EndlessMs});"),
        ("HostApplicationBuilder builder = Host.CreateApplicationBuilder();", "HostApplicationBuilder builder = Host.CreateApplicationBuilder(); " +
            "builder.Configuration[\"Peregrine:fix:port\"] = builder.Configuration[\"Peregrine:marketData:port\"] = \"0\";"),
        ("await host.RunAsync();", "await host.StartAsync(); await host.StopAsync();"),
    ];

    /// <summary>The program with an end: one that goes on until it is told to end is told by time.</summary>
    public static ReadmeProgram Ending(ReadmeProgram program) => program with
    {
        Lines = [.. program.Lines.Select(line => Endless.Aggregate(line, (text, end) =>
            text.Replace(end.Waits, end.Ends, StringComparison.Ordinal)))],
    };

    /// <summary>Writes the files that examples read, into the folder that they run in.</summary>
    public static void WriteInputs(string folder) =>
        File.WriteAllText(Path.Combine(folder, "feed.csv"), "34200.1,1,7,100,1000000,1\n34200.2,1,8,50,1000100,-1\n34200.3,3,7,100,1000000,1\n");

    /// <summary>A program that runs each of the examples in a folder of its own, and names it when it is through.</summary>
    public static string OfAll(IReadOnlyList<ReadmeProgram> programs)
    {
        IEnumerable<string> calls = programs.Select((program, index) => program.AsMethod("X").Contains("async Task Run", StringComparison.Ordinal)
            ? $"await Example{index}.Example.Run();" : $"Example{index}.Example.Run();");
        IEnumerable<string> steps = calls.Zip(programs, (call, program) =>
            $"Directory.SetCurrentDirectory(Path.Combine(args[0], \"{program.Name}\"));\n{call}\nConsole.WriteLine(\"through: {program.Name}\");\n");
        return string.Concat(steps);
    }
}
