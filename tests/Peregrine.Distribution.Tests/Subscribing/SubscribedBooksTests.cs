using Peregrine.Distribution.Publishing;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Primitives;

namespace Peregrine.Distribution.Tests.Subscribing;

/// <summary>A subscriber that is told something wrong notices it.</summary>
public class SubscribedBooksTests
{
    [Theory]
    [InlineData(7, true, 0, 0)]
    [InlineData(8, true, 1, 0)]
    [InlineData(6, true, 1, 0)]
    [InlineData(7, false, 0, 1)]
    public void Increment_BehindAGapOrWithAnotherDigest_IsCounted(long previous, bool isRight, int gaps, int wrong)
    {
        SubscribedBooks books = new();
        FrameHeader snapshot = new() { InstrumentId = 3, Depth = Depth.Orders, Sequence = 7, IsFirst = true, IsLast = true };
        books.OnInstrument(3, new InstrumentInfo("TEST", 2, 1, 1), Depth.Orders);
        books.OnSnapshot(snapshot);
        books.OnOrder(snapshot, new OrderEntry { Kind = OrderChangeKind.Add, OrderId = 1, Side = Side.Buy, Price = 100, Quantity = 5 });
        books.OnSnapshotEnd(snapshot);
        ulong digest = BookDigest.Of(books.Books, 3, Depth.Orders);
        FrameHeader increment = new() { InstrumentId = 3, Depth = Depth.Orders, Sequence = 8, PreviousSequence = previous, Digest = isRight
            ? digest
            : digest + 1 };

        books.OnIncrement(increment);
        books.OnIncrementEnd(increment);

        Assert.Equal((gaps, 1L, wrong, 8L), (books.Gaps, books.DigestsChecked, books.DigestsWrong, books.SequenceOf(3)));
    }
}
