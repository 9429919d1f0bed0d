using System.Numerics;

namespace Peregrine.Trading.Matching.Sharding;

/// <summary>What became of a command that is to be sent.</summary>
public enum RouteStatus : byte
{
    /// <summary>It goes to the shard named, or to all.</summary>
    Sent = 0,

    /// <summary>As many commands are on their way as may be. Nothing changed: complete one, then try again.</summary>
    Full = 1,

    /// <summary>
    /// What it does depends on commands that are on their way: its id may still be that of an order of another shard,
    /// or the last places for orders may be taken. Nothing changed: complete those, then try again.
    /// </summary>
    Waits = 2,
}

/// <summary>
/// Says to which shard a command goes, and keeps what no shard can know alone: which ids are taken, and how many orders there are in all.
/// It may run ahead of the shards: it looks at their events when commands complete, in the order in which they were sent.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction, and when instruments are added. Blocks: no.</remarks>
public sealed class ShardRouter
{
    /// <summary>In place of a shard: all of them.</summary>
    public const int All = -1;

    // A command that no shard can find anything for goes here: every shard refuses it in the same way.
    private const int AnyShard = 0;

    // Both orders of a cross are accepted, and trade.
    private const int CrossEvents = 3;
    private readonly OrderHomes _homes;
    private readonly Flight[] _flights;
    private readonly int _shards;
    private readonly int _orderCapacity;
    private readonly int _inFlightMax;
    private byte[] _shardOf = [];
    private long _sent;
    private long _completed;
    private int _submits;

    internal ShardRouter(ShardingOptions options)
    {
        _shards = options.Shards;
        _orderCapacity = options.OrderCapacity;
        _inFlightMax = options.InFlightMax;
        _homes = new OrderHomes(_orderCapacity + _inFlightMax);
        _flights = new Flight[BitOperations.RoundUpToPowerOf2((uint)_inFlightMax)];
    }

    /// <summary>Commands sent and not completed.</summary>
    public int InFlight => (int)(_sent - _completed);

    /// <summary>Orders that rest or are parked, as of the last command completed.</summary>
    public int OrderCount => _homes.OrderCount;

    /// <summary>Ids that are remembered: of those orders, and of new ones on their way.</summary>
    public int IdCount => _homes.Count;

    /// <summary>How many instruments there are.</summary>
    public int InstrumentCount { get; private set; }

    /// <summary>The shard of an instrument; of one that does not exist, any.</summary>
    public int ShardOf(int instrumentId) => (uint)instrumentId < (uint)InstrumentCount ? _shardOf[instrumentId] : AnyShard;

    /// <summary>Finds the shard of a command, and writes into the command what the shard has to know.</summary>
    /// <param name="shard">The shard, or <see cref="All"/>, when it is sent.</param>
    /// <exception cref="ArgumentException">It is no command, or its phase is none.</exception>
    public RouteStatus Route(ref ShardCommand command, out int shard)
    {
        shard = AnyShard;
        if (InFlight == _inFlightMax)
        {
            return RouteStatus.Full;
        }

        ulong tracked = 0;
        switch (command.Kind)
        {
            case ShardCommandKind.Submit:
                RouteStatus status = RouteNew(ref command, out shard, out tracked);
                if (status != RouteStatus.Sent)
                {
                    return status;
                }

                break;
            case ShardCommandKind.Cancel or ShardCommandKind.Reduce or ShardCommandKind.Replace:
                int home = _homes.Find(command.Kind == ShardCommandKind.Replace ? command.Change.OrderId : command.OrderId);
                shard = home < 0 ? AnyShard : home;
                break;
            case ShardCommandKind.MassCancel or ShardCommandKind.List:
                shard = command.Filter.InstrumentId == -1 ? All : ShardOf(command.Filter.InstrumentId);
                break;
            case ShardCommandKind.Cross:
                shard = ShardOf(command.Pair.InstrumentId);
                command.IsIdTaken = IsElsewhere(command.Pair.BuyId, shard);
                command.IsSellTaken = IsElsewhere(command.Pair.SellId, shard);
                if ((command.IsIdTaken || command.IsSellTaken) && InFlight > 0)
                {
                    return RouteStatus.Waits;
                }

                break;
            case ShardCommandKind.SetPhase:
                shard = ShardOf(command.InstrumentId);
                bool isPhase = TradingPhases.IsKnown(command.Phase)
                    || (uint)command.InstrumentId >= (uint)InstrumentCount;
                ThrowUnless(isPhase, "phase", (byte)command.Phase);
                break;
            case ShardCommandKind.AdvanceTime:
                shard = All;
                break;
            default:
                ThrowUnless(false, "kind", (byte)command.Kind);
                break;
        }

        bool isNew = command.Kind == ShardCommandKind.Submit;
        bool isCross = command.Kind == ShardCommandKind.Cross;
        _submits += isNew ? 1 : 0;
        _flights[_sent & (_flights.Length - 1)] = new Flight { TrackedId = tracked, Shard = (short)shard, IsNew = isNew, IsCross = isCross };
        _sent++;
        return RouteStatus.Sent;
    }

    /// <summary>Where the oldest command that is not completed was sent to.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryPeek(out int shard)
    {
        shard = _flights[_completed & (_flights.Length - 1)].Shard;
        return InFlight > 0;
    }

    /// <summary>The oldest command is done.</summary>
    /// <param name="events">All that it did, in order.</param>
    public void Complete(ReadOnlySpan<MatchEvent> events)
    {
        Flight flight = _flights[_completed & (_flights.Length - 1)];
        _completed++;
        _submits -= flight.IsNew ? 1 : 0;
        if (flight.TrackedId != 0)
        {
            _homes.Arrive(flight.TrackedId, events[0].Type == MatchEventType.Accepted);
        }

        // The orders of a cross rest nowhere: its own trade, the third event, ends none that has a home.
        foreach (ref readonly MatchEvent match in flight.IsCross && events.Length >= CrossEvents ? events[CrossEvents..] : events)
        {
            if (match.Type is not (MatchEventType.Trade or MatchEventType.Cancelled))
            {
                continue;
            }

            if (match.Leaves.Lots == 0)
            {
                _homes.End(match.OrderId);
            }

            if (match.Type == MatchEventType.Trade && match.RestingLeaves.Lots == 0)
            {
                _homes.End(match.RestingOrderId);
            }
        }
    }

    /// <summary>An order of a state that is loaded is in a shard.</summary>
    /// <returns>False when it is known already, or there is no room for one more.</returns>
    internal bool TryResume(ulong orderId, int shard)
    {
        if (_homes.OrderCount == _orderCapacity || _homes.Find(orderId) >= 0)
        {
            return false;
        }

        _homes.Send(orderId, shard);
        _homes.Arrive(orderId, isAccepted: true);
        return true;
    }

    internal void AddInstrument(int shard)
    {
        if (InstrumentCount == _shardOf.Length)
        {
            Array.Resize(ref _shardOf, Math.Max(16, InstrumentCount * 2));
        }

        _shardOf[InstrumentCount++] = (byte)shard;
    }

    private RouteStatus RouteNew(ref ShardCommand command, out int shard, out ulong tracked)
    {
        ref MatchOrder order = ref command.Order;
        tracked = 0;
        shard = ShardOf(order.InstrumentId);
        command.IsFull = false;
        command.IsIdTaken = false;
        if ((uint)order.InstrumentId >= (uint)InstrumentCount)
        {
            return RouteStatus.Sent;
        }

        // Each new order on its way may come to rest: only when that could matter is it waited for.
        bool isFull = _homes.OrderCount + _submits >= _orderCapacity;
        int home = _homes.Find(order.OrderId);
        bool isElsewhere = home >= 0 && home != shard;
        if ((isFull || isElsewhere) && InFlight > 0)
        {
            return RouteStatus.Waits;
        }

        command.IsFull = isFull;
        command.IsIdTaken = isElsewhere;
        if (order.OrderId != 0 && !isElsewhere)
        {
            _homes.Send(order.OrderId, shard);
            tracked = order.OrderId;
        }

        return RouteStatus.Sent;
    }

    private bool IsElsewhere(ulong orderId, int shard) => _homes.Find(orderId) is int home && home >= 0 && home != shard;

    private static void ThrowUnless(bool isGood, string name, byte value)
    {
        if (!isGood)
        {
            throw new ArgumentException($"{name} is {value}, expected 1 to 7");
        }
    }

    private struct Flight
    {
        public ulong TrackedId;
        public short Shard;
        public bool IsNew;
        public bool IsCross;
    }
}
