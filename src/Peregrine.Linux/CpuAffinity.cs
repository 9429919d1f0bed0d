using Peregrine.Primitives;

namespace Peregrine.Linux;

/// <summary>Which core a thread may run on.</summary>
/// <remarks>A thread that is started inherits the core of the thread that starts it:
/// one that is to work beside that thread must be unpinned first.</remarks>
public static class CpuAffinity
{
    private const int MaskWords = 16;
    private const int MaskBytes = MaskWords * sizeof(ulong);

    // Where threads could run before the first was pinned; null as long as none was, or when the system did not say.
    private static ulong[]? s_unpinned;
    private static int s_fault;

    /// <summary>Binds the calling thread to one core, and with it the threads that it starts from then on.</summary>
    /// <param name="core">0 to 1,023.</param>
    /// <returns>None, or why not: EINVAL when there is no such core or it is not allowed to this process.</returns>
    /// <remarks>Thread: any. Allocates: the first time.</remarks>
    public static unsafe Errno TryPinCurrentThread(int core)
    {
        Check.That(core is >= 0 and < 1024, "a core is 0 to 1,023");
        RememberUnpinned();
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[core >> 6] = 1UL << (core & 63);

        // SAFETY: the mask is 128 bytes on this frame and the call reads just those; 0 is the calling thread.
        return Libc.Result(Libc.SchedSetAffinity(0, MaskBytes, mask)).Errno;
    }

    /// <summary>Lets the calling thread run wherever the first thread that was pinned here could run before:
    /// on all cores that the process was given.</summary>
    /// <returns>None, also when no thread was pinned; or why not.</returns>
    /// <remarks>Thread: any. Allocates: no.</remarks>
    public static unsafe Errno TryUnpinCurrentThread()
    {
        if (Volatile.Read(ref s_unpinned) is not { } unpinned)
        {
            return (Errno)Volatile.Read(ref s_fault);
        }

        fixed (ulong* mask = unpinned)
        {
            // SAFETY: the mask is 128 bytes, fixed during the call, and the call reads just those.
            return Libc.Result(Libc.SchedSetAffinity(0, MaskBytes, mask)).Errno;
        }
    }

    private static unsafe void RememberUnpinned()
    {
        if (Volatile.Read(ref s_unpinned) is not null)
        {
            return;
        }

        ulong[] found = new ulong[MaskWords];
        fixed (ulong* mask = found)
        {
            // SAFETY: the mask is 128 bytes, fixed during the call, and the call writes at most those.
            if (Libc.Result(Libc.SchedGetAffinity(0, MaskBytes, mask)).Errno is var errno && errno != Errno.None)
            {
                Volatile.Write(ref s_fault, (int)errno);
                return;
            }
        }

        _ = Interlocked.CompareExchange(ref s_unpinned, found, null);
    }
}
