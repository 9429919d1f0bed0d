using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;
using Peregrine.Testing;

namespace Peregrine.Fix.Generator.Tests;

public class KeptMessageTests
{
    private static readonly byte[] First = Wire.Message(Wire.Order + "453=1|448=A|");
    private static readonly byte[] Second = Wire.Message(Wire.Order.Replace("ACME", "LONGER-NAME", StringComparison.Ordinal));

    [Fact]
    public void Kept_BeyondItsBuffer_IsTheMessageThatItWas()
    {
        FixMessagePool pool = new(2, 1024);
        byte[] buffer = [.. First];
        FixIndex index = Wire.Validated(buffer);
        Assert.Equal(FixKeepStatus.Ok, pool.TryKeep(new FixMessage(buffer, index), out KeptFixMessage kept));

        buffer.AsSpan().Clear();
        Assert.False(index.TryParse(buffer));

        Assert.True(kept.Message.Frame.SequenceEqual(First));
        Assert.Equal(FixViewStatus.Ok, Fix44.NewOrderSingleView.Read(kept.Message, out Fix44.NewOrderSingleView order));
        Assert.Equal(("ACME", 1), (Wire.Text(order.Symbol), order.PartyIDs.Count));
        kept.Release();
        Assert.Equal(0, pool.Count);
    }

    [Fact]
    public void Kept_TooLong_IsRefusedByNameAndGivesNoOtherBytes()
    {
        FixMessagePool pool = new(1, 1024);
        KeptFixMessage kept = Keep(pool, First);
        FixMessage message = kept.Message;
        Assert.Equal(FixViewStatus.Ok, Fix44.NewOrderSingleView.Read(message, out Fix44.NewOrderSingleView order));
        kept.Release();
        KeptFixMessage next = Keep(pool, Second);

        string said = "";
        foreach (string access in new[] { "kept", "release", "message", "frame", "field", "entries" })
        {
            try
            {
                said = $"other bytes by {access}: " + access switch
                {
                    "kept" => kept.Message.Count,
                    "release" => Released(kept),
                    "message" => message.Value(4).Length,
                    "frame" => message.Frame.Length,
                    "field" => order.Symbol.Length,
                    _ => order.PartyIDs.Count,
                };
            }
            catch (InvalidOperationException gone)
            {
                said = gone.Message;
            }

            Assert.True(said.Contains("was given back: place 0 of its pool is at generation 3, and it was of 1", StringComparison.Ordinal)
                || said.Contains("this FixMessage is gone: its index went on by 2 since", StringComparison.Ordinal), said);
        }

        Assert.True(next.Message.Frame.SequenceEqual(Second));
    }

    [Fact]
    public void TryKeep_BeyondItsBounds_IsRefusedAndCounted()
    {
        FixMessagePool pool = new(2, First.Length - 1);
        FixIndex index = Wire.Validated(First);
        KeptFixMessage one = Keep(pool, Second);
        _ = Keep(pool, Second);

        Assert.Equal(FixKeepStatus.TooLong, pool.TryKeep(new FixMessage(First, index), out KeptFixMessage none));
        Assert.True(index.TryParse(Second));
        Assert.Equal(FixKeepStatus.Full, pool.TryKeep(new FixMessage(Second, index), out _));
        Assert.Equal((2, 2, 1L, 1L), (pool.Capacity, pool.Count, pool.RefusedFull, pool.RefusedTooLong));
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => _ = none.Message.Count);
        Assert.Equal("no message was kept here: TryKeep did not give Ok", refused.Message);
        one.Release();
        Assert.Equal(FixKeepStatus.Ok, pool.TryKeep(new FixMessage(Second, index), out _));
    }

    [Fact]
    public void TryKeep_OfAMessageThatIsGone_IsRefused()
    {
        FixIndex index = Wire.Validated(First);
        FixMessagePool pool = new(1, 1024);

        _ = Assert.Throws<InvalidOperationException>(() =>
        {
            FixMessage message = new(First, index);
            _ = index.TryParse(Second);
            _ = pool.TryKeep(message, out _);
        });
        Assert.Equal(0, pool.Count);
    }

    // Every message that is kept is the one that was given, and every one that was given back is refused: against a list of copies.
    [Fact]
    public void Pool_ByRandomKeepingAndReleasing_IsAListOfCopies()
    {
        const int Seed = 7;
        Random random = new(Seed);
        FixMessagePool pool = new(8, 1024);
        List<(KeptFixMessage Kept, byte[] Frame)> held = [];
        List<KeptFixMessage> gone = [];
        for (int step = 0; step < 5_000; step++)
        {
            if (random.Next(2) == 0 && held.Count > 0)
            {
                int at = random.Next(held.Count);
                held[at].Kept.Release();
                gone.Add(held[at].Kept);
                held.RemoveAt(at);
            }
            else
            {
                byte[] frame = Wire.Message(Wire.Order.Replace("ACME", $"S{step}", StringComparison.Ordinal));
                FixKeepStatus status = pool.TryKeep(new FixMessage(frame, Wire.Validated(frame)), out KeptFixMessage kept);
                Assert.Equal(held.Count == 8 ? FixKeepStatus.Full : FixKeepStatus.Ok, status);
                if (status == FixKeepStatus.Ok)
                {
                    held.Add((kept, frame));
                }
            }

            Assert.Equal(held.Count, pool.Count);
            Assert.All(held, one => Assert.True(one.Kept.Message.Frame.SequenceEqual(one.Frame), $"seed {Seed}, step {step}"));
            if (gone.Count > 0)
            {
                KeptFixMessage old = gone[random.Next(gone.Count)];
                _ = Assert.Throws<InvalidOperationException>(() => _ = old.Message.Count);
            }
        }
    }

    [Fact]
    public void TryKeep_WarmPool_AllocatesNothing()
    {
        FixMessagePool pool = new(4, 1024);
        FixIndex index = Wire.Validated(First);

        Allocation.AssertNone(() =>
        {
            for (int round = 0; round < 10_000; round++)
            {
                _ = pool.TryKeep(new FixMessage(First, index), out KeptFixMessage kept);
                kept.Release();
            }
        });
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 0)]
    public void Pool_OfNoRoom_IsRefused(int messages, int bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixMessagePool(messages, bytes));

    private static int Released(KeptFixMessage kept)
    {
        kept.Release();
        return 0;
    }

    private static KeptFixMessage Keep(FixMessagePool pool, byte[] frame)
    {
        Assert.Equal(FixKeepStatus.Ok, pool.TryKeep(new FixMessage(frame, Wire.Validated(frame)), out KeptFixMessage kept));
        return kept;
    }
}
