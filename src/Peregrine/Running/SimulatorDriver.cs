using System.Globalization;
using Microsoft.Extensions.Logging;
using Peregrine.Api;
using Peregrine.Gateway.Local;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;
using Peregrine.Simulator;
using Peregrine.Telemetry;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Running;

/// <summary>Plays the simulated participants against the running link, by a local port or FIX: one request at a time,
/// each fully answered before the next.</summary>
internal sealed class SimulatorDriver : IFlowDriver
{
    // A wait shorter than this is not worth waking up for; requests that fall due meanwhile go out together.
    private const long ShortestWaitNs = 1_000_000;

    // Further behind than this, the simulation lets its time slip rather than send a flood.
    private const long LagMaxNs = 1_000_000_000;
    private const int AnswerMs = 5_000;
    private readonly ISimulatedEntry _port;
    private readonly Fleet _fleet;
    private readonly double _rate;
    private readonly long _seed;
    private readonly Dictionary<int, int> _participants = [];
    private readonly int[] _sessionIds;
    private readonly int[] _accountIds;
    private readonly Blotter _blotter;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly ILogger _log;
    private long _requests;
    private long _unanswered;

    /// <summary>Makes the participants.</summary>
    /// <param name="port">With a session for each of <see cref="Fleet.Roster"/>; becomes the driver's.</param>
    /// <param name="rules">In force; the participants' accounts are in it by their names.</param>
    /// <param name="firstNumber">Above every number that earlier runs used.</param>
    /// <param name="blotter">Knows what earlier runs left in the books.</param>
    public SimulatorDriver(ISimulatedEntry port, TradingRules rules, double rate, long seed, long firstNumber, Blotter blotter, ILogger log)
    {
        (_port, _rate, _seed, _blotter, _log) = (port, rate, seed, blotter, log);
        _sessionIds = [.. Fleet.Roster.Select(who => SessionId.Of(who.Name))];
        _accountIds = [.. Fleet.Roster.Select(who => rules.Accounts.First(account => account.Name == who.Name).Id)];
        for (int index = 0; index < _sessionIds.Length; index++)
        {
            _participants.Add(_sessionIds[index], index);
        }

        // The old orders go first; their cancels take a number each.
        _fleet = new Fleet(new FleetOptions { Instruments = [.. Instruments(rules)], RequestsPerSecond = rate, Seed = seed,
            FirstNumber = firstNumber + (1 << 20) });
        FirstCancel = firstNumber;
        _thread = new Thread(Play) { IsBackground = true, Name = "simulator" };
    }

    private long FirstCancel { get; }

    /// <summary>What the simulator can trade: open, with a price to begin at.</summary>
    public static IEnumerable<SimInstrument> Instruments(TradingRules rules) => rules.Instruments
        .Where(instrument => instrument.IsOpen && instrument.ReferencePrice.Ticks >= 100)
        .Select(instrument => new SimInstrument(instrument.Id, instrument.ReferencePrice.Ticks, TypicalLots(instrument)));

    /// <inheritdoc/>
    public FlowView View() => new("simulator",
        $"{Fleet.Roster.Count} participants, {Volatile.Read(ref _requests).ToString("N0", CultureInfo.InvariantCulture)} requests", _rate, _seed);

    /// <inheritdoc/>
    public void Start() => _thread.Start();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _port.Interrupt();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _port.Dispose();
        _stop.Dispose();
    }

    // A usual order is worth some 20,000 in the currency, in whole lots: a few contracts of a future, a hundred of a share.
    private static long TypicalLots(Instrument instrument)
    {
        double lotPrice = (double)instrument.ToPriceUnits(instrument.ReferencePrice) / Math.Pow(10, instrument.PriceDecimals) * instrument.LotUnits;
        return Math.Clamp((long)(20_000 / lotPrice), 1, 100);
    }

    private void Play()
    {
        if (!_port.TryOpen(_stop.Token))
        {
            return;
        }

        CancelLeftOvers();
        long startNs = Clock.MonotonicNs;
        while (!_stop.IsCancellationRequested)
        {
            _fleet.Next(out SimRequest request);
            long waitNs = startNs + request.DueNs - Clock.MonotonicNs;
            if (waitNs > ShortestWaitNs)
            {
                _ = _stop.Token.WaitHandle.WaitOne(TimeSpan.FromTicks(waitNs / 100));
            }

            startNs += waitNs < -LagMaxNs ? -waitNs : 0;
            if (!_stop.IsCancellationRequested && !TrySend(request))
            {
                _log.SimulatorStops();
                return;
            }
        }
    }

    // Orders of an earlier run rest in the books, and nobody would ever take them out.
    private void CancelLeftOvers()
    {
        long number = FirstCancel;
        _blotter.Update();
        foreach (OrderReport left in _blotter.OrdersAfter(0, int.MaxValue,
            report => report.LeavesQuantity.Lots > 0 && _participants.ContainsKey(report.SessionId), out _))
        {
            OrderCommand cancel = new() { Type = CommandType.Cancel, SessionId = left.SessionId, AccountId = left.AccountId,
                InstrumentId = left.InstrumentId, OriginalClientOrderId = left.ClientOrderId };
            SimOrders.Write(number++, out cancel.ClientOrderId);
            if (_stop.IsCancellationRequested || !TrySubmit(cancel) || !TryAwait())
            {
                return;
            }
        }
    }

    private bool TrySend(in SimRequest request)
    {
        OrderCommand command = SimOrders.CommandOf(request);
        command.SessionId = _sessionIds[request.Participant];
        command.AccountId = _accountIds[request.Participant];
        Volatile.Write(ref _requests, _requests + 1);
        return TrySubmit(command) && TryAwait();
    }

    private bool TrySubmit(in OrderCommand command)
    {
        while (!_port.TrySubmit(command))
        {
            if (_stop.Token.WaitHandle.WaitOne(1))
            {
                return false;
            }
        }

        return true;
    }

    // All reports up to the one that says the request is done.
    private bool TryAwait()
    {
        long endNs = Clock.MonotonicNs + (AnswerMs * 1_000_000L);
        while (!_stop.IsCancellationRequested)
        {
            while (_port.TryRead(out LocalEvent local))
            {
                if (Take(local))
                {
                    return true;
                }
            }

            if (Clock.MonotonicNs > endNs)
            {
                // A lost event, or a link that stands still: neither is worth a storm.
                return ++_unanswered < 10;
            }

            _port.Wait(100);
        }

        return false;
    }

    private bool Take(in LocalEvent local)
    {
        switch (local.Kind)
        {
            case LocalEventKind.Report:
                SimReport report = SimOrders.ReportOf(local.Report);
                report.Participant = _participants.GetValueOrDefault(local.Report.SessionId, -1);
                _fleet.OnReport(report);
                return false;
            case LocalEventKind.Completed:
                _fleet.OnTop(new SimTop
                {
                    InstrumentId = local.Top.InstrumentId,
                    HasBid = local.Top.HasBid,
                    HasAsk = local.Top.HasAsk,
                    Bid = local.Top.Bid,
                    Ask = local.Top.Ask,
                    BidQuantity = local.Top.BidQuantity,
                    AskQuantity = local.Top.AskQuantity,
                });
                return true;
            default:
                _fleet.OnReport(new SimReport
                {
                    Type = ReportType.Rejected,
                    Number = SimOrders.NumberOf(local.Report.ClientOrderId),
                    InstrumentId = local.Report.InstrumentId,
                    Participant = _participants.GetValueOrDefault(local.Report.SessionId, -1),
                });
                return true;
        }
    }
}
