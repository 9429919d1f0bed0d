using Microsoft.Extensions.Logging;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// The groups of one kind: which order is of which, so that its reports can repeat the group's name, and how each order is. The core knows nothing
/// of it: names of groups change no order. Kept in a file of its own, which a start reads.
/// </summary>
/// <param name="ordersMax">Most orders of a group.</param>
/// <param name="ofASessionMax">Most groups of a session that are known; one more takes the place of its oldest.</param>
/// <param name="keepsWorking">One of which an order works does not give up its place.</param>
/// <remarks>Thread: the link's; while it recovers, one of the replay. Allocates: for a new group, while there is room for more; reports: no.
/// </remarks>
internal sealed class OrderGroups(int ordersMax, int ofASessionMax, bool keepsWorking) : IDisposable
{
    private readonly List<OrderGroup> _groups = [];
    private readonly Dictionary<int, List<OrderGroup>> _bySession = [];

    // Of each order the group and the place in it: by the order's id, and by its command for refusals, which have none.
    private readonly Dictionary<ulong, (OrderGroup Group, int Index)> _byOrder = [];
    private readonly Dictionary<long, (OrderGroup Group, int Index)> _bySequence = [];
    private OrderGroupFile? _file;
    private long _lastNumber;

    /// <summary>How many groups are known.</summary>
    public int Count { get; private set; }

    /// <summary>Goes on from a file, where there is one; and keeps there what follows.</summary>
    /// <param name="log">Told of what cannot be read or written.</param>
    public void Open(string path, ILogger log)
    {
        _file = new OrderGroupFile(path, ordersMax, log);
        _file.Load(_groups);
        foreach (OrderGroup group in _groups)
        {
            if (group.Number > 0)
            {
                Count++;
                _lastNumber = Math.Max(_lastNumber, group.Number);
                OwnOf(group.SessionId).Add(group);
                for (int index = 0; index < group.Count; index++)
                {
                    Index(group, index);
                }
            }
        }

        foreach (List<OrderGroup> own in _bySession.Values)
        {
            own.Sort((left, right) => left.Number.CompareTo(right.Number));
        }
    }

    /// <summary>The start has read the journal: what is known is held against what the core knows.</summary>
    /// <param name="identity">Which link it is: what another one kept is not this one's.</param>
    /// <param name="core">At the journal's end.</param>
    public void Settle(Guid identity, TradingCore core)
    {
        if (Count > 0 && _file!.Identity != identity)
        {
            _file.Tell("they are of another link");
            Forget();
        }

        _file!.Identity = identity;
        if (Count == 0)
        {
            return;
        }

        HashSet<ulong> known = [];
        core.TellOrders((in ReportView report) =>
        {
            _ = known.Add(report.OrderId);
            _ = TryUpdate(in report, out _);
        });
        foreach (OrderGroup group in _groups)
        {
            for (int index = 0; index < group.Count; index++)
            {
                ref GroupedOrder order = ref group[index];
                bool isLost = order.Sequence > core.LastSequence;
                if (isLost || (keepsWorking && order.IsWorking && !known.Contains(order.OrderId)))
                {
                    // The core knows every order that works: it was lost with the journal's end, or never came into it.
                    Unindex(in order);
                    (order.Status, order.Sequence, order.OrderId, order.Leaves) = (OrderStatus.Rejected, 0, 0, Quantity.Zero);
                }
            }

            _file.Write(group);
        }
    }

    /// <summary>Finds a group of a session.</summary>
    /// <returns>Null when it is not known.</returns>
    public OrderGroup? Find(int sessionId, ReadOnlySpan<byte> name)
    {
        if (Count == 0 || !_bySession.TryGetValue(sessionId, out List<OrderGroup>? own))
        {
            return null;
        }

        foreach (OrderGroup group in own)
        {
            if (group.Name.SequenceEqual(name))
            {
                return group;
            }
        }

        return null;
    }

    /// <summary>Whether a session may begin one more group.</summary>
    public bool HasRoom(int sessionId) => OwnOf(sessionId) is var own && (own.Count < ofASessionMax || own.Exists(MayGo));

    /// <summary>Begins a group, in the place of an older one where the session has as many as it may. It is kept before a command of it can be:
    /// what leaves of it after a crash has its name.</summary>
    /// <param name="name">At most <see cref="EchoedFields.LengthMax"/> bytes; not that of a group of the session.</param>
    /// <returns>Null where there is no room.</returns>
    public OrderGroup? Begin(int sessionId, ReadOnlySpan<byte> name, int total)
    {
        List<OrderGroup> own = OwnOf(sessionId);
        OrderGroup? group = null;
        if (own.Count == ofASessionMax)
        {
            int oldest = own.FindIndex(MayGo);
            if (oldest < 0)
            {
                return null;
            }

            group = own[oldest];
            own.RemoveAt(oldest);
            Unindex(group);
            Count--;
        }

        if (group is null)
        {
            group = new OrderGroup(_groups.Count, ordersMax);
            _groups.Add(group);
        }

        group.Begin(++_lastNumber, sessionId, total, name);
        own.Add(group);
        Count++;
        _file?.Write(group);
        return group;
    }

    /// <summary>An order of a group was taken, or refused by the intake: then it has neither id nor sequence, and is rejected.</summary>
    /// <param name="isWaiting">It waits for its session's rate: <see cref="Enter"/> says when it is a command.</param>
    public int Add(OrderGroup group, ulong orderId, in OrderCommand command, bool isWaiting = false)
    {
        int index = group.Add(new GroupedOrder
        {
            Sequence = orderId == 0 ? 0 : command.Sequence,
            OrderId = orderId,
            ClientOrderId = command.ClientOrderId,
            Status = orderId == 0 && !isWaiting ? OrderStatus.Rejected : 0,
            InstrumentId = command.InstrumentId,
            Quantity = command.Quantity,
            Leaves = orderId == 0 && !isWaiting ? Quantity.Zero : command.Quantity,
        });
        Index(group, index);
        _file?.Write(group, index);
        return index;
    }

    /// <summary>An order that waited is a command.</summary>
    public void Enter(in GroupPlace place, in OrderCommand command)
    {
        if (place.Group is { } group && group.Number == place.Number)
        {
            ref GroupedOrder order = ref group[place.Index];
            (order.OrderId, order.Sequence) = (command.OrderId, command.Sequence);
            Index(group, place.Index);
            _file?.Write(group, place.Index);
        }
    }

    /// <summary>The group of a report's order.</summary>
    /// <returns>Null when it is of none.</returns>
    public OrderGroup? Of(in ReportView report) => Count > 0 && TryFind(in report, out OrderGroup? group, out _) ? group : null;

    /// <summary>What its client calls a report's order.</summary>
    /// <returns>Empty when it is of no group.</returns>
    public ReadOnlySpan<byte> OrderOf(scoped in ReportView report) =>
        Count > 0 && TryFind(in report, out OrderGroup group, out int index) ? group[index].ClientOrderId.Span : default;

    /// <summary>A report is delivered: its order, if it is of a group, is as it says.</summary>
    /// <returns>The group; null when it is of none.</returns>
    public OrderGroup? Told(in ReportView report)
    {
        if (Count == 0 || !TryUpdate(in report, out (OrderGroup Group, int Index) place))
        {
            return null;
        }

        _file?.Write(place.Group, place.Index);
        return place.Group;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private bool TryFind(in ReportView report, out OrderGroup group, out int index)
    {
        // A refusal is about its own command, also where it tells of another order, which has the same name.
        bool isFound = report.Type == ReportType.Rejected
            ? _bySequence.TryGetValue(report.Sequence, out (OrderGroup Group, int Index) place)
            : _byOrder.TryGetValue(report.OrderId, out place);
        (group, index) = place;
        return isFound && group.SessionId == report.SessionId;
    }

    private bool TryUpdate(in ReportView report, out (OrderGroup Group, int Index) place)
    {
        bool isFound = TryFind(in report, out OrderGroup group, out int index);
        place = (group, index);
        if (!isFound)
        {
            return false;
        }

        ref GroupedOrder order = ref group[index];
        if (report.Type == ReportType.Rejected)
        {
            (order.Status, order.Reason, order.Leaves) = (OrderStatus.Rejected, report.Reason, Quantity.Zero);
            return true;
        }

        (order.Status, order.InstrumentId, order.Quantity) = (report.Status, report.InstrumentId, report.Quantity);
        (order.Cumulative, order.Leaves, order.Notional) = (report.CumulativeQuantity, report.LeavesQuantity, report.CumulativeNotional);
        if (report.Type == ReportType.Replaced && report.ClientOrderId.Length > 0)
        {
            _ = ClientOrderId.TryCreate(report.ClientOrderId, out order.ClientOrderId);
        }

        return true;
    }

    private bool MayGo(OrderGroup group) => !keepsWorking || !group.IsWorking;

    private List<OrderGroup> OwnOf(int sessionId)
    {
        if (!_bySession.TryGetValue(sessionId, out List<OrderGroup>? own))
        {
            _bySession.Add(sessionId, own = []);
        }

        return own;
    }

    private void Index(OrderGroup group, int index)
    {
        ref GroupedOrder order = ref group[index];
        if (order.OrderId != 0)
        {
            _byOrder[order.OrderId] = (group, index);
            _bySequence[order.Sequence] = (group, index);
        }
    }

    private void Unindex(OrderGroup group)
    {
        for (int index = 0; index < group.Count; index++)
        {
            Unindex(in group[index]);
        }
    }

    private void Unindex(in GroupedOrder order)
    {
        _ = _byOrder.Remove(order.OrderId);
        _ = _bySequence.Remove(order.Sequence);
    }

    private void Forget()
    {
        foreach (OrderGroup group in _groups)
        {
            Unindex(group);
            group.Clear();
        }

        _bySession.Clear();
        Count = 0;
    }
}
