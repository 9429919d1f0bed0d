using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>What expectations are held against: the engine, and the events of the last command.</summary>
internal sealed class ScriptState(IMatchingEngine engine, ScriptNames names)
{
    public static readonly (string Word, OrderPlace Value)[] Places = [("queue", OrderPlace.Queue), ("stop", OrderPlace.Stop),
        ("parked", OrderPlace.Parked)];

    private readonly List<MatchFact> _facts = [];
    private readonly Dictionary<MatchEventType, int> _taken = [];
    private readonly HashSet<int> _cancelsForbidden = [];
    private readonly HashSet<ulong> _live = [];

    public IMatchingEngine Engine => engine;

    public ScriptNames Names => names;

    /// <summary>A new command begins: what the last one did is forgotten.</summary>
    public void Begin()
    {
        _facts.Clear();
        _taken.Clear();
    }

    /// <summary>An order is about to be sent: from now on it may be in the books.</summary>
    public void OnSubmitted(ulong orderId) => _ = _live.Add(orderId);

    public void Add(MatchFact fact)
    {
        _facts.Add(fact);
        if (fact is { Type: MatchEventType.PhaseChanged, Instrument: { } instrument })
        {
            _ = fact.CancelsForbidden ? _cancelsForbidden.Add(instrument.Id) : _cancelsForbidden.Remove(instrument.Id);
        }
    }

    /// <summary>How many events of a kind were taken.</summary>
    public int Taken(MatchEventType type) => _taken.GetValueOrDefault(type);

    /// <summary>The next event of a kind that no expectation has taken; null at the end.</summary>
    public MatchFact? TakeNext(MatchEventType type)
    {
        MatchFact? next = _facts.Where(fact => fact.Type == type).Skip(Taken(type)).FirstOrDefault();
        if (next is not null)
        {
            _taken[type] = Taken(type) + 1;
        }

        return next;
    }

    /// <summary>As the last change of phase said.</summary>
    public bool AreCancelsForbidden(ScriptInstrument instrument) => _cancelsForbidden.Contains(instrument.Id);

    /// <summary>A book as it is now.</summary>
    public BookPicture Picture(ScriptInstrument instrument)
    {
        List<RestingOrder> orders = [];
        List<ulong> gone = [];
        foreach (ulong id in _live)
        {
            if (!engine.TryGetOrder(id, out RestingOrder order))
            {
                gone.Add(id);
            }
            else if (order.InstrumentId == instrument.Id)
            {
                orders.Add(order);
            }
        }

        _live.ExceptWith(gone);
        return new BookPicture(engine, instrument, names, orders, AreCancelsForbidden(instrument));
    }
}
