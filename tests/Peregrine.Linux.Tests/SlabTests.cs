using System.Runtime.CompilerServices;
using Peregrine.Linux.Memory;

namespace Peregrine.Linux.Tests;

/// <summary>Slabs begin at a line of the cache, or at a huge page, wherever the array lies.</summary>
public class SlabTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(100, 64)]
    [InlineData((2 << 20) / 24, 64)]
    [InlineData(((2 << 20) / 24) + 1, 2 << 20)]
    public unsafe void Slab_OfAnyLength_BeginsAtItsBoundaryAndIsItsOwn(int length, int boundary)
    {
        // Several at once, as one alone may lie right by luck.
        Slab<Three>[] slabs = [.. Enumerable.Range(0, 9).Select(_ => new Slab<Three>(length))];

        for (int number = 0; number < slabs.Length; number++)
        {
            Slab<Three> slab = slabs[number];
            Assert.Equal(0, (nint)Unsafe.AsPointer(ref slab[0]) % boundary);
            Assert.Equal(length, slab.Span.Length);
            slab.Span.Fill(new Three(number, number, number));
        }

        for (int number = 0; number < slabs.Length; number++)
        {
            Assert.Equal(new Three(number, number, number), slabs[number][0]);
            Assert.Equal(new Three(number, number, number), slabs[number][length - 1]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Slab_OfALengthThatCannotBe_IsRefused(int length) => Assert.Throws<ArgumentOutOfRangeException>(() => new Slab<Three>(length));

    private readonly record struct Three(long First, long Second, long Third);
}
