using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Linux.Uring;

namespace Peregrine.Net.Backends;

/// <summary>Whether io_uring does here what the backend needs: tried once in a process, on a socket pair.</summary>
internal static class UringProbe
{
    private static readonly Lock Gate = new();
    private static (Errno Errno, string Reason)? _result;

    public static Errno TryReceive(ushort bufferGroup, out string reason)
    {
        lock (Gate)
        {
            _result ??= Try(bufferGroup);
            reason = _result.Value.Reason;
            return _result.Value.Errno;
        }
    }

    private static (Errno Errno, string Reason) Try(ushort bufferGroup)
    {
        Errno errno = IoUring.TryCreate(8, 16, out IoUring? ring);
        if (errno != Errno.None)
        {
            string hint = errno == Errno.EPERM ? " (a container's seccomp profile, or the setting kernel.io_uring_disabled, forbids it)" : "";
            return (errno, $"io_uring_setup: {errno.Describe()}{hint}");
        }

        using (ring)
        {
            IReadOnlyList<string> missing = ring!.FindUnsupported();
            if (missing.Count > 0)
            {
                return (Errno.ENOSYS, $"the kernel does not know {string.Join(", ", missing)}");
            }

            errno = BufferRing.TryCreate(ring, bufferGroup, 2, 4096, out BufferRing? buffers);
            if (errno != Errno.None)
            {
                return (errno, $"no ring of lent buffers: {errno.Describe()}");
            }

            using (buffers)
            {
                (Errno Errno, string Reason) result = Receive(ring, bufferGroup);
                ring.Dispose();
                return result;
            }
        }
    }

    private static (Errno Errno, string Reason) Receive(IoUring ring, ushort bufferGroup)
    {
        Errno errno = ring.Enable();
        errno = errno == Errno.None ? StreamSocket.TryPair(out StreamSocket one, out StreamSocket other) : Fail(errno, out one, out other);
        if (errno != Errno.None)
        {
            return (errno, $"no pair of sockets to try on: {errno.Describe()}");
        }

        // Two messages, so that a kernel that knows no receives that go on is found out.
        ring.PrepareReceive(other, bufferGroup, 1);
        bool works = true;
        for (int round = 0; round < 2 && works; round++)
        {
            _ = one.Send("probe"u8);
            errno = ring.SubmitAndWait(1000);
            works = errno == Errno.None && ring.ReadyCount == 1;
            Completion completion = works ? ring.Take() : default;
            works = works && completion.Result == 5 && completion.HasMore && completion.BufferId >= 0;
            errno = completion.Errno != Errno.None ? completion.Errno : errno;
        }

        one.Close();
        other.Close();
        return works ? (Errno.None, "") : (errno == Errno.None ? Errno.ENOSYS : errno, "receives that go on into lent buffers do not work");
    }

    private static Errno Fail(Errno errno, out StreamSocket one, out StreamSocket other)
    {
        (one, other) = (StreamSocket.None, StreamSocket.None);
        return errno;
    }
}
