using Microsoft.Win32.SafeHandles;

namespace Peregrine.Linux.Sockets;

/// <summary>A counter in the kernel that wakes whoever waits for it to be readable. Source: eventfd(2).</summary>
/// <remarks>Thread: <see cref="Signal"/> from any, also while or after it is disposed; the rest from the owner. Allocates: only when made.</remarks>
public sealed unsafe class EventCounter : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Makes one at zero, non-blocking.</summary>
    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public EventCounter()
        : base(ownsHandle: true)
    {
        CallResult result = Libc.Result(Libc.EventFd(0, 0x80800 /* EFD_CLOEXEC | EFD_NONBLOCK */));
        SetHandle(result.IsOk ? (nint)result.Value : throw new LinuxException("eventfd", result.Errno));
    }

    /// <summary>The descriptor to watch.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Adds one. A full counter is readable already, so its EAGAIN needs no answer; a disposed one is left alone.</summary>
    public void Signal()
    {
        // The number of a closed descriptor may already belong to another file, which 8 bytes would damage: hold it open meanwhile.
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            ulong one = 1;

            // SAFETY: 8 bytes on this frame; the descriptor is held.
            _ = Libc.Write(Descriptor, (byte*)&one, 8);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>Sets it to zero.</summary>
    public void Clear()
    {
        ulong value;

        // SAFETY: 8 bytes on this frame.
        _ = Libc.Read(Descriptor, (byte*)&value, 8);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
