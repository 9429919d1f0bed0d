using System.Diagnostics;
using Peregrine.Testing;

namespace Peregrine.Trading.Tests.Native;

/// <summary>The library as native code, made once for all tests, and programs in C that load it.</summary>
internal static class NativeBuild
{
    /// <summary>Where the sample's sources are.</summary>
    public static readonly string Sources = Path.Combine(Repository.Root, "samples/MatchingEngineNative");

    private static readonly Lazy<string> Made = new(() =>
    {
        string folder = Path.Combine(Repository.Root, "artifacts/engine");
        _ = Run("bash", Path.Combine(Sources, "build.sh"), folder);
        return folder;
    });

    /// <summary>Where the library and its header are; skips the test where there is no compiler.</summary>
    public static string Folder
    {
        get
        {
            Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "gcc is missing; ./dev test installs it");
            return Made.Value;
        }
    }

    /// <summary>Compiles a program, any warning a fault, and links it to the library.</summary>
    /// <returns>Its path.</returns>
    public static string Compile(string source, string name, string standard = "-std=c11")
    {
        string program = Path.Combine(Folder, name);
        _ = Run("gcc", standard, "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", $"-I{Folder}", "-o", program, source,
            $"-L{Folder}", "-lperegrine_engine", "-lpthread", $"-Wl,-rpath,{Folder}");
        return program;
    }

    /// <summary>Runs a program to its end, which must be a good one.</summary>
    /// <returns>What it printed.</returns>
    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo info = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(info)!;
        Task<string> faults = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{said}{faults.Result}");
        return said;
    }
}
