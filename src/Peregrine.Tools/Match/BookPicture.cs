using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>A book, copied out: what it shows, and every order in its place.</summary>
internal sealed class BookPicture
{
    /// <summary>Copies a book.</summary>
    /// <param name="orders">Of this book, in any order.</param>
    /// <param name="cancelsForbidden">As the last change of phase said.</param>
    public BookPicture(IMatchingEngine engine, ScriptInstrument instrument, ScriptNames names, IReadOnlyList<RestingOrder> orders,
        bool cancelsForbidden)
    {
        Instrument = instrument;
        Names = names;
        Phase = engine.GetPhase(instrument.Id);
        CancelsForbidden = cancelsForbidden;
        LastTrade = engine.TryGetLastTrade(instrument.Id, out Price last) ? last : null;
        Indicative = Phase is TradingPhase.OpeningAuction or TradingPhase.VolatilityAuction or TradingPhase.ClosingAuction
            ? engine.GetIndicative(instrument.Id)
            : null;
        Bids = Levels(engine, instrument.Id, Side.Buy);
        Asks = Levels(engine, instrument.Id, Side.Sell);
        BuyQueue = Queue(orders, Side.Buy);
        SellQueue = Queue(orders, Side.Sell);
        Stops = [.. orders.Where(order => order.Place == OrderPlace.Stop).OrderBy(order => order.PrioritySequence)];
        Parked = [.. orders.Where(order => order.Place == OrderPlace.Parked).OrderBy(order => order.PrioritySequence)];
    }

    public ScriptInstrument Instrument { get; }

    public ScriptNames Names { get; }

    public TradingPhase Phase { get; }

    public bool CancelsForbidden { get; }

    public Price? LastTrade { get; }

    /// <summary>What the auction would do now; null outside of auction phases.</summary>
    public IndicativePrice? Indicative { get; }

    /// <summary>What is shown, best first.</summary>
    public IReadOnlyList<BookLevel> Bids { get; }

    public IReadOnlyList<BookLevel> Asks { get; }

    /// <summary>Best first; in a price, shown before hidden; then by priority. Market orders before all prices.</summary>
    public IReadOnlyList<RestingOrder> BuyQueue { get; }

    public IReadOnlyList<RestingOrder> SellQueue { get; }

    /// <summary>By priority number.</summary>
    public IReadOnlyList<RestingOrder> Stops { get; }

    public IReadOnlyList<RestingOrder> Parked { get; }

    public IReadOnlyList<RestingOrder> QueueOf(Side side) => side == Side.Buy ? BuyQueue : SellQueue;

    private static List<BookLevel> Levels(IMatchingEngine engine, int instrumentId, Side side)
    {
        List<BookLevel> levels = [];
        while (engine.TryGetLevel(instrumentId, side, levels.Count, out BookLevel level))
        {
            levels.Add(level);
        }

        return levels;
    }

    private static List<RestingOrder> Queue(IReadOnlyList<RestingOrder> orders, Side side) =>
    [
        .. orders.Where(order => order.Place == OrderPlace.Queue && order.Side == side)
            .OrderBy(order => order.Type == OrderType.Market ? 0 : 1)
            .ThenBy(order => side == Side.Buy ? -order.Price.Ticks : order.Price.Ticks)
            .ThenBy(order => order.Shown.Lots > 0 ? 0 : 1)
            .ThenBy(order => order.PrioritySequence),
    ];
}
