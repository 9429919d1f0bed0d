using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing;

/// <summary>
/// What happens because it is time for it, as sequenced commands: phases that a calendar gives,
/// and the time itself where orders expire or auctions end while nobody sends anything. A replay needs neither clock nor calendar.
/// </summary>
/// <remarks>Thread: the link's. Allocates: at construction and in <see cref="Use"/>.</remarks>
internal sealed class PhaseClock
{
    // A tick seldom sees more than one; the rest follows with the next.
    private const int ChangesPerTick = 8;
    private readonly TradingCore _core;
    private readonly Sequencer _sequencer;
    private readonly Action _waitForJournal;
    private readonly PhaseChange[] _changes = new PhaseChange[ChangesPerTick];
    private Entry[] _entries = [];

    /// <param name="calendars">By symbol; good ones.</param>
    public PhaseClock(TradingCore core, Sequencer sequencer, Action waitForJournal, IReadOnlyDictionary<string, PhaseCalendar> calendars)
    {
        _core = core;
        _sequencer = sequencer;
        _waitForJournal = waitForJournal;
        Use(calendars);
    }

    /// <summary>
    /// Takes the trading days of the instruments that the core has now. Where it stays the same, so does the phase,
    /// even one that somebody else gave; a new one begins with the phase of the moment.
    /// </summary>
    /// <param name="calendars">By symbol; good ones.</param>
    public void Use(IReadOnlyDictionary<string, PhaseCalendar> calendars)
    {
        Dictionary<int, Entry> before = _entries.ToDictionary(entry => entry.InstrumentId);
        _entries =
        [
            .. _core.Rules!.Instruments.Where(instrument => instrument.IsOpen && calendars.ContainsKey(instrument.Symbol))
                .Select(instrument => Continue(before.GetValueOrDefault(instrument.Id), instrument.Id, calendars[instrument.Symbol])),
        ];
    }

    /// <summary>Sequences what is due.</summary>
    /// <param name="nowNs">Unix nanoseconds.</param>
    public void Tick(long nowNs)
    {
        // What the books say counts only when all that was sequenced is carried out.
        _sequencer.CarryOut();
        foreach (Entry entry in _entries)
        {
            if (entry.UpToNs == 0)
            {
                Begin(entry, nowNs);
            }
            else
            {
                Advance(entry, nowNs);
            }
        }

        _sequencer.CarryOut();
        if (_core.View.NextDueNs <= nowNs)
        {
            OrderCommand time = new() { Type = CommandType.Time };
            _ = _sequencer.Submit(ref time, _waitForJournal);
        }
    }

    private static Entry Continue(Entry? before, int instrumentId, PhaseCalendar calendar) =>
        before is not null && PhaseCalendar.AreSame(before.Calendar, calendar) ? before : new Entry(instrumentId, calendar);

    // The phase in which the link finds itself; an interruption in the middle of continuous trading ends as it would have.
    private void Begin(Entry entry, long nowNs)
    {
        PhaseChange wanted = PhaseSchedule.At(entry.Calendar, nowNs);
        TradingPhase phase = _core.View.GetPhase(entry.InstrumentId);
        bool isInterrupted = phase == TradingPhase.VolatilityAuction && wanted.Phase == TradingPhase.Continuous;
        bool isSame = phase == wanted.Phase && !wanted.CancelsForbidden;
        if (isInterrupted || isSame || TryChange(entry, wanted))
        {
            entry.UpToNs = nowNs;
        }
    }

    private void Advance(Entry entry, long nowNs)
    {
        int count = PhaseSchedule.Due(entry.Calendar, entry.UpToNs, nowNs, _changes);
        for (int index = 0; index < count; index++)
        {
            if (!TryChange(entry, _changes[index]))
            {
                return;
            }

            entry.UpToNs = _changes[index].TimeNs;
        }

        entry.UpToNs = count < ChangesPerTick ? Math.Max(nowNs, entry.UpToNs) : entry.UpToNs;
    }

    private bool TryChange(Entry entry, PhaseChange change)
    {
        OrderCommand command = new()
        {
            Type = CommandType.Phase,
            InstrumentId = entry.InstrumentId,
            SessionId = -1,
            AccountId = -1,
            Phase = change.Phase,
            CancelsForbidden = change.CancelsForbidden,
        };
        return _sequencer.Submit(ref command, _waitForJournal) == SubmitStatus.Ok;
    }

    private sealed class Entry(int instrumentId, PhaseCalendar calendar)
    {
        public int InstrumentId { get; } = instrumentId;

        public PhaseCalendar Calendar { get; } = calendar;

        /// <summary>Changes up to this time are sequenced; 0 before the first.</summary>
        public long UpToNs { get; set; }
    }
}
