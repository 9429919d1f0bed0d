using Peregrine.Linux.Memory;

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
        for (int slot = NextWith(_instruments, book.InstrumentId, 0); slot != None && left > 0; slot = NextWith(_instruments, book.InstrumentId, slot + 1), left--)
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
                && (detail.Type is OrderType.Market or OrderType.MarketToLimit || detail.TimeInForce >= TimeInForce.AtTheOpening),
            Sieve.EntersAuction => place == OrderPlace.Parked
                && (detail.TimeInForce == TimeInForce.GoodForAuction || (detail.TimeInForce == TimeInForce.AtTheClose && book.Phase == TradingPhase.ClosingAuction)),
            _ => detail.TimeInForce is not (TimeInForce.GoodTillCancel or TimeInForce.GoodTillTime),
        };
    }

    /// <summary>Puts the slots of all orders that match a filter into the scratch, unsorted.</summary>
    private int Collect(in MassCancelFilter filter)
    {
        (Slab<int>? keys, int wanted) = filter switch
        {
            { Session: not -1 } => (_sessions, filter.Session),
            { Account: not -1 } => (_accounts, filter.Account),
            { InstrumentId: not -1 } => (_instruments, filter.InstrumentId),
            _ => (null, 0),
        };
        int found = 0;
        if (keys is null)
        {
            for (int slot = 0; slot < _slotsUsed; slot++)
            {
                found = AddIfMatching(slot, in filter, found);
            }

            return found;
        }

        for (int slot = NextWith(keys, wanted, 0); slot != None; slot = NextWith(keys, wanted, slot + 1))
        {
            found = AddIfMatching(slot, in filter, found);
        }

        return found;
    }

    private int AddIfMatching(int slot, in MassCancelFilter filter, int found)
    {
        bool isMatching = _instruments[slot] != None
            && (filter.Session == -1 || _sessions[slot] == filter.Session)
            && (filter.Account == -1 || _accounts[slot] == filter.Account)
            && (filter.InstrumentId == -1 || _instruments[slot] == filter.InstrumentId)
            && (filter.Side is null || OrderAt(slot).Side == filter.Side);
        if (isMatching)
        {
            _sortSlots[found] = slot;
        }

        return isMatching ? found + 1 : found;
    }

    private int NextWith(Slab<int> keys, int wanted, int from)
    {
        int at = from < _slotsUsed ? keys.Span[from.._slotsUsed].IndexOf(wanted) : None;
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
