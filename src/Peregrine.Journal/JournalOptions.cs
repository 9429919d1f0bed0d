using Peregrine.Journal.Files;

namespace Peregrine.Journal;

/// <summary>How a journal is written.</summary>
public sealed record JournalOptions
{
    internal const long SegmentBytesMax = 1L << 30;
    internal const int SyncSpinUsMax = 1_000;
    private const int FewCores = 2;

    /// <summary>Its folder; made when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>When a record counts as durable.</summary>
    public Durability Durability { get; init; } = Durability.Os;

    /// <summary>Size of a segment file in bytes: 64 KiB to 1 GiB, a multiple of 4,096.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>Most bytes of records that one batch can hold: 4 KiB to half a segment.</summary>
    public int BatchBytesMax { get; init; } = 4 << 20;

    /// <summary>
    /// Room at the end of the segment being written that <see cref="JournalWriter.HasRoom(int, bool)"/> keeps for records that must go on when the
    /// disk is full, in bytes; 0 to half a segment. It is really there: a segment's blocks are reserved before it is used.
    /// </summary>
    public long ReserveBytes { get; init; }

    /// <summary>At <see cref="Durability.Fsync"/>: wait for the disk on the caller's thread, in Commit, instead of beside it.</summary>
    public bool SyncInline { get; init; }

    /// <summary>What serves best on this machine: below three cores a thread for the disk competes with the caller's for one
    /// (docs/perf/link.md).</summary>
    public static bool IsSyncInlineBetter => Environment.ProcessorCount <= FewCores;

    /// <summary>
    /// Where another thread writes: how long it looks for the next batch before it sleeps, in microseconds:
    /// 0 to 1,000. More saves the wake-up of a batch that follows at once; it costs that much of a core after each write.
    /// </summary>
    public int SyncSpinUs { get; init; } = 20;

    /// <summary>
    /// At <see cref="Durability.Os"/>: hash and write on a thread beside the caller's, as at <see cref="Durability.Fsync"/>, instead of in
    /// Commit. More records a second on a machine with a core to spare; a lone record waits for the hand-over.
    /// </summary>
    public bool WriteBeside { get; init; }

    /// <summary>Where another thread writes: called by the writing thread each time that more has become durable.</summary>
    public Action? DurableAdvanced { get; init; }

    /// <summary>
    /// Where a snapshot stands: records up to here are not given to the visitor, and segments without others are not read. The default
    /// is the start of the journal.
    /// </summary>
    public JournalPosition After { get; init; }

    /// <summary>Where the files are; another one in tests.</summary>
    internal IJournalFiles Files { get; init; } = LinuxJournalFiles.Instance;

    /// <summary>Pace of trying again while the disk is full, in milliseconds: it starts here and doubles up to ten times this.</summary>
    internal int SpaceRetryMs { get; init; } = 100;

    internal bool HasWritingThread => Durability == Durability.Fsync ? !SyncInline : Durability == Durability.Os && WriteBeside;

    /// <summary>Finds every error at once.</summary>
    /// <exception cref="ArgumentException">One line for each value out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        if (string.IsNullOrWhiteSpace(Folder))
        {
            errors.Add("Folder: empty, expected the path of a folder");
        }

        if (SegmentBytes is < 64 << 10 or > SegmentBytesMax || SegmentBytes % 4096 != 0)
        {
            errors.Add($"SegmentBytes: {SegmentBytes}, expected 65,536 to 1,073,741,824, a multiple of 4,096");
        }

        if (BatchBytesMax < 4096 || BatchBytesMax > SegmentBytes / 2)
        {
            errors.Add($"BatchBytesMax: {BatchBytesMax}, expected 4,096 to half of SegmentBytes ({SegmentBytes / 2})");
        }

        if (ReserveBytes < 0 || ReserveBytes > SegmentBytes / 2)
        {
            errors.Add($"ReserveBytes: {ReserveBytes}, expected 0 to half of SegmentBytes ({SegmentBytes / 2})");
        }

        if (SyncSpinUs is < 0 or > SyncSpinUsMax)
        {
            errors.Add($"SyncSpinUs: {SyncSpinUs}, expected 0 to {SyncSpinUsMax}");
        }

        if (!Enum.IsDefined(Durability))
        {
            errors.Add($"Durability: {(byte)Durability}, expected None, Os or Fsync");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }
}
