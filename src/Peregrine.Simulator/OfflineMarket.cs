using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Simulator;

/// <summary>Plays a fleet against a core directly, on virtual time, as fast as it goes: for statistics and tests.</summary>
/// <remarks>Thread: one owner.</remarks>
public sealed class OfflineMarket
{
    private readonly Fleet _fleet;
    private readonly TradingCore _core;
    private readonly ReportBuffer _reports = new();
    private readonly FlowStatistics?[] _statistics;
    private StateHash _digest;
    private ulong _lastOrderId;
    private long _sequence;

    /// <summary>Makes a market with fresh books.</summary>
    /// <param name="instruments">With reference prices.</param>
    /// <param name="requestsPerSecond">As <see cref="FleetOptions.RequestsPerSecond"/>.</param>
    public OfflineMarket(IReadOnlyList<Instrument> instruments, long seed, double requestsPerSecond)
    {
        _core = new TradingCore(new CoreOptions { OrdersMax = 1 << 14, ClientOrderIdsMax = 1 << 16 });
        _core.Configure(new TradingRules([.. instruments],
            [.. Fleet.Roster.Select((who, id) => new Account(id, who.Name, new AccountLimits(1_000_000, 1_000_000_000, 1_000)))]));
        _fleet = new Fleet(new FleetOptions
        {
            Instruments = [.. instruments.Select(instrument => new SimInstrument(instrument.Id, instrument.ReferencePrice.Ticks))],
            Seed = seed,
            RequestsPerSecond = requestsPerSecond,
        });
        _statistics = new FlowStatistics?[instruments.Count];
    }

    /// <summary>The participants.</summary>
    public Fleet Fleet => _fleet;

    /// <summary>The core that they trade on.</summary>
    public TradingCore Core => _core;

    /// <summary>Virtual nanoseconds since the start.</summary>
    public long TimeNs { get; private set; }

    /// <summary>A digest of all requests so far.</summary>
    public ulong RequestDigest => _digest.Value;

    /// <summary>Reports that refused a request.</summary>
    public long Refusals { get; private set; }

    /// <summary>Counts an instrument's flow from here on.</summary>
    public FlowStatistics Measure(int instrumentId) => _statistics[instrumentId] = new FlowStatistics();

    /// <summary>Lets one participant act.</summary>
    public void Step()
    {
        _fleet.Next(out SimRequest request);
        TimeNs = request.DueNs;
        AddToDigest(request);
        OrderCommand command = SimOrders.CommandOf(request);
        command.Sequence = ++_sequence;
        command.TimeNs = request.DueNs;
        command.OrderId = request.Action == SimAction.New ? ++_lastOrderId : 0;
        _reports.Clear();
        _core.Execute(command, _reports);
        for (int index = 0; index < _reports.Count; index++)
        {
            OrderReport report = _reports[index].ToReport();
            Refusals += report.Type is ReportType.Rejected or ReportType.CancelRejected ? 1 : 0;
            Count(report);
            _fleet.OnReport(SimOrders.ReportOf(report));
        }

        SimTop top = Top(request.InstrumentId);
        _fleet.OnTop(top);
        _statistics[request.InstrumentId]?.OnTop(TimeNs, top);
    }

    private SimTop Top(int instrumentId)
    {
        SimTop top = new() { InstrumentId = instrumentId };
        top.HasBid = _core.Books.TryGetLevel(instrumentId, Side.Buy, 0, out BookLevel bid);
        top.HasAsk = _core.Books.TryGetLevel(instrumentId, Side.Sell, 0, out BookLevel ask);
        (top.Bid, top.BidQuantity, top.Ask, top.AskQuantity) = (bid.Price, bid.Quantity, ask.Price, ask.Quantity);
        return top;
    }

    private void Count(in OrderReport report)
    {
        if (_statistics[report.InstrumentId] is not { } statistics)
        {
            return;
        }

        switch (report.Type)
        {
            case ReportType.Accepted when report.TimeInForce == TimeInForce.Day:
                statistics.OnAdd();
                break;
            case ReportType.Trade when !report.IsAggressor:
                statistics.OnExecution(report.Side.Opposite(), report.LastQuantity.Lots);
                break;
            case ReportType.Cancelled when report.TimeInForce == TimeInForce.Day:
                statistics.OnCancel();
                break;
            case ReportType.Replaced:
                statistics.OnCancel();
                statistics.OnAdd();
                break;
            default:
                break;
        }
    }

    private void AddToDigest(in SimRequest request)
    {
        _digest.Add(request.Number);
        _digest.Add(request.OriginalNumber);
        _digest.Add(request.DueNs);
        _digest.Add(request.Price.Ticks);
        _digest.Add(request.Quantity.Lots);
        _digest.Add(request.Participant);
        _digest.Add(request.InstrumentId);
        _digest.Add(((ulong)request.Action << 16) | ((ulong)request.Side << 8) | (ulong)request.TimeInForce);
    }
}
