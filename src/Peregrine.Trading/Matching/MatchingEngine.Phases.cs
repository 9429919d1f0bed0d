using Peregrine.Primitives;

namespace Peregrine.Trading.Matching;

// Sections 10 and 12 of docs/matching.md: phases, time, mass cancels.
public sealed partial class MatchingEngine
{
    // Orders that one command ends or moves, with what they are sorted by.
    private readonly long[] _sortKeys;
    private readonly int[] _sortSlots;
    private long _nextAuctionEndNs = long.MaxValue;

    // Books that the command at work has changed, by instrument.
    private readonly List<Book> _touched = [];

    /// <summary>How many events the buffer held when the last time or mass cancel had ended its orders:
    /// whoever joins the events of several engines needs to know.</summary>
    internal int EndsTold { get; private set; }

    /// <summary>The same, when its auctions had ended too.</summary>
    internal int AuctionsTold { get; private set; }

    /// <inheritdoc/>
    public RejectReason SetPhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events) =>
        Kept(TakePhase(instrumentId, phase, cancelsForbidden, events));

    private RejectReason TakePhase(int instrumentId, TradingPhase phase, bool cancelsForbidden, MatchEventBuffer events)
    {
        if ((uint)instrumentId >= (uint)InstrumentCount)
        {
            return Refuse(0, None, RejectReason.UnknownInstrument, events);
        }

        if (!TradingPhases.IsKnown(phase))
        {
            throw new ArgumentException($"phase is {(byte)phase}, expected 1 to 7", nameof(phase));
        }

        Book book = _books[instrumentId];
        CentreBands(book);
        ChangePhase(book, phase, cancelsForbidden, RejectReason.None, events);
        return RejectReason.None;
    }

    /// <inheritdoc/>
    public TradingPhase GetPhase(int instrumentId) => _books[instrumentId].Phase;

    /// <inheritdoc/>
    public long NextDueNs => Kept(Math.Min(_nextAuctionEndNs, _expiries.Count > 0 ? _details[_expiries.Top].ExpireTimeNs : long.MaxValue));

    /// <inheritdoc/>
    public void AdvanceTime(long timeNs, MatchEventBuffer events)
    {
        if (timeNs <= TimeNs)
        {
            return;
        }

        TimeNs = timeNs;
        bool expires = _expiries.Count > 0 && _details[_expiries.Top].ExpireTimeNs <= timeNs;
        if (expires)
        {
            Expire(timeNs, events);
        }

        EndsTold = events.Count;
        if (_nextAuctionEndNs <= timeNs)
        {
            EndAuctions(timeNs, events);
        }

        AuctionsTold = events.Count;
        if (expires)
        {
            EndTouched(events);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public int MassCancel(in MassCancelFilter filter, MatchEventBuffer events) => Kept(TakeMassCancel(in filter, events));

    private int TakeMassCancel(in MassCancelFilter filter, MatchEventBuffer events)
    {
        int found = Collect(in filter);
        SortBy(SortKey.Instrument, 0, found);
        int cancelled = 0;
        for (int i = 0, end; i < found; i = end)
        {
            Book book = BookOf(_sortSlots[i]);
            end = EndOfRun(SortKey.Instrument, i, found);
            if (!book.CancelsForbidden)
            {
                SortBy(SortKey.Priority, i, end);
                CancelAll(book, _sortSlots.AsSpan(i, end - i), RejectReason.MassCancel, events);
                _touched.Add(book);
                cancelled += end - i;
            }
        }

        EndsTold = events.Count;
        AuctionsTold = events.Count;
        EndTouched(events);
        return cancelled;
    }

    /// <inheritdoc/>
    public int List(in MassCancelFilter filter, MatchEventBuffer events) => Kept(TakeList(in filter, events));

    private int TakeList(in MassCancelFilter filter, MatchEventBuffer events)
    {
        int found = Collect(in filter);
        SortBy(SortKey.Instrument, 0, found);
        for (int i = 0, end; i < found; i = end)
        {
            end = EndOfRun(SortKey.Instrument, i, found);
            SortBy(SortKey.Priority, i, end);
            for (int j = i; j < end; j++)
            {
                EmitSlot(ref events.Add(), MatchEventType.Listed, _sortSlots[j], 0, 0, OrderAt(_sortSlots[j]).Leaves, RejectReason.None);
            }
        }

        EndsTold = events.Count;
        AuctionsTold = events.Count;
        return found;
    }

    private void Expire(long timeNs, MatchEventBuffer events)
    {
        int found = 0;
        while (_expiries.Count > 0 && _details[_expiries.Top].ExpireTimeNs <= timeNs)
        {
            int slot = _expiries.Top;
            _expiries.Remove(slot, _details);
            OrderAt(slot).Kind &= ~OrderKind.Timed;
            _sortSlots[found++] = slot;
        }

        SortBy(SortKey.Instrument, 0, found);
        for (int i = 0, end; i < found; i = end)
        {
            end = EndOfRun(SortKey.Instrument, i, found);
            SortBy(SortKey.Expiry, i, end);
            for (int j = i, last; j < end; j = last)
            {
                last = EndOfRun(SortKey.Expiry, j, end);
                SortBy(SortKey.Priority, j, last);
            }

            Book book = BookOf(_sortSlots[i]);
            CancelAll(book, _sortSlots.AsSpan(i, end - i), RejectReason.Expired, events);
            _touched.Add(book);
        }
    }

    private void EndAuctions(long timeNs, MatchEventBuffer events)
    {
        for (int id = 0; id < InstrumentCount; id++)
        {
            Book book = _books[id];
            if (book.AuctionEndNs != 0 && book.AuctionEndNs <= timeNs)
            {
                CentreBands(book);
                ChangePhase(book, TradingPhase.Continuous, cancelsForbidden: false, RejectReason.None, events);
            }
        }

        _nextAuctionEndNs = long.MaxValue;
        for (int id = 0; id < InstrumentCount; id++)
        {
            long end = _books[id].AuctionEndNs;
            _nextAuctionEndNs = end != 0 ? Math.Min(_nextAuctionEndNs, end) : _nextAuctionEndNs;
        }
    }

    private void ChangePhase(Book book, TradingPhase phase, bool cancelsForbidden, RejectReason reason, MatchEventBuffer events)
    {
        TradingPhase before = book.Phase;
        bool wasAuction = book.IsAuction;
        bool isOther = phase != before;
        bool leavesAuction = wasAuction && phase is (TradingPhase.PreOpen or TradingPhase.Continuous or TradingPhase.Closed);
        MarkDirty(book);
        if (isOther && (leavesAuction || phase == TradingPhase.Continuous))
        {
            bool hasPrice = Uncross(book, events);
            EndAuctionOrders(book, hasPrice, events);
        }

        book.Phase = phase;
        book.CancelsForbidden = cancelsForbidden && book.IsAuction;
        if (isOther)
        {
            SetAuctionEnd(book);
        }

        book.Refresh();
        if (!book.IsAuction)
        {
            book.Told = default;
        }

        ref MatchEvent changed = ref events.Add();
        changed.Type = MatchEventType.PhaseChanged;
        changed.InstrumentId = book.InstrumentId;
        changed.Phase = phase;
        changed.Quantity = new Quantity(book.CancelsForbidden ? 1 : 0);
        changed.Reason = reason;
        if (isOther)
        {
            EnterPhase(book, before, events);
        }

        EndCommand(book, events);
    }

    private void EnterPhase(Book book, TradingPhase before, MatchEventBuffer events)
    {
        if (book.IsAuction)
        {
            EnterParked(book, events);
        }

        if (before == TradingPhase.Continuous)
        {
            ParkPegs(book, events);
        }

        if (book.Phase == TradingPhase.Closed)
        {
            CancelAll(book, CollectOf(book, Sieve.EndsWithDay), RejectReason.Expired, events);
        }

        LookAtPegs(book);
        while (book.Phase == TradingPhase.Continuous && TryPegs(book, events))
        {
        }
    }

    private void ParkPegs(Book book, MatchEventBuffer events)
    {
        // Each goes to the end of the list as it is parked.
        int last = book.Pegs.Tail;
        for (int slot = book.Pegs.Head, next; slot != None; slot = next)
        {
            next = slot == last ? None : _details[slot].NextSpecial;
            if (OrderAt(slot).Place == OrderPlace.Queue)
            {
                ParkPegged(book, slot, events);
            }
        }
    }

    private void SetAuctionEnd(Book book)
    {
        bool ends = book.Phase == TradingPhase.VolatilityAuction && book.Terms.InterruptionNs > 0;
        book.AuctionEndNs = !ends ? 0 : TimeNs > long.MaxValue - book.Terms.InterruptionNs ? long.MaxValue : TimeNs + book.Terms.InterruptionNs;
        if (ends)
        {
            _nextAuctionEndNs = Math.Min(_nextAuctionEndNs, book.AuctionEndNs);
        }
    }
}
