namespace Peregrine.Fix.Fast;

/// <summary>What is wrong with a template or a message: S, D and R as FAST 1.1 has them in its appendix 4, and what it leaves to us.</summary>
public enum FastErrorCode : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The templates are no XML, or have something that the schema does not.</summary>
    S1 = 1,

    /// <summary>An operator is not for the type of its field.</summary>
    S2 = 2,

    /// <summary>An initial value is none of the field's type.</summary>
    S3 = 3,

    /// <summary>A constant has no value.</summary>
    S4 = 4,

    /// <summary>A mandatory field with a default has no value.</summary>
    S5 = 5,

    /// <summary>A value given to the encoder is of a type that the field's does not come from.</summary>
    D1 = 11,

    /// <summary>A whole number is beyond the type of its field.</summary>
    D2 = 12,

    /// <summary>The operators of exponent and mantissa cannot express a decimal.</summary>
    D3 = 13,

    /// <summary>The previous value has another type than the field.</summary>
    D4 = 14,

    /// <summary>A mandatory field is not sent and there is neither a previous nor an initial value.</summary>
    D5 = 15,

    /// <summary>A mandatory field is not sent, or a delta is, and the previous value is empty.</summary>
    D6 = 16,

    /// <summary>More is taken off a string than it has.</summary>
    D7 = 17,

    /// <summary>A template refers to one that is not there; told when templates are loaded.</summary>
    D8 = 18,

    /// <summary>No template has the identifier.</summary>
    D9 = 19,

    /// <summary>A byte vector is made of a number, or a number of a byte vector.</summary>
    D10 = 20,

    /// <summary>A text is no number or not hexadecimal.</summary>
    D11 = 21,

    /// <summary>A block has no bytes.</summary>
    D12 = 22,

    /// <summary>A decimal is beyond an exponent of -63 to 63 and a mantissa of 64 bits.</summary>
    R1 = 31,

    /// <summary>A Unicode string is no UTF-8.</summary>
    R2 = 32,

    /// <summary>A text for an ASCII string has other characters.</summary>
    R3 = 33,

    /// <summary>A whole number does not fit behind its delta, or into the field that it was given to.</summary>
    R4 = 34,

    /// <summary>A decimal given to a whole number is none.</summary>
    R5 = 35,

    /// <summary>A whole number has more bytes than it needs.</summary>
    R6 = 36,

    /// <summary>A presence map has more bytes than it needs.</summary>
    R7 = 37,

    /// <summary>A presence map has bits that no field uses.</summary>
    R8 = 38,

    /// <summary>A string has more bytes than it needs.</summary>
    R9 = 39,

    /// <summary>The bytes end inside of the message.</summary>
    EndOfData = 51,

    /// <summary>An error came before and the previous values are not those of the sender: nothing is decoded until Reset.</summary>
    OutOfStep = 52,

    /// <summary>A sequence has more elements than the limit.</summary>
    SequenceTooLong = 53,

    /// <summary>A string or byte vector is longer than the limit, or all of a message are together.</summary>
    BytesTooLong = 54,

    /// <summary>A message has more fields than the limit.</summary>
    TooManyFields = 55,

    /// <summary>Templates stand inside of templates deeper than the limit.</summary>
    TooDeep = 56,

    /// <summary>A mandatory field was not given to the encoder.</summary>
    Missing = 57,

    /// <summary>The field's operator cannot express the value: another one than the constant, a shorter string for tail.</summary>
    NotEncodable = 58,

    /// <summary>The target of the encoder is too small.</summary>
    TargetTooSmall = 59,

    /// <summary>The encoder was given what does not stand in the template at that place.</summary>
    Misplaced = 60,
}
