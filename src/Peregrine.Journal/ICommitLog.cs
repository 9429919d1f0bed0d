namespace Peregrine.Journal;

/// <summary>
/// Where sequenced records become safe before anything that they caused is told. <see cref="JournalWriter"/> is one, on a disk of this machine;
/// one that also waits for other machines stands in its place.
/// </summary>
/// <remarks>
/// Thread: one, but for <see cref="ReleasableSequence"/> and <see cref="Failure"/>, which any may read. Allocates: no, after warm-up.
/// </remarks>
public interface ICommitLog
{
    /// <summary>Everything up to this sequence number may leave: it is as safe as the log was asked to make it. It never falls.</summary>
    /// <remarks>It may rise at any time: whoever tells several others of the same commands reads it once.</remarks>
    long ReleasableSequence { get; }

    /// <summary>Why nothing can be appended any more, or null.</summary>
    JournalFailure? Failure { get; }

    /// <summary>Whether there is room for more records: to refuse a command before anything of it has happened.</summary>
    /// <param name="bytes">Sum of <see cref="JournalWriter.RecordBytes"/> of the records.</param>
    /// <param name="usesReserve">They may use what is kept for records that must go on.</param>
    bool HasRoom(int bytes, bool usesReserve);

    /// <summary>A place in the open batch for the payload of a record, to be written where it will lie; then <see cref="Append"/>.</summary>
    /// <param name="payloadMax">The longest that it can become, in bytes.</param>
    /// <param name="payload">So many bytes, with anything in them, to be written until <see cref="Append"/>; from then on they may be read where they
    /// lie until the next <see cref="Commit"/> or <see cref="Drain"/>.</param>
    /// <returns>Ok; Full: commit, then reserve again; NoSpace; Failed.</returns>
    JournalStatus TryReserve(int payloadMax, out Memory<byte> payload);

    /// <summary>Appends the record whose payload was written into the last <see cref="TryReserve"/>.</summary>
    void Append(byte type, long sequence, long timeNs, int payloadBytes);

    /// <summary>Closes the open batch. Call it once each pass, even when nothing was appended.</summary>
    /// <returns>Ok or Failed.</returns>
    JournalStatus Commit();

    /// <summary>Blocks until everything appended is releasable, or the log failed.</summary>
    void Drain();
}
