namespace Peregrine.Samples;

/// <summary>What a call gives back: peregrine_status of the header.</summary>
internal enum EngineStatus
{
    Ok = 0,

    /// <summary>The engine refused the request by its rules; a report says why.</summary>
    Rejected = 1,

    /// <summary>There is nothing there.</summary>
    Empty = 2,

    /// <summary>The handle is that of no engine, or of one that was destroyed.</summary>
    NoEngine = 3,

    /// <summary>A pointer is null.</summary>
    NullPointer = 4,

    /// <summary>The size of a struct is not the one of this version.</summary>
    WrongSize = 5,

    /// <summary>A value is out of range; nothing changed.</summary>
    OutOfRange = 6,

    /// <summary>The callback of this engine is running.</summary>
    Busy = 7,

    /// <summary>As many engines as there can be.</summary>
    NoRoom = 8,

    /// <summary>The process has no memory for it.</summary>
    NoMemory = 9,

    /// <summary>A fault of the engine itself; it takes nothing more.</summary>
    Failed = 10,
}
