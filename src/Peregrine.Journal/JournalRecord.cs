namespace Peregrine.Journal;

/// <summary>The head of a record.</summary>
/// <param name="Sequence">The caller's number; never falls from one record to the next.</param>
/// <param name="TimeNs">Unix nanoseconds.</param>
/// <param name="Type">1 to 254; its meaning is the caller's.</param>
public readonly record struct JournalRecord(long Sequence, long TimeNs, byte Type);
