namespace Peregrine.Distribution.Wire;

/// <summary>Why a request was refused, or a connection ended. 0 is none.</summary>
public enum Reason : byte
{
    BadRequest = 1,
    UnknownSymbol = 2,
    TooManySubscriptions = 3,
    TooManyChannels = 4,
    Garbage = 5,
    FrameTooLarge = 6,
    IncompleteFrame = 7,
    Idle = 8,
    TooSlow = 9,
    TooManyRefusals = 10,
    ShuttingDown = 11,
    TooManyConnections = 12,
}
