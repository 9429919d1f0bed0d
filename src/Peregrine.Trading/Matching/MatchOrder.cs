using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

/// <summary>A new order, as the engine sees it: nothing of client ids or risk. docs/matching.md says what each field does.</summary>
public struct MatchOrder
{
    /// <summary>Not 0, and not that of an order that still rests or is parked.</summary>
    public ulong OrderId;

    /// <summary>Limit price, within ± <see cref="MatchingEngine.PriceTicksMax"/>; ignored for orders without one. Of a pegged order with
    /// <see cref="OrderFlags.HasLimit"/>, the price that it does not pass.</summary>
    public Price Price;

    /// <summary>1 to <see cref="MatchingEngine.QuantityLotsMax"/> lots.</summary>
    public Quantity Quantity;

    /// <summary>Of a stop or stop-limit order.</summary>
    public Price StopPrice;

    /// <summary>Distance in ticks: of a trailing stop from the last trade price, 1 or more; of a pegged order from its reference,
    /// 0 or more.</summary>
    public long OffsetTicks;

    /// <summary>How much an iceberg shows at a time; 0 when it shows all.</summary>
    public Quantity DisplayQuantity;

    /// <summary>What must trade on arrival, or of a hidden order its minimum execution size; 0 is none.</summary>
    public Quantity MinimumQuantity;

    /// <summary>Unix nanoseconds; of a good-till-time order.</summary>
    public long ExpireTimeNs;

    /// <summary>From <see cref="MatchingEngine.AddInstrument"/>.</summary>
    public int InstrumentId;

    /// <summary>Whose order it is; negative is nobody's.</summary>
    public int Account;

    /// <summary>For self-trade prevention by firm; negative is none.</summary>
    public int Firm;

    /// <summary>For self-trade prevention by strategy; negative is none.</summary>
    public int Strategy;

    /// <summary>For mass cancels; any number.</summary>
    public int Session;

    /// <summary>Any number of the caller's own; comes back in the events.</summary>
    public int Tag;
    public Side Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
    public OrderFlags Flags;
    public PegReference Peg;
    public SelfTradePrevention SelfTrade;
}

/// <summary>Which fields of a <see cref="MatchReplace"/> are new; the others stay.</summary>
[Flags]
public enum ReplaceFields : byte
{
    None = 0,
    Price = 1,
    Leaves = 2,

    /// <summary>The stop price; of a trailing stop, its distance.</summary>
    Stop = 4,
    Display = 8,
    Minimum = 16,
    Expiry = 32,
}

/// <summary>The fields of a replace together.</summary>
public static class ReplaceFieldSets
{
    /// <summary>Every one: another bit is none.</summary>
    public const ReplaceFields All = ReplaceFields.Price | ReplaceFields.Leaves | ReplaceFields.Stop | ReplaceFields.Display
        | ReplaceFields.Minimum | ReplaceFields.Expiry;
}

/// <summary>New values for an order.</summary>
public struct MatchReplace
{
    public ulong OrderId;
    public Price Price;

    /// <summary>What shall be left of it, not counting what is already filled; 1 or more.</summary>
    public Quantity Leaves;

    /// <summary>The stop price.</summary>
    public Price StopPrice;

    /// <summary>The distance of a trailing stop, in ticks.</summary>
    public long OffsetTicks;
    public Quantity DisplayQuantity;
    public Quantity MinimumQuantity;
    public long ExpireTimeNs;
    public ReplaceFields Fields;
}

/// <summary>Two orders that trade with each other and with nobody else (section 12).</summary>
public struct MatchCross
{
    /// <summary>Not 0, nor that of an order that rests; nor that of the other one.</summary>
    public ulong BuyId;

    /// <inheritdoc cref="BuyId"/>
    public ulong SellId;

    /// <summary>What they trade at.</summary>
    public Price Price;

    /// <summary>What they trade.</summary>
    public Quantity Quantity;
    public int InstrumentId;

    /// <summary>The caller's own number of the buy order; comes back in its events.</summary>
    public int BuyTag;

    /// <summary>The same of the sell order.</summary>
    public int SellTag;
}

/// <summary>Which orders a mass cancel means: those that match everything named.</summary>
/// <param name="Session">Or -1 for any.</param>
/// <param name="Account">Or -1 for any.</param>
/// <param name="InstrumentId">Or -1 for any.</param>
/// <param name="Side">Or null for both.</param>
public readonly record struct MassCancelFilter(int Session = -1, int Account = -1, int InstrumentId = -1, Side? Side = null)
{
    /// <summary>Means every order; narrow it with <c>with</c>.</summary>
    public MassCancelFilter()
        : this(-1, -1, -1, null)
    {
    }
}

/// <summary>Where an order is. 0 is nowhere.</summary>
public enum OrderPlace : byte
{
    /// <summary>In a queue of the book.</summary>
    Queue = 1,

    /// <summary>A stop that has not been triggered.</summary>
    Stop = 2,

    /// <summary>Waits for its auction, or for its reference.</summary>
    Parked = 3,
}

/// <summary>The table of where orders are.</summary>
public static class OrderPlaces
{
    /// <summary>The last of them: what is larger is none.</summary>
    public const OrderPlace Last = OrderPlace.Parked;

    /// <summary>Whether there is such a place.</summary>
    public static bool IsKnown(OrderPlace place) => place is not 0 and <= Last;
}

/// <summary>An order of a book, copied out.</summary>
public record struct RestingOrder
{
    public ulong OrderId;

    /// <summary>Its price in the queue; of a stop-limit order the limit; of a market order 0.</summary>
    public Price Price;
    public Quantity Leaves;

    /// <summary>What of <see cref="Leaves"/> is shown: 0 when hidden or parked.</summary>
    public Quantity Shown;

    /// <summary>Grows with every entry into a queue or a park of the book: within a level and its shown or hidden part,
    /// smaller trades first.</summary>
    public long PrioritySequence;
    public Price StopPrice;
    public long OffsetTicks;
    public Quantity DisplayQuantity;
    public Quantity MinimumQuantity;
    public long ExpireTimeNs;

    /// <summary>The price that a pegged order does not pass.</summary>
    public Price LimitPrice;
    public int InstrumentId;
    public int Account;
    public int Firm;
    public int Strategy;
    public int Session;
    public int Tag;
    public Side Side;

    /// <summary>A stop that was triggered is a market or limit order from then on.</summary>
    public OrderType Type;
    public TimeInForce TimeInForce;
    public OrderFlags Flags;
    public PegReference Peg;
    public SelfTradePrevention SelfTrade;
    public OrderPlace Place;
}

/// <summary>One price level of a book, as it is shown.</summary>
/// <param name="Quantity">Sum of what its orders show; 0 means there is no such level.</param>
/// <param name="OrderCount">Orders that show something.</param>
public readonly record struct BookLevel(Price Price, Quantity Quantity, int OrderCount);

/// <summary>What an auction would do now. Price and volume are 0 when nothing could trade.</summary>
/// <param name="Surplus">What buys have at the price beyond what sells have; negative the other way round.</param>
public readonly record struct IndicativePrice(Price Price, Quantity Volume, long Surplus);

/// <summary>What displays and distribution may see of the books.</summary>
public interface IBookView
{
    /// <summary>How many instruments there are; ids run from 0.</summary>
    int InstrumentCount { get; }

    /// <summary>How many price levels a side shows.</summary>
    int LevelCount(int instrumentId, Side side);

    /// <summary>A shown level by depth, 0 is the best.</summary>
    /// <returns>False, and default, when the side is not that deep.</returns>
    bool TryGetLevel(int instrumentId, Side side, int depth, out BookLevel level);

    /// <summary>Price of the last trade of an instrument; false before the first.</summary>
    bool TryGetLastTrade(int instrumentId, out Price price);

    /// <summary>The phase of an instrument.</summary>
    TradingPhase GetPhase(int instrumentId);
}
