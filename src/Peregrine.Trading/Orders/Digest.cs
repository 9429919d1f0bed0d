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
    public static ClientOrderKey KeyOf(int sessionId, in ClientOrderId id)
    {
        ReadOnlySpan<byte> bytes = id;
        ulong low = (uint)sessionId;
        ulong high = ~low;
        int used = id.Length + 1;

        // The bytes behind the id are zero, so whole words are safe and give the same key for the same id.
        for (int i = 0; i < used; i += sizeof(ulong))
        {
            ulong word = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
            low = Mix(low, word);
            high = Mix(word + 0x51ed270b7a1f9e37UL, high);
        }

        return new ClientOrderKey(low, high);
    }
}
