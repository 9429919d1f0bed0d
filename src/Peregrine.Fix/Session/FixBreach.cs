namespace Peregrine.Fix.Session;

/// <summary>Which boundary of safety the bytes of a peer did not keep to.</summary>
public enum FixBreach : byte
{
    /// <summary>Bytes that are no message.</summary>
    Framing = 1,

    /// <summary>No trailer where BodyLength (9) says.</summary>
    BodyLength = 2,

    /// <summary>CheckSum (10) is not the sum of the bytes.</summary>
    CheckSum = 3,

    /// <summary>A framed message with a field that is none, or without what each message begins with.</summary>
    Parse = 4,

    /// <summary>More bytes or fields than are taken.</summary>
    Limit = 5,
}

/// <summary>Told of a framed message that breached a boundary.</summary>
/// <param name="session">Whose it is.</param>
/// <param name="breach">Which boundary.</param>
/// <param name="frame">The message; valid during the call.</param>
public delegate void FixBreachHandler(FixSession session, FixBreach breach, ReadOnlySpan<byte> frame);
