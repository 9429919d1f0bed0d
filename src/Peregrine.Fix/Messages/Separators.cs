using System.Numerics;
using System.Runtime.Intrinsics;

namespace Peregrine.Fix.Messages;

/// <summary>The places of the separators of a frame, in order: found 32 bytes at a time, and not one by one.</summary>
/// <remarks>Allocates: no.</remarks>
internal ref struct Separators(ReadOnlySpan<byte> frame)
{
    private const byte Soh = 1;
    private readonly ReadOnlySpan<byte> _frame = frame;

    // Bits of the block that ends at _end, those not asked for yet.
    private uint _bits;
    private int _end;

    /// <summary>The first separator at a place or behind it; less than the place when there is none.</summary>
    /// <param name="at">Never less than at the call before.</param>
    public int Next(int at)
    {
        while (true)
        {
            for (; _bits != 0; _bits &= _bits - 1)
            {
                int place = _end - Vector256<byte>.Count + BitOperations.TrailingZeroCount(_bits);
                if (place >= at)
                {
                    return place;
                }
            }

            int rest = _frame.Length - _end;
            if (rest < Vector256<byte>.Count || !Vector256.IsHardwareAccelerated)
            {
                int found = _frame[at..].IndexOf(Soh);
                return at + found;
            }

            _bits = Vector256.Equals(Vector256.Create(_frame.Slice(_end, Vector256<byte>.Count)), Vector256.Create(Soh)).ExtractMostSignificantBits();
            _end += Vector256<byte>.Count;
        }
    }
}
