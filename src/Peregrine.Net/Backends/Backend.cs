using Peregrine.Linux;

namespace Peregrine.Net.Backends;

/// <summary>
/// How a loop talks to the kernel. It waits, moves bytes, and tells the loop; what that means for a connection is the loop's business, and
/// the same for every backend.
/// </summary>
/// <remarks>Thread: the loop's.</remarks>
internal abstract class Backend : IDisposable
{
    /// <summary>Its name and mode, for the log.</summary>
    public abstract string Description { get; }

    /// <summary>Which one it is.</summary>
    public abstract NetBackend Kind { get; }

    /// <summary>True when nothing must keep the next wait from blocking.</summary>
    public virtual bool HasWork => false;

    /// <summary>Begins to accept.</summary>
    public abstract Errno Accept(Listener listener);

    /// <summary>Stops accepting.</summary>
    public abstract void StopAccepting(Listener listener);

    /// <summary>Takes a connection on: one that is being made is watched for its end, one that was accepted is read.</summary>
    public abstract Errno Attach(Connection connection);

    /// <summary>Looks again at whether the connection is to be read, and watched for room.</summary>
    public abstract void Update(Connection connection);

    /// <summary>Hands pending output to the kernel.</summary>
    /// <returns>None: all was taken, or is on its way; EAGAIN: the kernel's buffer is full; else it is broken.</returns>
    public abstract Errno Send(Connection connection);

    /// <summary>Lets a closed connection go: <see cref="EventLoop.Release"/> follows, now or when the kernel is done with its memory.</summary>
    public abstract void Detach(Connection connection);

    /// <summary>Watches a datagram port for datagrams, and for room when its output waits.</summary>
    public abstract void Update(DatagramPort port);

    /// <summary>Stops watching it.</summary>
    public abstract void Detach(DatagramPort port);

    /// <summary>Waits for something to happen, and tells the loop.</summary>
    /// <param name="timeoutMs">0 looks only, -1 waits for ever.</param>
    /// <returns>How many things happened.</returns>
    public abstract int Poll(int timeoutMs);

    /// <summary>Hands over what was only prepared.</summary>
    public virtual void Submit()
    {
    }

    /// <summary>Gives kernel resources back; the loop's thread is done with it.</summary>
    public abstract void Dispose();
}
