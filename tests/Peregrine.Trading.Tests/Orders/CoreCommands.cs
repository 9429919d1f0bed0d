using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

/// <summary>A stream of random commands of all kinds for a core: the same for the same seed.</summary>
internal sealed class CoreCommands
{
    private const int Sessions = 3;
    private readonly Random _random;
    private readonly bool _isOfBefore;
    private long _sequence;
    private long _timeNs = 1_000;

    public CoreCommands(int seed)
    {
        _random = new Random(seed);
        _isOfBefore = seed % 2 == 0;
        Rules = RandomRules();
    }

    /// <summary>The rules to begin with.</summary>
    public TradingRules Rules { get; private set; }

    /// <summary>Other rules that follow from the ones before.</summary>
    public TradingRules ChangeRules()
    {
        TradingRules next = RandomRules();
        bool adds = Rules.Instruments.Count < 4 && Chance(50);
        Instrument added = next.Instruments[0] with { Id = Rules.Instruments.Count, Symbol = $"N{Rules.Instruments.Count}" };
        Rules = new TradingRules(
            [.. Rules.Instruments.Select((old, id) => Chance(50) ? old : old with { Terms = next.Instruments[id % 3].Terms, IsOpen = Chance(90) }),
            .. adds ? [added] : Array.Empty<Instrument>()],
            next.Accounts) { Behaviour = Rules.Behaviour == CoreBehaviours.Last || Chance(20) ? CoreBehaviours.Last : Rules.Behaviour };
        return Rules;
    }

    /// <summary>The next command.</summary>
    /// <param name="orderIds">Ids of all orders so far; most of what it asks for is about the last ones.</param>
    public OrderCommand Next(IReadOnlyList<ulong> orderIds)
    {
        _timeNs += Chance(30) ? _random.Next(60) : 0;
        OrderCommand command = new()
        {
            Sequence = ++_sequence,
            TimeNs = _timeNs,
            SessionId = _random.Next(Sessions),
            AccountId = _random.Next(Chance(3) ? -1 : 0, 3),
            InstrumentId = _random.Next(Chance(3) ? -1 : 0, Rules.Instruments.Count),
            SessionSequence = Chance(50) ? _sequence : 0,
        };
        int kind = _random.Next(100);
        command.Type = kind switch
        {
            < 45 => CommandType.New,
            < 57 => CommandType.Cancel,
            < 64 => CommandType.Reduce,
            < 84 => CommandType.Replace,
            < 88 => CommandType.Status,
            < 90 => CommandType.MassCancel,
            < 91 => CommandType.Disconnect,
            < 93 => CommandType.MassStatus,
            < 95 => CommandType.Cross,
            < 97 => CommandType.Phase,
            _ => CommandType.Time,
        };
        switch (command.Type)
        {
            case CommandType.New:
                command.OrderId = Chance(1) && orderIds.Count > 0 ? Pick(orderIds) : (ulong)_sequence;
                FillOrder(ref command);
                break;
            case CommandType.Cross:
                FillCross(ref command);
                break;
            case CommandType.Phase:
                command.Phase = Chance(55) ? TradingPhase.Continuous : (TradingPhase)_random.Next(0, 8);
                command.CancelsForbidden = Chance(15);
                break;
            case CommandType.MassCancel or CommandType.MassStatus:
                command.Scope = (MassCancelScope)_random.Next(16);
                command.Side = (Side)_random.Next(Chance(20) ? 0 : 1, 3);
                SetName(ref command);
                break;
            case CommandType.Disconnect or CommandType.Time:
                break;
            default:
                FillRequest(ref command, orderIds);
                break;
        }

        return command;
    }

    private void FillOrder(ref OrderCommand command)
    {
        SetName(ref command);
        command.IsPossResend = Chance(30);
        command.Refusal = _sequence % 61 == 7 ? RejectReason.Withdrawn : RejectReason.None;
        command.StrategyId = Chance(30) ? _random.Next(1, 4) : 0;
        command.Side = (Side)_random.Next(Chance(1) ? 0 : 1, 3);
        command.OrderType = Chance(55) ? OrderType.Limit : (OrderType)_random.Next(Chance(2) ? 0 : 1, 8);
        command.TimeInForce = Chance(50) ? TimeInForce.Day : (TimeInForce)_random.Next(Chance(2) ? 0 : 1, 9);
        command.Price = Price();
        command.Quantity = new Quantity(_random.Next(Chance(2) ? 0 : 1, 30));
        command.SelfTrade = Chance(25) ? (SelfTradePrevention)_random.Next(5) : 0;
        if (command.OrderType is OrderType.Limit or OrderType.StopLimit or OrderType.Pegged)
        {
            command.Flags = Chance(25) ? (OrderFlags)_random.Next(Chance(3) ? 16 : 8) : 0;
            command.Attributes.DisplayQuantity = new Quantity(Chance(15) ? _random.Next(1, 8) : 0);
        }

        if (command.OrderType == OrderType.Pegged)
        {
            command.Peg = (PegReference)_random.Next(1, 3);
            command.Flags = (command.Flags & OrderFlags.Hidden) | (Chance(50) ? OrderFlags.HasLimit : 0);
            command.TimeInForce = (TimeInForce)_random.Next(1, 3);
        }

        command.Attributes.OffsetTicks = command.OrderType is OrderType.Pegged or OrderType.TrailingStop ? _random.Next(4) : 0;
        command.Attributes.StopPrice = command.OrderType is OrderType.Stop or OrderType.StopLimit ? Price() : default;
        command.Attributes.MinimumQuantity = new Quantity(Chance(8) ? _random.Next(1, 10) : 0);
        command.Attributes.ExpireTimeNs = command.TimeInForce == TimeInForce.GoodTillTime
            ? _timeNs + (Chance(10) ? _random.Next(-5, 1) : _random.Next(1, 3_000))
            : 0;
    }

    private void FillCross(ref OrderCommand command)
    {
        command.OrderId = (ulong)_sequence;
        command.SellOrderId = Chance(3) ? command.OrderId : (ulong)(_sequence + 1_000_000);
        command.SellAccountId = _random.Next(Chance(3) ? -1 : 0, 3);
        command.SessionId = (int)(command.OrderId % Sessions);
        command.Price = Price();
        command.Quantity = new Quantity(_random.Next(Chance(2) ? 0 : 1, 30));
        SetName(ref command);
        if (Chance(60))
        {
            long number = Chance(10) ? _random.NextInt64(Math.Max(1, _sequence - 30), _sequence + 1) : _sequence + 1_000_000;
            command.OriginalClientOrderId = ClientOrderId.From($"n{number}");
        }
    }

    private void FillRequest(ref OrderCommand command, IReadOnlyList<ulong> orderIds)
    {
        ulong orderId = orderIds.Count == 0 || Chance(3)
            ? (ulong)_random.Next(20)
            : Chance(80) ? orderIds[_random.Next(Math.Max(0, orderIds.Count - 40), orderIds.Count)] : Pick(orderIds);
        if (Chance(50))
        {
            command.OrderId = orderId;
            command.SessionId = Chance(90) ? (int)(orderId % Sessions) : command.SessionId;
        }
        else
        {
            // Names are those of the command that gave them: most orders have the number of theirs as their id.
            command.OriginalClientOrderId =
                ClientOrderId.From($"n{(Chance(30) ? (ulong)_random.NextInt64(Math.Max(1, _sequence - 80), _sequence + 1) : orderId)}");
            command.SessionId = Chance(90) ? (int)(orderId % Sessions) : command.SessionId;
        }

        SetName(ref command);
        command.Quantity = new Quantity(_random.Next(Chance(3) ? 0 : 1, Chance(25) ? 4 : Chance(50) ? 8 : 30));
        command.Price = Price();
        command.Side = (Side)_random.Next(1, 3);
        command.OrderType = Chance(80) ? OrderType.Limit : (OrderType)_random.Next(1, 8);
        command.Fields = _random.Next(3) switch
        {
            0 => ReplaceFields.Price | ReplaceFields.Leaves,
            1 => ReplaceFields.Price,
            _ => (ReplaceFields)_random.Next(64),
        };
        command.Fields = command.Type == CommandType.Replace ? command.Fields : 0;
        command.Flags = Chance(4) ? (OrderFlags)_random.Next(16) : 0;
        command.Attributes.StopPrice = Price();
        command.Attributes.OffsetTicks = _random.Next(5);
        command.Attributes.DisplayQuantity = new Quantity(_random.Next(6));
        command.Attributes.MinimumQuantity = new Quantity(_random.Next(6));
        command.Attributes.ExpireTimeNs = _timeNs + _random.Next(-10, 2_000);
        command.Scope = Chance(30) ? (MassCancelScope)_random.Next(16) : 0;
        command.TimeInForce = Chance(50) ? TimeInForce.Day : (TimeInForce)_random.Next(9);
        command.Refusal = Chance(4) ? RejectReason.PriceNotOnTick : RejectReason.None;
    }

    private void SetName(ref OrderCommand command)
    {
        command.SessionId = command.Type == CommandType.New ? (int)(command.OrderId % Sessions) : command.SessionId;
        if (Chance(60))
        {
            command.ClientOrderId = ClientOrderId.From($"n{(Chance(4) ? _random.NextInt64(Math.Max(1, _sequence - 30), _sequence + 1) : _sequence)}");
        }
    }

    private TradingRules RandomRules() => new(
        [RandomInstrument(0, "AAA"), RandomInstrument(1, "BBB"), RandomInstrument(2, "CCC")],
        [
            new Account(0, "free", new AccountLimits(0, 0, 0)) { FirmId = _random.Next(3) },
            new Account(1, "tight", new AccountLimits(_random.Next(50, 300), _random.Next(200, 4_000), _random.Next(100, 1_000))) { FirmId = 1 },
            new Account(2, "collared", new AccountLimits(0, 1_000_000_000, 300)),
        ])
    { Behaviour = _isOfBefore ? CoreBehaviour.First : CoreBehaviours.Last };

    private Instrument RandomInstrument(int id, string symbol) => new(id, symbol, id, 1 + (id * 4), 1 + (id * 9), IsOpen: true)
    {
        Currency = Chance(50) ? "CNY" : "",
        Terms = new InstrumentTerms
        {
            Phase = Chance(80) ? TradingPhase.Continuous : (TradingPhase)_random.Next(1, 8),
            ReferencePrice = Chance(60) ? new Price(100) : null,
            LowestPrice = Chance(20) ? new Price(93) : null,
            HighestPrice = Chance(20) ? new Price(107) : null,
            TickTable = Chance(20) ? [new TickStep(0, 1), new TickStep(100, 2)] : [],
            StaticBandBasisPoints = Chance(20) ? 500 : 0,
            DynamicBandBasisPoints = Chance(30) ? 300 : 0,
            InterruptionNs = Chance(70) ? _random.Next(1, 200) : 0,
            Rules = new VenueRules
            {
                Owner = (OwnerScope)_random.Next(4),
                SelfTrade = (SelfTradePrevention)_random.Next(1, 5),
                CancelHiddenRests = Chance(20) ? 3 : 0,
                HiddenImprovement = Chance(15) ? 1 : 0,
                MinimumPerTrade = Chance(20),
                MarketWithBest = Chance(30),
                StopsByArrival = Chance(30),
            },
        },
    };

    private Price Price() => new(_random.Next(Chance(2) ? -1 : 95, 106));

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];
}
