using System.CommandLine;
using Peregrine.Cli;
using Peregrine.Gateway.Sequencing;
using Peregrine.Journal;

namespace Peregrine.Verbs;

/// <summary>The folder that every verb of peregrine journal is about.</summary>
internal static class JournalFolderArgument
{
    public static Argument<string> Create() => new("FOLDER") { Description = "The journal's folder, or the data folder of a link." };

    /// <summary>The journal's own folder.</summary>
    public static string Find(string folder)
    {
        string inside = Path.Combine(folder, "journal");
        return Directory.Exists(inside) ? inside : folder;
    }

    /// <summary>Gives every record to the visitor.</summary>
    /// <exception cref="CommandException">The journal is damaged, not readable, or not from a link.</exception>
    public static JournalRecovery Read(string folder, IJournalVisitor visitor)
    {
        try
        {
            return JournalReader.Scan(folder, visitor);
        }
        catch (Exception exception) when (exception is JournalException or ReplayException)
        {
            throw new CommandException(exception.Message);
        }
    }
}
