namespace Peregrine.Linux;

/// <summary>What a waiting thread may do.</summary>
public static class Threads
{
    /// <summary>Lets another thread run, when one wants to (sched_yield).</summary>
    public static void Yield() => _ = Libc.SchedYield();
}
