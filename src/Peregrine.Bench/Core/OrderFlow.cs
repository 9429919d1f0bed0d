using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Bench.Core;

/// <summary>
/// Makes streams of order commands: orders around a middle that moves as the shape says, cancels, moves, and orders that cross. The same shape,
/// length and seed give the same bytes on every machine. A matching engine of its own tells which orders rest, so that no command names one that
/// is gone.
/// </summary>
internal sealed class OrderFlow
{
    private const int HostileStepTicks = 100;
    private const long HostileMiddle = 10_000_000;
    private const int DistanceMax = 400;
    private const int LotsMax = 100;
    private readonly FlowShape _shape;
    private readonly SeededRandom _random;
    private readonly List<StreamCommand> _commands;
    private readonly MatchingEngine _engine;
    private readonly MatchEventBuffer _events = new();

    // What rests, in no order, and by id where it stands there; and the oldest first, those that are gone among them.
    private readonly List<Resting> _resting = [];
    private readonly Dictionary<ulong, int> _places = [];
    private readonly Queue<ulong> _byAge = new();
    private readonly int _orders;
    private ulong _lastId;

    private OrderFlow(FlowShape shape, int commands, int resting, long seed)
    {
        _shape = shape;
        _random = new SeededRandom(seed);
        _orders = resting;
        _commands = new List<StreamCommand>(commands + (2 * _orders));
        _engine = new MatchingEngine(2 * _orders);
        _ = _engine.AddInstrument(new InstrumentTerms());
    }

    /// <summary>How many orders rest where nothing else is said.</summary>
    public static int RestingOf(FlowShape shape) => shape == FlowShape.Hostile ? 100_000 : 1_000;

    /// <summary>Makes a stream: first the orders that rest at its beginning, of the hostile shape at as many prices.</summary>
    /// <param name="shape">What the market does.</param>
    /// <param name="commands">Of the measured part.</param>
    /// <param name="resting">About how many orders rest all the time.</param>
    /// <param name="seed">Any number.</param>
    public static OrderStream Make(FlowShape shape, int commands, int resting, long seed)
    {
        OrderFlow flow = new(shape, commands, resting, seed);
        return flow.Make(commands);
    }

    private OrderStream Make(int commands)
    {
        for (int i = 0; i < _orders; i++)
        {
            Side side = i % 2 == 0 ? Side.Buy : Side.Sell;
            Add(side, _shape == FlowShape.Hostile ? HostilePrice(side, i / 2) : Near(Middle(0), side), isImmediate: false);
        }

        int prefill = _commands.Count;
        while (_commands.Count < prefill + commands)
        {
            int at = _commands.Count - prefill;
            if (_shape == FlowShape.Hostile)
            {
                Attack(at);
            }
            else
            {
                Trade(Middle(at));
            }
        }

        _commands.RemoveRange(prefill + commands, _commands.Count - prefill - commands);
        return OrderStream.Of(FlowShapes.NameOf(_shape), [.. _commands], prefill);
    }

    // Where the market is after so many commands.
    private long Middle(int at)
    {
        const long start = 20_000;
        const int commandsATick = 50;
        const int swingTicks = 5_000;
        const int waveTicks = 200;
        const int crashTicks = 8_000;
        const int crash = 400_000;
        const int begin = 10_000;
        const int bottom = 14_000;
        const int recovery = 110_000;
        const int end = 210_000;
        long ticks = at / commandsATick;
        switch (_shape)
        {
            case FlowShape.Normal:
                // A price that moves, and returns within a few pages.
                return start + Wave(ticks, waveTicks);
            case FlowShape.Swing:
                // A quarter down and up again.
                return start - Wave(ticks, swingTicks);
            case FlowShape.Trend:
                return start + ticks;
            case FlowShape.Crash:
                // Two fifths lost within 4,000 commands, and won again within 100,000.
                int since = at % crash;
                long lost = since is < begin or >= end ? 0
                    : since < bottom ? (since - begin) * crashTicks / (bottom - begin)
                    : since < recovery ? crashTicks
                    : crashTicks - ((long)(since - recovery) * crashTicks / (end - recovery));
                return start - lost;
            default:
                return start;
        }
    }

    private static long Wave(long ticks, int height) => height - Math.Abs((ticks % (2 * height)) - height);

    // About as many come as go: 45 in 100 are new orders, 40 cancels, 10 moves, 5 cross and do not stay.
    private void Trade(long middle)
    {
        int kind = _random.Below(100);
        Side side = _random.Chance(0.5) ? Side.Buy : Side.Sell;
        if (_resting.Count < _orders * 9 / 10 || (kind < 45 && _resting.Count < _orders * 11 / 10))
        {
            Add(side, Near(middle, side), isImmediate: false);
        }
        else if (kind < 85)
        {
            // Half of those who cancel are the ones that have waited longest: what the market has left behind.
            Cancel(_random.Chance(0.5) ? Oldest() : _resting[_random.Below(_resting.Count)].OrderId);
        }
        else if (kind < 95)
        {
            Resting order = _resting[_random.Below(_resting.Count)];
            Move(order, Near(middle, order.Side));
        }
        else
        {
            Add(side, middle + (side == Side.Buy ? 3 : -3), isImmediate: true);
        }
    }

    // What one client may do, within its rights, to hurt the most: 100,000 levels with a page each, and everything at their ends.
    private void Attack(int at)
    {
        switch (at % 8)
        {
            case 0:
                // Far ahead of the best, and back.
                Add(Side.Buy, HostileMiddle + (HostileStepTicks / 2), isImmediate: false);
                Cancel(_lastId);
                break;
            case 2:
                Cancel(Oldest());
                Side side = _random.Chance(0.5) ? Side.Buy : Side.Sell;
                Add(side, HostilePrice(side, _random.Below(_orders)), isImmediate: false);
                break;
            case 4:
                // Across the whole side and back.
                Resting order = _resting[_random.Below(_resting.Count)];
                Move(order, HostilePrice(order.Side, _orders + 1));
                Move(order, order.Ticks);
                break;
            default:
                Add(Side.Sell, HostilePrice(Side.Sell, _random.Below(_orders)) + 1 + _random.Below(HostileStepTicks - 1), isImmediate: false);
                Cancel(_lastId);
                break;
        }
    }

    private static long HostilePrice(Side side, int level) => HostileMiddle + ((side == Side.Buy ? -1L - level : 1L + level) * HostileStepTicks);

    // The further from the middle, the fewer.
    private long Near(long middle, Side side)
    {
        int distance = 1;
        while (distance < DistanceMax && _random.Below(100) < 97)
        {
            distance++;
        }

        return middle + (side == Side.Buy ? -distance : distance);
    }

    private void Add(Side side, long ticks, bool isImmediate)
    {
        ulong id = ++_lastId;
        uint lots = 1 + (uint)_random.Below(LotsMax);
        StreamCommand command = new(StreamCommandType.Add, side, isImmediate, lots, id, ticks);
        _commands.Add(command);
        MatchOrder order = command.ToOrder();
        Check.That(_engine.Submit(in order, _events) == RejectReason.None, "a flow's orders are taken");
        Follow();
        if (_engine.TryGetOrder(id, out _))
        {
            Remember(id, side, ticks);
        }
    }

    private void Cancel(ulong id)
    {
        // What crossed and was filled on its way in needs no cancel.
        if (!_places.TryGetValue(id, out int place))
        {
            return;
        }

        Resting order = _resting[place];
        _commands.Add(new StreamCommand(StreamCommandType.Cancel, order.Side, isImmediateOrCancel: false, 0, id, order.Ticks));
        Check.That(_engine.Cancel(id, _events) == RejectReason.None, "a flow cancels what rests");
        Follow();
        Forget(id);
    }

    private void Move(Resting order, long ticks)
    {
        if (!_places.ContainsKey(order.OrderId))
        {
            return;
        }

        _commands.Add(new StreamCommand(StreamCommandType.Move, order.Side, isImmediateOrCancel: false, 0, order.OrderId, ticks));
        Check.That(_engine.Move(order.OrderId, new Price(ticks), _events) == RejectReason.None, "a flow moves what rests");
        Follow();
        Forget(order.OrderId);
        if (_engine.TryGetOrder(order.OrderId, out _))
        {
            Remember(order.OrderId, order.Side, ticks);
        }
    }

    // What the other side has lost.
    private void Follow()
    {
        foreach (ref readonly MatchEvent match in _events.Span)
        {
            if (match.Type == MatchEventType.Trade && match.RestingLeaves == Quantity.Zero)
            {
                Forget(match.RestingOrderId);
            }
        }

        _events.Clear();
    }

    private void Remember(ulong id, Side side, long ticks)
    {
        _places.Add(id, _resting.Count);
        _resting.Add(new Resting(id, side, ticks));
        _byAge.Enqueue(id);
    }

    private void Forget(ulong id)
    {
        if (_places.Remove(id, out int place))
        {
            Resting last = _resting[^1];
            _resting.RemoveAt(_resting.Count - 1);
            if (last.OrderId != id)
            {
                _resting[place] = last;
                _places[last.OrderId] = place;
            }
        }
    }

    private ulong Oldest()
    {
        while (!_places.ContainsKey(_byAge.Peek()))
        {
            _ = _byAge.Dequeue();
        }

        return _byAge.Dequeue();
    }

    private readonly record struct Resting(ulong OrderId, Side Side, long Ticks);
}

/// <summary>What the market of a stream does.</summary>
internal enum FlowShape : byte
{
    Static = 0,
    Normal = 1,
    Swing = 2,
    Trend = 3,
    Crash = 4,
    Hostile = 5,
}

/// <summary>The shapes by name.</summary>
internal static class FlowShapes
{
    public const string Names = "static, normal, swing, trend, crash, hostile";

    public static string NameOf(FlowShape shape) => shape.ToString().ToLowerInvariant();

    // By their names alone: numbers are none.
    public static bool TryParse(string name, out FlowShape shape) => Enum.TryParse(name, ignoreCase: true, out shape) && NameOf(shape) == name;
}
