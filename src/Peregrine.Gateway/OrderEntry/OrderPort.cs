using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway.Local;
using Peregrine.Gateway.Sessions;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Recovery;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// The application behind the FIX sessions: their messages become commands for the sequencer, and reports go back through them.
/// </summary>
/// <remarks>Thread: the link's. Allocates: no, after warm-up.</remarks>
internal sealed partial class OrderPort : IFixApplication, IReportSink
{
    // BusinessRejectReason (380).
    private const int OtherReason = 0;
    private const int NotAvailableReason = 4;

    private readonly Dictionary<int, ClientState> _clients = [];
    private readonly Action<string> _log;
    private readonly LocalDesk _locals;
    private readonly IReportTap? _tap;
    private OrderDecoder _decoder = null!;
    private ReportEncoder _encoder = null!;
    private Intake? _intake;
    private bool _isShut;

    public OrderPort(LocalDesk locals, IReportTap? tap, Action<string> log)
    {
        _locals = locals;
        _tap = tap;
        _log = log;
    }

    /// <summary>Reports of sessions that are no longer configured.</summary>
    public long OrphanReports { get; private set; }

    /// <summary>Messages refused before they became a command.</summary>
    public long RefusedMessages { get; private set; }

    /// <summary>The clients, for what starts them.</summary>
    public IReadOnlyCollection<ClientState> Clients => _clients.Values;

    /// <summary>Adds a client; its session comes when the journal was read.</summary>
    /// <param name="client">Who.</param>
    /// <param name="store">Its store; null where that is damaged and will be made again.</param>
    public void Add(ClientSession client, FileSessionStore? store)
    {
        ClientState state = new(SessionId.Of(client.CompId), store, client);
        _clients.Add(state.Id, state);
    }

    /// <summary>The rules in force from here on, whose names stand in messages.</summary>
    public void UseNames(TradingRules rules)
    {
        NameTable names = new(rules);
        _decoder = new OrderDecoder(names);
        _encoder = new ReportEncoder(names);
        _tap?.OnRules(rules);
    }

    /// <summary>Whether a session was never sent reports which a snapshot no longer makes.</summary>
    /// <param name="state">The snapshot's.</param>
    /// <returns>The first such session in words; null when there is none.</returns>
    public string? FindLag(LinkState state)
    {
        foreach (ClientState client in _clients.Values)
        {
            // Of a store that is lost or older the snapshot knows the numbers; its older segments went when everything was sent.
            long count = state.ReportCounts.GetValueOrDefault(client.Id);
            SessionNumbers? known = state.Ledger.Find(client.Id);
            bool isMadeAgain = known is not null && (client.IsLost || SessionMending.IsOlder(client.Store, known));
            if (!isMadeAgain && count > client.SentAtStart && (client.IsLost || !client.Store.HoldsAllUnsent()))
            {
                return $"session {client.Client.CompId} was sent its reports up to number {client.SentAtStart}, " +
                    $"and the snapshot stands after number {count}";
            }
        }

        return null;
    }

    /// <summary>Goes on from a snapshot: so many reports of each session came before it.</summary>
    public void Resume(TradingCore core, IReadOnlyDictionary<int, long> reportCounts)
    {
        foreach (ClientState client in _clients.Values)
        {
            client.ReportCount = reportCounts.GetValueOrDefault(client.Id);
        }

        if (_tap is { } tap)
        {
            core.TellOrders((in OrderReport report) => tap.OnReport(report, isReplay: true));
        }
    }

    /// <summary>Goes back to the journal's start.</summary>
    public void Restart()
    {
        foreach (ClientState client in _clients.Values)
        {
            client.ReportCount = 0;
            client.Kept.Clear();
        }
    }

    /// <summary>Tells each client its accounts.</summary>
    /// <param name="accountIds">By number of the session, ids in the rules in force.</param>
    public void UseAccounts(IReadOnlyDictionary<int, int[]> accountIds)
    {
        foreach (ClientState client in _clients.Values)
        {
            client.AccountIds = accountIds[client.Id];
        }
    }

    /// <summary>From here on orders are taken.</summary>
    /// <param name="intake">Where they go.</param>
    public void Open(Intake intake)
    {
        _intake = intake;

        // Whoever was logged on when the link went down is not any more.
        foreach (ClientState client in _clients.Values)
        {
            client.OwesDisconnect = client.Client.CancelOnDisconnect;
        }

        CancelOfDisconnected();
    }

    /// <summary>Cancels the orders of sessions that went away. What cannot be sequenced now is tried again at the next call.</summary>
    public void CancelOfDisconnected()
    {
        foreach (ClientState client in _clients.Values)
        {
            if (client.OwesDisconnect)
            {
                OrderCommand command = new() { Type = CommandType.Disconnect, SessionId = client.Id };
                client.OwesDisconnect = _intake!.TryTake(ref command) == IntakeStatus.NoSpace;
                client.LastSequence = _intake.Sequencer.LastSequence;
            }
        }
    }

    /// <summary>From here on connections that end are not told to the core: nothing is sequenced any more.</summary>
    public void Shut() => _isShut = true;

    /// <summary>Saves how far each session has received, as far as what it received is durable.</summary>
    public void SaveIncoming(long durableSequence)
    {
        foreach (ClientState client in _clients.Values)
        {
            if (client.LastSequence <= durableSequence && client.Session.HasUnsavedIncoming)
            {
                SaveIncoming(client);
            }
        }
    }

    /// <summary>Ends all sessions in order.</summary>
    public void LogoutAll()
    {
        foreach (ClientState client in _clients.Values)
        {
            client.Session.Logout("the link is going down", Clock.UnixNs);
        }
    }

    /// <summary>Saves and closes all stores.</summary>
    /// <param name="durableSequence">How far the journal is: what came behind it was not received.</param>
    public void Close(long durableSequence)
    {
        foreach (ClientState client in _clients.Values)
        {
            if (client.IsStarted && client.LastSequence <= durableSequence)
            {
                SaveIncoming(client);
            }

            client.FirstStore?.Dispose();
            client.FirstStore = null;
        }
    }

    private static void SaveIncoming(ClientState client)
    {
        client.Store.ProvenSequence = Math.Max(client.Store.ProvenSequence, client.LastSequence);
        client.Session.SaveIncoming();
    }

    /// <inheritdoc/>
    public void OnLogon(FixSession session)
    {
        _log($"session {session.Options.PeerCompId} logged on, next numbers {session.NextIncoming} in, {session.NextOutgoing} out");
        TellWhatIsDue((ClientState)session.Tag!);
    }

    /// <inheritdoc/>
    public void OnLogoff(FixSession session, string reason)
    {
        _log($"session {session.Options.PeerCompId} is off: {reason}");
        ClientState client = (ClientState)session.Tag!;
        if (client.Client.CancelOnDisconnect && _intake is not null && !_isShut)
        {
            client.OwesDisconnect = true;
            CancelOfDisconnected();
        }
    }

    /// <inheritdoc/>
    public bool OnMessage(FixSession session, in FixMessage message)
    {
        ClientState client = (ClientState)session.Tag!;
        client.ToldNews = null;
        ReadOnlySpan<byte> fault = _decoder.TryDecode(message, client.AccountIds, out OrderCommand command);
        if (fault.Length > 0)
        {
            return Refuse(session, message, OtherReason, fault);
        }

        command.SessionId = client.Id;
        command.SessionSequence = session.NextIncoming - 1;
        command.Hops.ReceivedNs = client.ReceivedNs;

        // The link does not read on until the journal has caught up: that is the clients' back pressure.
        switch (_intake!.TryTake(ref command, client.AccountIds))
        {
            case IntakeStatus.NoOrderId:
                return Refuse(session, message, NotAvailableReason, "no order ids at the moment, try again"u8);
            case IntakeStatus.NoSpace:
                return Refuse(session, message, NotAvailableReason, "JournalFull: the disk has no room for it at the moment, try again later"u8);
            case IntakeStatus.Failed:
                return false;
            default:
                break;
        }

        client.LastSequence = command.Sequence;
        return true;
    }

    /// <inheritdoc/>
    public void Deliver(in OrderReport report)
    {
        // Before the link is open, reports are those of earlier runs.
        bool isReplay = _intake is null;
        _tap?.OnReport(report, isReplay);
        if (report.SessionId < 0)
        {
            return;
        }

        if (!_clients.TryGetValue(report.SessionId, out ClientState? client))
        {
            OrphanReports += isReplay || _locals.TryDeliver(report) ? 0 : 1;
            return;
        }

        client.ReportCount++;
        if (isReplay)
        {
            // What the store does not have yet goes into it when all is read: as a rule the reports of the moment in which the process died.
            if (client.ReportCount > client.SavedAtStart && client.Kept.Count < ClientState.KeptMax)
            {
                client.Kept.Add(report);
            }

            return;
        }

        _encoder.Send(client.Session, report, client.ReportCount);
        if (client.FirstUnsent == long.MaxValue && client.Session.SentMark < client.ReportCount)
        {
            client.FirstUnsent = report.Sequence;
        }
    }

    private bool Refuse(FixSession session, in FixMessage message, int reason, ReadOnlySpan<byte> text)
    {
        RefusedMessages++;
        _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id);
        session.RejectBusiness(message, reason, id, text);
        return true;
    }
}
