namespace Peregrine.Distribution.Wire;

/// <summary>Gets what a decoder finds in the server's frames. Every method does nothing unless it is overridden.</summary>
/// <remarks>Thread: the decoder's caller.</remarks>
public abstract class FrameVisitor
{
    /// <summary>The first frame of a connection.</summary>
    public virtual void OnWelcome(int version, string source, int heartbeatMs, long instrumentCount)
    {
    }

    /// <summary>Names an instrument.</summary>
    /// <param name="depth">0 in an answer to a list request.</param>
    public virtual void OnInstrument(int instrumentId, InstrumentInfo info, Depth depth)
    {
    }

    /// <summary>A snapshot, or a part of one, begins; its entries follow, then <see cref="OnSnapshotEnd"/>.</summary>
    public virtual void OnSnapshot(in FrameHeader header)
    {
    }

    /// <summary>The last entry of this frame of a snapshot was told.</summary>
    public virtual void OnSnapshotEnd(in FrameHeader header)
    {
    }

    /// <summary>An increment begins; its entries follow, then <see cref="OnIncrementEnd"/>.</summary>
    public virtual void OnIncrement(in FrameHeader header)
    {
    }

    /// <summary>The last entry of an increment was told.</summary>
    public virtual void OnIncrementEnd(in FrameHeader header)
    {
    }

    /// <summary>A level, as it is now.</summary>
    public virtual void OnLevel(in FrameHeader header, in LevelEntry level)
    {
    }

    /// <summary>A change of an order; in a snapshot an order, as an addition.</summary>
    public virtual void OnOrder(in FrameHeader header, in OrderEntry order)
    {
    }

    /// <summary>A trade.</summary>
    public virtual void OnTrade(in FrameHeader header, in TradeEntry trade)
    {
    }

    /// <summary>Nothing happened.</summary>
    public virtual void OnHeartbeat(long timeNs)
    {
    }

    /// <summary>Changes were left out; a snapshot follows.</summary>
    public virtual void OnConflated(int instrumentId, Depth depth, long lastSequence, long count)
    {
    }

    /// <summary>A request was refused.</summary>
    public virtual void OnRefused(Reason reason, string text)
    {
    }

    /// <summary>The server closes the connection.</summary>
    public virtual void OnGoodbye(Reason reason, string text)
    {
    }
}
