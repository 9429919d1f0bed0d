namespace Peregrine.Net;

/// <summary>How the loop talks to the kernel.</summary>
public enum NetBackend : byte
{
    /// <summary>io_uring when it works here, else epoll; the environment variable PEREGRINE_NET_BACKEND (epoll, epoll-et,
    /// io_uring) decides over this.</summary>
    Auto = 0,

    /// <summary>epoll, level triggered.</summary>
    Epoll = 1,

    /// <summary>epoll, edge triggered.</summary>
    EpollEdge = 2,

    /// <summary>io_uring; where it is denied, epoll takes over and the log says so.</summary>
    IoUring = 3,
}
