namespace Peregrine.Gateway.OrderEntry;

/// <summary>PegPriceType (1094), with which FIX 5.0 says what ExecInst said before.</summary>
internal static class PegPriceTypes
{
    /// <summary>The middle of the best prices, as ExecInst M.</summary>
    public const int Middle = 2;

    /// <summary>The best price of the order's own side, as ExecInst R.</summary>
    public const int Primary = 5;

    /// <summary>A trailing stop, as ExecInst a.</summary>
    public const int TrailingStop = 8;
}
