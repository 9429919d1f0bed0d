using Peregrine.Primitives;
using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Tests.Instruments;

public class VenueProfileTests
{
    [Theory]
    [InlineData(1_000, 1_000, 900, 1_100)]
    [InlineData(1_005, 1_000, 905, 1_106)] // 904.5 and 1105.5: a half goes up in both
    [InlineData(1_004, 1_000, 904, 1_104)] // 903.6 and 1104.4
    [InlineData(1_006, 1_000, 905, 1_107)] // 905.4 and 1106.6
    [InlineData(1_234, 2_000, 987, 1_481)] // 987.2 and 1480.8
    [InlineData(4, 1_000, 4, 4)] // 3.6 and 4.4: less than half a tick
    [InlineData(0, 1_000, 0, 0)]
    public void LimitsAround_AReference_AreRoundedHalfUpToTheTick(long reference, int basisPoints, long lowest, long highest)
    {
        Assert.Equal((new Price(lowest), new Price(highest)), VenueProfile.LimitsAround(new Price(reference), basisPoints));
    }

    [Fact]
    public void LimitsAround_ALargeReference_DoesNotOverflow()
    {
        Assert.Equal((new Price(0), new Price(1L << 57)), VenueProfile.LimitsAround(new Price(1L << 56), 10_000));
    }

    [Fact]
    public void LimitsAround_OutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => VenueProfile.LimitsAround(new Price(-1), 1_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => VenueProfile.LimitsAround(new Price(1), 10_001));
    }

    [Theory]
    [InlineData("ashare", 100)]
    [InlineData("ASHARE", 100)]
    [InlineData("default", 1)]
    public void Find_AName_InAnyCase(string name, long lot)
    {
        Assert.Equal(lot, VenueProfiles.Find(name)?.LotUnits);
    }

    [Fact]
    public void Find_AnUnknownName_IsNull()
    {
        Assert.Null(VenueProfiles.Find("nowhere"));
    }
}
