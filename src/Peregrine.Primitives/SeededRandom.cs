using System.Numerics;

namespace Peregrine.Primitives;

/// <summary>Seeded random numbers, the same on every machine: xoshiro256** (Blackman, Vigna 2018, public domain), seeded by SplitMix64.</summary>
/// <remarks>Thread: one owner. Allocates: no.</remarks>
public sealed class SeededRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Makes a sequence.</summary>
    /// <param name="seed">Any number; the same gives the same sequence.</param>
    public SeededRandom(long seed)
    {
        ulong state = (ulong)seed;
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>0 to one less than a bound; the slight favour of small numbers is at most the bound's share of 2^64.</summary>
    /// <param name="bound">1 or more.</param>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>True with a probability, 0 to 1.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Exponential with a mean.</summary>
    public double Exponential(double mean) => -Math.Log(1 - Unit()) * mean;

    /// <summary>Normal with mean 0 and deviation 1 (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    /// <summary>At least 1, with a tail that falls as x^-alpha (Pareto), cut at a bound.</summary>
    public double Pareto(double alpha, double max) => Math.Min(Math.Pow(1 - Unit(), -1 / alpha), max);

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15UL;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
