using Peregrine.Net.Codecs;
using Peregrine.Net.Memory;
using Peregrine.Net.Timing;
using Peregrine.Testing;

namespace Peregrine.Net.Tests;

/// <summary>The pool, the timers and the codecs beside obviously right ones, compared after every step of seeded random input.</summary>
public class ModelTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(1_000)]
    [InlineData(2_500)]
    public void Pool_OfRandomLendsAndReturns_NeverOverlapsAndMergesAgain(int pages)
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        using BufferPool pool = new(16 * 4096, (long)pages * 4096);
        List<(nint Block, int Order)> lent = [];
        SortedDictionary<nint, nint> taken = [];
        for (int step = 0; step < ProofSize.Of(20_000, 500_000); step++)
        {
            if (lent.Count == 0 || random.Next(100) < 52)
            {
                int order = Math.Min(BufferPool.OrderMax, (int)Math.Log2(random.Next(1, 64) * random.NextDouble() + 1));
                bool isInput = random.Next(2) == 0;
                int freeBefore = pool.FreePages;
                nint block = pool.TryLend(order, isInput);
                if (block == 0)
                {
                    Assert.True(freeBefore < (1 << order) + pool.ReservedPages || freeBefore < pages, $"a fresh pool lends, seed {seed}");
                    continue;
                }

                Assert.Equal(0, block % 4096);
                nint end = block + BufferPool.BytesOf(order);
                Assert.All(taken.Where(other => other.Key < end && block < other.Value),
                    other => Assert.Fail($"{block:x} overlaps {other.Key:x}, seed {seed}, step {step}"));
                taken.Add(block, end);
                lent.Add((block, order));
                Fill(block, order);
            }
            else
            {
                int index = random.Next(lent.Count);
                (nint block, int order) = lent[index];
                lent.RemoveAt(index);
                _ = taken.Remove(block);
                pool.Return(block, order);
            }

            Assert.Equal((lent.Count, lent.Sum(item => 1L << item.Order) * 4096), (pool.LentCount, pool.LentBytes));
            if (lent.Count > 200)
            {
                lent.ForEach(item => pool.Return(item.Block, item.Order));
                lent.Clear();
                taken.Clear();
            }
        }

        lent.ForEach(item => pool.Return(item.Block, item.Order));
        int most = Math.Min(BufferPool.OrderMax, (int)Math.Log2(pages));
        Assert.NotEqual(0, pool.TryLend(most, isInput: true));
    }

    [Fact]
    public void Pool_ABlockReturnedTwiceOrInAnotherSize_IsABrokenInvariant()
    {
        using BufferPool pool = new(65_536, 65_536);
        nint block = pool.TryLend(1, isInput: true);

        _ = Assert.Throws<Primitives.BrokenInvariantException>(() => pool.Return(block, 0));
        pool.Return(block, 1);
        _ = Assert.Throws<Primitives.BrokenInvariantException>(() => pool.Return(block, 1));
        _ = Assert.Throws<Primitives.BrokenInvariantException>(() => pool.Return(block + 4096, 0));
    }

    [Fact]
    public void Timers_OfRandomTimes_ComeNeverEarlyAndAtMostTwoStepsLate()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        long nowNs = 1_000_000_000_000;
        TimerWheel wheel = new(nowNs);
        Dictionary<int, long> model = [];
        for (int step = 0; step < ProofSize.Of(20_000, 300_000); step++)
        {
            int id = random.Next(300);
            switch (random.Next(3))
            {
                case 0:
                    long dueNs = nowNs + (random.Next(4) == 0 ? random.NextInt64(60_000_000_000) : random.NextInt64(30_000_000));
                    wheel.Set(id, dueNs);
                    model[id] = dueNs;
                    break;
                case 1:
                    wheel.Set(id, long.MaxValue);
                    _ = model.Remove(id);
                    break;
                default:
                    nowNs += random.Next(20) == 0 ? random.NextInt64(3_000_000_000) : random.NextInt64(5_000_000);
                    int waitMs = wheel.WaitMs(nowNs);
                    foreach (int due in wheel.TakeDue(nowNs))
                    {
                        Assert.True(model.Remove(due, out long at) && at <= nowNs, $"timer {due} is early, seed {seed}, step {step}");
                    }

                    Assert.All(model, item => Assert.True(item.Value > nowNs - 2_200_000,
                        $"timer {item.Key} is late by {nowNs - item.Value} ns, seed {seed}, step {step}"));
                    Assert.Equal(model.Count == 0, wheel.WaitMs(nowNs) < 0);
                    long first = model.Count == 0 ? long.MaxValue : model.Values.Min();
                    Assert.True(wheel.WaitMs(nowNs) < 0 || nowNs + (wheel.WaitMs(nowNs) * 1_000_000L) <= first + 3_200_000,
                        $"the wait of {waitMs} ms would be too long, seed {seed}, step {step}");
                    break;
            }

            Assert.Equal(model.GetValueOrDefault(id, long.MaxValue), wheel.DueNs(id));
        }
    }

    [Fact]
    public void Timer_AlmostARoundAway_IsWaitedForAndNotForgotten()
    {
        // In the word of the wheel that is looked at first, below the place where the look begins.
        TimerWheel wheel = new(10L << 20);
        wheel.Set(1, (10L + 1_020) << 20);

        Assert.InRange(wheel.WaitMs(10L << 20), 1_000, 1_100);
    }

    [Theory]
    [InlineData(1, 254, -1)]
    [InlineData(2, 65_533, -1)]
    public void Codec_ThatCountsItsPrefix_ReadsItBackUpToItsLongest(int prefixBytes, int longest, int beyond)
    {
        LengthPrefixedCodec codec = new(prefixBytes, 1 << 20, countsPrefix: true);
        byte[] frame = new byte[codec.FrameBytes(longest)];
        codec.Encode(new byte[longest], frame);

        Assert.Equal((prefixBytes + longest, beyond), (frame.Length, codec.FrameBytes(longest + 1)));
        Assert.Equal(FrameResult.Ok, codec.TryDecode(frame, out FrameBounds bounds));
        Assert.Equal(new FrameBounds(prefixBytes, longest, frame.Length), bounds);
    }

    [Fact]
    public void Codecs_OfEachKind_ReadWhatTheyWriteWhereverItIsCut()
    {
        RoundTrip(new LengthPrefixedCodec(1, 255), 255);
        RoundTrip(new LengthPrefixedCodec(2, 3_000), 3_000);
        RoundTrip(new LengthPrefixedCodec(2, 3_000, isLittleEndian: true, countsPrefix: true), 3_000);
        RoundTrip(new LengthPrefixedCodec(4, 5_000), 5_000);
        RoundTrip(new LengthPrefixedCodec(4, 5_000, isLittleEndian: true), 5_000);
        RoundTrip(new FixedLengthCodec(37), 37, isFixed: true);
        RoundTrip(new DelimiterCodec((byte)'\n', 2_000), 2_000);
    }

    [Fact]
    public void Codecs_OfHostileBytes_SayTooLongOrMalformed()
    {
        Assert.Equal(FrameResult.TooLong, new LengthPrefixedCodec(4, 1_000).TryDecode([0xff, 0xff, 0xff, 0xff, 0], out _));
        Assert.Equal(FrameResult.TooLong, new LengthPrefixedCodec(2, 1_000).TryDecode([0x03, 0xe9], out _));
        Assert.Equal(FrameResult.Malformed, new LengthPrefixedCodec(2, 1_000, countsPrefix: true).TryDecode([0, 1], out _));
        Assert.Equal(FrameResult.TooLong, new DelimiterCodec((byte)'\n', 3).TryDecode("abcd"u8, out _));
        Assert.Equal(FrameResult.NeedMore, new DelimiterCodec((byte)'\n', 3).TryDecode("abc"u8, out _));
        Assert.Equal(FrameResult.Ok, new DelimiterCodec((byte)'\n', 3).TryDecode("abc\n"u8, out _));
        Assert.Equal(-1, new LengthPrefixedCodec(1, 1_000).FrameBytes(256));
    }

    private static void RoundTrip<TCodec>(TCodec codec, int payloadBytesMax, bool isFixed = false)
        where TCodec : struct, IFrameCodec
    {
        Random random = new(payloadBytesMax);
        List<byte[]> payloads = [];
        List<byte> stream = [];
        for (int count = 0; count < 300; count++)
        {
            byte[] payload = new byte[isFixed ? payloadBytesMax : count < 2 ? count * payloadBytesMax : random.Next(payloadBytesMax + 1)];
            for (int index = 0; index < payload.Length; index++)
            {
                payload[index] = (byte)random.Next(11, 256);
            }

            byte[] frame = new byte[codec.FrameBytes(payload.Length)];
            codec.Encode(payload, frame);
            payloads.Add(payload);
            stream.AddRange(frame);
        }

        byte[] all = [.. stream];
        int seen = 0;
        for (int start = 0, end = 0; seen < payloads.Count;)
        {
            end = Math.Min(all.Length, end + random.Next(1, 900));
            InputReader input = new(all.AsSpan(start, end - start));
            while (input.TryRead(codec, out ReadOnlySpan<byte> payload) is var result && result != FrameResult.NeedMore)
            {
                Assert.Equal(FrameResult.Ok, result);
                Assert.True(payload.SequenceEqual(payloads[seen++]), $"frame {seen}");
            }

            start += input.Position;
        }
    }

    private static unsafe void Fill(nint block, int order) => new Span<byte>((void*)block, BufferPool.BytesOf(order)).Fill((byte)order);
}
