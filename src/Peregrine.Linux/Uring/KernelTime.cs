using System.Runtime.InteropServices;

namespace Peregrine.Linux.Uring;

/// <summary>struct __kernel_timespec, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelTime
{
    private const int MsPerSecond = 1_000;
    private const long NsPerMs = 1_000_000;

    /// <summary>Whole seconds.</summary>
    public long Seconds;

    /// <summary>The rest, below a second.</summary>
    public long Nanoseconds;

    /// <summary>A time of so many milliseconds, 0 or more.</summary>
    public static KernelTime OfMilliseconds(int milliseconds) =>
        new() { Seconds = milliseconds / MsPerSecond, Nanoseconds = milliseconds % MsPerSecond * NsPerMs };
}
