using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>
/// One request to the core as a value, for whoever makes one: fixed size, no references, the same for every way in. On its way it is bytes
/// (<see cref="CommandCodec"/>), and <see cref="CommandView"/> is what the core takes. The sequencer gives it <see cref="Sequence"/> and
/// <see cref="TimeNs"/>; after that it is the only input the core has.
/// </summary>
public struct OrderCommand
{
    /// <summary>Place in the one order of all commands: 1, 2, 3, ...</summary>
    public long Sequence;

    /// <summary>Sequenced time, Unix nanoseconds; never goes backwards. What is due by then happens before the command does.</summary>
    public long TimeNs;

    /// <summary>
    /// For <see cref="CommandType.New"/>: the id that the order will have. For a request about an order: that order, when
    /// <see cref="OriginalClientOrderId"/> is empty.
    /// </summary>
    public ulong OrderId;

    /// <summary>Limit price; ignored for orders without one. For a replace, the new price.</summary>
    public Price Price;

    /// <summary>Whole quantity of the order, filled part included; for a replace, the new one (FIX OrderQty). For a reduce,
    /// what to take off.</summary>
    public Quantity Quantity;

    /// <summary>Stop price and the like; for a replace, those of them that <see cref="Fields"/> names.</summary>
    public OrderAttributes Attributes;

    /// <summary>Index of the instrument, or -1 when the symbol was not known to the gateway.
    /// Not looked at where an order is named by its order id.</summary>
    public int InstrumentId;

    /// <summary>Index of the account, or -1 when it was not known to the gateway.</summary>
    public int AccountId;

    /// <summary>Index of the session that gets the reports.</summary>
    public int SessionId;

    /// <summary>Number of the strategy that the order belongs to, for self-trade prevention; 0 is none.</summary>
    public int StrategyId;

    public CommandType Type;
    public Side Side;
    public OrderType OrderType;
    public TimeInForce TimeInForce;

    /// <summary>Of a new order. A replace cannot add any: those that the order has may be named again.</summary>
    public OrderFlags Flags;
    public PegReference Peg;
    public SelfTradePrevention SelfTrade;

    /// <summary>For a replace: what is new. <see cref="ReplaceFields.Leaves"/> stands for <see cref="Quantity"/>.</summary>
    public ReplaceFields Fields;

    /// <summary>For a mass cancel or mass status: which of session, account, instrument and side orders must match. For a request about one order,
    /// which of account, instrument and side it names: those of the order must be the same, and of a replace that names any, the time in force too
    /// where it is there.</summary>
    public MassCancelScope Scope;

    /// <summary>For <see cref="CommandType.Phase"/>.</summary>
    public TradingPhase Phase;

    /// <summary>For <see cref="CommandType.Phase"/>: cancels and replaces are refused, in an auction phase.</summary>
    public bool CancelsForbidden;

    /// <summary>For a new order, a cancel or a replace: why whoever took the request refuses it; the core answers so, with the state of the order
    /// where there is one. None: it does not.</summary>
    public RejectReason Refusal;

    /// <summary>For a new order: the client may have sent it before (FIX PossResend). Where its id is that of an order which is known, that
    /// order's state is the answer, and not a refusal.</summary>
    public bool IsPossResend;

    /// <summary>Sequence number that the request had in its session.</summary>
    public long SessionSequence;

    /// <summary>Of a cross: the order id of the sell order. It has the place of a stop price.</summary>
    public ulong SellOrderId
    {
        readonly get => (ulong)Attributes.StopPrice.Ticks;
        set => Attributes.StopPrice = new Price((long)value);
    }

    /// <summary>Of a cross: the account of the sell order. It has the place of an offset.</summary>
    public int SellAccountId
    {
        readonly get => (int)Attributes.OffsetTicks;
        set => Attributes.OffsetTicks = value;
    }

    /// <summary>The client's id of this request; empty when the client names orders by their order ids.</summary>
    public ClientOrderId ClientOrderId;

    /// <summary>
    /// For a request about an order: the client's id of it; of a status request the own id is then what its answer repeats. For a new order whose
    /// symbol or account the gateway did not know: that name, so that the refusal can tell it.
    /// </summary>
    public ClientOrderId OriginalClientOrderId;
}
