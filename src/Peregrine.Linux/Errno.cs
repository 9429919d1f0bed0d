namespace Peregrine.Linux;

/// <summary>Error numbers of Linux, the same on x86-64 and arm64. Source: asm-generic/errno-base.h and errno.h.</summary>
public enum Errno
{
    None = 0,
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    EIO = 5,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EBUSY = 16,
    EEXIST = 17,
    EXDEV = 18,
    ENODEV = 19,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    EFBIG = 27,
    ENOSPC = 28,
    EROFS = 30,
    EPIPE = 32,
    ENOSYS = 38,
    ETIME = 62,
    EOPNOTSUPP = 95,
    EADDRINUSE = 98,
    EADDRNOTAVAIL = 99,
    ENETUNREACH = 101,
    ECONNABORTED = 103,
    ECONNRESET = 104,
    ENOBUFS = 105,
    ENOTCONN = 107,
    ETIMEDOUT = 110,
    ECONNREFUSED = 111,
    EHOSTUNREACH = 113,
    EINPROGRESS = 115,
    EDQUOT = 122,
    ECANCELED = 125,
}

/// <summary>Words for error numbers.</summary>
public static class Errnos
{
    /// <summary>The name and the system's own words, such as "ENOSPC: No space left on device".</summary>
    public static string Describe(this Errno errno) =>
        $"{errno}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage((int)errno)}";
}

/// <summary>A system call that was expected to work did not, at start or by misuse.</summary>
/// <param name="message">What was tried on what, and what to do.</param>
/// <param name="errno">The system's reason.</param>
public sealed class LinuxException(string message, Errno errno) : IOException($"{message}: {errno.Describe()}")
{
    /// <summary>The system's reason.</summary>
    public Errno Errno { get; } = errno;
}

/// <summary>What a system call gave: a value of 0 or above, or an error number.</summary>
/// <param name="Value">The call's result; -1 when it failed.</param>
/// <param name="Errno">None when it worked.</param>
public readonly record struct CallResult(long Value, Errno Errno)
{
    /// <summary>True when the call worked.</summary>
    public bool IsOk => Errno == Errno.None;
}
