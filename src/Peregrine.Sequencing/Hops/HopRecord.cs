using System.Runtime.InteropServices;
using Peregrine.Journal;

namespace Peregrine.Sequencing.Hops;

/// <summary>
/// The hops of commands that passed them together, as they stand in a hop file: nanoseconds before or after sequencing, at most 4.29 s each.
/// Layout: docs/wire/hops-v1.md.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct HopRecord
{
    /// <summary>Size in a file.</summary>
    public const int Bytes = 40;

    private const int CheckedBytes = 32;

    /// <summary>Of the last command.</summary>
    [field: FieldOffset(0)]
    public long LastSequence { get; private init; }

    /// <summary>How many commands, the last one and those right before it; 1 or more.</summary>
    [field: FieldOffset(8)]
    public uint Count { get; private init; }

    /// <summary>How long before sequencing the bytes were here.</summary>
    [field: FieldOffset(12)]
    public uint ReceivedBeforeNs { get; private init; }

    /// <summary>How long before sequencing it was found valid.</summary>
    [field: FieldOffset(16)]
    public uint ValidatedBeforeNs { get; private init; }

    /// <summary>How long after sequencing it was matched.</summary>
    [field: FieldOffset(20)]
    public uint MatchedAfterNs { get; private init; }

    /// <summary>How long after sequencing it was durable.</summary>
    [field: FieldOffset(24)]
    public uint DurableAfterNs { get; private init; }

    /// <summary>How long after sequencing its first report was with the kernel.</summary>
    [field: FieldOffset(28)]
    public uint SentAfterNs { get; private init; }

    /// <summary>Castagnoli checksum of what stands before it.</summary>
    [field: FieldOffset(32)]
    private uint Checksum { get; init; }

    /// <summary>Makes one of hops that are complete.</summary>
    /// <param name="lastSequence">Of the last command.</param>
    /// <param name="count">How many commands.</param>
    /// <param name="hops">In monotonic nanoseconds.</param>
    public static HopRecord Of(long lastSequence, int count, in HopTimes hops)
    {
        HopRecord record = new()
        {
            LastSequence = lastSequence,
            Count = (uint)count,
            ReceivedBeforeNs = Clamp(hops.SequencedNs - hops.ReceivedNs),
            ValidatedBeforeNs = Clamp(hops.SequencedNs - hops.ValidatedNs),
            MatchedAfterNs = Clamp(hops.MatchedNs - hops.SequencedNs),
            DurableAfterNs = Clamp(hops.DurableNs - hops.SequencedNs),
            SentAfterNs = Clamp(hops.SentNs - hops.SequencedNs),
        };
        return record with { Checksum = record.ComputeChecksum() };
    }

    /// <summary>Whether these are the bytes that were written, and could have been.</summary>
    public bool IsGood => Checksum == ComputeChecksum() && Count > 0 && LastSequence >= Count;

    /// <summary>Whether a command is among those.</summary>
    public bool Holds(long sequence) => sequence <= LastSequence && sequence > LastSequence - Count;

    private uint ComputeChecksum() => Crc32C.Of(MemoryMarshal.AsBytes(new ReadOnlySpan<HopRecord>(in this))[..CheckedBytes]);

    private static uint Clamp(long ns) => (uint)Math.Clamp(ns, 0, uint.MaxValue);
}
