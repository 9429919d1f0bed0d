using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Tools.Replay;

/// <summary>
/// Holds a LOBSTER message file against its order book file step by step: each message is applied to the book of the row before it, and the
/// result compared with its own row. Other than a book carried through the file, this does not suffer from orders deeper than the file's levels.
/// </summary>
internal sealed class StepCheck(FeedReader feed, string rowsPath)
{
    /// <summary>Messages from the second on that have a row.</summary>
    public long Steps { get; private set; }

    /// <summary>Steps after which best bid and offer, with their sizes, are those of the row.</summary>
    public long BestEqual { get; private set; }

    /// <summary>Steps after which every level of the row is there with its size.</summary>
    public long AllLevelsEqual { get; private set; }

    /// <summary>Compares.</summary>
    /// <exception cref="CommandException">A message or a row cannot be read, or there are fewer rows than messages.</exception>
    public void Run()
    {
        using IEnumerator<IReadOnlyList<SeedLevel>> rows = BookSeed.ReadRows(rowsPath).GetEnumerator();
        IReadOnlyList<SeedLevel>? before = null;
        FeedStatus status;
        while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            if (!rows.MoveNext())
            {
                throw new CommandException($"{rowsPath}: ends after {Steps + (before is null ? 0 : 1)} rows; " +
                    $"expected a row for every message of {feed.Name}");
            }

            if (before is not null)
            {
                Compare(before, update, rows.Current);
            }

            before = rows.Current;
        }

        if (status != FeedStatus.End)
        {
            throw new CommandException(feed.Explain(status));
        }
    }

    private void Compare(IReadOnlyList<SeedLevel> before, in BookUpdate update, IReadOnlyList<SeedLevel> after)
    {
        MarketBooks books = new();
        foreach (SeedLevel level in before)
        {
            books.AddAnonymous(update.InstrumentId, level.Side, level.Price, level.Quantity);
        }

        _ = books.Apply(update);
        Steps++;
        BestEqual += IsBestEqual(books, update.InstrumentId, Side.Buy, after) && IsBestEqual(books, update.InstrumentId, Side.Sell, after) ? 1 : 0;
        bool isAllEqual = true;
        foreach (SeedLevel level in after)
        {
            isAllEqual &= books.QuantityAt(update.InstrumentId, level.Side, level.Price) == level.Quantity;
        }

        AllLevelsEqual += isAllEqual ? 1 : 0;
    }

    private static bool IsBestEqual(MarketBooks books, int instrumentId, Side side, IReadOnlyList<SeedLevel> row)
    {
        // A row has its levels from the best on.
        SeedLevel? best = row.Where(level => level.Side == side).Select(level => (SeedLevel?)level).FirstOrDefault();
        bool isThere = books.TryGetBest(instrumentId, side, out long price, out long quantity);
        return best is { } expected ? isThere && price == expected.Price && quantity == expected.Quantity : !isThere;
    }
}
