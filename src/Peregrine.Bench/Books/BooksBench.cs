using System.Diagnostics;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Feeds.Orders;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Bench.Books;

/// <summary>What the bench of books measures.</summary>
internal sealed record BooksBenchOptions
{
    /// <summary>A recorded feed.</summary>
    public required string Path { get; init; }

    /// <summary>books, feed, orders or replay.</summary>
    public required string Stage { get; init; }
    public int Rounds { get; init; } = 25;
    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>What came out.</summary>
/// <param name="NsPerMessage">One each round.</param>
/// <param name="Digest">Of the books, for orders and replay of the engine, at the end of the last round: every round has the same,
/// or nothing was measured.</param>
/// <param name="BytesAllocated">In the worst round.</param>
internal sealed record BooksBenchResult(BooksBenchOptions Options, int Messages, IReadOnlyList<double> NsPerMessage, ulong Digest, int Orders,
    long BytesAllocated, int Collections);

/// <summary>
/// A recorded feed, in memory, again and again: its decoded messages into books; its bytes through decoder and books; its messages as
/// orders through the matching engine; the same beside the feed's own books, compared, as peregrine replay --orders does.
/// </summary>
/// <remarks>One thread. A round is one pass over the whole feed.</remarks>
internal sealed class BooksBench(BooksBenchOptions options)
{
    // Some ten milliseconds each: the runtime optimises what it has seen often, a good while later.
    private const int WarmUps = 64;

    private readonly MarketBooks _books = new();

    public BooksBenchResult Run()
    {
        byte[] bytes = FeedFile.ReadAll(options.Path);
        BookUpdate[] updates = Decode(bytes);
        List<double> perMessage = [];
        ulong digest = 0;
        int orders = 0;
        long allocated = 0;
        int collections = 0;
        for (int round = -WarmUps; round < options.Rounds; round++)
        {
            options.Progress($"{options.Stage}: {(round < 0 ? "warm-up" : $"round {round + 1} of {options.Rounds}")}");
            ClearBooks(updates);
            using FeedReader feed = FeedFile.Over(options.Path, new MemoryStream(bytes));
            FeedOrders? engine = options.Stage == "orders" ? Grown(updates) : null;
            OrderReplay? replay = options.Stage == "replay" ? new(isFollowing: false) : null;
            GC.Collect();
            int collectionsBefore = GC.CollectionCount(0);
            long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            switch (options.Stage)
            {
                case "books":
                    PlayBooks(updates);
                    break;
                case "feed":
                    PlayFeed(feed);
                    break;
                case "orders":
                    PlayOrders(engine!, updates);
                    break;
                default:
                    PlayReplay(replay!, updates);
                    break;
            }

            long ticks = Stopwatch.GetTimestamp() - start;
            long allocatedNow = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
            int collectionsNow = GC.CollectionCount(0) - collectionsBefore;
            ulong digestNow = engine?.StateHash ?? replay?.StateHash ?? _books.Digest();
            Check.That(round == -WarmUps || digestNow == digest, "a feed makes the same books every time");
            digest = digestNow;
            orders = engine?.OrderCount ?? _books.OrderCount;
            if (round >= 0)
            {
                perMessage.Add(ticks * 1e9 / Stopwatch.Frequency / updates.Length);
                allocated = Math.Max(allocated, allocatedNow);
                collections = Math.Max(collections, collectionsNow);
            }
        }

        return new BooksBenchResult(options, updates.Length, perMessage, digest, orders, allocated, collections);
    }

    private BookUpdate[] Decode(byte[] bytes)
    {
        List<BookUpdate> updates = [];
        using FeedReader feed = FeedFile.Over(options.Path, new MemoryStream(bytes));
        FeedStatus status;
        while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            updates.Add(update);
        }

        return status == FeedStatus.End && updates.Count > 0
            ? [.. updates]
            : throw new CommandException(updates.Count == 0 ? $"{options.Path}: no messages" : feed.Explain(status));
    }

    // The memory of the books stays, so that only the first round makes it.
    private void ClearBooks(BookUpdate[] updates)
    {
        foreach (int instrumentId in updates.Select(update => update.InstrumentId).Distinct())
        {
            _ = _books.Apply(new BookUpdate { Kind = BookUpdateKind.Clear, InstrumentId = instrumentId });
        }
    }

    // A fresh engine each round, so that every round has the same digest; it has seen the feed once, as the books of the other stages have.
    private static FeedOrders Grown(BookUpdate[] updates)
    {
        FeedOrders engine = new(updates);
        PlayOrders(engine, updates);
        engine.Clear();
        return engine;
    }

    private void PlayBooks(BookUpdate[] updates)
    {
        foreach (ref readonly BookUpdate update in updates.AsSpan())
        {
            _ = _books.Apply(in update);
        }
    }

    private void PlayFeed(FeedReader feed)
    {
        while (feed.TryRead(out BookUpdate update) == FeedStatus.Ok)
        {
            _ = _books.Apply(in update);
        }
    }

    private static void PlayOrders(FeedOrders engine, BookUpdate[] updates)
    {
        foreach (ref readonly BookUpdate update in updates.AsSpan())
        {
            engine.Play(in update);
        }
    }

    private void PlayReplay(OrderReplay replay, BookUpdate[] updates)
    {
        foreach (ref readonly BookUpdate update in updates.AsSpan())
        {
            _ = replay.Play(_books, in update);
            _ = _books.Apply(in update);
        }
    }
}
