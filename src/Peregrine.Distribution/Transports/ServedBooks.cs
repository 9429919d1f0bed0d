using System.Diagnostics.CodeAnalysis;
using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Wire;
using Peregrine.Trading.MarketData;

namespace Peregrine.Distribution.Transports;

/// <summary>The books that a server keeps, to be read by its transports.</summary>
/// <remarks>Thread: the server's. Allocates: no, except when there are instruments that nobody asked for before.</remarks>
public sealed class ServedBooks
{
    private readonly MarketDataServer _server;
    private readonly BookPublisher _publisher;

    internal ServedBooks(MarketDataServer server, BookPublisher publisher) => (_server, _publisher) = (server, publisher);

    /// <summary>The server's options: how long a peer may be slow is the same for all transports.</summary>
    public MarketDataServerOptions Options => _server.Options;

    /// <summary>Finds an instrument.</summary>
    /// <param name="id">Its id: 0, 1, 2, ...</param>
    /// <param name="info">What it is.</param>
    public bool TryFind(string symbol, out int id, [NotNullWhen(true)] out InstrumentInfo? info)
    {
        bool isKnown = _server.TryFind(symbol, out id);
        info = isKnown ? _publisher.Instruments[id].Info : null;
        return isKnown;
    }

    /// <summary>How many levels a side has.</summary>
    public int LevelCount(int instrumentId, Side side) => _publisher.Books.LevelCount(instrumentId, side);

    /// <summary>A level by its depth, 0 the best.</summary>
    /// <param name="orders">How many orders it has.</param>
    /// <returns>False, and zeros, when there is none.</returns>
    public bool TryGetLevel(int instrumentId, Side side, int depth, out long price, out long quantity, out int orders)
    {
        orders = _publisher.Books.OrderCountAt(instrumentId, side, depth);
        return _publisher.Books.TryGetLevel(instrumentId, side, depth, out price, out quantity);
    }

    /// <summary>A level by its price.</summary>
    /// <inheritdoc cref="TryGetLevel"/>
    public bool TryGetLevelAt(int instrumentId, Side side, long price, out long quantity, out int orders) =>
        _publisher.Books.TryGetLevelAt(instrumentId, side, price, out quantity, out orders);

    /// <summary>What is left of an order; 0 when it is not there.</summary>
    public long QuantityOf(int instrumentId, ulong orderId) =>
        _publisher.Books.TryGetOrder(instrumentId, orderId, out _, out _, out long quantity) ? quantity : 0;

    /// <summary>The orders of a level, oldest first. Valid until the next change.</summary>
    /// <param name="depth">0 is the best.</param>
    public MarketBooks.LevelQueue QueueAt(int instrumentId, Side side, int depth) => _publisher.Books.QueueAt(instrumentId, side, depth);

    /// <summary>The last trade; its number is 0 when there was none.</summary>
    public TradeEntry LastTradeOf(int instrumentId) => _publisher.Instruments[instrumentId].LastTrade;

    /// <summary>When the book changed last, Unix nanoseconds; 0 for never.</summary>
    public long TimeNsOf(int instrumentId) => _publisher.Instruments[instrumentId].TimeNs;
}
