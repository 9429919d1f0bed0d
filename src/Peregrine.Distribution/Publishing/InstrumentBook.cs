using Peregrine.Distribution.Wire;

namespace Peregrine.Distribution.Publishing;

/// <summary>What the publisher knows of an instrument beside its book.</summary>
internal sealed class InstrumentBook(int id, InstrumentInfo info)
{
    public int Id { get; } = id;

    public InstrumentInfo Info { get; } = info;

    /// <summary>Changes so far: the sequence number of the book as it is now.</summary>
    public long Sequence { get; set; }

    /// <summary>Time of the last change.</summary>
    public long TimeNs { get; set; }

    /// <summary>Trades so far.</summary>
    public long Trades { get; set; }

    /// <summary>The last trade; none while its number is 0.</summary>
    public TradeEntry LastTrade { get; set; }

    /// <summary>By depth, 1 to 4; null where nobody subscribes.</summary>
    public Channel?[] Channels { get; } = new Channel?[(int)Depths.Last + 1];
}
