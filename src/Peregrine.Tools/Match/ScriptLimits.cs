namespace Peregrine.Tools.Match;

/// <summary>How long a script may be; past each of them it is refused with a line that says so.</summary>
internal static class ScriptLimits
{
    /// <summary>Characters of a line.</summary>
    public const int LineLengthMax = 1_000;

    /// <summary>Lines, comments and empty ones included.</summary>
    public const int LinesMax = 200_000;

    /// <summary>Instruments.</summary>
    public const int InstrumentsMax = 1_000;

    /// <summary>Different names of orders, and orders that rest at once.</summary>
    public const int OrdersMax = 100_000;

    /// <summary>Errors that are listed; the others are counted.</summary>
    public const int ErrorsMax = 50;
}
