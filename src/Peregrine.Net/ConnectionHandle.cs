using Peregrine.Net.Memory;

namespace Peregrine.Net;

/// <summary>A connection as other threads may name it: it keeps its meaning when the connection is gone and its object serves another.</summary>
/// <remarks>Thread: any.</remarks>
public readonly record struct ConnectionHandle
{
    internal ConnectionHandle(EventLoop loop, int slot, long id) => (Loop, Slot, Id) = (loop, slot, id);

    /// <summary>The connection's loop.</summary>
    public EventLoop Loop { get; }

    /// <summary>The connection's number on its loop.</summary>
    public long Id { get; }

    internal int Slot { get; }

    /// <summary>Sends a copy of the bytes through the loop.</summary>
    /// <param name="bytes">At most 64 KiB.</param>
    /// <returns>False: too many posts wait, or they are too many bytes. A connection that is gone, or refuses the write,
    /// loses it and counts it.</returns>
    /// <remarks>Allocates: no, when warm. Blocks: no.</remarks>
    public bool TryPost(ReadOnlySpan<byte> bytes) => Loop.TryPostCopy(this, bytes);

    /// <summary>Sends a shared buffer through the loop; holds it until it is sent.</summary>
    /// <returns>False: too many posts wait.</returns>
    public bool TryPost(SharedBuffer buffer) => Loop.TryPostShared(this, buffer);
}
