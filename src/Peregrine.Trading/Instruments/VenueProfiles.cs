namespace Peregrine.Trading.Instruments;

/// <summary>The venue profiles that come as data.</summary>
public static class VenueProfiles
{
    /// <summary>Lots of one, no price limits, phases only as they are told.</summary>
    public static VenueProfile Default { get; } = new("default");

    /// <summary>
    /// Shanghai and Shenzhen shares: lots of 100, price limits of 10 % (main boards) or 20 % (STAR, ChiNext), Shanghai time. That shares bought
    /// today cannot be sold today is left to risk. Orders sent from 09:25 are taken and wait for 09:30. The exchanges' public holidays are
    /// announced each year and are not part of the profile.
    /// </summary>
    public static VenueProfile Ashare { get; } = new("ashare")
    {
        LotUnits = 100,
        PriceLimitsBasisPoints = [1_000, 2_000],
        Calendar = new PhaseCalendar
        {
            UtcOffset = TimeSpan.FromHours(8),
            Steps =
            [
                new(new TimeOnly(9, 15), TradingPhase.OpeningAuction),
                new(new TimeOnly(9, 20), TradingPhase.OpeningAuction, CancelsForbidden: true),
                new(new TimeOnly(9, 25), TradingPhase.PreOpen),
                new(new TimeOnly(9, 30), TradingPhase.Continuous),
                new(new TimeOnly(11, 30), TradingPhase.Halted),
                new(new TimeOnly(13, 0), TradingPhase.Continuous),
                new(new TimeOnly(14, 57), TradingPhase.ClosingAuction, CancelsForbidden: true),
                new(new TimeOnly(15, 0), TradingPhase.Closed),
            ],
        },
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<VenueProfile> All { get; } = [Default, Ashare];

    /// <summary>Finds one by its name, in any case.</summary>
    /// <returns>Null when there is none.</returns>
    public static VenueProfile? Find(string name) =>
        All.FirstOrDefault(profile => string.Equals(profile.Name, name, StringComparison.OrdinalIgnoreCase));
}
