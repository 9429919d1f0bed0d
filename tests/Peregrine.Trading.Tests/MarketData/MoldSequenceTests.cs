using System.Numerics;
using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class MoldSequenceTests
{
    private readonly MoldSequence _sequence = new();

    [Fact]
    public void Accept_FirstPacketInTheMiddle_IsNoGap()
    {
        int seen = Accept(1_000, 3);

        Assert.Equal((0, 0L, 0L), (seen, _sequence.Gaps, _sequence.MissingMessages));
    }

    [Fact]
    public void Accept_PacketsInOrder_AreAllNew()
    {
        int[] seen = [Accept(1, 2), Accept(3, 1), Accept(4, 5), Accept(9, 1)];

        Assert.Equal([0, 0, 0, 0], seen);
        Assert.Equal((0L, 0L), (_sequence.Gaps, _sequence.SeenMessages));
    }

    [Fact]
    public void Accept_Duplicates_AreSeenInWholeOrInPart()
    {
        _ = Accept(1, 4);

        int[] seen = [Accept(1, 4), Accept(3, 4), Accept(2, 1), Accept(7, 1)];

        Assert.Equal([4, 2, 1, 0], seen);
        Assert.Equal((0L, 7L), (_sequence.Gaps, _sequence.SeenMessages));
    }

    [Fact]
    public void Accept_Gaps_AreCountedOnceEach()
    {
        _ = Accept(1, 4);

        int[] seen = [Accept(8, 2), Accept(10, 1), Accept(12, 1), Accept(5, 3)];

        Assert.Equal([0, 0, 0, 3], seen);
        Assert.Equal((2L, 4L), (_sequence.Gaps, _sequence.MissingMessages));
    }

    [Fact]
    public void Accept_Heartbeats_ShowAGapBeforeTheNextPacket()
    {
        _ = Accept(1, 4);

        int[] seen = [Accept(5, 0), Accept(5, 0), Accept(7, 0), Accept(7, 0), Accept(7, 1)];

        Assert.Equal([0, 0, 0, 0, 0], seen);
        Assert.Equal((1L, 2L), (_sequence.Gaps, _sequence.MissingMessages));
    }

    [Fact]
    public void Accept_EndOfSession_HoldsNoMessages()
    {
        _ = Accept(1, 4);

        int[] seen = [Accept(5, MoldUdp64.EndOfSession), Accept(5, MoldUdp64.EndOfSession), Accept(6, MoldUdp64.EndOfSession)];

        Assert.Equal([0, 0, 0], seen);
        Assert.Equal((1L, 1L), (_sequence.Gaps, _sequence.MissingMessages));
    }

    [Fact]
    public void Accept_NumbersAtTheirEnd_DoNotWrap()
    {
        _ = Accept(ulong.MaxValue - 3, 2);

        int[] seen = [Accept(ulong.MaxValue - 1, 5), Accept(1, 10), Accept(ulong.MaxValue - 1, 1), Accept(ulong.MaxValue, 1)];

        Assert.Equal([0, 10, 1, 0], seen);
        Assert.Equal((0L, 0L), (_sequence.Gaps, _sequence.MissingMessages));
    }

    [Fact]
    public void Accept_HugeGaps_DoNotOverflowTheCounter()
    {
        _ = Accept(1, 1);

        _ = Accept(1UL << 63, 0);
        long half = _sequence.MissingMessages;
        _ = Accept(ulong.MaxValue, 0);

        Assert.Equal(long.MaxValue - 1, half);
        Assert.Equal((2L, long.MaxValue), (_sequence.Gaps, _sequence.MissingMessages));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Accept_RandomHeaders_EqualTheSameInLargeNumbers(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < ProofSize.Of(2_000, 200_000); round++)
        {
            MoldSequence sequence = new();
            (BigInteger next, long gaps, BigInteger missing, long seen) = (0, 0, 0, 0);
            for (int step = 0; step < 20; step++)
            {
                ulong at = random.Next(4) switch { 0 =>
                    (ulong)random.Next(9), 1 => ulong.MaxValue - (ulong)random.Next(9), _ => (ulong)next + (ulong)random.Next(-1, 3) };
                ushort count = random.Next(6) == 0 ? MoldUdp64.EndOfSession : (ushort)random.Next(5);
                int messages = count == MoldUdp64.EndOfSession ? 0 : count;
                BigInteger known = BigInteger.Clamp(next - at, 0, messages);
                bool isGap = next != 0 && at > next;
                (gaps, missing, seen) = (gaps + (isGap ? 1 : 0), missing + (isGap ? at - next : 0), seen + (long)known);
                next = BigInteger.Max(next, BigInteger.Min(at + (BigInteger)messages, ulong.MaxValue));

                int got = sequence.Accept(new MoldHeader(at, count));

                Assert.True(got == known, $"seed {seed}, round {round}, step {step}: {got} seen, expected {known}");
                Assert.True(sequence.Gaps == gaps && sequence.SeenMessages == seen
                    && sequence.MissingMessages == BigInteger.Min(missing, long.MaxValue), $"seed {seed}, round {round}, step {step}: counters");
            }
        }
    }

    private int Accept(ulong sequence, ushort count) => _sequence.Accept(new MoldHeader(sequence, count));
}
