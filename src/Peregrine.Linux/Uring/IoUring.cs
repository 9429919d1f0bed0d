using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Peregrine.Primitives;

namespace Peregrine.Linux.Uring;

/// <summary>The end of a request: what the kernel says of it. struct io_uring_cqe, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Completion
{
    /// <summary>The number given with the request.</summary>
    public readonly ulong Data;

    /// <summary>0 or more, or an error number below 0.</summary>
    public readonly int Result;

    /// <summary>IORING_CQE_F_*.</summary>
    private readonly uint _flags;

    /// <summary>The request goes on: more completions follow (IORING_CQE_F_MORE).</summary>
    public bool HasMore => (_flags & 2) != 0;

    /// <summary>The lent buffer that holds what was received; -1 without one.</summary>
    public int BufferId => (_flags & 1) != 0 ? (int)(_flags >> 16) : -1;

    /// <summary>The error, or None.</summary>
    public Errno Errno => Result < 0 ? (Errno)(-Result) : Errno.None;
}

/// <summary>
/// A submission and a completion queue shared with the kernel. Requests are prepared in memory and handed over in batches; their ends are
/// read from memory. Source: io_uring(7), linux/io_uring.h; the system calls have the same numbers on x86-64 and arm64.
/// </summary>
/// <remarks>Thread: made by any; <see cref="Enable"/> binds it to the calling thread, which alone uses it from then on. Allocates:
/// only when made.</remarks>
public sealed unsafe partial class IoUring : IDisposable
{
    private const int EntryBytes = 64;
    private const uint SetupCqSize = 1 << 3;
    private const uint SetupClamp = 1 << 4;
    private const uint SetupDisabled = 1 << 6;
    private const uint SetupSubmitAll = 1 << 7;
    private const uint SetupCoopTaskRun = 1 << 8;
    private const uint SetupTaskRunFlag = 1 << 9;
    private const uint SetupSingleIssuer = 1 << 12;
    private const uint SetupDeferTaskRun = 1 << 13;
    private const uint FlagOverflow = 1 << 1;
    private const uint FlagTaskRun = 1 << 2;
    private const uint EnterGetEvents = 1;
    private const uint EnterExtArg = 1 << 3;

    private readonly int _descriptor;
    private readonly byte* _ring;
    private readonly nuint _ringBytes;
    private readonly byte* _entries;
    private readonly nuint _entriesBytes;
    private readonly uint* _sqHead;
    private readonly uint* _sqTail;
    private readonly uint* _sqFlags;
    private readonly uint _sqMask;
    private readonly uint _sqCount;
    private readonly uint* _cqHead;
    private readonly uint* _cqTail;
    private readonly Completion* _completions;
    private readonly uint _cqMask;
    private uint _tail;
    private uint _submitted;
    private bool _isDisposed;

    private IoUring(int descriptor, in Parameters parameters, string mode)
    {
        _descriptor = descriptor;
        Mode = mode;
        Parameters p = parameters;

        // One mapping holds both queues (IORING_FEAT_SINGLE_MMAP, since 5.4); another the entries.
        _ringBytes = Math.Max(p.SqArray + (p.SqEntries * sizeof(uint)), p.CqCqes + (p.CqEntries * (uint)sizeof(Completion)));
        _entriesBytes = p.SqEntries * EntryBytes;
        _ring = Map(_ringBytes, 0);
        _entries = Map(_entriesBytes, 0x10000000);

        // SAFETY: all offsets come from the kernel and lie inside the mapping that lives until Dispose.
        _sqHead = (uint*)(_ring + p.SqHead);
        _sqTail = (uint*)(_ring + p.SqTail);
        _sqFlags = (uint*)(_ring + p.SqFlags);
        _sqMask = *(uint*)(_ring + p.SqRingMask);
        _sqCount = p.SqEntries;
        _cqHead = (uint*)(_ring + p.CqHead);
        _cqTail = (uint*)(_ring + p.CqTail);
        _cqMask = *(uint*)(_ring + p.CqRingMask);
        _completions = (Completion*)(_ring + p.CqCqes);
        uint* array = (uint*)(_ring + p.SqArray);
        for (uint index = 0; index < p.SqEntries; index++)
        {
            array[index] = index;
        }
    }

    /// <summary>How the ring runs its work, in the kernel's words, for the log.</summary>
    public string Mode { get; }

    /// <summary>io_uring_enter calls so far.</summary>
    public long Enters { get; private set; }

    /// <summary>Requests prepared and not handed over yet.</summary>
    public int PreparedCount => (int)(_tail - _submitted);

    /// <summary>Completions that wait to be read; and, without a system call, whether the kernel has work that a call would finish.</summary>
    public bool HasWork => Volatile.Read(ref *_cqTail) != *_cqHead || (Volatile.Read(ref *_sqFlags) & (FlagTaskRun | FlagOverflow)) != 0;

    /// <summary>Completions that wait to be read.</summary>
    public int ReadyCount => (int)(Volatile.Read(ref *_cqTail) - *_cqHead);

    /// <summary>Makes a ring in the best mode that the kernel has: work deferred to our own calls, else cooperative, else plain.</summary>
    /// <param name="entries">Requests in one batch; a power of two.</param>
    /// <param name="completions">Completions that may wait; a power of two.</param>
    /// <param name="ring">The ring when the result is None.</param>
    /// <returns>None; EPERM where it is forbidden (a container's seccomp profile, kernel.io_uring_disabled); ENOSYS; ENOMEM.</returns>
    public static Errno TryCreate(int entries, int completions, out IoUring? ring)
    {
        ReadOnlySpan<(uint Flags, string Mode)> modes =
        [
            (SetupSingleIssuer | SetupDeferTaskRun | SetupTaskRunFlag | SetupDisabled | SetupSubmitAll, "SINGLE_ISSUER, DEFER_TASKRUN"),
            (SetupCoopTaskRun | SetupTaskRunFlag | SetupDisabled | SetupSubmitAll, "COOP_TASKRUN"),
            (SetupDisabled, "plain"),
        ];
        Errno errno = Errno.None;
        ring = null;
        foreach ((uint flags, string mode) in modes)
        {
            Parameters parameters = new() { Flags = flags | SetupCqSize | SetupClamp, CqEntries = (uint)completions };

            // SAFETY: struct io_uring_params is on this frame; the kernel fills it in.
            CallResult result = Libc.Result(Libc.SysCall(425, entries, (nint)(&parameters), 0, 0, 0, 0));
            errno = result.Errno;
            if (result.IsOk)
            {
                ring = new IoUring((int)result.Value, parameters, mode);
                return Errno.None;
            }

            if (errno != Errno.EINVAL)
            {
                return errno;
            }
        }

        return errno;
    }

    /// <summary>Starts the ring and binds it to the calling thread.</summary>
    public Errno Enable() => Register(12, null, 0);

    /// <summary>Hands prepared requests over.</summary>
    public Errno Submit() => PreparedCount == 0 ? Errno.None : Enter(0, 0);

    /// <summary>Hands prepared requests over, finishes what is finished, and waits for one completion when none waits.</summary>
    /// <param name="timeoutMs">0 does not wait, -1 waits for ever.</param>
    /// <returns>None, also after the time-out or a signal.</returns>
    public Errno SubmitAndWait(int timeoutMs)
    {
        Errno errno = Enter(timeoutMs == 0 || ReadyCount > 0 ? 0u : 1u, timeoutMs);
        return errno is Errno.ETIME or Errno.EINTR or Errno.EBUSY or Errno.EAGAIN ? Errno.None : errno;
    }

    /// <summary>The next completion; the caller knows that there is one.</summary>
    public Completion Take()
    {
        uint head = *_cqHead;
        Completion completion = _completions[head & _cqMask];

        // Release: the kernel may overwrite the entry only after it was read.
        Volatile.Write(ref *_cqHead, head + 1);
        return completion;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _ = Libc.Close(_descriptor);
            _ = Libc.MUnmap(_ring, _ringBytes);
            _ = Libc.MUnmap(_entries, _entriesBytes);
        }
    }

    internal Errno Register(uint operation, void* argument, uint count) =>
        Libc.Result(Libc.SysCall(427, _descriptor, operation, (nint)argument, count, 0, 0)).Errno;

    private Errno Enter(uint waitFor, int timeoutMs)
    {
        uint count = _tail - _submitted;

        // Release: the kernel reads the entries after it sees the new tail.
        Volatile.Write(ref *_sqTail, _tail);
        KernelTime time = KernelTime.OfMilliseconds(Math.Max(timeoutMs, 0));
        EnterArgument argument = new() { TimeSpec = timeoutMs > 0 ? &time : null };

        // SAFETY: both structs are on this frame for the call.
        CallResult result = Libc.Result(
            Libc.SysCall(426, _descriptor, count, waitFor, EnterGetEvents | EnterExtArg, (nint)(&argument), sizeof(EnterArgument)));
        Enters++;

        // What the kernel took is what its head says, also when the call was interrupted.
        _submitted = Volatile.Read(ref *_sqHead);
        return result.Errno;
    }

    private byte* Map(nuint bytes, long offset)
    {
        // MAP_SHARED | MAP_POPULATE
        void* start = Libc.MMap(null, bytes, 3, 1 | 0x8000, _descriptor, offset);
        return (nint)start == -1 ? throw new LinuxException("cannot map the queues of io_uring", (Errno)Marshal.GetLastPInvokeError()) : (byte*)start;
    }

    // The next free entry, cleared. A full queue is handed over first.
    private Entry* Next(byte operation, int descriptor, ulong data)
    {
        if (_tail - _submitted == _sqCount)
        {
            _ = Enter(0, 0);
            Check.That(_tail - _submitted < _sqCount, "the kernel takes requests when the queue is full");
        }

        // SAFETY: the index is below the number of entries; the mapping lives until Dispose.
        Entry* entry = (Entry*)(_entries + ((_tail & _sqMask) * EntryBytes));
        _tail++;
        Unsafe.InitBlock(entry, 0, EntryBytes);
        entry->Operation = operation;
        entry->Descriptor = descriptor;
        entry->Data = data;
        return entry;
    }

    /// <summary>struct io_uring_sqe, the parts that are used.</summary>
    [StructLayout(LayoutKind.Explicit, Size = EntryBytes)]
    private struct Entry
    {
        [FieldOffset(0)]
        public byte Operation;

        [FieldOffset(1)]
        public byte Flags;

        [FieldOffset(2)]
        public ushort Priority;

        [FieldOffset(4)]
        public int Descriptor;

        [FieldOffset(8)]
        public ulong Offset;

        [FieldOffset(16)]
        public ulong Address;

        [FieldOffset(24)]
        public uint Length;

        [FieldOffset(28)]
        public uint OperationFlags;

        [FieldOffset(32)]
        public ulong Data;

        [FieldOffset(40)]
        public ushort BufferGroup;
    }

    /// <summary>struct io_uring_params, 120 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    private struct Parameters
    {
        [FieldOffset(0)]
        public uint SqEntries;

        [FieldOffset(4)]
        public uint CqEntries;

        [FieldOffset(8)]
        public uint Flags;

        [FieldOffset(40)]
        public uint SqHead;

        [FieldOffset(44)]
        public uint SqTail;

        [FieldOffset(48)]
        public uint SqRingMask;

        [FieldOffset(56)]
        public uint SqFlags;

        [FieldOffset(64)]
        public uint SqArray;

        [FieldOffset(80)]
        public uint CqHead;

        [FieldOffset(84)]
        public uint CqTail;

        [FieldOffset(88)]
        public uint CqRingMask;

        [FieldOffset(100)]
        public uint CqCqes;
    }

    /// <summary>struct io_uring_getevents_arg, 24 bytes.</summary>
    private struct EnterArgument
    {
        public ulong SignalMask;
        public uint SignalMaskBytes;
        public uint MinWaitUs;
        public KernelTime* TimeSpec;
    }
}
