using System.Buffers.Binary;
using System.Numerics;
using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>
/// What stands behind the head of a command or a report: words of eight bytes, each announced by its bit in a word of the head, in the order of the
/// bits; then ids, each its length and so many bytes. Every look is bounds-checked against the bytes.
/// </summary>
internal static class Parts
{
    /// <summary>A word; 0 where it is not announced.</summary>
    /// <param name="bytes">From the head on.</param>
    /// <param name="headBytes">How long the head is.</param>
    /// <param name="parts">What is announced.</param>
    /// <param name="part">The bit of the word.</param>
    public static long Word(ReadOnlySpan<byte> bytes, int headBytes, uint parts, uint part) => (parts & part) == 0
        ? 0
        : BinaryPrimitives.ReadInt64LittleEndian(bytes[EndOf(headBytes, parts & (part - 1))..]);

    /// <summary>Where words end that are announced.</summary>
    public static int EndOf(int headBytes, uint words) => headBytes + (sizeof(long) * BitOperations.PopCount(words));

    /// <summary>The id that begins at a place.</summary>
    public static ReadOnlySpan<byte> IdAt(ReadOnlySpan<byte> bytes, int at)
    {
        int length = bytes[at];
        Invariant.That(length is > 0 and <= ClientOrderId.LengthMax, "an id that is announced has a length");
        return bytes.Slice(at + 1, length);
    }

    /// <summary>Where the id ends that begins at a place.</summary>
    public static int EndOfId(ReadOnlySpan<byte> bytes, int at) => at + 1 + bytes[at];
}
