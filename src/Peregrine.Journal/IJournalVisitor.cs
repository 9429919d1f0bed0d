namespace Peregrine.Journal;

/// <summary>Takes the records of a journal in order.</summary>
public interface IJournalVisitor
{
    /// <summary>One record; the payload is valid during the call only.</summary>
    void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload);

    /// <summary>
    /// Everything that can be read of the folder was given: once for each folder that is read, before damage is told, too,
    /// and not by a follower, which has no end. It may throw as <see cref="OnRecord"/> may, and that is told instead of damage; a writer that opens
    /// the journal has changed nothing in it before this returns.
    /// </summary>
    void OnEnd()
    {
    }

    /// <summary>
    /// After <see cref="OnEnd"/>, where everything that was read is whole, but for a torn tail that was not cut yet.
    /// It may throw what keeps the journal from being opened, as where other files disagree with it: nothing in it was changed then.
    /// </summary>
    void OnWhole()
    {
    }
}
