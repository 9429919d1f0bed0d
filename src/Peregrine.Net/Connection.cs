using System.Net;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;

namespace Peregrine.Net;

/// <summary>One stream of a loop, TCP or Unix, plain or TLS. Valid from OnOpened to OnClosed;
/// afterwards the object serves another connection.</summary>
/// <remarks>Thread: the loop's, for every member but <see cref="Handle"/>. Allocates: no, but for what says so.</remarks>
public sealed partial class Connection
{
    private readonly EventLoop _loop;
    private IPEndPoint? _remoteEndPoint;
    private string? _closeDetail;

    internal Connection(EventLoop loop, int slot)
    {
        _loop = loop;
        Slot = slot;
    }

    /// <summary>Unique in the life of the loop.</summary>
    public long Id { get; private set; }

    /// <summary>Its loop.</summary>
    public EventLoop Loop => _loop;

    /// <summary>The peer's address.</summary>
    public PeerAddress Remote { get; private set; }

    /// <summary>The peer's address as .NET knows it; 0.0.0.0:0 for a Unix socket. Allocates at the first use.</summary>
    public IPEndPoint RemoteEndPoint => _remoteEndPoint ??= Remote.ToEndPoint() ?? new IPEndPoint(IPAddress.Any, 0);

    /// <summary>For other threads: sends through the loop, or nowhere when the connection is gone.</summary>
    public ConnectionHandle Handle => new(_loop, Slot, Id);

    /// <summary>True for TLS.</summary>
    public bool IsEncrypted => Tls is not null;

    /// <summary>The peer's certificate in DER; null on a plain connection, or when it gave none. Allocates at every call.</summary>
    public byte[]? GetPeerCertificate() => Tls?.Engine.GetPeerCertificate();

    /// <summary>For the user.</summary>
    public object? Tag { get; set; }

    /// <summary>When the bytes now given to the handler were read, monotonic nanoseconds.</summary>
    public long LastReceivedNs { get; internal set; }

    /// <summary>False once it is closed or closing.</summary>
    public bool IsOpen => State == ConnectionState.Open;

    /// <summary>More about why it closed, when there is more to say; for the log.</summary>
    public string? CloseDetail
    {
        get => _closeDetail ?? (CloseErrno == Errno.None ? null : CloseErrno.Describe());
        internal set => _closeDetail = value;
    }

    /// <summary>The system's reason, when it broke.</summary>
    public Errno CloseErrno { get; internal set; }

    internal int Slot { get; }

    internal StreamSocket Socket { get; private set; }

    internal IConnectionHandler Handler { get; private set; } = null!;

    internal ConnectionState State { get; set; }

    /// <summary>Made by us, not accepted.</summary>
    internal bool IsOutgoing { get; private set; }

    internal EpollEvents WatchedEvents { get; set; }

    /// <summary>Requests that the kernel has not ended (io_uring).</summary>
    internal int RequestCount { get; set; }

    internal bool IsReceiveArmed { get; set; }

    internal bool IsReceiveCancelled { get; set; }

    /// <summary>Pieces of the output that a send on its way names (io_uring): they stay where they are until it has ended.</summary>
    internal int ArmedPieces { get; set; }

    internal bool IsSendArmed => ArmedPieces > 0;

    internal bool IsRoomArmed { get; set; }

    /// <summary>The armed request tells of room, not only of a break.</summary>
    internal bool IsRoomWatched { get; set; }

    /// <summary>First buffer that came while nothing was to be read (io_uring); -1 without one.</summary>
    internal int KeptHead { get; set; }

    internal int KeptTail { get; set; }

    /// <summary>The end of the stream comes behind what is kept.</summary>
    internal bool IsEndKept { get; set; }

    /// <summary>Detached: goes when the kernel's last request ends.</summary>
    internal bool IsLeaving { get; set; }

    /// <summary>Edge triggered: the kernel may have bytes.</summary>
    internal bool IsReadable { get; set; }

    internal bool IsPeerClosed { get; set; }

    /// <summary>Edge triggered: the connection is broken, which is told once, and the bytes before the break may not be read yet.</summary>
    internal bool IsHungUp { get; set; }

    internal bool IsQueuedForRead { get; set; }

    internal bool IsQueuedForFlush { get; set; }

    /// <summary>Asks for one call of <see cref="IConnectionHandler.OnTick"/>.</summary>
    /// <param name="milliseconds">From now, 0 or more; replaces an earlier wish. It comes up to about 2 ms late.</param>
    public void TickAfter(int milliseconds)
    {
        TickNs = _loop.NowNs + (milliseconds * 1_000_000L);
        _loop.Schedule(this, TickNs);
    }

    /// <summary>Takes an earlier wish for a tick back.</summary>
    public void StopTick() => TickNs = long.MaxValue;

    /// <summary>Sends what is pending, as far as the kernel takes it now, and closes; OnClosed comes at the end of the pass.</summary>
    public void Close() => _loop.BeginClose(this, CloseReason.Local);

    /// <summary>Reads nothing more, sends what is pending, and closes when it is out or the time is over.</summary>
    /// <param name="deadlineMs">0 or more.</param>
    public void CloseWhenSent(int deadlineMs) => _loop.CloseWhenSent(this, deadlineMs);

    /// <summary>Drops what is pending and resets the connection; OnClosed comes at the end of the pass.</summary>
    public void Abort() => _loop.Abort(this, CloseReason.Local);

    /// <summary>Ends the connection for a reason of the handler's, with a line in the log.</summary>
    public void Fail(CloseReason reason, string detail) => _loop.Fail(this, reason, detail);

    internal long TickNs { get; set; }

    internal long OpenedNs { get; set; }

    internal long LastActivityNs { get; set; }

    internal long CloseByNs { get; set; }

    internal void Begin(long id, StreamSocket socket, PeerAddress remote, IConnectionHandler handler, ConnectionState state, bool isOutgoing)
    {
        Id = id;
        Socket = socket;
        Remote = remote;
        _remoteEndPoint = null;
        Handler = handler;
        State = state;
        IsOutgoing = isOutgoing;
        WatchedEvents = EpollEvents.None;
        RequestCount = 0;
        IsReceiveArmed = IsReceiveCancelled = IsRoomArmed = IsLeaving = false;
        ArmedPieces = 0;
        IsReadable = IsPeerClosed = IsHungUp = IsEndKept = false;
        KeptHead = -1;
        CloseDetail = null;
        CloseErrno = Errno.None;
        LastReceivedNs = 0;
        TickNs = CloseByNs = long.MaxValue;
        OpenedNs = LastActivityNs = _loop.NowNs;
        BeginInput();
        BeginOutput();
    }

    /// <summary>Gives all buffers back and closes the socket.</summary>
    internal void End()
    {
        DropOutput();
        ReturnRest();
        Tls?.Dispose();
        Tls = null;
        if (RequestCount > 0)
        {
            // The loop is disposed and a request still holds the socket: the peer sees the end at once nevertheless.
            Socket.ShutdownAll();
        }

        Socket.Close();
        State = ConnectionState.Free;
        Handler = null!;
        Tag = null;
    }
}

/// <summary>Where a connection is in its life.</summary>
internal enum ConnectionState : byte
{
    Free = 0,
    Connecting = 1,

    /// <summary>Connected, the TLS handshake is not done.</summary>
    Handshaking = 2,
    Open = 3,
    Closing = 4,
}
