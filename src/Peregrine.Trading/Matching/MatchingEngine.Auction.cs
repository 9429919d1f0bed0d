using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Section 11 of docs/matching.md: the auction price.
public sealed partial class MatchingEngine
{
    /// <inheritdoc/>
    public IndicativePrice GetIndicative(int instrumentId) => Kept(FindAuctionPrice(_books[instrumentId]));

    private void TellIndicative(Book book, MatchEventBuffer events)
    {
        IndicativePrice now = FindAuctionPrice(book);
        if (now == book.Told)
        {
            return;
        }

        book.Told = now;
        MarkDirty(book);
        ref MatchEvent told = ref events.Add();
        told.Type = MatchEventType.Indicative;
        told.InstrumentId = book.InstrumentId;
        told.Price = now.Price;
        told.Quantity = now.Volume;
        told.Leaves = new Quantity(now.Surplus);
    }

    /// <summary>The price at which the book would uncross now; default when nothing could trade.</summary>
    private IndicativePrice FindAuctionPrice(Book book)
    {
        long marketBuys = MarketLots(book, Side.Buy);
        long marketSells = MarketLots(book, Side.Sell);
        if (!TryGetCandidates(book, marketBuys > 0, marketSells > 0, out long lowest, out long highest, out bool hasLimits))
        {
            bool meets = !hasLimits && marketBuys > 0 && marketSells > 0;
            return meets && TryGetReference(book, out long only)
                ? new IndicativePrice(new Price(only), new Quantity(Math.Min(marketBuys, marketSells)), marketBuys - marketSells)
                : default;
        }

        Contest contest = new() { Volume = -1 };
        long buys = marketBuys + LotsFrom(book, Side.Buy, lowest);
        long sells = marketSells + LotsFrom(book, Side.Sell, lowest);
        long price = lowest;
        while (true)
        {
            LookSteps++;
            contest.Enter(price, price, buys, sells);
            buys -= ParticipatingAt(book, Side.Buy, price);
            if (price == highest)
            {
                break;
            }

            long next = NextPriceAbove(book, price);
            if (next - price > 1)
            {
                contest.Enter(price + 1, next - 1, buys, sells);
            }

            price = next;
            sells += ParticipatingAt(book, Side.Sell, price);
        }

        long chosen = contest.Choose(TryGetReference(book, out long reference), reference);
        buys = marketBuys + LotsFrom(book, Side.Buy, chosen);
        sells = marketSells + LotsFrom(book, Side.Sell, chosen);
        return new IndicativePrice(new Price(chosen), new Quantity(Math.Min(buys, sells)), buys - sells);
    }

    /// <summary>The lowest and the highest limit price at which something could trade.</summary>
    private bool TryGetCandidates(Book book, bool hasMarketBuys, bool hasMarketSells, out long lowest, out long highest, out bool hasLimits)
    {
        bool hasBid = TryGetExtreme(book, Side.Buy, best: true, out long bestBid);
        bool hasAsk = TryGetExtreme(book, Side.Sell, best: true, out long bestAsk);
        _ = TryGetExtreme(book, Side.Buy, best: false, out long worstBid);
        _ = TryGetExtreme(book, Side.Sell, best: false, out long worstAsk);
        hasLimits = hasBid || hasAsk;
        lowest = long.MaxValue;
        highest = long.MinValue;

        bool hasBoth = (hasBid || hasMarketBuys) && (hasAsk || hasMarketSells);

        // A price is one when it is low enough for a buy and high enough for a sell; market orders take any.
        long from = hasMarketSells ? long.MinValue : hasAsk ? bestAsk : long.MaxValue;
        long to = hasMarketBuys ? long.MaxValue : hasBid ? bestBid : long.MinValue;
        if (!hasBoth || from > to || !hasLimits)
        {
            return false;
        }

        if (hasBid)
        {
            Widen(LowestAtOrAbove(book, Side.Buy, from, worstBid), Math.Min(bestBid, to), from, to, ref lowest, ref highest);
        }

        if (hasAsk)
        {
            Widen(Math.Max(bestAsk, from), HighestAtOrBelow(book, to, worstAsk), from, to, ref lowest, ref highest);
        }

        return lowest <= highest;
    }

    private static void Widen(long low, long high, long from, long to, ref long lowest, ref long highest)
    {
        if (low <= high && low >= from && high <= to)
        {
            lowest = Math.Min(lowest, low);
            highest = Math.Max(highest, high);
        }
    }

    // Of the bids, the lowest price that is not below another.
    private long LowestAtOrAbove(Book book, Side side, long from, long worst)
    {
        if (worst >= from)
        {
            return worst;
        }

        BookSide levels = book.Own(side);
        int levelIndex = levels.Find(from);
        long key = from;
        levelIndex = levelIndex == None ? levels.NextBetter(from, out key) : levelIndex;
        while (levelIndex != None && Participating(levelIndex) == 0)
        {
            levelIndex = levels.NextBetter(key, out key);
        }

        return levelIndex == None ? long.MaxValue : key;
    }

    // Of the asks, the highest price that is not above another. Their keys are negated prices.
    private long HighestAtOrBelow(Book book, long to, long worst)
    {
        if (worst <= to)
        {
            return worst;
        }

        BookSide levels = book.Own(Side.Sell);
        long key = -to;
        int levelIndex = levels.Find(key);
        levelIndex = levelIndex == None ? levels.NextBetter(key, out key) : levelIndex;
        while (levelIndex != None && Participating(levelIndex) == 0)
        {
            levelIndex = levels.NextBetter(key, out key);
        }

        return levelIndex == None ? long.MinValue : -key;
    }

    private bool TryGetExtreme(Book book, Side side, bool best, out long ticks)
    {
        BookSide levels = book.Own(side);
        long key = best ? levels.BestKey : -(PriceTicksMax * 8);
        int levelIndex = best ? levels.Best : levels.NextBetter(key, out key);
        levelIndex = !best && levelIndex == None ? levels.Best : levelIndex;
        key = levelIndex == levels.Best ? levels.BestKey : key;
        while (levelIndex != None && Participating(levelIndex) == 0)
        {
            levelIndex = best ? levels.NextWorse(key, out key) : levels.NextBetter(key, out key);
        }

        ticks = levelIndex == None ? 0 : LevelAt(levelIndex).Price;
        return levelIndex != None;
    }

    /// <summary>What participating limit orders of a side have at a price or better.</summary>
    private long LotsFrom(Book book, Side side, long ticks)
    {
        BookSide levels = book.Own(side);
        long limit = KeyOf(side, ticks);
        long lots = 0;
        int levelIndex = levels.Best;
        for (long key = levels.BestKey; levelIndex != None && key >= limit; levelIndex = levels.NextWorse(key, out key))
        {
            LookSteps++;
            lots += Participating(levelIndex);
        }

        return lots;
    }

    private long ParticipatingAt(Book book, Side side, long ticks)
    {
        int levelIndex = book.Own(side).Find(KeyOf(side, ticks));
        return levelIndex == None ? 0 : Participating(levelIndex);
    }

    private long Participating(int levelIndex)
    {
        ref Level level = ref LevelAt(levelIndex);
        return level.Quantity + level.Reserve + level.HiddenQuantity;
    }

    // The next limit price of either side with something to trade; there is one below or at the highest candidate.
    private long NextPriceAbove(Book book, long ticks)
    {
        BookSide bids = book.Own(Side.Buy);
        int levelIndex = bids.NextBetter(ticks, out long key);
        while (levelIndex != None && Participating(levelIndex) == 0)
        {
            levelIndex = bids.NextBetter(key, out key);
        }

        long next = levelIndex == None ? long.MaxValue : key;
        BookSide asks = book.Own(Side.Sell);
        levelIndex = asks.NextWorse(-ticks, out key);
        while (levelIndex != None && Participating(levelIndex) == 0)
        {
            levelIndex = asks.NextWorse(key, out key);
        }

        return levelIndex == None ? next : Math.Min(next, -key);
    }

    private long MarketLots(Book book, Side side)
    {
        int levelIndex = book.MarketLevel(side);
        return levelIndex == None ? 0 : Participating(levelIndex);
    }

    private static bool TryGetReference(Book book, out long ticks)
    {
        ticks = book.HasLastTrade ? book.LastTrade : book.Terms.ReferencePrice?.Ticks ?? 0;
        return book.HasLastTrade || book.Terms.ReferencePrice is not null;
    }

    /// <summary>The prices that are best so far: a range, as neighbours tie.</summary>
    private struct Contest
    {
        public long Volume;
        private long _surplus;
        private long _low;
        private long _high;
        private bool _allBuy;
        private bool _allSell;

        public void Enter(long low, long high, long buys, long sells)
        {
            long volume = Math.Min(buys, sells);
            long surplus = buys - sells;
            long size = Math.Abs(surplus);
            if (volume < Volume || (volume == Volume && size > _surplus))
            {
                return;
            }

            if (volume > Volume || size < _surplus)
            {
                Volume = volume;
                _surplus = size;
                _low = low;
                _allBuy = true;
                _allSell = true;
            }

            _high = high;
            _allBuy &= surplus > 0;
            _allSell &= surplus < 0;
        }

        public readonly long Choose(bool hasReference, long reference)
        {
            if (_allBuy || _allSell)
            {
                return _allBuy ? _high : _low;
            }

            long wanted = hasReference ? reference : (_low + _high) >> 1;
            return Math.Clamp(wanted, _low, _high);
        }
    }
}
