using System.Diagnostics;
using System.Text.Json;
using Peregrine.Testing;

namespace Peregrine.Tools.Tests.Inspect;

/// <summary>Reads a Parquet file with a library that shares no code with the one that wrote it (tests/parquet).</summary>
internal static class ParquetReaderProcess
{
    /// <summary>The numbers of rows of the row groups, then the rows.</summary>
    public static JsonElement[] Read(string path)
    {
        string folder = Path.Combine(Repository.Root, "tests/parquet");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")),
            $"the Parquet reader is missing: {folder}/node_modules; ./dev test installs it");
        ProcessStartInfo info = new("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(Path.Combine(folder, "rows.mjs"));
        info.ArgumentList.Add(path);
        CommandResult result = CommandProcess.Finish(Process.Start(info)!);
        Assert.True(result.ExitCode == 0, result.Error);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
