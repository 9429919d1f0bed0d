using System.Globalization;

namespace Peregrine.Linux;

/// <summary>Work that must not be in the way of other work.</summary>
public static class CpuShare
{
    private const int OneThread = 0; // PRIO_PROCESS, which Linux takes for a thread's number
    private const int LowestNice = 19;

    /// <summary>Gives the calling thread the lowest share of the processors (nice 19). It cannot be taken back without a privilege.</summary>
    /// <returns>None, or why not.</returns>
    public static Errno TryLowerCurrentThread() => Libc.Result(Libc.SetPriority(OneThread, 0, LowestNice)).Errno;

    /// <summary>The same for every thread that this process has; those that come later inherit it from whoever makes them.</summary>
    /// <returns>None, or why not for one of them.</returns>
    public static Errno TryLowerAllThreads()
    {
        Errno first = Errno.None;
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            uint thread = uint.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
            Errno errno = Libc.Result(Libc.SetPriority(OneThread, thread, LowestNice)).Errno;

            // A thread that ended meanwhile needs nothing.
            first = first == Errno.None && errno is not (Errno.None or Errno.ESRCH) ? errno : first;
        }

        return first;
    }
}
