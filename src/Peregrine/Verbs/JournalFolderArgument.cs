using System.CommandLine;
using Peregrine.Cli;
using Peregrine.Gateway.Sequencing;
using Peregrine.Inspect;
using Peregrine.Journal;

namespace Peregrine.Verbs;

/// <summary>The folder that every verb of peregrine journal is about.</summary>
internal static class JournalFolderArgument
{
    public static Argument<string> Create() => new("FOLDER") { Description = "The journal's folder, or the data folder of a link." };

    public static Option<string?> CreateArchive() => new("--archive") { Description = "A folder with older segments, as truncate --archive made it: they are read first, and must join." };

    public static Option<string?> CreateSnapshots() => new("--snapshots") { Description = "The folder of the snapshots. [default: snapshots beside the journal's folder]" };

    /// <summary>The journal's own folder.</summary>
    public static string Find(string folder)
    {
        string inside = Path.Combine(folder, "journal");
        return Directory.Exists(inside) ? inside : folder;
    }

    /// <summary>The folder of the journal's snapshots: beside it, in the data folder of a link.</summary>
    public static string FindSnapshots(string journal) => Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(journal))) ?? "/", "snapshots");

    /// <summary>The journal with what was archived of it.</summary>
    public static JournalSource Source(ParseResult result, Argument<string> folder, Option<string?> archive) => new(Find(result.GetRequiredValue(folder)), result.GetValue(archive));

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
}
