using Peregrine.Fix.Session;
using Peregrine.Testing;

namespace Peregrine.Fix.Tests.Session;

/// <summary>What every store says of numbers and marks, whether it keeps messages or none.</summary>
public abstract class SessionStoreContract
{
    private static readonly byte[] _message = Wire.Message("35=8|34=1|49=BROKER|52=20260131-12:00:00.000|56=CLIENT|17=E1|");

    protected abstract IFixSessionStore Make();

    [Fact]
    public void Store_ThatIsNew_BeginsWithOneAndNoMark()
    {
        IFixSessionStore store = Make();

        Assert.Equal((1, 1, 0, 0, 0), (store.NextIncoming, store.NextOutgoing, store.Mark, store.SentMark, store.Resets));
        Assert.False(store.TryRead(1, out ReadOnlySpan<byte> message, out long mark));
        Assert.Equal((0, 0L), (message.Length, mark));
    }

    [Fact]
    public void Append_OfMessagesAndOfNone_CountsEachAndKeepsTheMark()
    {
        IFixSessionStore store = Make();

        store.Append(7, _message);
        store.Append(7, default);
        store.Append(9, _message);

        Assert.Equal((4, 9L), (store.NextOutgoing, store.Mark));
        Assert.InRange(store.FirstKept, 1, store.NextOutgoing);
    }

    [Fact]
    public void Reserve_ThatGivesRoom_CountsAsAppendDoes()
    {
        IFixSessionStore store = Make();

        Span<byte> room = store.Reserve(_message.Length);
        if (room.Length == 0)
        {
            store.Append(5, _message);
        }
        else
        {
            _message.CopyTo(room);
            Assert.Equal(_message, store.AppendReserved(5, _message.Length));
        }

        Assert.Equal((2, 5L), (store.NextOutgoing, store.Mark));
    }

    [Fact]
    public void GoOnFrom_AnyNumber_KnowsNothingBeforeIt()
    {
        IFixSessionStore store = Make();
        store.Append(1, _message);
        store.Append(2, _message);
        store.SentMark = 2;
        store.NextIncoming = 5;

        store.GoOnFrom(10, 1);

        Assert.Equal((10, 5, 1L, 1L, 0), (store.NextOutgoing, store.NextIncoming, store.Mark, store.SentMark, store.Resets));
        Assert.False(store.TryRead(2, out _, out _));
        Assert.False(store.TryRead(9, out _, out _));
    }

    [Fact]
    public void Reset_WithAMark_BeginsBothNumbersAnewAndCounts()
    {
        IFixSessionStore store = Make();
        store.Append(1, _message);
        store.Append(2, _message);
        store.SentMark = 2;
        store.NextIncoming = 8;

        store.Reset(1);

        Assert.Equal((1, 1, 1L, 1L, 1), (store.NextIncoming, store.NextOutgoing, store.Mark, store.SentMark, store.Resets));
        Assert.False(store.TryRead(1, out _, out _));
    }

    [Fact]
    public void Values_ThatAreSet_AreRead()
    {
        IFixSessionStore store = Make();
        store.Append(3, _message);

        (store.NextIncoming, store.SentMark, store.BeganNs) = (17, 3, 1_769_860_800_000_000_000);

        Assert.Equal((17, 3L, 1_769_860_800_000_000_000), (store.NextIncoming, store.SentMark, store.BeganNs));
    }

    [Fact]
    public void Append_Warm_AllocatesNothing()
    {
        IFixSessionStore store = Make();
        void Run()
        {
            for (int count = 0; count < 10_000; count++)
            {
                store.Append(count, _message);
                store.NextIncoming++;
                _ = store.TryRead(store.NextOutgoing - 1, out _, out _);
            }
        }

        Run();

        Allocation.AssertNone(Run);
    }
}

public class MemorySessionStoreTests : SessionStoreContract
{
    protected override IFixSessionStore Make() => new MemorySessionStore(16);
}

public class NullSessionStoreTests : SessionStoreContract
{
    protected override IFixSessionStore Make() => new NullSessionStore();

    [Fact]
    public void TryRead_OfWhatWasAppended_KnowsNothing()
    {
        NullSessionStore store = new();
        store.Append(1, "8=FIX"u8);

        Assert.False(store.TryRead(1, out ReadOnlySpan<byte> message, out long mark));
        Assert.Equal((0, 0L, 2L), (message.Length, mark, store.FirstKept));
    }
}
