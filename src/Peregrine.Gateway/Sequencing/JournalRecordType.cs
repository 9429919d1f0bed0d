namespace Peregrine.Gateway.Sequencing;

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
}
