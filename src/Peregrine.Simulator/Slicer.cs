namespace Peregrine.Simulator;

/// <summary>Works one large order after the other: a slice at a time, patiently at the touch, and across the spread when it falls behind.</summary>
internal sealed class Slicer(ParticipantInfo info, int instruments) : Participant(info, instruments, ordersMax: 4)
{
    private const int ParentOrders = 150;
    private const double HorizonSeconds = 600;
    private const double PauseSeconds = 120;
    private const double SliceSeconds = 8;
    private readonly Parent[] _parents = new Parent[instruments];

    public override void OnFill(int market, Side side, long lots)
    {
        base.OnFill(market, side, lots);
        _parents[market].Done += lots;
    }

    public override bool TryDecide(int marketIndex, SimMarket market, long nowNs, SeededRandom random, out Decision decision)
    {
        decision = default;
        ref Parent parent = ref _parents[marketIndex];
        OpenOrders orders = Orders(marketIndex);
        if (orders.Count > 0)
        {
            decision = Cancel(0);
            return orders[0].UntilNs < nowNs && orders[0].OldNumber == 0;
        }

        if (market.Top is not { HasBid: true, HasAsk: true } top || nowNs < parent.FromNs)
        {
            return false;
        }

        if (parent.Lots == 0 || parent.Done >= parent.Lots)
        {
            bool isFirst = parent.Lots == 0;
            parent = new Parent
            {
                Side = random.Chance(0.5) ? Side.Buy : Side.Sell,
                Lots = market.Instrument.TypicalLots * ParentOrders,
                FromNs = nowNs + (isFirst ? 0 : (long)(random.Exponential(PauseSeconds) * 1e9)),
            };
            return false;
        }

        double due = Math.Min(1, (nowNs - parent.FromNs) / 1e9 / HorizonSeconds) * parent.Lots;
        long slice = Math.Min(parent.Lots - parent.Done, Lots(market, random, 1.5));
        bool isBehind = parent.Done < due - (2 * market.Instrument.TypicalLots);
        long touch = parent.Side == Side.Buy ? top.Bid.Ticks : top.Ask.Ticks;
        long far = parent.Side == Side.Buy ? top.Ask.Ticks : top.Bid.Ticks;
        decision = isBehind ? Immediate(parent.Side, far, slice) : Limit(parent.Side, touch, slice, random.Exponential(SliceSeconds));
        return isBehind || parent.Done <= due + market.Instrument.TypicalLots;
    }

    private struct Parent
    {
        public long Lots;
        public long Done;
        public long FromNs;
        public Side Side;
    }
}
