using Peregrine.Primitives;

namespace Peregrine.Linux;

/// <summary>Which core a thread may run on.</summary>
public static class CpuAffinity
{
    /// <summary>Binds the calling thread to one core.</summary>
    /// <param name="core">0 to 1,023.</param>
    /// <returns>None, or why not: EINVAL when there is no such core or it is not allowed to this process.</returns>
    public static unsafe Errno TryPinCurrentThread(int core)
    {
        Check.That(core is >= 0 and < 1024, "a core is 0 to 1,023");
        ulong* mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        mask[core >> 6] = 1UL << (core & 63);

        // SAFETY: the mask is 128 bytes on this frame and the call reads just those; 0 is the calling thread.
        return Libc.Result(Libc.SchedSetAffinity(0, 128, mask)).Errno;
    }
}
