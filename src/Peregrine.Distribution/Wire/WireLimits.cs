namespace Peregrine.Distribution.Wire;

/// <summary>Limits of the wire.</summary>
public static class WireLimits
{
    /// <summary>Bytes of the length before each frame.</summary>
    public const int PrefixBytes = 4;

    /// <summary>Largest frame that the server sends, prefix included.</summary>
    public const int FrameBytesMax = 65_536;

    /// <summary>Largest request, prefix not included.</summary>
    public const int RequestBytesMax = 16_384;

    /// <summary>Longest symbol.</summary>
    public const int SymbolBytesMax = 32;

    /// <summary>Version in the welcome.</summary>
    public const int Version = 1;
}
