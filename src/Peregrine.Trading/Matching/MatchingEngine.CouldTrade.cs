namespace Peregrine.Trading.Matching;

// How much of an arriving order could trade now: sections 4.1, 6 and 8. Looks, changes nothing.
public sealed partial class MatchingEngine
{
    /// <summary>Whether an order could trade so much. Levels are looked at first; orders, no more of them than it would trade with, only where the
    /// levels have enough.</summary>
    private bool CouldTrade(Book book, in Aggressor arriving, long wanted)
    {
        if (!LevelsHave(book, in arriving, wanted))
        {
            return false;
        }

        Prospect prospect = new() { Left = arriving.Leaves };
        Aggressor improving = arriving;
        SetImprovement(book, ref improving);
        BookSide other = book.Other(arriving.Side);
        int levelIndex = other.Best;
        long key = other.BestKey;
        while (levelIndex != None && key >= arriving.LimitKey && prospect.Traded < wanted && prospect.Left > 0 && !prospect.IsStopped)
        {
            LookSteps++;
            ref Level level = ref LevelAt(levelIndex);
            LookAtShown(in level, in arriving, ref prospect);
            if (level.Hidden.Head != None && !prospect.IsStopped)
            {
                LookAtHidden(in level, in improving, ref prospect);
            }

            levelIndex = other.NextWorse(key, out key);
        }

        return prospect.Traded >= wanted;
    }

    // Whether the levels up to the limit have so much, whoever owns it; of conditional orders that they do is taken for granted.
    private bool LevelsHave(Book book, in Aggressor arriving, long wanted)
    {
        BookSide other = book.Other(arriving.Side);
        long lots = 0;
        int levelIndex = other.Best;
        for (long key = other.BestKey; levelIndex != None && key >= arriving.LimitKey; levelIndex = other.NextWorse(key, out key))
        {
            LookSteps++;
            lots += Participating(levelIndex);
            if (lots >= wanted || _conditionalCounts[levelIndex] > 0)
            {
                return true;
            }
        }

        return false;
    }

    private void LookAtShown(in Level level, in Aggressor arriving, ref Prospect prospect)
    {
        if (arriving.Owner < 0)
        {
            prospect.Take(level.Quantity + level.Reserve);
            return;
        }

        long heldBack = 0;
        for (int slot = level.Shown.Head; slot != None && prospect.Left > 0; slot = OrderAt(slot).Next)
        {
            LookSteps++;
            ref Order resting = ref OrderAt(slot);
            bool isOwn = resting.Owner == arriving.Owner;
            switch (arriving.Mode)
            {
                case SelfTradePrevention.CancelOldest:
                    prospect.Take(isOwn ? 0 : resting.Leaves);
                    break;
                case SelfTradePrevention.DecrementAndCancel when isOwn:
                    prospect.Left -= Math.Min(prospect.Left, resting.Leaves);
                    break;
                case SelfTradePrevention.CancelNewest or SelfTradePrevention.CancelBoth when isOwn:
                    prospect.IsStopped = true;
                    return;
                default:
                    // The next slice of an iceberg lies behind the own order.
                    prospect.Take(resting.Shown);
                    heldBack += resting.Leaves - resting.Shown;
                    break;
            }
        }

        prospect.Take(heldBack);
    }

    private void LookAtHidden(in Level level, in Aggressor arriving, ref Prospect prospect)
    {
        for (int slot = level.Hidden.Head; slot != None && prospect.Left > 0; slot = OrderAt(slot).Next)
        {
            LookSteps++;
            ref Order resting = ref OrderAt(slot);
            if (((resting.Kind & OrderKind.Conditional) != 0 && prospect.Left < SizeInForce(slot)) || IsBeyondImprovement(in level, in arriving))
            {
                continue;
            }

            if (!IsOwn(slot, in arriving))
            {
                prospect.Take(resting.Leaves);
                continue;
            }

            if (arriving.Mode is SelfTradePrevention.CancelNewest or SelfTradePrevention.CancelBoth)
            {
                prospect.IsStopped = true;
                return;
            }

            if (arriving.Mode == SelfTradePrevention.DecrementAndCancel)
            {
                prospect.Left -= Math.Min(prospect.Left, resting.Leaves);
            }
        }
    }

    /// <summary>Whether a conditional order could trade its size in force now.</summary>
    private bool CouldTradeSize(Book book, int slot, in Aggressor arriving) => book.Rules.MinimumPerTrade
        ? HasTradeOf(book, in arriving, MinimumSizeOf(slot))
        : CouldTrade(book, in arriving, SizeInForce(slot));

    // With the rule of single trades: whether any order that it would meet has enough.
    private bool HasTradeOf(Book book, in Aggressor arriving, long minimum)
    {
        Aggressor improving = arriving;
        SetImprovement(book, ref improving);
        BookSide other = book.Other(arriving.Side);
        long left = arriving.Leaves;
        bool isFound = false;
        int levelIndex = other.Best;
        for (long key = other.BestKey; levelIndex != None && key >= arriving.LimitKey && left > 0
            && !isFound; levelIndex = other.NextWorse(key, out key))
        {
            ref Level level = ref LevelAt(levelIndex);
            isFound = HasTradeIn(level.Shown.Head, in improving, minimum, ref left)
                || (!IsBeyondImprovement(in level, in improving) && HasTradeIn(level.Hidden.Head, in improving, minimum, ref left));
        }

        return isFound;
    }

    private bool HasTradeIn(int head, in Aggressor arriving, long minimum, ref long left)
    {
        for (int slot = head; slot != None && left > 0; slot = OrderAt(slot).Next)
        {
            LookSteps++;
            ref Order resting = ref OrderAt(slot);
            bool isHidden = (resting.Kind & OrderKind.Hidden) != 0;
            bool isPassedOver = ((resting.Kind & OrderKind.Conditional) != 0 && left < SizeInForce(slot))
                || Math.Min(left, isHidden ? resting.Leaves : resting.Shown) < Math.Min(minimum, left);
            if (isPassedOver)
            {
                continue;
            }

            if (!IsOwn(slot, in arriving))
            {
                return true;
            }

            left -= arriving.Mode switch
            {
                SelfTradePrevention.CancelOldest => 0,
                SelfTradePrevention.DecrementAndCancel => Math.Min(left, resting.Leaves),
                _ => left,
            };
        }

        return false;
    }

    private struct Prospect
    {
        public long Left;
        public long Traded;
        public bool IsStopped;

        public void Take(long lots)
        {
            long taken = Math.Min(Left, lots);
            Left -= taken;
            Traded += taken;
        }
    }
}
