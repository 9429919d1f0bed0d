using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Peregrine.Journal.Tests;

/// <summary>This very program, started again as a writer that is going to be killed.</summary>
internal static class ChildProcess
{
    private const string FolderVariable = "PEREGRINE_TEST_JOURNAL_FOLDER";
    private const string LevelVariable = "PEREGRINE_TEST_JOURNAL_LEVEL";

    /// <summary>Starts a writer that says each number that it may acknowledge, one a line, and never stops by itself.</summary>
    public static Process StartWriter(string folder, Durability durability)
    {
        ProcessStartInfo start = new("dotnet", [typeof(ChildProcess).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[FolderVariable] = folder;
        start.Environment[LevelVariable] = durability.ToString();
        return Process.Start(start) ?? throw new InvalidOperationException("cannot start dotnet");
    }

    [ModuleInitializer]
    internal static void BecomeWriterWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { } folder)
        {
            Write(folder, Enum.Parse<Durability>(Environment.GetEnvironmentVariable(LevelVariable)!));
        }
    }

    private static void Write(string folder, Durability durability)
    {
        using Stream output = Console.OpenStandardOutput();
        using StreamWriter lines = new(output) { AutoFlush = true };
        JournalOptions options = new() { Folder = folder, Durability = durability, SegmentBytes = 64 << 10, BatchBytesMax = 4096 };
        RecordList found = new();
        using JournalWriter writer = JournalWriter.Open(options, found, out JournalRecovery recovery);
        found.AssertIsOneTo(recovery.LastSequence);
        long told = recovery.LastSequence;
        for (long sequence = told + 1; ; sequence++)
        {
            Scratch.Append(writer, sequence);
            if (sequence % 3 == 0 && writer.Commit() != JournalStatus.Ok)
            {
                Environment.FailFast($"journal: {writer.Failure}");
            }

            long durable = writer.DurableSequence;
            if (durable > told)
            {
                told = durable;
                lines.WriteLine(told);
            }
        }
    }
}
