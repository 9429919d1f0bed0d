namespace Peregrine.Journal;

/// <summary>When a record counts as durable. 0 is no level.</summary>
public enum Durability : byte
{
    /// <summary>At once: kept in our memory and written now and then. A crash of the process loses the last of it.</summary>
    None = 1,

    /// <summary>When the kernel has it: survives the process, not a loss of power.</summary>
    Os = 2,

    /// <summary>When the disk has it (fdatasync).</summary>
    Fsync = 3,
}
