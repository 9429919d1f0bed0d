namespace Peregrine.Telemetry;

/// <summary>From whole price units to decimals.</summary>
internal static class PriceUnit
{
    /// <summary>What a price in units of 10^-decimals is divided by: 100 for 2 decimals.</summary>
    public static decimal Of(int decimals)
    {
        decimal unit = 1;
        for (int index = 0; index < decimals; index++)
        {
            unit *= 10;
        }

        return unit;
    }
}
