using Peregrine.Linux;

namespace Peregrine.Journal;

/// <summary>A journal cannot be opened: damaged, of another version, locked, or not writable.</summary>
/// <param name="message">Which file, at which byte, what was expected, what to do.</param>
public class JournalException(string message) : IOException(message);

/// <summary>A place that was asked for is not one of this journal: its hash chain has another link there.</summary>
/// <param name="message">Where, both links, what to do.</param>
public sealed class JournalPlaceException(string message) : JournalException(message);

/// <summary>Why a writer failed for good.</summary>
/// <param name="Message">What was tried on which file.</param>
/// <param name="Errno">The system's reason.</param>
public sealed record JournalFailure(string Message, Errno Errno);
