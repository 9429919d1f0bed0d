namespace Peregrine.Fix.Fast;

/// <summary>What a whole number of a template stands for: the types of the extension of FAST 1.2, which on the wire are whole numbers.</summary>
public enum FastKind : byte
{
    /// <summary>Itself.</summary>
    Plain = 0,

    /// <summary>1 for true, 0 for false.</summary>
    Boolean = 1,

    /// <summary>One of the field's members.</summary>
    Enumeration = 2,

    /// <summary>Any of the field's members, a bit each.</summary>
    Set = 3,

    /// <summary>So many units of time since the field's epoch.</summary>
    Timestamp = 4,
}

/// <summary>What a timestamp counts.</summary>
public enum FastTimeUnit : byte
{
    /// <summary>Nothing: the field is no timestamp.</summary>
    None = 0,

    /// <summary>Days.</summary>
    Day = 1,

    /// <summary>Seconds.</summary>
    Second = 2,

    /// <summary>Milliseconds.</summary>
    Millisecond = 3,

    /// <summary>Microseconds.</summary>
    Microsecond = 4,

    /// <summary>Nanoseconds.</summary>
    Nanosecond = 5,
}

/// <summary>When a timestamp begins to count.</summary>
public enum FastEpoch : byte
{
    /// <summary>1970-01-01 00:00:00 UTC.</summary>
    Unix = 0,

    /// <summary>The day's midnight: a time of day.</summary>
    Today = 1,
}

/// <summary>A value of an enumeration, or of a set.</summary>
/// <param name="Name">Its name, which for FIX fields is the value on the FIX wire.</param>
/// <param name="Id">Its other name; empty when it has none.</param>
/// <param name="Value">The number that is sent; of a set its bit.</param>
public sealed record FastMember(string Name, string Id, ulong Value);
