namespace Peregrine.Fix.Fast;

/// <summary>What a field of a template is.</summary>
public enum FastType : byte
{
    /// <summary>Signed, 32 bits.</summary>
    Int32 = 1,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32 = 2,

    /// <summary>Signed, 64 bits.</summary>
    Int64 = 3,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64 = 4,

    /// <summary>Mantissa of 64 bits x 10^exponent, exponent -63 to 63.</summary>
    Decimal = 5,

    /// <summary>Characters of 7 bits.</summary>
    Ascii = 6,

    /// <summary>UTF-8.</summary>
    Unicode = 7,

    /// <summary>Bytes.</summary>
    Bytes = 8,

    /// <summary>Fields that are there together or not at all.</summary>
    Group = 9,

    /// <summary>A group again and again.</summary>
    Sequence = 10,

    /// <summary>Fields of a template that the message names: a templateRef without a name.</summary>
    Template = 11,
}

/// <summary>How a field is made smaller.</summary>
public enum FastOperator : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Always the same value, never sent.</summary>
    Constant = 1,

    /// <summary>Sent when it is not the value of the template.</summary>
    Default = 2,

    /// <summary>Sent when it is not the one before.</summary>
    Copy = 3,

    /// <summary>Sent when it is not one more than the one before.</summary>
    Increment = 4,

    /// <summary>The difference to the one before is sent.</summary>
    Delta = 5,

    /// <summary>The end that differs from the one before is sent.</summary>
    Tail = 6,
}
