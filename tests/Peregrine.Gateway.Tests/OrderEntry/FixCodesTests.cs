using Peregrine.Gateway.OrderEntry;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.OrderEntry;

public class FixCodesTests
{
    [Fact]
    public void Tables_AreAsLongAsTheirEnumerations() => Assert.Equal(
        ((int)OrderTypes.Last + 1, (int)TimesInForce.Last + 1, (int)SelfTradePreventions.Last + 1, (int)OrderStatuses.Last + 1, ReportTypes.Count),
        FixCodes.Lengths);

    [Fact]
    public void Words_ThereAndBack_AreTheSame()
    {
        Assert.All(Enum.GetValues<TimeInForce>(), time => Assert.Equal(time, FixCodes.TimeInForceOf((byte)FixCodes.Of(time))));
        Assert.All(Enum.GetValues<SelfTradePrevention>().Where(mode => mode != SelfTradePrevention.Default),
            mode => Assert.Equal(mode, FixCodes.PreventionOf((byte)FixCodes.Of(mode))));

        // A trailing stop is a pegged order to FIX, until ExecInst tells.
        Assert.All(Enum.GetValues<OrderType>(), type => Assert.Equal(
            type == OrderType.TrailingStop ? OrderType.Pegged : type, FixCodes.OrderTypeOf((byte)FixCodes.Of(type))));
    }

    [Fact]
    public void Letters_ThatAreNotOurs_AreNoWord()
    {
        for (int letter = 0; letter < 256; letter++)
        {
            Assert.Equal("12K34P".Contains((char)letter), FixCodes.OrderTypeOf((byte)letter) != 0);
            Assert.Equal("01346275".Contains((char)letter), FixCodes.TimeInForceOf((byte)letter) != 0);
            Assert.Equal("NOBD".Contains((char)letter), FixCodes.PreventionOf((byte)letter) != SelfTradePrevention.Default);
        }
    }

    [Fact]
    public void Words_BeyondTheirTable_AreToldAsNone()
    {
        Assert.Equal(('2', '0', 'N', '8'), (FixCodes.Of((OrderType)200), FixCodes.Of((TimeInForce)200), FixCodes.Of((SelfTradePrevention)200),
            FixCodes.Of((OrderStatus)200)));
        Assert.Equal(('5', 'D'), (FixCodes.Of(ReportType.Reduced, RejectReason.None), FixCodes.Of(ReportType.Reduced, RejectReason.SelfTrade)));
    }
}
