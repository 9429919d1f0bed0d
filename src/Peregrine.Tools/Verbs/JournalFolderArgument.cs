using System.CommandLine;
using System.Globalization;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Sequencing.Recovery;
using Peregrine.Tools.Inspect;

namespace Peregrine.Tools.Verbs;

/// <summary>The folder that every verb of peregrine journal is about.</summary>
internal static class JournalFolderArgument
{
    public static Argument<string> Create() => new("FOLDER") { Description = "The journal's folder, or the data folder of a link." };

    public static Option<string?> CreateArchive() =>
        new("--archive") { Description = "A folder with older segments, as truncate --archive made it: they are read first, and must join." };

    public static Option<string?> CreateSnapshots() =>
        new("--snapshots") { Description = "The folder of the snapshots. [default: snapshots beside the journal's folder]" };

    /// <summary>The journal's own folder, with a segment in it at least: of a mistyped folder nothing must be said to be whole,
    /// nor a table of it written.</summary>
    /// <exception cref="CommandException">There is no journal.</exception>
    public static string Find(string folder)
    {
        string inside = Path.Combine(folder, "journal");
        string journal = Directory.Exists(inside) ? inside : folder;
        RequireSegments(journal, "no journal in", "give the data folder of a link, or the folder with its .journal files");
        return journal;
    }

    /// <summary>The folder of the journal's snapshots: beside it, in the data folder of a link.</summary>
    public static string FindSnapshots(string journal) =>
        Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(journal))) ?? "/", "snapshots");

    /// <summary>The journal with what was archived of it.</summary>
    public static JournalSource Source(ParseResult result, Argument<string> folder, Option<string?> archive)
    {
        string journal = Find(result.GetRequiredValue(folder));
        string? older = result.GetValue(archive);
        if (older is not null)
        {
            RequireSegments(older, "--archive: no archived segments in",
                "give the folder that truncate --archive moved them to, or leave --archive away");
        }

        return new JournalSource(journal, older);
    }

    /// <summary>Looks at a journal; what is wrong with it is told in one line.</summary>
    /// <exception cref="CommandException">The journal is damaged, not readable, or not from a link.</exception>
    public static T Look<T>(Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception exception) when (exception is JournalException or ReplayException)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static void RequireSegments(string folder, string missing, string advice)
    {
        string found;
        try
        {
            if (Directory.Exists(folder))
            {
                string[] entries = Directory.GetFileSystemEntries(folder);
                if (entries.Any(entry => entry.EndsWith(".journal", StringComparison.Ordinal)))
                {
                    return;
                }

                found = entries.Length == 0 ? "the folder is empty" : string.Create(
                    CultureInfo.InvariantCulture,
                    $"it holds no .journal file, only {entries.Length:N0} other entries, " +
                    $"such as {Path.GetFileName(entries.Min(StringComparer.Ordinal))}");
            }
            else
            {
                found = File.Exists(folder) ? "that is a file" : "there is no such folder";
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            found = $"it cannot be read: {fault.Message.TrimEnd('.')}";
        }

        throw new CommandException($"{missing} {folder}: {found}; {advice}");
    }
}
