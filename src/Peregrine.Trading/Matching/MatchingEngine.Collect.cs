namespace Peregrine.Trading.Matching;

// Finding orders by what they are, in an order that does not depend on where they lie.
public sealed partial class MatchingEngine
{
    private enum Sieve : byte
    {
        /// <summary>What does not outlive the uncross that it took part in.</summary>
        EndsWithAuction,

        /// <summary>What is parked for the auction phase that begins.</summary>
        EntersAuction,

        /// <summary>What does not outlive the day.</summary>
        EndsWithDay,
    }

    private enum SortKey : byte
    {
        Instrument,
        Expiry,
        Priority,
    }

    /// <summary>The orders of a book that pass a sieve, by priority number; valid until the next collection.</summary>
    private ReadOnlySpan<int> CollectOf(Book book, Sieve sieve)
    {
        int found = 0;
        int left = book.OrderCount;
        for (int slot = NextOf(book, 0); left > 0; slot = NextOf(book, slot + 1), left--)
        {
            if (Passes(book, slot, sieve))
            {
                _sortSlots[found++] = slot;
            }
        }

        SortBy(SortKey.Priority, 0, found);
        return _sortSlots.AsSpan(0, found);
    }

    private bool Passes(Book book, int slot, Sieve sieve)
    {
        ref OrderDetail detail = ref _details[slot];
        OrderPlace place = OrderAt(slot).Place;
        return sieve switch
        {
            Sieve.EndsWithAuction => place == OrderPlace.Queue
                && (OrderTypes.Has(detail.Type, OrderTraits.Market) || TimesInForce.IsOneOf(detail.TimeInForce, TimesInForce.ForAuction)),
            Sieve.EntersAuction => place == OrderPlace.Parked
                && (detail.TimeInForce == TimeInForce.GoodForAuction
                    || (detail.TimeInForce == TimeInForce.AtTheClose && book.Phase == TradingPhase.ClosingAuction)),
            _ => detail.TimeInForce is not (TimeInForce.GoodTillCancel or TimeInForce.GoodTillTime),
        };
    }

    /// <summary>Puts the slots of all orders that match a filter into the scratch, unsorted.</summary>
    private int Collect(in MassCancelFilter filter)
    {
        int found = 0;
        if ((uint)filter.InstrumentId < (uint)InstrumentCount)
        {
            Book book = _books[filter.InstrumentId];
            int left = book.OrderCount;
            for (int slot = NextOf(book, 0); left > 0; slot = NextOf(book, slot + 1), left--)
            {
                found = AddIfMatching(slot, in filter, found);
            }

            return found;
        }

        for (int slot = 0; slot < _slotsUsed && filter.InstrumentId == -1; slot++)
        {
            found = AddIfMatching(slot, in filter, found);
        }

        return found;
    }

    private int AddIfMatching(int slot, in MassCancelFilter filter, int found)
    {
        bool isMatching = _instruments[slot] != None
            && (filter.Session == -1 || _parties[slot].Session == filter.Session)
            && (filter.Account == -1 || _parties[slot].Account == filter.Account)
            && (filter.Side is null || OrderAt(slot).Side == filter.Side);
        if (isMatching)
        {
            _sortSlots[found] = slot;
        }

        return isMatching ? found + 1 : found;
    }

    /// <summary>The first slot at or after another that a book's order has, or -1.</summary>
    private int NextOf(Book book, int from)
    {
        int at = from < _slotsUsed ? _instruments.Span[from.._slotsUsed].IndexOf(book.InstrumentId) : None;
        return at < 0 ? None : from + at;
    }

    private void SortBy(SortKey key, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            _sortKeys[i] = KeyOf(key, _sortSlots[i]);
        }

        _sortKeys.AsSpan(from, to - from).Sort(_sortSlots.AsSpan(from, to - from));
    }

    private int EndOfRun(SortKey key, int from, int to)
    {
        long first = KeyOf(key, _sortSlots[from]);
        int end = from + 1;
        while (end < to && KeyOf(key, _sortSlots[end]) == first)
        {
            end++;
        }

        return end;
    }

    private long KeyOf(SortKey key, int slot) => key switch
    {
        SortKey.Instrument => _instruments[slot],
        SortKey.Expiry => _details[slot].ExpireTimeNs,
        _ => OrderAt(slot).Priority,
    };

    private void CancelAll(Book book, ReadOnlySpan<int> slots, RejectReason reason, MatchEventBuffer events)
    {
        foreach (int slot in slots)
        {
            CancelWhole(book, slot, reason, events);
        }

        book.IsTouched = slots.Length > 0;
    }

    /// <summary>Ends a command that concerned several books: what it sets off in each, by instrument.</summary>
    private void EndTouched(MatchEventBuffer events)
    {
        for (int id = 0; id < InstrumentCount; id++)
        {
            Book book = _books[id];
            if (book.IsTouched)
            {
                book.IsTouched = false;
                CentreBands(book);
                EndCommand(book, events);
            }
        }
    }
}
