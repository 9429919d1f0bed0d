namespace Peregrine.Primitives.Tests;

public class StateHashTests
{
    // Computed by another program; a journal proves its replay with these values, so they may never change.
    [Theory]
    [InlineData(0x0000000000000000UL)]
    [InlineData(0x8efc2c204afa9bbdUL, 1UL)]
    [InlineData(0xb049a73a3930ae9fUL, 1UL, 2UL)]
    [InlineData(0xa8de3bc322ca4445UL, 2UL, 1UL)]
    [InlineData(0xb61dac3f86a2a864UL, ulong.MaxValue)]
    [InlineData(0x1555659714870cf2UL, 0x0123456789abcdefUL, 0UL, 0x8000000000000000UL)]
    public void Value_OfKnownWords_IsTheVector(ulong expected, params ulong[] words) => Assert.Equal(expected, Hash(words));

    [Fact]
    public void Value_SignedAndUnsigned_AreTheSame()
    {
        StateHash hash = default;

        hash.Add(-1L);

        Assert.Equal(Hash(ulong.MaxValue), hash.Value);
    }

    [Fact]
    public void Value_EveryBitOfEveryWord_Shows()
    {
        ulong[] words = [7, 0, 1UL << 40];
        HashSet<ulong> seen = [Hash(words)];
        for (int bit = 0; bit < words.Length * 64; bit++)
        {
            ulong[] changed = [.. words];
            changed[bit / 64] ^= 1UL << (bit % 64);

            Assert.True(seen.Add(Hash(changed)), $"bit {bit} does not show");
        }
    }

    [Fact]
    public void Value_ZerosAfterAWord_Show()
    {
        ulong[] hashes = [Hash(5), Hash(5, 0), Hash(5, 0, 0), Hash(5, 0, 0, 0)];

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void Value_ZerosBeforeEverythingElse_DoNotShow() => Assert.Equal((0UL, Hash(5)), (Hash(0, 0), Hash(0, 0, 5)));

    private static ulong Hash(params ulong[] words)
    {
        StateHash hash = default;
        foreach (ulong word in words)
        {
            hash.Add(word);
        }

        return hash.Value;
    }
}
