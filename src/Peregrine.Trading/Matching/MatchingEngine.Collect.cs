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

        /// <summary>Pegged orders, and what is parked.</summary>
        Listed,
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
        foreach (int slot in _groups.Of(book.InstrumentId))
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
            Sieve.Listed => place == OrderPlace.Parked || detail.Type == OrderType.Pegged,
            _ => detail.TimeInForce is not (TimeInForce.GoodTillCancel or TimeInForce.GoodTillTime),
        };
    }

    /// <summary>Puts the slots of all orders that match a filter into the scratch, unsorted.</summary>
    private int Collect(in MassCancelFilter filter)
    {
        if (filter.InstrumentId < None || filter.InstrumentId >= InstrumentCount)
        {
            return 0;
        }

        if (filter is not { Session: None, Account: None, InstrumentId: None })
        {
            return CollectGroups(in filter, 0);
        }

        int found = 0;
        for (int id = 0; id < InstrumentCount; id++)
        {
            found = CollectGroups(filter with { InstrumentId = id }, found);
        }

        return found;
    }

    private int CollectGroups(in MassCancelFilter filter, int found)
    {
        for (int group = _groups.First(in filter, out OrderGroups.Chain chain); group != None; group = _groups.Next(group, chain))
        {
            if (!_groups.Matches(group, in filter))
            {
                continue;
            }

            for (int slot = _groups.FirstOrder(group); slot != None; slot = _groups.NextOrder(slot))
            {
                _sortSlots[found++] = slot;
            }
        }

        return found;
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
        SortKey.Instrument => _groups.InstrumentOf(slot),
        SortKey.Expiry => _details[slot].ExpireTimeNs,
        _ => OrderAt(slot).Priority,
    };

    private void CancelAll(Book book, ReadOnlySpan<int> slots, RejectReason reason, MatchEventBuffer events)
    {
        foreach (int slot in slots)
        {
            CancelWhole(book, slot, reason, events);
        }
    }

    /// <summary>Ends a command that concerned several books: what it sets off in each, by instrument, as they were touched.</summary>
    private void EndTouched(MatchEventBuffer events)
    {
        foreach (Book book in _touched)
        {
            CentreBands(book);
            EndCommand(book, events);
        }

        _touched.Clear();
    }
}
