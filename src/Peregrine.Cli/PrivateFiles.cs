using Peregrine.Linux;
using Peregrine.Linux.Files;

namespace Peregrine.Cli;

/// <summary>Refuses what others could have changed: whoever writes into the data folder could take orders out of the journal, or make them.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The data folder must be ours, and nobody else may write to it.</summary>
    /// <exception cref="CommandException">With the command that mends it.</exception>
    public static void CheckFolder(string path)
    {
        FileIdentity identity = Look(path);
        CheckOwner(path, "data folder", identity);
        if ((identity.Mode & OthersWrite) != 0)
        {
            throw new CommandException($"data folder {path}: others may write to it (mode {Octal(identity.Mode)}); " +
                $"expected nobody but its owner: chmod 700 {path}");
        }
    }

    /// <summary>What is there must be a regular file: anything else could be waited for without end.</summary>
    /// <exception cref="CommandException">It is something else.</exception>
    public static void CheckRegular(string path)
    {
        if (Path.Exists(path) && Look(path) is { Kind: not FileKind.Regular } identity)
        {
            throw new CommandException($"{path} is {identity.KindText}, expected a regular file: move it away");
        }
    }

    /// <summary>A file with a secret must be a file, ours, and nobody else may read or write it.</summary>
    /// <param name="what">What it is called in messages.</param>
    /// <exception cref="CommandException">With the command that mends it.</exception>
    public static void CheckSecret(string path, string what)
    {
        FileIdentity identity = Look(path);
        if (identity.Kind != FileKind.Regular)
        {
            throw new CommandException($"{path} is {identity.KindText}, expected the file of the {what}: move it away");
        }

        CheckOwner(path, what, identity);
        if ((identity.Mode & (OthersRead | OthersWrite)) != 0)
        {
            throw new CommandException($"{path}: others may read the {what} (mode {Octal(identity.Mode)}); expected mode 0600: " +
                $"chmod 600 {path}, or delete it for a new one");
        }
    }

    private static FileIdentity Look(string path)
    {
        Errno errno = FileIdentity.TryRead(path, out FileIdentity identity);
        return errno == Errno.None ? identity : throw new CommandException($"{path} cannot be looked at: {errno.Describe()}");
    }

    private static void CheckOwner(string path, string what, FileIdentity identity)
    {
        if (identity.Owner != FileIdentity.CurrentUser)
        {
            throw new CommandException($"{path}: the {what} belongs to user {identity.Owner}, " +
                $"and this is user {FileIdentity.CurrentUser}: chown {FileIdentity.CurrentUser} {path}, or run as its owner");
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
