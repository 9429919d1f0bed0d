namespace Peregrine.Linux;

/// <summary>How many descriptors this process may have open (RLIMIT_NOFILE).</summary>
/// <remarks>Thread: any. Allocates: no.</remarks>
public static unsafe class DescriptorLimit
{
    private const int NoFile = 7;

    /// <summary>The limit in force.</summary>
    public static long Current => Read().Soft;

    /// <summary>The most that this process may ask for.</summary>
    public static long Hard => Read().Hard;

    /// <summary>Raises the limit to the hard one.</summary>
    /// <returns>The limit in force afterwards.</returns>
    public static long Raise()
    {
        (long _, long hard) = Read();
        ulong* limits = stackalloc ulong[2] { (ulong)hard, (ulong)hard };

        // SAFETY: struct rlimit64 is two 64-bit numbers on this frame.
        _ = Libc.SetRLimit(NoFile, limits);
        return Read().Soft;
    }

    /// <summary>What to change when so many descriptors do not fit.</summary>
    /// <returns>Null when they fit.</returns>
    public static string? Advice(long wanted) => wanted <= Current
        ? null
        : $"{wanted:N0} descriptors are needed and this process may open {Current:N0} (hard limit {Hard:N0}): " +
        $"start it with 'ulimit -n {wanted}', set LimitNOFILE= in its systemd unit or nofile in /etc/security/limits.conf, or use fewer connections";

    private static (long Soft, long Hard) Read()
    {
        ulong* limits = stackalloc ulong[2] { 0, 0 };

        // SAFETY: struct rlimit64 is two 64-bit numbers on this frame.
        _ = Libc.GetRLimit(NoFile, limits);
        return ((long)Math.Min(limits[0], long.MaxValue), (long)Math.Min(limits[1], long.MaxValue));
    }
}
