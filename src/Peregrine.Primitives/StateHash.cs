namespace Peregrine.Primitives;

/// <summary>
/// A running 64-bit digest of state: each word is mixed with the finaliser of MurmurHash3 and folded with a multiply,
/// so that order matters. Equal input gives equal output on every machine; it is no defence against an adversary.
/// </summary>
/// <remarks>Thread: one owner. Allocates: no. Source of the mixer: MurmurHash3 fmix64 (public domain).</remarks>
public struct StateHash
{
    private ulong _value;

    /// <summary>The digest of all words added so far.</summary>
    public readonly ulong Value => _value;

    /// <summary>Adds one word.</summary>
    public void Add(ulong word)
    {
        word ^= word >> 33;
        word *= 0xff51afd7ed558ccdUL;
        word ^= word >> 33;
        word *= 0xc4ceb9fe1a85ec53UL;
        word ^= word >> 33;
        _value = (_value ^ word) * 0x9e3779b97f4a7c15UL;
        _value ^= _value >> 29;
    }

    /// <summary>Adds one word.</summary>
    public void Add(long word) => Add((ulong)word);
}
