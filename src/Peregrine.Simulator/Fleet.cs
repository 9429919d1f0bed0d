using Peregrine.Trading.Orders;

namespace Peregrine.Simulator;

/// <summary>
/// Simulated participants on virtual time. The caller asks for the next request, sends it to a link as any client would, and tells what
/// came of it before it asks again; the same seed and the same answers give the same requests.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when made. It sees no clock: the caller paces by <see cref="SimRequest.DueNs"/>, or does not.</remarks>
public sealed class Fleet
{
    // Orders come in bursts: every trade makes more activity likely for a while (a Hawkes process with an exponential kernel).
    private const double QuietShare = 0.5;
    private const double ExcitementSeconds = 2;
    private const double ExcitementPerTradeAtOneRequest = 10;
    private const double ExcitementMax = 6;

    // What is lively depends on everything; the average is held by dividing by what it lately was.
    private const double MeanSeconds = 60;
    private const int TriesMax = 32;
    private static readonly double[] Activity = [0.3, 0.3, 0.11, 0.11, 0.11, 0.02, 0.05];

    private readonly FleetOptions _options;
    private readonly SeededRandom _random;
    private readonly SimMarket[] _markets;
    private readonly Participant[] _participants;
    private double _meanActivity = 1;
    private double _excitement;
    private long _nowNs;
    private long _number;

    /// <summary>Makes the participants.</summary>
    /// <exception cref="ArgumentException">Options out of range, all named.</exception>
    public Fleet(FleetOptions options)
    {
        options.Validate();
        _options = options;
        _random = new SeededRandom(options.Seed);
        _markets = [.. options.Instruments.Select(instrument => new SimMarket(instrument))];
        int count = _markets.Length;
        _participants =
        [
            new MarketMaker(Roster[0], count, halfSpreadBp: 3.0),
            new MarketMaker(Roster[1], count, halfSpreadBp: 3.5),
            new NoiseTrader(Roster[2], count),
            new NoiseTrader(Roster[3], count),
            new NoiseTrader(Roster[4], count),
            new MomentumTrader(Roster[5], count),
            new Slicer(Roster[6], count),
        ];
        _number = options.FirstNumber;
    }

    /// <summary>Everybody there is, as <see cref="SimRequest.Participant"/> counts them:
    /// each trades all instruments under a session and an account of its own name.</summary>
    public static IReadOnlyList<ParticipantInfo> Roster { get; } =
    [
        new("SIM-MAKER-1", ParticipantKind.MarketMaker),
        new("SIM-MAKER-2", ParticipantKind.MarketMaker),
        new("SIM-NOISE-1", ParticipantKind.Noise),
        new("SIM-NOISE-2", ParticipantKind.Noise),
        new("SIM-NOISE-3", ParticipantKind.Noise),
        new("SIM-MOMENTUM", ParticipantKind.Momentum),
        new("SIM-SLICER", ParticipantKind.Slicer),
    ];

    /// <summary>Orders that participants believe to work.</summary>
    public int OpenOrderCount => _participants.Sum(
        participant => Enumerable.Range(0, _markets.Length).Sum(market => participant.Orders(market).Count));

    /// <summary>What a participant holds of an instrument, in lots.</summary>
    public long Position(int participant, int instrumentId) => _participants[participant].Position(MarketOf(instrumentId));

    /// <summary>Lets virtual time pass until somebody wants something.</summary>
    public void Next(out SimRequest request)
    {
        while (true)
        {
            PassTime();
            for (int attempt = 0; attempt < TriesMax; attempt++)
            {
                int who = Pick();
                int where = _random.Below(_markets.Length);
                Participant participant = _participants[who];
                if (participant.TryDecide(where, _markets[where], _nowNs, _random, out Decision decision))
                {
                    request = Request(who, participant, where, decision);
                    return;
                }
            }
        }
    }

    /// <summary>A participant was told something.</summary>
    public void OnReport(in SimReport report)
    {
        int market = MarketOf(report.InstrumentId);
        if ((uint)report.Participant >= (uint)_participants.Length || market < 0)
        {
            return;
        }

        Participant participant = _participants[report.Participant];
        OpenOrders orders = participant.Orders(market);
        int index = orders.Find(report.Number);
        switch (report.Type)
        {
            case ReportType.Trade:
                participant.OnFill(market, report.Side, report.LastQuantity.Lots);
                _markets[market].OnTrade(report.LastPrice.Ticks, _nowNs);
                _excitement = Math.Min(_excitement + (ExcitementPerTradeAtOneRequest / 2 / _options.RequestsPerSecond), ExcitementMax);
                if (index >= 0)
                {
                    orders[index].Filled += report.LastQuantity.Lots;
                }

                SetLeaves(orders, index, report.Leaves.Lots);
                break;
            case ReportType.Replaced:
                if (index >= 0)
                {
                    orders[index].OldNumber = 0;
                }

                SetLeaves(orders, index, report.Leaves.Lots);
                break;
            case ReportType.CancelRejected:
                // The order goes on under its old number, or is gone already.
                if (index >= 0)
                {
                    (orders[index].Number, orders[index].OldNumber) = (orders[index].OldNumber, 0);
                }

                SetLeaves(orders, index, report.Leaves.Lots);
                break;
            case ReportType.Cancelled or ReportType.Rejected or ReportType.Expired:
                SetLeaves(orders, index, report.Leaves.Lots);
                break;
            default:
                break;
        }
    }

    /// <summary>Everybody sees new best prices.</summary>
    public void OnTop(in SimTop top)
    {
        int market = MarketOf(top.InstrumentId);
        if (market >= 0)
        {
            _markets[market].Top = top;
        }
    }

    private static void SetLeaves(OpenOrders orders, int index, long leaves)
    {
        if (index >= 0 && leaves > 0)
        {
            orders[index].Leaves = leaves;
        }
        else if (index >= 0)
        {
            orders.RemoveAt(index);
        }
    }

    private void PassTime()
    {
        double activity = QuietShare + _excitement;
        double seconds = _random.Exponential(_meanActivity / (_options.RequestsPerSecond * activity));
        _nowNs += Math.Max(1, (long)(seconds * 1e9));
        _meanActivity += (activity - _meanActivity) * Math.Max(1 - Math.Exp(-seconds / MeanSeconds), Math.Min(1, seconds * 1e9 / _nowNs));
        _excitement *= Math.Exp(-seconds / ExcitementSeconds);
        foreach (SimMarket market in _markets)
        {
            market.MoveTo(_nowNs, _random);
        }
    }

    private int Pick()
    {
        double at = _random.Unit();
        int who = 0;
        while (who < Activity.Length - 1 && (at -= Activity[who]) >= 0)
        {
            who++;
        }

        return who;
    }

    private SimRequest Request(int who, Participant participant, int where, in Decision decision)
    {
        OpenOrders orders = participant.Orders(where);
        SimRequest request = new()
        {
            Number = _number++,
            DueNs = _nowNs,
            Participant = who,
            InstrumentId = _markets[where].Instrument.InstrumentId,
            Action = decision.Action,
            Side = decision.Side,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Day,
            Price = new Price(decision.PriceTicks),
            Quantity = new Quantity(decision.Lots),
        };
        switch (decision.Action)
        {
            case SimAction.New:
                request.OrderType = decision.OrderType;
                request.TimeInForce = decision.TimeInForce;
                orders.Add(new OpenOrder { Number = request.Number, PriceTicks = decision.PriceTicks, Leaves = decision.Lots, Side = decision.Side,
                    UntilNs = _nowNs + decision.LifeNs });
                break;
            case SimAction.Replace:
                ref OpenOrder moved = ref orders[decision.OrderIndex];
                request.OriginalNumber = moved.Number;
                request.Side = moved.Side;

                // The quantity of a replace counts what is filled already.
                request.Quantity = new Quantity(decision.Lots + moved.Filled);
                (moved.OldNumber, moved.Number, moved.PriceTicks) = (moved.Number, request.Number, decision.PriceTicks);
                break;
            default:
                ref OpenOrder cancelled = ref orders[decision.OrderIndex];
                request.OriginalNumber = cancelled.Number;
                request.Side = cancelled.Side;
                (cancelled.OldNumber, cancelled.Number) = (cancelled.Number, request.Number);
                request.Price = new Price(cancelled.PriceTicks);
                request.Quantity = new Quantity(cancelled.Leaves);
                break;
        }

        return request;
    }

    private int MarketOf(int instrumentId)
    {
        for (int market = 0; market < _markets.Length; market++)
        {
            if (_markets[market].Instrument.InstrumentId == instrumentId)
            {
                return market;
            }
        }

        return -1;
    }
}
