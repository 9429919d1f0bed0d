using System.Buffers.Binary;

namespace Peregrine.Journal;

/// <summary>A link of the journal's hash chain: SHA-256 over the link before it and all bytes of a batch. All zeros before the first batch.</summary>
/// <param name="A">Bytes 0 to 7, little endian.</param>
/// <param name="B">Bytes 8 to 15.</param>
/// <param name="C">Bytes 16 to 23.</param>
/// <param name="D">Bytes 24 to 31.</param>
public readonly record struct ChainLink(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 32;

    /// <summary>True for the link before the first batch, which also stands for "not known".</summary>
    public bool IsZero => this == default;

    /// <summary>Reads 32 bytes.</summary>
    public static ChainLink Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[16..]), BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));

    /// <summary>Writes 32 bytes.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, A);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], B);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], C);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], D);
    }

    /// <summary>The 64 digits of the hash.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}

/// <summary>
/// A place between two records of a journal. Records are counted, as a sequence number may stand on several of them; the count goes
/// on where old segments were removed.
/// </summary>
/// <param name="Records">Records from the very first of the journal up to here; 0 is the start.</param>
/// <param name="Sequence">Sequence of the last of them; 0 at the start.</param>
/// <param name="Link">The hash chain up to here; all zeros when not known, as inside of a batch.</param>
public readonly record struct JournalPosition(long Records, long Sequence, ChainLink Link);

/// <summary>What a journal's files hold.</summary>
/// <param name="Start">Before the first record that is still there.</param>
/// <param name="End">After the last record of the last whole batch.</param>
/// <param name="FirstSegment">Number of the first file; 0 in an empty journal.</param>
/// <param name="Segments">How many files.</param>
public readonly record struct JournalExtent(JournalPosition Start, JournalPosition End, int FirstSegment, int Segments);
