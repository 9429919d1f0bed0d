using Peregrine.Oracles.Matching;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Oracles.Orders;

/// <summary>
/// The core, obviously right and slow: orders by id in a dictionary, client ids in a list, risk in big integers, the slow matching engine. It tells
/// the reports that a command must give, in order.
/// </summary>
public sealed partial class SlowCore(CoreOptions options)
{
    private readonly Dictionary<ulong, SlowOrderState> _orders = [];
    private readonly List<SlowOrderState> _closed = [];
    private readonly List<UsedId> _used = [];
    private readonly MatchEventBuffer _events = new();
    private readonly List<OrderReport> _reports = [];
    private TradingRules _rules = new([], []);
    private OrderCommand _command;
    private long _execId;
    private bool _endsAsFilled;

    /// <summary>The books.</summary>
    public SlowMatchingEngine Engine { get; } = new(options.OrdersMax);

    /// <summary>Ids of all orders that ever were, in the order of their coming.</summary>
    public IReadOnlyList<ulong> OrderIds => [.. _orders.Keys];

    /// <summary>Puts rules in force.</summary>
    public void Configure(TradingRules rules)
    {
        _rules = rules;
        _rulesHash = SlowDigest.OfBytes(RulesCodec.Encode(rules));
        foreach (Instrument instrument in rules.Instruments)
        {
            InstrumentTerms terms = instrument.Terms with { PegTicksMax = PriceMax(instrument) };
            if (instrument.Id < Engine.InstrumentCount)
            {
                Engine.SetTerms(instrument.Id, terms);
            }
            else
            {
                _ = Engine.AddInstrument(terms);
            }
        }
    }

    /// <summary>Carries out a command.</summary>
    /// <returns>Its reports; valid until the next.</returns>
    public IReadOnlyList<OrderReport> Execute(in OrderCommand command)
    {
        _command = command;
        _reports.Clear();
        Do(events => Engine.AdvanceTime(_command.TimeNs, events), request: null);
        switch (command.Type)
        {
            case CommandType.New:
                ExecuteNew();
                break;
            case CommandType.Cancel:
            case CommandType.Reduce:
            case CommandType.Replace:
                ExecuteRequest();
                break;
            case CommandType.Status:
                ExecuteStatus();
                break;
            case CommandType.MassCancel:
                ExecuteMassCancel();
                break;
            case CommandType.Cross:
                ExecuteCross();
                break;
            case CommandType.MassStatus:
                ExecuteMassStatus();
                break;
            case CommandType.Disconnect:
                Do(events => Engine.MassCancel(new MassCancelFilter(_command.SessionId, -1, -1, null), events), request: null);
                break;
            case CommandType.Phase:
                ExecutePhase();
                break;
            default:
                break;
        }

        return _reports;
    }

    internal static ClientOrderId IdOf(string name) => name.Length == 0 ? default : ClientOrderId.From(name);

    private void ExecuteNew()
    {
        OrderCommand asked = _command;
        if (IsDuplicate())
        {
            RefuseKnown();
            return;
        }

        (RejectReason reason, long limit, long observed) = asked.Refusal != RejectReason.None ? (asked.Refusal, 0, 0) : CheckRisk(
            asked.Side, asked.OrderType, SlowOrderState.HasLimit(asked.OrderType, asked.Flags), asked.Price.Ticks, asked.Attributes,
            asked.Quantity.Lots, asked.InstrumentId, asked.AccountId);
        bool isKnownId = _orders.TryGetValue(asked.OrderId, out SlowOrderState? other) && other.IsRemembered;
        reason = reason == RejectReason.None && isKnownId ? RejectReason.DuplicateOrderId : reason;
        _events.Clear();
        if (reason == RejectReason.None)
        {
            reason = Engine.Submit(ToMatchOrder(in asked), _events);
            (limit, observed) = FiguresOf(reason);
        }

        SlowOrderState? order = reason == RejectReason.None ? new SlowOrderState(in asked) : null;
        Use(order);
        if (order is null)
        {
            Refuse(reason, limit, observed);
            return;
        }

        _orders[order.Id] = order;
        Apply(order, ReplaceFields.None);
        TellArrivalPrice(order);
    }

    private void ExecuteRequest()
    {
        (SlowOrderState? order, RejectReason reason) = Resolve();
        RejectReason mismatch = order is null ? RejectReason.None : FindMismatch(order);
        reason = IsDuplicate() ? RejectReason.DuplicateClientOrderId
            : reason != RejectReason.None ? reason
            : mismatch != RejectReason.None ? mismatch
            : !order!.IsWorking ? RejectReason.OrderClosed : _command.Refusal;
        ReplaceFields fields = _command.Fields;
        long limit = 0;
        long observed = 0;
        _endsAsFilled = false;
        if (reason == RejectReason.None && _command.Type == CommandType.Replace)
        {
            (reason, limit, observed) = CheckReplace(order!, ref fields);
        }

        _events.Clear();
        if (reason == RejectReason.None)
        {
            reason = _command.Type switch
            {
                CommandType.Cancel => Engine.Cancel(order!.Id, _events),
                CommandType.Replace when _endsAsFilled => Engine.Cancel(order!.Id, _events),
                CommandType.Reduce => Engine.Reduce(order!.Id, _command.Quantity, _events),
                _ => Engine.Replace(ToReplace(order!, fields), _events),
            };
            (limit, observed) = _command.Type == CommandType.Replace ? FiguresOf(reason) : (0, 0);
        }

        if (reason != RejectReason.None)
        {
            RefuseRequest(order, reason, limit, observed);
            return;
        }

        Use(order);
        Apply(order, fields);
        if (_command.Type == CommandType.Replace)
        {
            TellArrivalPrice(order!);
        }
    }

    private void ExecuteStatus()
    {
        (SlowOrderState? order, RejectReason reason) = Resolve();
        reason = order is null ? reason : FindMismatch(order);
        OrderReport report = order is null || reason != RejectReason.None
            ? Echo(ReportType.Status, reason) with { ClientOrderId = _command.OriginalClientOrderId }
            : order.ToReport(ReportType.Status) with { Reason = order.Reason };
        if (_command.ClientOrderId.ToString() != _command.OriginalClientOrderId.ToString())
        {
            report.OriginalClientOrderId = _command.ClientOrderId;
        }

        Report(report);
    }

    // A new order under an id that is known.
    private void RefuseKnown()
    {
        UsedId known = KnownIds().Last(id => id.Session == _command.SessionId && id.Name == _command.ClientOrderId.ToString());
        if (_rules.Behaviour == CoreBehaviour.First || known.Order is not { IsRemembered: true } order)
        {
            Refuse(RejectReason.DuplicateClientOrderId, 0, 0);
        }
        else if (_command.IsPossResend)
        {
            Report(order.ToReport(ReportType.Status) with { Reason = order.Reason });
        }
        else
        {
            Report(order.ToReport(ReportType.Rejected) with
            {
                Reason = RejectReason.DuplicateClientOrderId,
                ClientOrderId = _command.ClientOrderId,
                Scope = _command.Scope,
            });
        }
    }

    private RejectReason FindMismatch(SlowOrderState order)
    {
        MassCancelScope named = _command.Scope;
        return named.HasFlag(MassCancelScope.Instrument) && _command.InstrumentId != order.Instrument ? RejectReason.InstrumentMismatch
            : named.HasFlag(MassCancelScope.Side) && _command.Side != order.Side ? RejectReason.SideMismatch
            : named.HasFlag(MassCancelScope.Account) && _command.AccountId != order.Account ? RejectReason.AccountMismatch
            : named != 0 && _command.Type == CommandType.Replace && _command.TimeInForce != 0 && _command.TimeInForce != order.TimeInForce
                ? RejectReason.TimeInForceMismatch
            : RejectReason.None;
    }

    private void ExecuteCross()
    {
        OrderCommand cross = _command;
        OrderCommand[] legs = [LegOf(Side.Buy, cross.OrderId, cross.AccountId, cross.ClientOrderId),
            LegOf(Side.Sell, cross.SellOrderId, cross.SellAccountId, cross.OriginalClientOrderId)];
        bool isOneName = cross.ClientOrderId.Length > 0 && cross.ClientOrderId.ToString() == cross.OriginalClientOrderId.ToString();
        bool isDuplicate = isOneName;
        foreach (OrderCommand leg in legs)
        {
            _command = leg;
            isDuplicate |= IsDuplicate();
        }

        (RejectReason reason, long limit, long observed) = isDuplicate ? (RejectReason.DuplicateClientOrderId, 0, 0)
            : cross.OrderId == cross.SellOrderId ? (RejectReason.DuplicateOrderId, 0, 0) : default;
        foreach (OrderCommand leg in legs.Where(_ => reason == RejectReason.None))
        {
            (reason, limit, observed) = CheckRisk(leg.Side, leg.OrderType, true, leg.Price.Ticks, leg.Attributes, leg.Quantity.Lots,
                leg.InstrumentId, leg.AccountId);
            bool isKnownId = _orders.TryGetValue(leg.OrderId, out SlowOrderState? other) && other.IsRemembered;
            reason = reason == RejectReason.None && isKnownId ? RejectReason.DuplicateOrderId : reason;
        }

        if (reason == RejectReason.None && Engine.OrderCount >= options.OrdersMax)
        {
            reason = RejectReason.OrderCapacity;
            (limit, observed) = FiguresOf(reason);
        }

        _events.Clear();
        if (reason == RejectReason.None)
        {
            reason = Engine.Cross(new MatchCross
            {
                BuyId = cross.OrderId, SellId = cross.SellOrderId, Price = cross.Price, Quantity = cross.Quantity, InstrumentId = cross.InstrumentId,
            }, _events);
        }

        foreach (OrderCommand leg in legs)
        {
            _command = leg;
            SlowOrderState? order = reason == RejectReason.None ? new SlowOrderState(in leg) : null;
            if (!isDuplicate)
            {
                Use(order);
            }

            if (order is null)
            {
                Refuse(reason, limit, observed);
            }
            else
            {
                _orders[order.Id] = order;
            }
        }

        _command = cross;
        if (reason == RejectReason.None)
        {
            Apply(null, ReplaceFields.None);
        }

        OrderCommand LegOf(Side side, ulong id, int account, ClientOrderId name) => new()
        {
            Type = CommandType.New, Sequence = cross.Sequence, TimeNs = cross.TimeNs, SessionId = cross.SessionId, InstrumentId = cross.InstrumentId,
            Price = cross.Price, Quantity = cross.Quantity, Side = side, OrderId = id, AccountId = account, ClientOrderId = name,
            OrderType = OrderType.Limit, TimeInForce = TimeInForce.ImmediateOrCancel,
        };
    }

    private void ExecuteMassStatus()
    {
        (MassCancelFilter filter, RejectReason reason) = FilterOf();
        _events.Clear();
        int count = reason == RejectReason.None ? Engine.List(in filter, _events) : 0;
        if (count == 0)
        {
            reason = reason == RejectReason.None ? RejectReason.UnknownOrder : reason;
            Report(Echo(ReportType.Status, reason) with { ClientOrderId = default, OriginalClientOrderId = _command.ClientOrderId });
        }

        int place = 0;
        foreach (MatchEvent match in _events.Span.ToArray())
        {
            Report(_orders[match.OrderId].ToReport(ReportType.Status) with
            {
                SessionId = _command.SessionId,
                Scope = _command.Scope,
                CancelledCount = count,
                ObservedValue = ++place,
                OriginalClientOrderId = _command.ClientOrderId,
            });
        }
    }

    private void ExecuteMassCancel()
    {
        (MassCancelFilter filter, RejectReason reason) = FilterOf();
        reason = IsDuplicate() ? RejectReason.DuplicateClientOrderId : reason;
        if (reason != RejectReason.None)
        {
            RefuseRequest(null, reason, 0, 0);
            return;
        }

        Use(null);
        int count = 0;
        Do(events => count = Engine.MassCancel(filter, events), request: null);
        Report(Echo(ReportType.MassCancelled, RejectReason.None) with { CancelledCount = count, Status = OrderStatus.Cancelled });
    }

    private (MassCancelFilter Filter, RejectReason Reason) FilterOf()
    {
        MassCancelScope scope = _command.Scope;
        bool hasInstrument = scope.HasFlag(MassCancelScope.Instrument);
        bool hasAccount = scope.HasFlag(MassCancelScope.Account);
        RejectReason reason = hasInstrument && (_command.InstrumentId < 0 || _command.InstrumentId >= _rules.Instruments.Count)
                ? RejectReason.UnknownInstrument
            : hasAccount && (_command.AccountId < 0 || _command.AccountId >= _rules.Accounts.Count) ? RejectReason.UnknownAccount
            : scope.HasFlag(MassCancelScope.Side) && _command.Side == 0 ? RejectReason.UnsupportedOrder
            : RejectReason.None;
        MassCancelFilter filter = new(
            scope.HasFlag(MassCancelScope.Session) ? _command.SessionId : -1,
            hasAccount ? _command.AccountId : -1,
            hasInstrument ? _command.InstrumentId : -1,
            scope.HasFlag(MassCancelScope.Side) ? _command.Side : null);
        return (filter, reason);
    }

    private void ExecutePhase()
    {
        bool isKnown = _command.InstrumentId >= 0 && _command.InstrumentId < _rules.Instruments.Count;
        if (!isKnown || _command.Phase == 0)
        {
            Refuse(isKnown ? RejectReason.UnsupportedOrder : RejectReason.UnknownInstrument, 0, 0);
            return;
        }

        Do(events => Engine.SetPhase(_command.InstrumentId, _command.Phase, _command.CancelsForbidden, events), request: null);
    }

    /// <summary>Which order a request means; with an order the reason is None.</summary>
    private (SlowOrderState? Order, RejectReason Reason) Resolve()
    {
        string name = _command.OriginalClientOrderId.ToString();
        if (name.Length == 0)
        {
            bool isOwn = _orders.TryGetValue(_command.OrderId, out SlowOrderState? found) && found.IsRemembered
                && found.Session == _command.SessionId;
            return isOwn ? (found, RejectReason.None) : (null, RejectReason.UnknownOrder);
        }

        UsedId? used = KnownIds().LastOrDefault(id => id.Session == _command.SessionId && id.Name == name);
        return used switch
        {
            null or { Order: null, WasNew: false } => (null, RejectReason.UnknownOrder),
            { Order.IsRemembered: true } => (used.Order, RejectReason.None),
            _ => (null, RejectReason.OrderClosed),
        };
    }

    private bool IsDuplicate() =>
        _command.ClientOrderId.Length > 0 && KnownIds().Any(id => id.Session == _command.SessionId && id.Name == _command.ClientOrderId.ToString());

    /// <summary>The last ids used, and those that name an order which works.</summary>
    private IEnumerable<UsedId> KnownIds() =>
        _used.Where((id, index) => index >= _used.Count - options.ClientOrderIdsMax
            || (id.Order is { IsWorking: true } order && order.Name == id.Name));

    private void Use(SlowOrderState? order)
    {
        if (_command.ClientOrderId.Length > 0)
        {
            ulong orderId = order?.Id ?? (_command.Type == CommandType.New ? _command.OrderId : 0);
            _used.Add(new UsedId(_command.SessionId, _command.ClientOrderId.ToString(), order, _command.Type == CommandType.New, orderId));
        }
    }

    private void Close(SlowOrderState order, OrderStatus status)
    {
        order.Status = status;
        order.ClosedOrdinal = ++_closedCount;
        _closed.Add(order);
        if (_closed.Count > options.ClosedOrdersMax)
        {
            _closed[0].IsRemembered = false;
            _closed.RemoveAt(0);
        }
    }

    private MatchOrder ToMatchOrder(in OrderCommand asked)
    {
        int firm = _rules.Accounts[asked.AccountId].FirmId;
        return new MatchOrder
        {
            OrderId = asked.OrderId,
            Price = asked.Price,
            Quantity = asked.Quantity,
            StopPrice = asked.Attributes.StopPrice,
            OffsetTicks = asked.Attributes.OffsetTicks,
            DisplayQuantity = asked.Attributes.DisplayQuantity,
            MinimumQuantity = asked.Attributes.MinimumQuantity,
            ExpireTimeNs = asked.Attributes.ExpireTimeNs,
            InstrumentId = asked.InstrumentId,
            Account = asked.AccountId,
            Firm = firm == 0 ? -1 : firm,
            Strategy = asked.StrategyId == 0 ? -1 : asked.StrategyId,
            Session = asked.SessionId,
            Side = asked.Side,
            Type = asked.OrderType,
            TimeInForce = asked.TimeInForce,
            Flags = asked.Flags,
            Peg = asked.Peg,
            SelfTrade = asked.SelfTrade,
        };
    }

    private MatchReplace ToReplace(SlowOrderState order, ReplaceFields fields) => new()
    {
        OrderId = order.Id,
        Fields = fields,
        Price = _command.Price,
        Leaves = new Quantity(_command.Quantity.Lots - order.Filled),
        StopPrice = _command.Attributes.StopPrice,
        OffsetTicks = _command.Attributes.OffsetTicks,
        DisplayQuantity = _command.Attributes.DisplayQuantity,
        MinimumQuantity = _command.Attributes.MinimumQuantity,
        ExpireTimeNs = _command.Attributes.ExpireTimeNs,
    };

    /// <param name="Order">The order that it names; null when the request was refused.</param>
    /// <param name="WasNew">Whether the request was for a new order: then the id of one refused is that of an order which has closed.</param>
    /// <param name="OrderId">What the core remembers with it: also that of a new order which was refused.</param>
    private sealed record UsedId(int Session, string Name, SlowOrderState? Order, bool WasNew, ulong OrderId);
}
