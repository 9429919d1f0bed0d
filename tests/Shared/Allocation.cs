namespace Peregrine.Testing;

/// <summary>Counts managed bytes, by thread: no time, no luck.</summary>
public static class Allocation
{
    private const int WindowsMax = 5;

    /// <summary>Runs a piece of work several times until one run allocates nothing; fails when each of them did.</summary>
    /// <param name="work">On this thread; warm when first called, and the same amount of work each time.</param>
    /// <remarks>
    /// Work that allocates for what it does allocates in every run. The runtime allocates a few bytes once for purposes of its own, such as
    /// a cache of casts, when a method gets its last tier: when that is depends on how busy the machine is.
    /// </remarks>
    public static void AssertNone(Action work)
    {
        long allocated = -1;
        for (int window = 0; window < WindowsMax && allocated != 0; window++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(allocated == 0, $"expected a run without an allocation, the last of {WindowsMax} allocated {allocated} bytes");
    }
}
