using Peregrine.Linux.Files;

namespace Peregrine.Gateway.Tests.Drills;

/// <summary>Copies of data folders, and where they are kept.</summary>
internal static class FolderImage
{
    private const string RollbackSuffix = "-journal";

    // Copies and starts touch many files that no loss of power is played on: memory will do, and wears no disk.
    private static readonly string Root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>A folder that nothing is in yet.</summary>
    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(Root, $"peregrine-drill-{Path.GetRandomFileName()}")).FullName;

    /// <summary>A copy as kill -9 would leave the folder now. Not by .NET, which heeds the locks of the link.</summary>
    public static void Take(string from, string to)
    {
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            _ = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (path.EndsWith(RollbackSuffix, StringComparison.Ordinal))
            {
                continue;
            }

            // A lease that is being stored has a rollback journal beside the file: the two could not be copied at one moment.
            do
            {
                while (File.Exists(path + RollbackSuffix))
                {
                    _ = Thread.Yield();
                }

                CopyFile(path, target);
            }
            while (File.Exists(path + RollbackSuffix));
        }
    }

    private static void CopyFile(string path, string target)
    {
        using LinuxFile? file = LinuxFile.TryOpenRead(path);
        if (file is null)
        {
            // The segment that is being prepared has got its name meanwhile.
            return;
        }

        byte[] bytes = new byte[file.FindLength().Value];
        int read = 0;
        for (int got = 1; got > 0 && read < bytes.Length; read += got)
        {
            got = (int)file.Read(bytes.AsSpan(read), read).Value;
        }

        File.WriteAllBytes(target, bytes);
    }
}
