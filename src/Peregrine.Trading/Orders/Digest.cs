using System.Buffers.Binary;
using System.Numerics;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>Mixing for sums of independent terms, and the 128-bit key of a client id. No defence against an adversary.</summary>
internal static class Digest
{
    /// <summary>Mixes two words into one.</summary>
    public static ulong Mix(ulong left, ulong right)
    {
        ulong once = MatchDigest.Fold(left ^ 0x9e3779b97f4a7c15UL, right ^ 0xff51afd7ed558ccdUL);
        return MatchDigest.Fold(once ^ left, 0xc4ceb9fe1a85ec53UL) ^ BitOperations.RotateLeft(right, 17);
    }

    /// <summary>The key of an id within a session.</summary>
    public static ClientOrderKey KeyOf(int sessionId, in ClientOrderId id) => KeyOf(sessionId, (ReadOnlySpan<byte>)id);

    /// <summary>The key of an id within a session, where it lies: its length, then so many bytes. None behind it is read.</summary>
    public static ClientOrderKey KeyOf(int sessionId, ReadOnlySpan<byte> id)
    {
        ulong low = (uint)sessionId;
        ulong high = ~low;
        id = id[..(1 + id[0])];
        int at = 0;
        for (; at + sizeof(ulong) <= id.Length; at += sizeof(ulong))
        {
            Add(BinaryPrimitives.ReadUInt64LittleEndian(id[at..]), ref low, ref high);
        }

        // The last bytes as a word whose other bytes are zero: the end of the eight before, or one by one where there are no eight.
        int rest = id.Length - at;
        if (rest > 0 && at > 0)
        {
            Add(BinaryPrimitives.ReadUInt64LittleEndian(id[(id.Length - sizeof(ulong))..]) >> (8 * (sizeof(ulong) - rest)), ref low, ref high);
        }
        else if (rest > 0)
        {
            ulong word = 0;
            for (int i = 0; i < rest; i++)
            {
                word |= (ulong)id[i] << (8 * i);
            }

            Add(word, ref low, ref high);
        }

        return new ClientOrderKey(low, high);
    }

    private static void Add(ulong word, ref ulong low, ref ulong high)
    {
        low = Mix(low, word);
        high = Mix(word + 0x51ed270b7a1f9e37UL, high);
    }
}
