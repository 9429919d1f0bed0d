using Peregrine.Distribution.Wire;

namespace Peregrine.Distribution.Transports;

/// <summary>A change of a book, clean: it names an order that was there and takes no more than it had.</summary>
public readonly record struct BookChange
{
    /// <summary>The instrument's id, as in <see cref="MarketDataServer.Define"/>.</summary>
    public int InstrumentId { get; init; }

    /// <summary>What happened.</summary>
    public OrderChangeKind Kind { get; init; }

    /// <summary>The order's side; of a <see cref="OrderChangeKind.Trade"/> the aggressor's, 0 where that is not known.</summary>
    public Side Side { get; init; }

    /// <summary>The order; 0 for a trade of none that is shown.</summary>
    public ulong OrderId { get; init; }

    /// <summary>The order's price, in the instrument's units; of a <see cref="OrderChangeKind.Trade"/> the trade's.</summary>
    public long Price { get; init; }

    /// <summary>By how much, in units of the instrument; 0 for a deletion.</summary>
    public long Quantity { get; init; }

    /// <summary>Of an <see cref="OrderChangeKind.Execute"/>: at which price, which can be another than the order's.</summary>
    public long TradePrice { get; init; }

    /// <summary>Of an <see cref="OrderChangeKind.Execute"/> or <see cref="OrderChangeKind.Trade"/>: its number, 1, 2, 3 ... an instrument.</summary>
    public long TradeId { get; init; }

    /// <summary>When, Unix nanoseconds.</summary>
    public long TimeNs { get; init; }
}
