namespace Peregrine.Sequencing;

/// <summary>What the link writes into its journal. The values are part of the format: docs/wire/link-journal.md.</summary>
public static class JournalRecordType
{
    /// <summary>One order command (docs/wire/command-v2.md). The record's sequence is the command's.</summary>
    public const byte Command = 1;

    /// <summary>The trading rules in force from here on. The record's sequence is that of the last command before.</summary>
    public const byte Rules = 2;

    /// <summary>The state hash and last execution id after the command of the record's sequence: what a replay must reach.</summary>
    public const byte StateHash = 3;

    /// <summary>
    /// The bounds of the core, three i32: orders, closed orders, client order ids. The first record of every journal, as a replay
    /// with other bounds would forget other things.
    /// </summary>
    public const byte Bounds = 4;

    /// <summary>A number of a FIX session went to something else than a report, or its numbers go on elsewhere
    /// (<see cref="Sessions.SessionNote"/>).</summary>
    public const byte SessionNote = 5;

    /// <summary>Which link the journal is of: 16 random bytes, made once, which its session stores and snapshots have too.</summary>
    public const byte Identity = 6;

    /// <summary>
    /// The link went on although the end of its journal was lost: two i64, the execution id and the order id below which none is given again.
    /// </summary>
    public const byte Loss = 7;

    /// <summary>The link ended in order: whatever it sent stands before. One zero byte.
    /// A journal that goes on behind it is of the next run.</summary>
    public const byte End = 8;
}
