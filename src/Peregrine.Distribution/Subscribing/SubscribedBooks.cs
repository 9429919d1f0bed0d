using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Subscribing;

/// <summary>
/// Keeps the books of a connection's subscriptions at depth orders: snapshots and increments applied, gaps found, digests compared.
/// Each applied change is also told as an update, so that another link can be fed from it.
/// </summary>
/// <remarks>Thread: one. Allocates: only when there is more in the books than ever before.</remarks>
public class SubscribedBooks : FrameVisitor
{
    private readonly Dictionary<int, (InstrumentInfo Info, long Sequence)> _instruments = [];

    /// <summary>The books, by the server's instrument ids.</summary>
    public MarketBooks Books { get; } = new();

    /// <summary>Increments that did not follow what was there: never, with a correct server.</summary>
    public long Gaps { get; private set; }

    /// <summary>Digests compared.</summary>
    public long DigestsChecked { get; private set; }

    /// <summary>Digests that differed: never, with a correct server.</summary>
    public long DigestsWrong { get; private set; }

    /// <summary>Times that the server left changes out.</summary>
    public long Conflations { get; private set; }

    /// <summary>Changes applied.</summary>
    public long Changes { get; private set; }

    /// <summary>The sequence number of an instrument's book; -1 before its first snapshot.</summary>
    public long SequenceOf(int instrumentId) => _instruments.TryGetValue(instrumentId, out (InstrumentInfo Info, long Sequence) known)
        ? known.Sequence
        : -1;

    /// <inheritdoc/>
    public override void OnWelcome(int version, string source, int heartbeatMs, long instrumentCount)
    {
        // Ids are the connection's.
        foreach (int id in _instruments.Keys)
        {
            _ = Books.Apply(new BookUpdate { Kind = BookUpdateKind.Clear, InstrumentId = id });
        }

        _instruments.Clear();
    }

    /// <inheritdoc/>
    public override void OnInstrument(int instrumentId, InstrumentInfo info, Depth depth)
    {
        if (depth == Depth.Orders)
        {
            _instruments[instrumentId] = (info, -1);
        }
    }

    /// <inheritdoc/>
    public override void OnSnapshot(in FrameHeader header)
    {
        if (header.IsFirst && header.Depth == Depth.Orders)
        {
            Apply(new BookUpdate { Kind = BookUpdateKind.Clear, InstrumentId = header.InstrumentId, TimeNs = header.TimeNs, IsEventEnd = true });
        }
    }

    /// <inheritdoc/>
    public override void OnSnapshotEnd(in FrameHeader header)
    {
        if (header.IsLast && header.Depth == Depth.Orders)
        {
            SetSequence(header);
        }
    }

    /// <inheritdoc/>
    public override void OnIncrement(in FrameHeader header)
    {
        if (header.Depth == Depth.Orders && header.PreviousSequence != SequenceOf(header.InstrumentId))
        {
            Gaps++;
        }
    }

    /// <inheritdoc/>
    public override void OnOrder(in FrameHeader header, in OrderEntry order)
    {
        Changes++;
        Apply(new BookUpdate
        {
            Kind = order.Kind switch
            {
                OrderChangeKind.Add => BookUpdateKind.Add,
                OrderChangeKind.Execute => BookUpdateKind.Execute,
                OrderChangeKind.Reduce => BookUpdateKind.Reduce,
                OrderChangeKind.Delete => BookUpdateKind.Delete,
                OrderChangeKind.Clear => BookUpdateKind.Clear,
                _ => BookUpdateKind.Trade,
            },
            InstrumentId = header.InstrumentId,
            OrderId = order.OrderId,
            Side = order.Side,
            Price = order.Price,
            Quantity = order.Quantity,
            TimeNs = header.TimeNs,
            IsEventEnd = true,
        });
    }

    /// <inheritdoc/>
    public override void OnIncrementEnd(in FrameHeader header)
    {
        if (header.Depth != Depth.Orders)
        {
            return;
        }

        SetSequence(header);
        if (header.Digest != 0)
        {
            DigestsChecked++;
            DigestsWrong += BookDigest.Of(Books, header.InstrumentId, Depth.Orders) == header.Digest ? 0 : 1;
        }
    }

    /// <inheritdoc/>
    public override void OnConflated(int instrumentId, Depth depth, long lastSequence, long count) => Conflations++;

    /// <summary>Told of each update after it was applied; the instrument's id is the server's.</summary>
    protected virtual void OnApplied(in BookUpdate update)
    {
    }

    /// <summary>What is known of an instrument; null before it was named.</summary>
    protected InstrumentInfo? InfoOf(int instrumentId) => _instruments.TryGetValue(instrumentId, out (InstrumentInfo Info, long Sequence) known)
        ? known.Info
        : null;

    private void Apply(in BookUpdate update)
    {
        _ = Books.Apply(update);
        OnApplied(update);
    }

    private void SetSequence(in FrameHeader header)
    {
        if (InfoOf(header.InstrumentId) is { } info)
        {
            _instruments[header.InstrumentId] = (info, header.Sequence);
        }
    }
}
