namespace Peregrine.Simulator;

/// <summary>What a participant decides with: its market, its own orders, the time.</summary>
internal struct Decision
{
    public SimAction Action;
    public Side Side;
    public OrderType OrderType;
    public TimeInForce TimeInForce;
    public long PriceTicks;
    public long Lots;

    /// <summary>Place of the order to cancel or replace.</summary>
    public int OrderIndex;

    /// <summary>How long a new order shall stay, virtual nanoseconds.</summary>
    public long LifeNs;
}

/// <summary>One participant. It sees what any client sees, and keeps a position and its orders for each instrument.</summary>
/// <remarks>Allocates: when made.</remarks>
internal abstract class Participant(ParticipantInfo info, int instruments, int ordersMax)
{
    private readonly long[] _positions = new long[instruments];
    private readonly OpenOrders[] _orders = [.. Enumerable.Range(0, instruments).Select(_ => new OpenOrders(ordersMax))];

    public ParticipantInfo Info { get; } = info;

    public long Position(int market) => _positions[market];

    public OpenOrders Orders(int market) => _orders[market];

    /// <summary>Decides what to do next in a market.</summary>
    /// <returns>False: nothing.</returns>
    public abstract bool TryDecide(int marketIndex, SimMarket market, long nowNs, SeededRandom random, out Decision decision);

    /// <summary>Takes note of a trade of its own.</summary>
    public virtual void OnFill(int market, Side side, long lots) => _positions[market] += side == Side.Buy ? lots : -lots;

    protected static Decision Cancel(int index) => new() { Action = SimAction.Cancel, OrderIndex = index };

    protected static Decision Limit(Side side, double price, long lots, double lifeSeconds) => new()
    {
        Action = SimAction.New,
        Side = side,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        PriceTicks = Ticks(price),
        Lots = lots,
        LifeNs = (long)(lifeSeconds * 1e9),
    };

    protected static Decision Immediate(Side side, double price, long lots) => new()
    {
        Action = SimAction.New,
        Side = side,
        OrderType = OrderType.Limit,
        TimeInForce = TimeInForce.ImmediateOrCancel,
        PriceTicks = Ticks(price),
        Lots = lots,
    };

    protected static long Ticks(double price) => Math.Max(1, (long)Math.Round(price));

    /// <summary>A usual quantity: most are round, some are large.</summary>
    protected static long Lots(SimMarket market, SeededRandom random, double scale = 1)
    {
        double lots = market.Instrument.TypicalLots * scale * random.Pareto(1.6, 8) * 0.6;
        return Math.Max(1, (long)lots);
    }
}
