using System.Globalization;

namespace Peregrine.Linux;

/// <summary>How much memory this process can still get: of the machine, and of each control group that it is in.</summary>
/// <remarks>Thread: any. Allocates. Sources: proc_meminfo(5), cgroups(7), kernel Documentation/admin-guide/cgroup-v2.rst.</remarks>
public static class MemoryRoom
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>What is left, in bytes, and what bounds it; long.MaxValue where the system does not say.</summary>
    public static (long Bytes, string Bound) Find() => Find("/proc/meminfo", "/proc/self/cgroup", Groups);

    /// <summary>As <see cref="Find()"/>, of files like those.</summary>
    /// <param name="memInfo">As /proc/meminfo.</param>
    /// <param name="selfGroups">As /proc/self/cgroup.</param>
    /// <param name="groups">As /sys/fs/cgroup.</param>
    public static (long Bytes, string Bound) Find(string memInfo, string selfGroups, string groups)
    {
        (long Bytes, string Bound) least = (long.MaxValue, "nothing");
        if (NumberOf(memInfo, "MemAvailable:") is { } kibibytes)
        {
            least = (kibibytes * 1024, "the machine's free memory (MemAvailable)");
        }

        foreach (string line in ReadLines(selfGroups))
        {
            // hierarchy:controllers:path; version 2 has neither of the first two.
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[1].Length == 0)
            {
                Bound(groups, parts[2], "memory.max", "memory.current", "inactive_file");
                Bound(Path.Combine(groups, "unified"), parts[2], "memory.max", "memory.current", "inactive_file");
            }
            else if (parts.Length == 3 && parts[1].Split(',').Contains("memory"))
            {
                Bound(Path.Combine(groups, "memory"), parts[2], "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
            }
        }

        return least;

        // A group's limit holds for all below it. In a container the own group is often mounted as the root: both are looked at.
        void Bound(string root, string path, string limitName, string usageName, string cacheName)
        {
            for (string? at = path; at is not null; at = at is "/" or "" ? null : Path.GetDirectoryName(at))
            {
                string folder = root + (at == "/" ? "" : at);
                if (FirstNumber(Path.Combine(folder, limitName)) is { } limit && FirstNumber(Path.Combine(folder, usageName)) is { } usage)
                {
                    // Pages of files that nobody uses are given up first.
                    long left = Math.Max(limit - usage + (NumberOf(Path.Combine(folder, "memory.stat"), cacheName) ?? 0), 0);
                    least = left < least.Bytes ? (left, $"the limit of control group {folder}") : least;
                }
            }
        }
    }

    private static long? FirstNumber(string path) =>
        ReadLines(path) is [{ } line, ..]
        && long.TryParse(line.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static long? NumberOf(string path, string name)
    {
        foreach (string line in ReadLines(path))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && words[0] == name && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                return number;
            }
        }

        return null;
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
