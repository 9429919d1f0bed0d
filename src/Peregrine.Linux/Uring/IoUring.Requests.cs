using Peregrine.Linux.Sockets;

namespace Peregrine.Linux.Uring;

public sealed unsafe partial class IoUring
{
    private const byte OpPollAdd = 6;
    private const byte OpSendMessage = 9;
    private const byte OpAccept = 13;
    private const byte OpCancel = 14;
    private const byte OpSend = 26;
    private const byte OpReceive = 27;
    private const uint MsgFlags = 0x4000 | 0x40; // MSG_NOSIGNAL | MSG_DONTWAIT

    /// <summary>Takes connections until it fails or is cancelled: each completion's result is a descriptor.</summary>
    public void PrepareAccept(StreamSocket listener, ulong data)
    {
        Entry* entry = Next(OpAccept, listener.Descriptor, data);
        entry->Priority = 1; // IORING_ACCEPT_MULTISHOT
        entry->OperationFlags = StreamSocket.SockNonBlock | StreamSocket.SockCloseOnExec;
    }

    /// <summary>Receives into lent buffers until it fails or is cancelled; 0 is the end of the stream.</summary>
    public void PrepareReceive(StreamSocket socket, ushort bufferGroup, ulong data)
    {
        Entry* entry = Next(OpReceive, socket.Descriptor, data);
        entry->Priority = 2; // IORING_RECV_MULTISHOT
        entry->Flags = 1 << 5; // IOSQE_BUFFER_SELECT
        entry->BufferGroup = bufferGroup;
    }

    /// <summary>Sends as much as the kernel takes at once; EAGAIN when it takes nothing.</summary>
    /// <param name="socket">Where to.</param>
    /// <param name="start">Bytes that must stay until the completion.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="data">Comes back with the completion.</param>
    public void PrepareSend(StreamSocket socket, nint start, int bytes, ulong data)
    {
        Entry* entry = Next(OpSend, socket.Descriptor, data);
        entry->Address = (ulong)start;
        entry->Length = (uint)bytes;
        entry->OperationFlags = MsgFlags;
    }

    /// <summary>Sends several pieces, as <see cref="PrepareSend"/>.</summary>
    /// <param name="socket">Where to.</param>
    /// <param name="message">Header and pieces; must stay until the completion.</param>
    /// <param name="data">Comes back with the completion.</param>
    public void PrepareSendMessage(StreamSocket socket, MessageHeader* message, ulong data)
    {
        Entry* entry = Next(OpSendMessage, socket.Descriptor, data);
        entry->Address = (ulong)message;
        entry->Length = 1;
        entry->OperationFlags = MsgFlags;
    }

    /// <summary>Tells when a descriptor is ready: once, or each time until it is cancelled.</summary>
    public void PreparePoll(int descriptor, EpollEvents events, bool again, ulong data)
    {
        Entry* entry = Next(OpPollAdd, descriptor, data);
        entry->OperationFlags = (uint)events;
        entry->Length = again ? 1u : 0; // IORING_POLL_ADD_MULTI
    }

    /// <summary>Ends a request: it completes with ECANCELED.</summary>
    /// <param name="target">The number given with it.</param>
    /// <param name="data">Comes back with this request's own completion.</param>
    public void PrepareCancel(ulong target, ulong data)
    {
        Entry* entry = Next(OpCancel, -1, data);
        entry->Address = target;
    }

    /// <summary>Which of the requests used here this kernel does not know.</summary>
    /// <returns>Their names; empty when it knows all.</returns>
    public IReadOnlyList<string> FindUnsupported()
    {
        const int count = 64;
        byte* probe = stackalloc byte[16 + (count * 8)];
        new Span<byte>(probe, 16 + (count * 8)).Clear();

        // SAFETY: struct io_uring_probe with 64 entries of 8 bytes, on this frame.
        if (Register(8, probe, count) != Errno.None)
        {
            return ["IORING_REGISTER_PROBE"];
        }

        ReadOnlySpan<(byte Operation, string Name)> used =
        [
            (OpPollAdd, "POLL_ADD"), (OpSendMessage, "SENDMSG"), (OpAccept, "ACCEPT"), (OpCancel, "ASYNC_CANCEL"), (OpSend, "SEND"),
                (OpReceive, "RECV"),
        ];
        List<string> missing = [];
        foreach ((byte operation, string name) in used)
        {
            bool isKnown = operation <= probe[0] && (probe[16 + (operation * 8) + 2] & 1) != 0;
            if (!isKnown)
            {
                missing.Add(name);
            }
        }

        return missing;
    }
}
