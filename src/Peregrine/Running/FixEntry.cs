using Microsoft.Extensions.Logging;
using Peregrine.Hosting.Configuration;
using Peregrine.Distribution;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Gateway;
using Peregrine.Gateway.Local;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;
using Peregrine.Simulator;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Running;

/// <summary>
/// Simulated participants as FIX clients over TCP, each with a session of its own; best prices come from the market data port. What any
/// client sees and does, in other words.
/// </summary>
/// <remarks>
/// Thread: the simulator's, but for best prices. A command counts as completed with the first report of it, so the same seed gives the
/// same first requests, and then what timing makes of them.
/// </remarks>
internal sealed class FixEntry : FrameVisitor, ISimulatedEntry
{
    private const int PassMs = 50;
    private const long TickNs = 100_000_000;
    private readonly Lock _lock = new();
    private readonly PeregrineOptions _options;
    private readonly OrderLink _link;
    private readonly TradingRules _rules;
    private readonly ILogger _log;
    private readonly MarketDataClient _prices;
    private readonly EventLoop _loop = new(new EventLoopOptions { PoolBytes = 1 << 20 });
    private readonly TopOfBook[] _tops;
    private readonly Dictionary<int, int> _instruments = [];
    private readonly Queue<LocalEvent> _events = new();
    private readonly FixParticipant?[] _participants = new FixParticipant?[Fleet.Roster.Count];
    private readonly Dictionary<int, int> _bySession;
    private long _tickedNs;
    private bool _isInterrupted;

    public FixEntry(PeregrineOptions options, OrderLink link, MarketDataServer server, ILogger log)
    {
        (_options, _link, _log) = (options, link, log);

        // The simulator trades what there was when it began, also when the link has more by now.
        _rules = link.Rules;
        _tops = new TopOfBook[_rules.Instruments.Count];
        _bySession = Fleet.Roster.Select((who, index) => (SessionId.Of(who.Name), index)).ToDictionary();
        _prices = new MarketDataClient(server.EndPoint, this, [new Request(RequestKind.Subscribe, ["*"], Depth.Best)]);
        for (int id = 0; id < _tops.Length; id++)
        {
            _tops[id].InstrumentId = id;
        }
    }

    /// <inheritdoc/>
    public bool TryOpen(CancellationToken stop)
    {
        _prices.Start();
        for (int index = 0; index < _participants.Length; index++)
        {
            _participants[index] = new FixParticipant(_loop, Fleet.Roster[index].Name, _options.Fix.SenderCompId, _link.FixEndPoint, _rules, Push);
        }

        while (!_participants.All(participant => participant is { IsLoggedOn: true } or { HasEnded: true }))
        {
            if (stop.IsCancellationRequested)
            {
                return false;
            }

            Pass(PassMs);
        }

        _log.SimulatorLoggedOn(_participants.Length);
        return true;
    }

    /// <inheritdoc/>
    public bool TrySubmit(in OrderCommand command) => _participants[_bySession[command.SessionId]]!.TrySend(command);

    /// <inheritdoc/>
    public bool TryRead(out LocalEvent local) => _events.TryDequeue(out local);

    /// <inheritdoc/>
    public void Wait(int timeoutMs)
    {
        if (Volatile.Read(ref _isInterrupted))
        {
            return;
        }

        Pass(timeoutMs);
        foreach (FixParticipant? participant in _participants)
        {
            if (participant is { HasEnded: true })
            {
                _log.SimulatorSessionEnded(participant.Name);
                Volatile.Write(ref _isInterrupted, true);
            }
        }
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        Volatile.Write(ref _isInterrupted, true);
        _loop.Wake();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FixParticipant? participant in _participants)
        {
            participant?.Dispose();
        }

        _loop.Dispose();
        _prices.Dispose();
    }

    /// <inheritdoc/>
    public override void OnInstrument(int instrumentId, InstrumentInfo info, Depth depth)
    {
        Instrument? known = _rules.Instruments.FirstOrDefault(instrument => instrument.Symbol == info.Symbol);
        lock (_lock)
        {
            _instruments[instrumentId] = known?.Id ?? -1;
        }
    }

    /// <inheritdoc/>
    public override void OnLevel(in FrameHeader header, in LevelEntry level)
    {
        lock (_lock)
        {
            if (!_instruments.TryGetValue(header.InstrumentId, out int id) || id < 0)
            {
                return;
            }

            Instrument instrument = _rules.Instruments[id];
            ref TopOfBook top = ref _tops[id];
            Price price = new(level.Price / instrument.TickUnits);
            Quantity quantity = new(level.Quantity / instrument.LotUnits);
            if (level.Side == Side.Buy)
            {
                (top.HasBid, top.Bid, top.BidQuantity) = (level.Quantity > 0, price, quantity);
            }
            else
            {
                (top.HasAsk, top.Ask, top.AskQuantity) = (level.Quantity > 0, price, quantity);
            }
        }
    }

    // Orders that were written go out, and what has come is taken.
    private void Pass(int timeoutMs)
    {
        long unixNs = Clock.UnixNs;
        bool isTick = unixNs - _tickedNs >= TickNs;
        _tickedNs = isTick ? unixNs : _tickedNs;
        for (int index = 0; isTick && index < _participants.Length; index++)
        {
            _participants[index]?.OnTick(unixNs);
        }

        _loop.FlushAll();
        _ = _loop.Poll(timeoutMs);
        foreach (FixParticipant? participant in _participants)
        {
            participant?.Continue(Clock.UnixNs);
        }

        _loop.FlushAll();
    }

    private void Push(LocalEvent local, bool isAnswer)
    {
        _events.Enqueue(local);
        if (isAnswer)
        {
            TopOfBook top = default;
            lock (_lock)
            {
                top = (uint)local.Report.InstrumentId < (uint)_tops.Length ? _tops[local.Report.InstrumentId] : top;
            }

            _events.Enqueue(new LocalEvent { Kind = LocalEventKind.Completed, Top = top });
        }
    }
}
