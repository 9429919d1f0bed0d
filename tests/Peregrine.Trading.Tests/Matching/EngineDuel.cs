using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Matching;

/// <summary>An engine on trial.</summary>
/// <param name="ComputeHash">The state hash made afresh from the state, to be equal to the one that is kept up to date.</param>
/// <param name="TellsDeltas">Whether it tells level changes and order deltas; the slow engine does not.</param>
internal sealed record Subject(IMatchingEngine Engine, Func<ulong> ComputeHash, bool TellsDeltas);

/// <summary>Gives the same commands to an engine and to the slow engine, and finds the first difference.</summary>
internal sealed class EngineDuel
{
    // How often each order is compared field by field; the state hash covers them after each command.
    private const int OrdersEvery = 16;

    private readonly Subject _subject;
    private readonly IMatchingEngine _engine;
    private readonly SlowMatchingEngine _slow;
    private readonly BookMirror[] _mirrors;
    private readonly MatchEventBuffer _events = new(2);
    private readonly MatchEventBuffer _expected = new(2);
    private int _steps;
    private long _nowNs;

    public EngineDuel(Func<int, Subject> create, MatchPlay play)
    {
        _subject = create(play.Capacity);
        _engine = _subject.Engine;
        _slow = new SlowMatchingEngine(play.Capacity);
        _mirrors = [.. play.Instruments.Select(_ => new BookMirror())];
        foreach (InstrumentTerms terms in play.Instruments)
        {
            _engine.AddInstrument(terms);
            _slow.AddInstrument(terms);
        }
    }

    /// <summary>The engine that is right.</summary>
    public SlowMatchingEngine Slow => _slow;

    /// <summary>What the last command did, as the slow engine tells it.</summary>
    public MatchEventBuffer Expected => _expected;

    /// <summary>Plays commands against fresh engines.</summary>
    /// <returns>The index of the first command after which they differ, and the difference; null when they never do.</returns>
    public static (int Step, string Difference)? Play(Func<int, Subject> create, MatchPlay play)
    {
        EngineDuel duel = new(create, play);
        for (int i = 0; i < play.Commands.Count; i++)
        {
            if (duel.Step(play.Commands[i]) is string difference)
            {
                return (i, difference);
            }
        }

        return null;
    }

    /// <summary>Gives both a command.</summary>
    /// <returns>Where they differ then, or null.</returns>
    public string? Step(MatchCommand command)
    {
        _events.Clear();
        _expected.Clear();
        _nowNs = Math.Max(_nowNs, command.TimeNs);
        int wanted = command.Apply(_slow, _expected);
        try
        {
            int got = command.Apply(_engine, _events);
            _steps++;
            return CompareEvents() ?? (got != wanted ? $"it returned {got}, expected {wanted}" : null) ?? CompareState();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"it threw {e}";
        }
    }

    private string? CompareState()
    {
        if (_engine.OrderCount != _slow.OrderCount)
        {
            return $"{_engine.OrderCount} orders, expected {_slow.OrderCount}";
        }

        // It may be too early, when what was due is gone: then there is nothing to do. It may not be past, or who waits for it never waits.
        if (_engine.NextDueNs > _slow.NextDueNs || _engine.NextDueNs <= _nowNs)
        {
            return $"the next time due is {_engine.NextDueNs}, expected after {_nowNs} and at most {_slow.NextDueNs}";
        }

        for (int id = 0; id < _mirrors.Length; id++)
        {
            string? difference = CompareBook(id) ?? CompareSide(id, Side.Buy) ?? CompareSide(id, Side.Sell);
            if (difference is not null)
            {
                return $"instrument {id}: {difference}";
            }
        }

        ulong hash = _engine.StateHash;
        ulong computed = _subject.ComputeHash();
        bool isSame = hash == _slow.StateHash;
        string? orders = !isSame || _steps % OrdersEvery == 0 ? CompareOrders() : null;
        return orders
            ?? (hash != computed ? $"its state hash {hash:x16} is not that of its state, {computed:x16}" : null)
            ?? (isSame ? null : "the state hash differs, the orders do not: a priority number, the time, a phase's end, " +
            "the last auction price or the indicative price told");
    }

    private string? CompareEvents()
    {
        int at = 0;
        for (int i = 0; i < _events.Count; i++)
        {
            ref readonly MatchEvent match = ref _events[i];
            if (match.Type is MatchEventType.LevelChanged or MatchEventType.OrderAdded or MatchEventType.OrderChanged or MatchEventType.OrderRemoved)
            {
                string? fault = match.InstrumentId < 0 || match.InstrumentId >= _mirrors.Length
                    ? "no such instrument"
                    : _mirrors[match.InstrumentId].Apply(in match);
                if (fault is not null)
                {
                    return $"{MatchText.Of(in match)}: {fault}";
                }
            }
            else if (at == _expected.Count || !IsSame(in match, in _expected[at++]))
            {
                return $"event {at}: {MatchText.Of(in match)}\n    expected {Lines(_expected)}\n    got {Lines(_events)}";
            }
        }

        return at == _expected.Count ? null : $"{at} events, expected {_expected.Count}:\n    expected {Lines(_expected)}\n    got {Lines(_events)}";
    }

    private static string Lines(MatchEventBuffer events) =>
        string.Concat(Enumerable.Range(0, events.Count).Select(i => $"\n      {MatchText.Of(in events[i])}"));

    private static bool IsSame(in MatchEvent left, in MatchEvent right) =>
        left.Type == right.Type && left.OrderId == right.OrderId && left.RestingOrderId == right.RestingOrderId && left.Price == right.Price
        && left.Quantity == right.Quantity && left.Leaves == right.Leaves && left.RestingLeaves == right.RestingLeaves
        && left.InstrumentId == right.InstrumentId && left.Tag == right.Tag && left.RestingTag == right.RestingTag
        && left.Side == right.Side && left.Reason == right.Reason && left.Phase == right.Phase;

    private string? CompareBook(int id)
    {
        if (_engine.GetPhase(id) != _slow.GetPhase(id))
        {
            return $"phase {_engine.GetPhase(id)}, expected {_slow.GetPhase(id)}";
        }

        bool has = _engine.TryGetLastTrade(id, out Price last);
        bool should = _slow.TryGetLastTrade(id, out Price wanted);
        if (has != should || last != wanted)
        {
            return $"last trade {has} {last.Ticks}, expected {should} {wanted.Ticks}";
        }

        IndicativePrice indicative = _engine.GetIndicative(id);
        return indicative == _slow.GetIndicative(id) ? null : $"{indicative}, expected {_slow.GetIndicative(id)}";
    }

    private string? CompareSide(int id, Side side)
    {
        List<BookLevel> wanted = [.. _slow.GetLevels(id, side)];
        List<BookLevel> levels = [];
        for (int depth = 0; _engine.TryGetLevel(id, side, depth, out BookLevel level); depth++)
        {
            levels.Add(level);
        }

        if (_engine.LevelCount(id, side) != wanted.Count || !levels.SequenceEqual(wanted))
        {
            return $"{side} levels {string.Join(", ", levels)} ({_engine.LevelCount(id, side)}), expected {string.Join(", ", wanted)}";
        }

        if (!_subject.TellsDeltas)
        {
            return null;
        }

        if (!_mirrors[id].Levels(side).SequenceEqual(wanted))
        {
            return $"{side} levels as told are {string.Join(", ", _mirrors[id].Levels(side))}, expected {string.Join(", ", wanted)}";
        }

        List<BookMirror.Shown> shown = [.. _slow.GetQueue(id, side).Where(o => o.Shown.Lots > 0)
            .Select(o => new BookMirror.Shown(o.OrderId, o.Price.Ticks, o.Shown.Lots))];
        return _mirrors[id].Orders(side).SequenceEqual(shown)
            ? null
            : $"{side} orders as told are {string.Join(", ", _mirrors[id].Orders(side))}, expected {string.Join(", ", shown)}";
    }

    private string? CompareOrders()
    {
        for (int id = 0; id < _mirrors.Length; id++)
        {
            foreach (RestingOrder wanted in _slow.GetOrders(id))
            {
                if (!_engine.TryGetOrder(wanted.OrderId, out RestingOrder order))
                {
                    return $"there is no order #{wanted.OrderId}, expected {wanted}";
                }

                if (order != wanted)
                {
                    return $"order #{wanted.OrderId}: {MatchText.Differences(order, wanted)}\n    in {wanted}";
                }
            }
        }

        return null;
    }
}
