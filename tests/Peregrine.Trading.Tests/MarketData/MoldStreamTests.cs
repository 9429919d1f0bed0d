using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

/// <summary>One stream from lines that lose, repeat and disorder, against the list of what was sent.</summary>
public sealed class MoldStreamTests
{
    private readonly MoldStream _stream = new();
    private readonly List<ulong> _out = [];

    [Fact]
    public void Offer_LateMessage_IsPutInItsPlace()
    {
        Offer(1, 3, 2);

        Assert.Equal([1, 2, 3], _out);
        Assert.Equal((0L, 0L, 0L, 1L), (_stream.Gaps, _stream.MissingMessages, _stream.SeenMessages, _stream.LateMessages));
    }

    [Fact]
    public void Offer_FirstInTheMiddle_BeginsThere()
    {
        Offer(1_000, 1_001);

        Assert.Equal([1_000, 1_001], _out);
        Assert.False(_stream.TryGiveUp());
    }

    [Fact]
    public void Offer_Copies_AreSeen()
    {
        Offer(1, 2, 1, 2, 4, 4, 3, 3);

        Assert.Equal([1, 2, 3, 4], _out);
        Assert.Equal((0L, 4L), (_stream.Gaps, _stream.SeenMessages));
    }

    [Fact]
    public void GiveUp_OfEachGap_IsCountedOnce_AndWhatComesThenIsSeen()
    {
        Offer(1, 4, 5, 9);
        Assert.Equal([1], _out);
        Assert.True(_stream.TryGiveUp());
        Take();
        Assert.Equal([1, 4, 5], _out);
        Assert.True(_stream.TryGiveUp());
        Take();
        Offer(2, 6);

        Assert.False(_stream.TryGiveUp());
        Assert.Equal([1, 4, 5, 9], _out);
        Assert.Equal((2L, 5L, 2L, 0L), (_stream.Gaps, _stream.MissingMessages, _stream.SeenMessages, _stream.LateMessages));
    }

    [Fact]
    public void Expect_MoreThanCame_IsAGapAtTheEnd()
    {
        _stream.Expect(5);
        Offer(5, 6);
        _stream.Expect(7);
        Assert.False(_stream.TryGiveUp());
        _stream.Expect(10);

        Assert.True(_stream.TryGiveUp());
        Assert.Equal((1L, 3L), (_stream.Gaps, _stream.MissingMessages));
    }

    [Fact]
    public void Numbers_AtTheirEnd_NeverWrap()
    {
        Offer(ulong.MaxValue - 1, ulong.MaxValue, ulong.MaxValue, 0, 1);

        Assert.Equal([ulong.MaxValue - 1], _out);
        Assert.Equal((ulong.MaxValue, 4L), (_stream.Next, _stream.SeenMessages));
    }

    [Fact]
    public void Missing_BeyondAllCounting_StaysAtTheGreatestNumber()
    {
        Offer(1, ulong.MaxValue - 2);
        Assert.True(_stream.TryGiveUp());
        Take();

        Assert.Equal(long.MaxValue, _stream.MissingMessages);
    }

    [Fact]
    public void Held_AtTheBound_IsFull()
    {
        Offer(1);
        for (ulong number = 3; !_stream.IsFull; number++)
        {
            Offer(number);
        }

        Assert.Equal(MoldStream.HeldMessagesMax, _stream.HeldMessages);
        Assert.True(_stream.TryGiveUp());
        Take();
        Assert.Equal((0, 1L), (_stream.HeldMessages, _stream.MissingMessages));
    }

    [Fact]
    public void Compare_TellsLinesOfOneStreamFromAnotherStream()
    {
        Offer(1, 2);

        Assert.Equal(MoldLikeness.Same, _stream.Compare(2, Message(2)));
        Assert.Equal(MoldLikeness.Other, _stream.Compare(2, "other"u8));
        Assert.Equal(MoldLikeness.Unknown, _stream.Compare(3, Message(3)));
        Offer(4);
        Assert.True(_stream.IsMissing(3));
        Assert.False(_stream.IsMissing(2) || _stream.IsMissing(4) || _stream.IsMissing(5));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 0)]
    [InlineData(0, 20)]
    [InlineData(20, 20)]
    [InlineData(60, 40)]
    public void TwoLines_ThatLoseAndDisorder_GiveWhatEitherHad(int lossPercent, int disorder)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            MoldStream stream = new();
            const ulong Count = 400;
            List<ulong> arrivals = [1];
            for (int line = 0; line < 2; line++)
            {
                arrivals.AddRange(Enumerable.Range(2, (int)Count - 1).Select(number => (ulong)number).Where(_ => random.Next(100) >= lossPercent));
            }

            // Both lines beside each other, each number some places from where it belongs.
            arrivals = [1, .. arrivals.Skip(1).OrderBy(number => (double)number + (random.NextDouble() * (disorder + 1)))];
            List<ulong> taken = [];
            foreach (ulong number in arrivals)
            {
                if (stream.Offer(number, Message(number)))
                {
                    taken.Add(number);
                }

                Drain(stream, taken);
            }

            while (stream.TryGiveUp())
            {
                Drain(stream, taken);
            }

            List<ulong> had = [.. arrivals.Distinct().Order()];
            Assert.Equal(had, taken);
            Assert.Equal((long)(had[^1] - (ulong)had.Count), stream.MissingMessages);
            Assert.Equal(arrivals.Count - had.Count, stream.SeenMessages);
        }
    }

    private static void Drain(MoldStream stream, List<ulong> taken)
    {
        while (stream.TryTakeHeld(out ReadOnlySpan<byte> message))
        {
            taken.Add(BitConverter.ToUInt64(message));
        }
    }

    private static byte[] Message(ulong number) => BitConverter.GetBytes(number);

    private void Offer(params ReadOnlySpan<ulong> numbers)
    {
        foreach (ulong number in numbers)
        {
            if (_stream.Offer(number, Message(number)))
            {
                _out.Add(number);
            }

            Take();
        }
    }

    private void Take() => Drain(_stream, _out);
}
