using Peregrine.Primitives;
using Peregrine.Telemetry;
using Peregrine.Trading.Orders;

namespace Peregrine.Integration.Tests.Console;

public class BlotterTests
{
    [Fact]
    public void Reports_WhileNobodyLooks_AreTakenInAndNotLost()
    {
        const int pieces = 12;
        const int pieceReports = 10_000;
        using Blotter blotter = new();

        // More than the ring holds, and never faster than it is emptied.
        for (ulong order = 1; order <= pieces * pieceReports; order++)
        {
            blotter.OnReport(new OrderReport { Type = ReportType.Accepted, OrderId = order, LeavesQuantity = new Quantity(1) }, isReplay: false);
            if (order % pieceReports == 0)
            {
                Assert.True(SpinWait.SpinUntil(() => blotter.WaitingReports == 0, TimeSpan.FromSeconds(60)), "the ring is emptied although nobody looks");
            }
        }

        Assert.Equal(0, blotter.LostReports);
        Assert.Equal((ulong)(pieces * pieceReports), blotter.OrdersAfter(0, 1, _ => true, out _).Single().OrderId);
    }
}
