using System.Runtime.InteropServices;
using Peregrine.Distribution.Transports;
using Peregrine.Distribution.Wire;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>A level that changed in this pass.</summary>
/// <param name="WasThere">It was there when the pass began.</param>
internal readonly record struct TouchedLevel(Side Side, long Price, bool WasThere);

/// <summary>What happened to an order.</summary>
/// <param name="Left">What is left of it; 0 when it is gone.</param>
/// <param name="IsNew">It came.</param>
internal readonly record struct TouchedOrder(ulong OrderId, Side Side, long Price, long Left, bool IsNew);

/// <summary>What happened to one instrument in this pass, for all forms in which somebody is told of it.</summary>
/// <remarks>Thread: the market data server's. Allocates: when a pass has more than any before.</remarks>
internal sealed class InstrumentChanges(int instrumentId, InstrumentInfo info, byte[] symbol, ServedBooks books)
{
    private readonly List<TouchedLevel> _levels = [];
    private readonly HashSet<(Side Side, long Price)> _seen = [];
    private readonly List<TouchedOrder> _orders = [];
    private readonly List<TradeEntry> _trades = [];

    /// <summary>The instrument.</summary>
    public int InstrumentId => instrumentId;

    /// <summary>Its prices are in units of 10^-this.</summary>
    public int Decimals => info.PriceDecimals;

    /// <summary>Its symbol.</summary>
    public ReadOnlySpan<byte> Symbol => symbol;

    /// <summary>The forms in which it is told.</summary>
    public List<BookFeed> Feeds { get; } = [];

    /// <summary>Anything happened.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>The book was emptied at once: whoever follows it gets a snapshot.</summary>
    public bool IsCleared { get; private set; }

    /// <summary>Levels that changed, each once.</summary>
    public ReadOnlySpan<TouchedLevel> Levels => CollectionsMarshal.AsSpan(_levels);

    /// <summary>Every change of an order.</summary>
    public ReadOnlySpan<TouchedOrder> Orders => CollectionsMarshal.AsSpan(_orders);

    /// <summary>Every trade.</summary>
    public ReadOnlySpan<TradeEntry> Trades => CollectionsMarshal.AsSpan(_trades);

    /// <summary>Takes note of a change that the book has already.</summary>
    public void Note(in BookChange change)
    {
        IsDirty = true;
        switch (change.Kind)
        {
            case OrderChangeKind.Clear:
                IsCleared = true;
                ForgetBook();
                break;
            case OrderChangeKind.Trade:
                NoteTrade(in change, change.Price, change.Side);
                break;
            case OrderChangeKind.Execute:
                NoteTrade(in change, change.TradePrice, change.Side.Opposite());
                NoteOrder(in change);
                break;
            default:
                NoteOrder(in change);
                break;
        }
    }

    /// <summary>Everybody was told.</summary>
    public void EndPass()
    {
        ForgetBook();
        _trades.Clear();
        (IsDirty, IsCleared) = (false, false);
    }

    private void ForgetBook()
    {
        _levels.Clear();
        _seen.Clear();
        _orders.Clear();
    }

    private void NoteOrder(in BookChange change)
    {
        bool isNew = change.Kind == OrderChangeKind.Add;
        if (_seen.Add((change.Side, change.Price)))
        {
            // An addition found the level there when the level has more than it now.
            bool isAlone = isNew && books.TryGetLevelAt(instrumentId, change.Side, change.Price, out long quantity, out _)
                && quantity == change.Quantity;
            _levels.Add(new TouchedLevel(change.Side, change.Price, WasThere: !isAlone));
        }

        long left = change.Kind == OrderChangeKind.Delete ? 0 : books.QuantityOf(instrumentId, change.OrderId);
        _orders.Add(new TouchedOrder(change.OrderId, change.Side, change.Price, left, isNew));
    }

    private void NoteTrade(in BookChange change, long price, Side aggressor) => _trades.Add(new TradeEntry
    {
        TradeId = change.TradeId,
        Price = price,
        Quantity = change.Quantity,
        Aggressor = aggressor,
        TimeNs = change.TimeNs,
    });
}
