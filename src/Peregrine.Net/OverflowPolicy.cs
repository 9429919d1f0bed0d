namespace Peregrine.Net;

/// <summary>What happens when a connection's pending output reaches <see cref="EventLoopOptions.OutputHighWaterBytes"/>.</summary>
public enum OverflowPolicy : byte
{
    /// <summary>Nothing is read from the peer until the output falls to the low-water mark; writes go on to
    /// <see cref="EventLoopOptions.OutputBytesMax"/>.</summary>
    PauseReading = 0,

    /// <summary>Writes are refused and counted as dropped.</summary>
    DropNewest = 1,

    /// <summary>The oldest shared buffers that nothing was sent of make room; when there are none the write is refused.</summary>
    DropOldest = 2,

    /// <summary>The connection ends with <see cref="CloseReason.OutputOverflow"/>.</summary>
    Disconnect = 3,
}
