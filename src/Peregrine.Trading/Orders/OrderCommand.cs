using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// One request to the core: fixed size, no references, the same for every way in. The sequencer fills
/// <see cref="Sequence"/> and <see cref="TimeNs"/>; after that it is the only input the core has.
/// </summary>
public struct OrderCommand
{
    /// <summary>Place in the one order of all commands: 1, 2, 3, ...</summary>
    public long Sequence;

    /// <summary>Sequenced time, Unix nanoseconds; never goes backwards.</summary>
    public long TimeNs;

    /// <summary>For <see cref="CommandType.New"/>: the id that the order will have. Unused otherwise.</summary>
    public ulong OrderId;

    /// <summary>Limit price; ignored for market orders. For a replace, the new price.</summary>
    public Price Price;

    /// <summary>Whole quantity of the order, filled part included; for a replace, the new one (FIX OrderQty).</summary>
    public Quantity Quantity;

    /// <summary>Index of the instrument, or -1 when the symbol was not known to the gateway.</summary>
    public int InstrumentId;

    /// <summary>Index of the account, or -1 when it was not known to the gateway.</summary>
    public int AccountId;

    /// <summary>Index of the session that gets the reports.</summary>
    public int SessionId;

    public CommandType Type;
    public Side Side;
    public OrderType OrderType;
    public TimeInForce TimeInForce;

    /// <summary>The client's id of this request.</summary>
    public ClientOrderId ClientOrderId;

    /// <summary>
    /// For cancel, replace and status: the client's id of the order meant. For a new order whose symbol or account the gateway
    /// did not know: that name, so that the refusal can tell it.
    /// </summary>
    public ClientOrderId OriginalClientOrderId;

    /// <summary>Sequence number that the request had in its session.</summary>
    public long SessionSequence;

    /// <summary>When the request passed each hop; the core ignores them.</summary>
    public HopTimes Hops;
}
