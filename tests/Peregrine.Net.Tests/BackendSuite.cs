using System.Net;

namespace Peregrine.Net.Tests;

/// <summary>A suite that every backend must pass: one subclass for each.</summary>
public abstract class BackendSuite
{
    private readonly NetBackend _backend;

    protected BackendSuite(NetBackend backend)
    {
        _backend = backend;
        Assert.SkipWhen(backend == NetBackend.IoUring && !IoUringWorks, "io_uring is not allowed on this machine");
    }

    /// <summary>Whether this machine lets us: in a container it often does not.</summary>
    public static bool IoUringWorks { get; } = Probe();

    private protected TestLoop Start(Func<IConnectionHandler?> accept, EventLoopOptions? options = null) => new(accept, With(options));

    private protected TestLoop Start(Func<IPEndPoint, IConnectionHandler?> accept, EventLoopOptions? options = null) => new(accept, With(options));

    private protected EventLoop NewLoop(EventLoopOptions options) => new(With(options));

    private protected EventLoopOptions With(EventLoopOptions? options) => (options ?? new EventLoopOptions()) with { Backend = _backend };

    private static bool Probe()
    {
        using EventLoop loop = new(new EventLoopOptions { Backend = NetBackend.IoUring });
        return loop.Backend == NetBackend.IoUring;
    }
}
