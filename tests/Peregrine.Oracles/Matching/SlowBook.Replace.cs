using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Oracles.Matching;

// Section 12: an order gets new values.
internal sealed partial class SlowBook
{
    /// <summary>Puts another order in the place of one: the same with new values.</summary>
    public void Replace(SlowOrder order, SlowOrder wanted)
    {
        bool isSameOtherwise = wanted.Price == order.Price && wanted.LimitPrice == order.LimitPrice && wanted.StopPrice == order.StopPrice
            && wanted.Offset == order.Offset && wanted.Display == order.Display && wanted.Minimum == order.Minimum;
        if (isSameOtherwise && wanted.Leaves <= order.Leaves)
        {
            order.TakeOff(order.Leaves - wanted.Leaves);
            order.Expiry = wanted.Expiry;
            EmitReplaced(order);
            return;
        }

        TakeOut(order);
        wanted.Place = 0;
        if (wanted.IsPegged)
        {
            _ = TryPricePeg(wanted);
        }

        EmitReplaced(wanted);
        Enter(wanted);
    }

    private void EmitReplaced(SlowOrder order)
    {
        long price = order.Type is OrderType.Stop or OrderType.TrailingStop ? order.StopPrice : order.Price;
        Emit(MatchEventType.Replaced, order, price, order.Leaves, RejectReason.None);
    }
}
