using Peregrine.Primitives;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

/// <summary>
/// The deterministic core: commands in, reports out. Client ids, risk, matching and the state of every order are here; time, order ids
/// and sequence numbers come only with the commands, so the same rules and commands give the same reports and state hash.
/// </summary>
/// <typeparam name="TEngine">What matches: <see cref="CoreEngine"/> in a <see cref="TradingCore"/>.</typeparam>
/// <remarks>Thread: one owner. Allocates: at construction, in <see cref="Configure"/>, and when a buffer grows to a new high mark.
/// Blocks: only where its engine does, in <see cref="Complete"/>.</remarks>
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    // Readonly, each call of it would go to a copy, and what a request left there would be gone.
#pragma warning disable IDE0044
    private TEngine _engine;
#pragma warning restore IDE0044
    private const int ShownPagesReady = 64;
    private readonly MatchEventBuffer _events = new();
    private readonly OrderStore _orders;
    private readonly ClientOrderIdTable _clientIds;
    private readonly long[] _reportCounts = new long[ReportTypes.Count];
    private readonly long[] _reasonCounts = new long[RejectReasons.Count];
    private Instrument[] _instruments = [];
    private Account[] _accounts = [];

    // By instrument, from the trades that the engine told: what prices are held against.
    private Price?[] _lastTrades = [];

    // The same from its level changes, until its first trade: null from then on.
    private ShownPrices?[] _shown = [];
    private int _untraded;
    private readonly LadderPages _shownPages = new(ShownPagesReady);
    private ulong _rulesHash;

    /// <summary>Makes a core without instruments or accounts; it refuses everything until <see cref="Configure"/>.</summary>
    /// <param name="options">Its bounds.</param>
    /// <param name="engine">Empty, and for as many orders as the core.</param>
    /// <exception cref="ArgumentException">An option is out of its range; all faults at once.</exception>
    public TradingCore(CoreOptions options, TEngine engine)
    {
        options.Validate();
        Options = options;
        _engine = engine;
        _orders = new OrderStore(options.OrdersMax, options.ClosedOrdersMax, options.Window);
        _clientIds = new ClientOrderIdTable(options.ClientOrderIdsMax, options.OrdersMax + options.Window - 1);
        _steps = new Step[options.Window];
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

    /// <summary>The engine behind it, to look at.</summary>
    public ref readonly TEngine Engine => ref _engine;

    /// <summary>Whether <see cref="MatchEvents"/> has level changes of every instrument; otherwise only of those that have not traded, which the core
    /// itself needs. Set it before the first command. Reports and state do not depend on it.</summary>
    public bool TellsLevels { get; init; }

    /// <summary>What the matching engine did with the command that was completed last; valid until the next is begun.</summary>
    public ReadOnlySpan<MatchEvent> MatchEvents => _events.Span[_toldFrom.._toldTo];

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

    /// <summary>The next report gets a number above this one: where numbers above <see cref="LastExecId"/> were told and are lost.</summary>
    public void SkipExecIds(long to) => LastExecId = Math.Max(LastExecId, to);

    /// <summary>How many reports of a kind there were.</summary>
    public long CountOf(ReportType type) => _reportCounts[(int)type];

    /// <summary>How many reports gave a reason: refusals, and orders that changed or ended unasked.</summary>
    public long CountOf(RejectReason reason) => _reasonCounts[(int)reason];

    /// <summary>
    /// Puts rules in force for the commands that follow. They may append instruments and accounts and change limits, opening and terms; orders that
    /// rest stay as they are. The phase that terms name is that of an instrument which is new.
    /// </summary>
    /// <exception cref="ArgumentException">The rules are not good, or do not follow from those in force; all faults at once,
    /// nothing changed.</exception>
    public void Configure(TradingRules rules)
    {
        List<string> faults = RulesValidation.Validate(Rules, rules);
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(rules));
        }

        _instruments = [.. rules.Instruments];
        _accounts = [.. rules.Accounts];
        int known = _lastTrades.Length;
        Array.Resize(ref _lastTrades, _instruments.Length);
        Array.Resize(ref _shown, _instruments.Length);
        for (int id = known; id < _shown.Length; id++)
        {
            _shown[id] = new ShownPrices(_shownPages);
            _untraded++;
        }

        Rules = rules with { Instruments = _instruments, Accounts = _accounts };
        foreach (Instrument instrument in _instruments)
        {
            InstrumentTerms terms = TermsOf(instrument);
            if (instrument.Id < _engine.InstrumentCount)
            {
                _engine.SetTerms(instrument.Id, terms);
            }
            else
            {
                _ = _engine.AddInstrument(terms);
            }
        }

        StateHash hash = default;
        foreach (byte part in RulesCodec.Encode(Rules))
        {
            hash.Add((ulong)part);
        }

        _rulesHash = hash.Value;
    }

    private protected ref TEngine EngineToChange => ref _engine;

    /// <summary>Gives another engine the instruments of this core.</summary>
    private protected void AddInstruments(ICoreEngine engine)
    {
        foreach (Instrument instrument in _instruments)
        {
            _ = engine.AddInstrument(TermsOf(instrument));
        }
    }

    private static InstrumentTerms TermsOf(Instrument instrument) => instrument.Terms with { PegTicksMax = instrument.PriceTicksMax };

    /// <summary>Carries out one command and appends what came of it, and before it of the time that it carries.</summary>
    /// <param name="command">Its sequence number must be above that of the last.</param>
    /// <param name="reports">Gets at least one report for a command of a client; earlier ones in it stay.</param>
    /// <exception cref="BrokenInvariantException">The sequence went backwards: stop, and replay the journal.</exception>
    public void Execute(in CommandView command, ReportBuffer reports)
    {
        CommandKeys keys = CommandKeys.Of(in command);
        Execute(in command, in keys, reports);
    }

    /// <summary>As <see cref="Execute(in CommandView, ReportBuffer)"/>, of a command that is a value: it is put into bytes first.</summary>
    public void Execute(in OrderCommand command, ReportBuffer reports)
    {
        Span<byte> bytes = stackalloc byte[CommandCodec.BytesMax];
        int length = CommandCodec.Encode(in command, bytes);
        Execute(CommandCodec.View(bytes[..length], command.Sequence, command.TimeNs), reports);
    }

    /// <summary>As <see cref="Execute(in CommandView, ReportBuffer)"/>, for callers that have computed the command's keys already,
    /// as for <see cref="Prefetch"/>.</summary>
    /// <param name="command">Its sequence number must be above that of the last.</param>
    /// <param name="keys">Of this very command.</param>
    /// <param name="reports">Gets at least one report for a command of a client; earlier ones in it stay.</param>
    /// <exception cref="BrokenInvariantException">The sequence went backwards: stop, and replay the journal.</exception>
    public void Execute(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        Begin(in command, in keys, reports);
        Complete(in command, in keys, reports);
    }

    /// <summary>
    /// The first step of a command: it is checked, and what remains of it for the engine is under way. As many commands as
    /// <see cref="CoreOptions.Window"/> says may be begun before the first is completed; then all of them are, before the next is begun. Each is
    /// checked by what is so when the first was begun, but for ids: those are taken at once. So which commands stand together decides what comes
    /// of them, and has to be the same in a replay.
    /// </summary>
    /// <param name="command">Its sequence number must be above that of the last. One that <see cref="IsAlone"/> says so of stands alone.</param>
    /// <param name="keys">Of this very command.</param>
    /// <param name="reports">Gets what time brought, before the first of them.</param>
    /// <exception cref="BrokenInvariantException">The sequence went backwards, or too many are under way: stop, and replay the journal.</exception>
    public void Begin(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        Invariant.That(keys == CommandKeys.Of(in command), "the keys are the command's");
        bool isFirst = UnderWay == 0;
        ref Step step = ref NextStep(in command);
        LastSequence = command.Sequence;
        if (isFirst)
        {
            _events.Clear();
            _toldFrom = 0;
            _engine.AdvanceTime(command.TimeNs, _events);
            if (_events.Count > 0)
            {
                ApplyEvents(in command, 0, _events.Count, reports);
            }
        }

        step.EventsFrom = _events.Count;
        switch (command.Type)
        {
            case CommandType.Replace:
                BeginReplace(in command, in keys, ref step);
                break;
            case CommandType.New:
                BeginNew(in command, in keys, ref step);
                break;
            case CommandType.Cancel or CommandType.Reduce:
                BeginCancel(in command, in keys, ref step);
                break;
            case CommandType.Status:
                step.Kind = StepKind.Status;
                break;
            case CommandType.MassCancel:
                BeginMassCancel(in command, in keys, ref step);
                break;
            case CommandType.Cross:
                BeginCross(in command, ref step);
                break;
            case CommandType.MassStatus:
                BeginMassStatus(in command, ref step);
                break;
            case CommandType.Disconnect when command.SessionId >= 0:
                _engine.BeginMassCancel(new MassCancelFilter(command.SessionId, -1, -1, null), _events);
                step.Kind = StepKind.Unasked;
                break;
            case CommandType.Phase:
                BeginPhase(in command, ref step);
                break;
            case CommandType.Time:
                break;
            default:
                step.Refuse(RiskVerdict.Because(RejectReason.UnsupportedOrder));
                break;
        }

        step.EventsTo = _events.Count;
    }

    /// <summary>The second step of the oldest command that is not complete: what the engine did is applied and reported. May wait for the engine's
    /// answer.</summary>
    /// <param name="command">The same as in <see cref="Begin"/>.</param>
    /// <param name="keys">The same.</param>
    /// <param name="reports">The same.</param>
    public void Complete(in CommandView command, in CommandKeys keys, ReportBuffer reports)
    {
        Invariant.That(UnderWay > 0 && command.Sequence == _steps[_completed].Sequence, "the command that was begun is completed");
        ref Step step = ref _steps[_completed];
        int result = IsForEngine(step.Kind) ? TakeAnswer(ref step) : 0;
        switch (step.Kind)
        {
            case StepKind.New:
                CompleteNew(in command, in keys, (RejectReason)result, ref step, reports);
                break;
            case StepKind.Request:
                CompleteRequest(in command, in keys, (RejectReason)result, ref step, reports);
                break;
            case StepKind.MassCancel:
                CompleteMassCancel(in command, result, ref step, reports);
                break;
            case StepKind.Cross or StepKind.RefusedCross:
                CompleteCross(in command, (RejectReason)result, ref step, reports);
                break;
            case StepKind.MassStatus:
                CompleteMassStatus(in command, result, ref step, reports);
                break;
            case StepKind.Unasked:
                ApplyEvents(in command, step.EventsFrom, step.EventsTo, reports);
                break;
            case StepKind.Known:
                TellKnown(in command, in keys, reports);
                break;
            case StepKind.Refused:
                ReportRejected(in command, step.Verdict, reports);
                break;
            case StepKind.RefusedRequest:
                ReportCancelRejected(in command, FindStill(in step), step.Verdict, reports);
                break;
            case StepKind.Status:
                ExecuteStatus(in command, in keys, reports);
                break;
            default:
                break;
        }

        // The first is told with what time brought before it.
        _toldFrom = _completed == 0 ? 0 : step.EventsFrom;
        _toldTo = step.EventsTo;
        if (++_completed == _begun)
        {
            (_begun, _completed) = (0, 0);
        }

        // The records' memory is this core's, and references into it do not keep it.
        GC.KeepAlive(this);
    }

    private static bool IsForEngine(StepKind kind) =>
        kind is StepKind.New or StepKind.Request or StepKind.MassCancel or StepKind.Unasked
            or StepKind.MassStatus or StepKind.Cross;

    // An engine on this thread has told its events when the command was begun, another tells them now.
    private int TakeAnswer(ref Step step)
    {
        if (_engine.AnswersAtOnce)
        {
            return _engine.Complete(_events);
        }

        step.EventsFrom = _events.Count;
        int result = _engine.Complete(_events);
        step.EventsTo = _events.Count;
        return result;
    }

    /// <summary>Asks for the memory where a command looks first, for the order that it names: a hint,
    /// for callers that have the commands to come at hand.</summary>
    /// <param name="command">One that comes soon.</param>
    /// <param name="keys">Of this very command.</param>
    public void Prefetch(in CommandView command, in CommandKeys keys)
    {
        if (command.HasClientOrderId)
        {
            _clientIds.Prefetch(keys.Own);
        }

        if (command.HasOriginalClientOrderId)
        {
            _clientIds.Prefetch(keys.Original);
            return;
        }

        _orders.Prefetch(command.OrderId);
        _engine.Prefetch(command.OrderId);
    }

    /// <summary>As <see cref="Prefetch"/>, some commands later: asks for the memory of the order that is found there.
    /// Pays where the orders are many.</summary>
    public void PrefetchOrder(in CommandView command)
    {
        if (command.Type != CommandType.New && !command.HasOriginalClientOrderId)
        {
            _orders.PrefetchRecord(command.OrderId);
            _engine.PrefetchOrder(command.OrderId);
        }

        GC.KeepAlive(this);
    }

    private void BeginMassCancel(in CommandView command, in CommandKeys keys, ref Step step)
    {
        RejectReason reason = IsDuplicate(in command, in keys) ? RejectReason.DuplicateClientOrderId : CheckScope(in command);
        if (reason != RejectReason.None)
        {
            RefuseRequest(in command, in keys, NoRecord, RiskVerdict.Because(reason), ref step);
            return;
        }

        Register(in command, in keys, 0, NoRecord);
        _engine.BeginMassCancel(FilterOf(in command), _events);
        step.Kind = StepKind.MassCancel;
    }

    private void CompleteMassCancel(in CommandView command, int cancelled, ref Step step, ReportBuffer reports)
    {
        ApplyEvents(in command, step.EventsFrom, step.EventsTo, reports);
        Told told = new() { Original = command.OriginalClientOrderId };
        AddRequestReport(in command, ReportType.MassCancelled, OrderStatus.Cancelled, in told, cancelled, reports);
    }

    private void BeginMassStatus(in CommandView command, ref Step step)
    {
        RejectReason reason = CheckScope(in command);
        (step.Kind, step.Verdict) = (StepKind.MassStatus, RiskVerdict.Because(reason));
        _engine.BeginList(reason == RejectReason.None ? FilterOf(in command) : Nobodys, _events);
    }

    // One report for each order, numbered; a single one that says so where there is none.
    private void CompleteMassStatus(in CommandView command, int count, ref Step step, ReportBuffer reports)
    {
        if (count == 0)
        {
            RejectReason reason = step.Verdict.IsPass ? RejectReason.UnknownOrder : step.Verdict.Reason;
            Told none = new() { Reason = reason, Original = command.ClientOrderId };
            AddRequestReport(in command, ReportType.Status, OrderStatus.Rejected, in none, 0, reports);
            return;
        }

        int place = 0;
        foreach (ref readonly MatchEvent match in _events.Span[step.EventsFrom..step.EventsTo])
        {
            Invariant.That(match.Type == MatchEventType.Listed, "a list of orders tells nothing else");
            AddListed(in command, match.Tag, ++place, count, reports);
        }
    }

    // The orders of nobody.
    private static MassCancelFilter Nobodys => new(Session: int.MinValue);

    private static MassCancelFilter FilterOf(in CommandView command)
    {
        MassCancelScope scope = command.Scope;
        return new MassCancelFilter(
            (scope & MassCancelScope.Session) != 0 ? command.SessionId : -1,
            (scope & MassCancelScope.Account) != 0 ? command.AccountId : -1,
            (scope & MassCancelScope.Instrument) != 0 ? command.InstrumentId : -1,
            (scope & MassCancelScope.Side) != 0 ? command.Side : null);
    }

    private RejectReason CheckScope(in CommandView command)
    {
        if ((command.Scope & MassCancelScope.Instrument) != 0 && (uint)command.InstrumentId >= (uint)_instruments.Length)
        {
            return RejectReason.UnknownInstrument;
        }

        if ((command.Scope & MassCancelScope.Account) != 0 && (uint)command.AccountId >= (uint)_accounts.Length)
        {
            return RejectReason.UnknownAccount;
        }

        // A number below 0 is nobody's, and would mean everybody's to the engine.
        bool isSessionGood = (command.Scope & MassCancelScope.Session) == 0 || command.SessionId >= 0;
        bool isSideGood = (command.Scope & MassCancelScope.Side) == 0 || command.Side is Side.Buy or Side.Sell;
        return isSessionGood && isSideGood ? RejectReason.None : RejectReason.UnsupportedOrder;
    }

    private void BeginPhase(in CommandView command, ref Step step)
    {
        bool isKnown = (uint)command.InstrumentId < (uint)_instruments.Length;
        if (!isKnown || !TradingPhases.IsKnown(command.Phase))
        {
            step.Refuse(RiskVerdict.Because(isKnown ? RejectReason.UnsupportedOrder : RejectReason.UnknownInstrument));
            return;
        }

        _engine.BeginPhase(command.InstrumentId, command.Phase, command.CancelsForbidden, _events);
        step.Kind = StepKind.Unasked;
    }
}
