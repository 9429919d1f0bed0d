using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Peregrine.Ids.Tests;

/// <summary>This very program, started again as a taker of ids that may be killed.</summary>
internal static class ChildProcess
{
    private const string DatabaseVariable = "PEREGRINE_TEST_IDS_DATABASE";

    /// <summary>Starts a taker that says each id it was given, one a line, and never stops by itself.</summary>
    public static Process StartTaker(string database)
    {
        ProcessStartInfo start = new("dotnet", [typeof(ChildProcess).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[DatabaseVariable] = database;
        return Process.Start(start) ?? throw new InvalidOperationException("cannot start dotnet");
    }

    [ModuleInitializer]
    internal static void BecomeTakerWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(DatabaseVariable) is { } database)
        {
            Take(database);
        }
    }

    private static void Take(string database)
    {
        using Stream output = Console.OpenStandardOutput();
        using StreamWriter lines = new(output) { AutoFlush = true };
        using SqliteIdSegmentStore store = new(database);
        using IdSegmentAllocator allocator = new(store, "orders", new IdSegmentOptions { CountMin = 3, CountMax = 50, RetryMs = 1, RetryMsMax = 5 });
        while (true)
        {
            lines.WriteLine(allocator.Next().ToString(CultureInfo.InvariantCulture));
        }
    }
}
