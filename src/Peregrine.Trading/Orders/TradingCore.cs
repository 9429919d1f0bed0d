using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

/// <summary>
/// The deterministic core: commands in, reports out. Client ids, risk, matching and the state of every order are here; time, order ids
/// and sequence numbers come only with the commands, so the same rules and commands give the same reports and state hash.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction, in <see cref="Configure"/>, and when a buffer grows to a new high mark. Blocks: no.</remarks>
public sealed partial class TradingCore
{
    private readonly MatchingEngine _engine;
    private readonly MatchEventBuffer _events = new();
    private readonly OrderStore _orders;
    private readonly ClientOrderIdTable _clientIds;
    private readonly long[] _reportCounts = new long[(int)ReportType.Status + 1];
    private readonly long[] _reasonCounts = new long[(int)RejectReason.JournalFull + 1];
    private Instrument[] _instruments = [];
    private Account[] _accounts = [];
    private ulong _rulesHash;

    /// <summary>Makes a core without instruments or accounts; it refuses everything until <see cref="Configure"/>.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; all faults at once.</exception>
    public TradingCore(CoreOptions options)
    {
        options.Validate();
        Options = options;
        _engine = new MatchingEngine(options.OrdersMax);
        _orders = new OrderStore(options.OrdersMax, options.ClosedOrdersMax);
        _clientIds = new ClientOrderIdTable(options.ClientOrderIdsMax, options.OrdersMax);
    }

    /// <summary>The bounds that it was made with.</summary>
    public CoreOptions Options { get; }

    /// <summary>The rules in force; null before the first <see cref="Configure"/>.</summary>
    public TradingRules? Rules { get; private set; }

    /// <summary>Sequence number of the last command; 0 before the first.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Number of the last report; 0 before the first.</summary>
    public long LastExecId { get; private set; }

    /// <summary>Orders that work now.</summary>
    public int WorkingOrderCount => _engine.OrderCount;

    /// <summary>Client ids that are known now.</summary>
    public int ClientOrderIdCount => _clientIds.Count;

    /// <summary>Trades so far; each gave two reports.</summary>
    public long TradeCount => _engine.TradeCount;

    /// <summary>The books, to look at.</summary>
    public MatchingEngine Books => _engine;

    /// <summary>What the matching engine did with the last command, level changes included; valid until the next.</summary>
    public MatchEventBuffer MatchEvents => _events;

    /// <summary>A digest of books, orders, client ids, rules and counters; equal cores have equal digests. A handful of multiplies to read.</summary>
    public ulong StateHash
    {
        get
        {
            ulong hash = Digest.Mix((ulong)LastSequence, (ulong)LastExecId) + Digest.Mix(_rulesHash, 1);
            hash += Digest.Mix(_engine.StateHash, 2) + Digest.Mix(_orders.Hash, 3) + Digest.Mix(_clientIds.Hash, 4);
            for (int i = 0; i < _reportCounts.Length; i++)
            {
                hash += Digest.Mix((ulong)_reportCounts[i], (ulong)i + 16);
            }

            return hash;
        }
    }

    /// <summary>How many reports of a kind there were.</summary>
    public long CountOf(ReportType type) => _reportCounts[(int)type];

    /// <summary>How many reports gave a reason: refusals, and orders cancelled unasked.</summary>
    public long CountOf(RejectReason reason) => _reasonCounts[(int)reason];

    /// <summary>Puts rules in force for the commands that follow. They may append instruments and accounts and change limits and opening.</summary>
    /// <exception cref="ArgumentException">The rules are not good, or do not follow from those in force; all faults at once, nothing changed.</exception>
    public void Configure(TradingRules rules)
    {
        List<string> faults = RulesValidation.Validate(Rules, rules);
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(rules));
        }

        _instruments = [.. rules.Instruments];
        _accounts = [.. rules.Accounts];
        Rules = new TradingRules(_instruments, _accounts);
        while (_engine.InstrumentCount < _instruments.Length)
        {
            _ = _engine.AddInstrument(new InstrumentTerms());
        }

        StateHash hash = default;
        foreach (byte part in RulesCodec.Encode(Rules))
        {
            hash.Add((ulong)part);
        }

        _rulesHash = hash.Value;
    }

    /// <summary>Carries out one command and appends what came of it.</summary>
    /// <param name="command">Its sequence number must be above that of the last.</param>
    /// <param name="reports">Gets at least one report; earlier ones in it stay.</param>
    /// <exception cref="BrokenInvariantException">The sequence went backwards: stop, and replay the journal.</exception>
    public void Execute(in OrderCommand command, ReportBuffer reports)
    {
        Check.That(command.Sequence > LastSequence, "commands come in the order of their sequence numbers");
        LastSequence = command.Sequence;
        _events.Clear();
        switch (command.Type)
        {
            case CommandType.New:
                ExecuteNew(in command, reports);
                break;
            case CommandType.Cancel:
                ExecuteCancel(in command, reports);
                break;
            case CommandType.Replace:
                ExecuteReplace(in command, reports);
                break;
            case CommandType.Status:
                ExecuteStatus(in command, reports);
                break;
            default:
                ReportRejected(in command, RiskVerdict.Because(RejectReason.UnsupportedOrder), reports);
                break;
        }
    }

    private RiskVerdict CheckRisk(in OrderCommand command, OrderType type, Side side, int instrumentId, int accountId)
    {
        if ((uint)instrumentId >= (uint)_instruments.Length)
        {
            return RiskVerdict.Because(RejectReason.UnknownInstrument);
        }

        Instrument instrument = _instruments[instrumentId];
        if (!instrument.IsOpen)
        {
            return RiskVerdict.Because(RejectReason.InstrumentClosed);
        }

        if ((uint)accountId >= (uint)_accounts.Length)
        {
            return RiskVerdict.Because(RejectReason.UnknownAccount);
        }

        if (side is not (Side.Buy or Side.Sell) || type is not (OrderType.Market or OrderType.Limit))
        {
            return RiskVerdict.Because(RejectReason.UnsupportedOrder);
        }

        RiskSubject subject = new(side, type, command.Price.Ticks, command.Quantity.Lots, ReferenceTicks(instrument, side));
        return PreTradeRisk.Check(in subject, instrument, _accounts[accountId].Limits);
    }

    private long ReferenceTicks(Instrument instrument, Side side)
    {
        if (_engine.TryGetLastTrade(instrument.Id, out Price price) || _engine.TryGetBest(instrument.Id, side.Opposite(), out price))
        {
            return price.Ticks;
        }

        return instrument.ReferencePrice.Ticks;
    }
}
