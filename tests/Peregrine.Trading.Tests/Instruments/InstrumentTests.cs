using Peregrine.Primitives;
using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Tests.Instruments;

/// <summary>Decimals to ticks and lots, exactly or not at all; and when two calendars are one.</summary>
public class InstrumentTests
{
    // A tick is 0.05, a lot 10.
    private static readonly Instrument Subject = new(0, "TEST", 2, 5, 10, IsOpen: true);

    [Theory]
    [InlineData(1005, 2, 201)]
    [InlineData(-1005, 2, -201)]
    [InlineData(10_050, 3, 201)]
    [InlineData(10, 0, 200)]
    [InlineData(0, 18, 0)]
    [InlineData(922337203685477580, 1, 1_844_674_407_370_955_160)]
    [InlineData(-922337203685477580, 1, -1_844_674_407_370_955_160)]
    public void Price_OfADecimalOnATick_IsItsTicks(long mantissa, int decimals, long ticks)
    {
        Assert.Equal(ScaleStatus.Ok, Subject.TryToPrice(mantissa, decimals, out Price price));

        Assert.Equal(ticks, price.Ticks);
    }

    [Theory]
    [InlineData(1006, 2)]
    [InlineData(-1006, 2)]
    [InlineData(10_051, 3)]
    [InlineData(-10_051, 3)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, 0)]
    public void Price_OfADecimalBesideATickOrTooLarge_IsNone(long mantissa, int decimals) =>
        Assert.NotEqual(ScaleStatus.Ok, Subject.TryToPrice(mantissa, decimals, out _));

    [Theory]
    [InlineData(100, 0, 10)]
    [InlineData(1_000, 1, 10)]
    [InlineData(-100, 0, -10)]
    [InlineData(101, 0, null)]
    [InlineData(1_005, 1, null)]
    [InlineData(-1_005, 1, null)]
    public void Quantity_OfADecimal_IsWholeLotsOrNone(long mantissa, int decimals, int? lots)
    {
        Assert.Equal(lots is not null, Subject.TryToQuantity(mantissa, decimals, out Quantity quantity) == ScaleStatus.Ok);
        Assert.Equal(lots ?? 0, lots is null ? 0 : quantity.Lots);
    }

    [Fact]
    public void Calendars_ThatDifferInOneThing_AreNotTheSame()
    {
        PhaseCalendar one = VenueProfiles.Ashare.Calendar! with { Holidays = new HashSet<DateOnly> { new(2026, 10, 1) } };

        Assert.True(PhaseCalendar.AreSame(one,
            one with { Steps = [.. one.Steps], Weekend = [.. one.Weekend], Holidays = new HashSet<DateOnly>(one.Holidays) }));
        Assert.True(PhaseCalendar.AreSame(null, null));
        PhaseCalendar?[] others =
        [
            null,
            one with { UtcOffset = TimeSpan.FromHours(9) },
            one with { Steps = [.. one.Steps.SkipLast(1)] },
            one with { Steps = [one.Steps[0] with { CancelsForbidden = true }, .. one.Steps.Skip(1)] },
            one with { Weekend = [DayOfWeek.Sunday] },
            one with { Holidays = new HashSet<DateOnly>() },
            one with { Holidays = new HashSet<DateOnly> { new(2026, 10, 1), new(2026, 10, 2) } },
        ];
        Assert.All(others, other => Assert.False(PhaseCalendar.AreSame(one, other) || PhaseCalendar.AreSame(other, one)));
    }
}
