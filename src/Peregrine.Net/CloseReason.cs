namespace Peregrine.Net;

/// <summary>Why a connection ended. 0 is none.</summary>
public enum CloseReason : byte
{
    /// <summary>Closed by us.</summary>
    Local = 1,

    /// <summary>The peer ended its stream.</summary>
    Remote = 2,

    /// <summary>The peer, or the network, broke it.</summary>
    Reset = 3,

    /// <summary>The peer reads too slowly: more output is pending than allowed, and the policy is to disconnect.</summary>
    OutputOverflow = 4,

    /// <summary>The handler left more bytes unconsumed than allowed: a frame that is too large.</summary>
    InputOverflow = 5,

    /// <summary>The handler threw; the exception is in <see cref="EventLoop.LastHandlerFault"/>.</summary>
    HandlerFault = 6,

    /// <summary>The loop was disposed.</summary>
    LoopStopped = 7,

    /// <summary>The connection could not be established.</summary>
    ConnectFailed = 8,

    /// <summary>Nothing came or went for <see cref="EventLoopOptions.IdleTimeoutMs"/>.</summary>
    IdleTimeout = 9,

    /// <summary>It was not established, or its TLS handshake not done, in <see cref="EventLoopOptions.HandshakeTimeoutMs"/>.</summary>
    HandshakeTimeout = 10,

    /// <summary>A frame that was begun was not complete in <see cref="EventLoopOptions.FrameTimeoutMs"/>.</summary>
    FrameTimeout = 11,

    /// <summary>TLS failed; <see cref="Connection.CloseDetail"/> says why.</summary>
    TlsFailed = 12,

    /// <summary>The peer speaks TLS to a port without it.</summary>
    WrongProtocol = 13,

    /// <summary>No buffer was left for bytes that had arrived.</summary>
    OutOfBuffers = 14,

    /// <summary>A codec found bytes that are no frame.</summary>
    Malformed = 15,
}

/// <summary>The table of reasons to close.</summary>
public static class CloseReasons
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const CloseReason Last = CloseReason.Malformed;
}
