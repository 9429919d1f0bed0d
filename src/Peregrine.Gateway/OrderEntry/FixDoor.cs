using System.Net;
using Microsoft.Extensions.Logging;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Net.Tls;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// The door of FIX clients: messages of their sessions become commands for the intake, and reports go back through them.
/// </summary>
/// <remarks>Thread: the link's. Allocates: no, after warm-up. Requests come while the link polls its sockets.</remarks>
internal sealed partial class FixDoor : IFixApplication, IDoor
{
    // BusinessRejectReason (380).
    private const int OtherReason = 0;
    private const int NotAvailableReason = 4;
    private const int NotAuthorizedReason = 6;

    private readonly LinkOptions _options;
    private readonly ILogger _log;
    private readonly FixAcceptor _acceptor;
    private readonly FixAudit _audit;
    private readonly FixMessageLog? _messages;
    private readonly TlsCredentials? _tls;
    private ClientState[] _clients = [];

    // Those that received something which their store does not say yet, each once, with the last command of that moment: all others cost a pass
    // nothing, and these no more than a look at the oldest.
    private Queue<(ClientState Client, long Sequence)> _unsaved = new();
    private OrderDecoder _decoder = null!;
    private NameTable _names = null!;

    // By the version of FIX: those that no session speaks stay empty.
    private readonly ReportEncoder[] _encoders = new ReportEncoder[OrderDialect.Count];
    private ReferenceAnswers _reference = null!;
    private Trading.Matching.IBookView _books = null!;
    private Intake? _intake;
    private bool _isShut;

    /// <summary>Listens; nobody is let on before the link has started.</summary>
    /// <exception cref="IOException">The port is in use or not allowed.</exception>
    public FixDoor(LinkOptions options, EventLoop loop, ILogger log)
    {
        (_options, _log) = (options, log);
        _audit = new FixAudit(new FixAuditOptions { Folder = SessionFolder, Log = log });
        if (options.MessageLog is { } messages)
        {
            string folder = messages.Folder.Length > 0 ? messages.Folder : Path.Combine(options.DataFolder, "messages");
            _messages = new FixMessageLog(messages with { Folder = folder, Log = log });
        }

        _tls = options.FixTls is { } tls ? TlsCredentials.Load(tls, log: log.TlsTold) : null;
        _acceptor = new FixAcceptor(loop, new FixAcceptorOptions
        {
            EndPoint = options.FixEndPoint,
            CompId = options.CompId,
            FrameBytesMax = options.FrameBytesMax,
            PendingMax = options.PendingLogonsMax,
            PendingPerAddressMax = Math.Max(options.PendingLogonsMax / 2, 1),
            Log = log,
            Audit = _audit,
            MessageLog = _messages,
            Listener = _tls is null ? null : new ListenerOptions { Tls = _tls },
            Certificates = options.SessionCertificates.Count > 0 ? new FixCertificates(options.SessionCertificates) : null,
        });
    }

    /// <summary>For other ports of the link: what they share with this one.</summary>
    internal FixAudit Audit => _audit;

    /// <inheritdoc cref="Audit"/>
    internal FixMessageLog? MessageLog => _messages;

    /// <inheritdoc cref="Audit"/>
    internal TlsCredentials? Tls => _tls;

    /// <summary>Where FIX clients connect.</summary>
    public IPEndPoint EndPoint => _acceptor.EndPoint;

    /// <inheritdoc/>
    public IReadOnlyList<ClientSession> Sessions => _options.Sessions;

    /// <summary>The FIX sessions, for display.</summary>
    public IReadOnlyList<FixSession> FixSessions => _acceptor.Sessions;

    /// <summary>What its port has seen.</summary>
    public FixAcceptorCounters Counters => _acceptor.Counters;

    /// <summary>Messages that breached a boundary of safety.</summary>
    public FixAuditCounters AuditCounters => _audit.Counters;

    /// <summary>The log of messages; null where there is none.</summary>
    public FixMessageLogCounters? MessageLogCounters => _messages?.Counters;

    /// <summary>A request of an operator to a session (<see cref="FixAcceptor.RequestReset"/>). From any thread.</summary>
    public Task<FixRequestOutcome> Ask(string compId, bool isReset, string text) =>
        FixSessions.FirstOrDefault(session => session.Options.PeerCompId == compId) is not { } session
            ? Task.FromResult(FixRequestOutcome.UnknownSession)
            : isReset ? _acceptor.RequestReset(session, text) : _acceptor.RequestLogout(session, text);

    /// <summary>Messages refused before they became a command.</summary>
    public long RefusedMessages { get; private set; }

    /// <summary>Sessions that were looked at to save how far they have received: tests hold it against the messages.</summary>
    internal long SaveSteps { get; private set; }

    /// <inheritdoc/>
    public bool IsClosed
    {
        get
        {
            foreach (ClientState client in _clients)
            {
                if (client.Session.State != FixSessionState.Disconnected)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public void Attach(IReadOnlyList<DoorSession> sessions)
    {
        _clients = [.. sessions.Select(session => new ClientState(session, OrderDialect.Find(_options.VersionOf(session.Client.CompId))!))];
        _unsaved = new Queue<(ClientState Client, long Sequence)>(_clients.Length);
        _waiting = new List<ClientState>(_clients.Length);
    }

    /// <inheritdoc/>
    public void UseRules(TradingRules rules)
    {
        _names = new NameTable(rules);
        _decoder = new OrderDecoder(_names);
        foreach (OrderDialect dialect in _clients.Select(client => client.Dialect).Distinct())
        {
            _encoders[dialect.Place] = new ReportEncoder(_names, dialect, _groups);
        }

        _reference = new ReferenceAnswers(_names);
    }

    /// <inheritdoc/>
    public void Open(in DoorContext room)
    {
        (_intake, _books) = (room.Intake, room.Books);
        BeginInNewVersions();

        // Whoever was logged on when the link went down is not any more.
        foreach (ClientState client in _clients)
        {
            client.OwesDisconnect = client.Client.CancelOnDisconnect;
        }

        CancelOfDisconnected();
    }

    /// <inheritdoc/>
    public bool TryTake()
    {
        ContinueCaptures();
        return TakeWaiting();
    }

    /// <inheritdoc/>
    public void Deliver(DoorSession session, in ReportView report, bool isReplay)
    {
        ClientState client = _clients[session.Place];
        if (isReplay)
        {
            // What the store does not have yet goes into it when all is read: as a rule the reports of the moment in which the process died.
            if (session.ReportCount > client.SavedAtStart && client.Kept.Count < ClientState.KeptMax)
            {
                client.Kept.Add(report.Bytes.ToArray());
            }

            KeepOfGroups(null, in report);
            return;
        }

        EncoderOf(client).Send(client.Session, report, session.ReportCount);
        KeepOfGroups(client, in report);
        if (client.FirstUnsent == long.MaxValue && client.Session.SentMark < session.ReportCount)
        {
            client.FirstUnsent = report.Sequence;
        }
    }

    /// <inheritdoc/>
    public void OnReleased(long sequence)
    {
        long nowNs = Clock.UnixNs;
        _remakers!.Continue(nowNs);
        _acceptor.Continue(nowNs);
    }

    /// <inheritdoc/>
    public void OnFlushed(long sequence)
    {
        while (_unsaved.TryPeek(out (ClientState Client, long Sequence) oldest) && oldest.Sequence <= sequence)
        {
            SaveSteps++;
            ClientState client = _unsaved.Dequeue().Client;
            client.IsUnsavedListed = false;
            if (client.LastSequence <= sequence)
            {
                SaveIncoming(client);
            }
            else
            {
                OweSaving(client);
            }
        }
    }

    /// <inheritdoc/>
    public void OnTick()
    {
        _acceptor.OnTick(Clock.UnixNs);
        CancelOfDisconnected();
        FindUnsent();

        // Messages of the session itself, which are no requests, move the number too.
        foreach (ClientState client in _clients)
        {
            if (client.Session.HasUnsavedIncoming)
            {
                OweSaving(client);
            }
        }
    }

    /// <inheritdoc/>
    public void BeginClose()
    {
        WithdrawAll();
        foreach (ClientState client in _clients)
        {
            client.Session.Logout("the link is going down", Clock.UnixNs);
        }

        _acceptor.Dispose();
    }

    /// <summary>From here on connections that end are not told to the core: nothing is sequenced any more.</summary>
    public void Shut()
    {
        // A link that is not run to its end by Run comes here first.
        WithdrawAll();
        StopRemakes();
        _isShut = true;
        _acceptor.Dispose();
    }

    /// <inheritdoc/>
    public void Close(long durableSequence)
    {
        StopRemakes();
        foreach (ClientState client in _clients)
        {
            if (client.IsStarted && client.LastSequence <= durableSequence)
            {
                SaveIncoming(client);
            }

            client.FirstStore?.Dispose();
            client.FirstStore = null;
        }

        _groups.Dispose();
        _audit.Dispose();
        _messages?.Dispose();
        _tls?.Dispose();
    }

    // Cancels the orders of sessions that went away. What cannot be sequenced now is tried again at the next call.
    private void CancelOfDisconnected()
    {
        foreach (ClientState client in _clients)
        {
            if (client.OwesDisconnect)
            {
                OrderCommand command = new() { Type = CommandType.Disconnect, SessionId = client.Id };
                client.OwesDisconnect = _intake!.TryTake(ref command) == IntakeStatus.NoSpace;
                client.LastSequence = _intake.Sequencer.LastSequence;
            }
        }
    }

    private ReportEncoder EncoderOf(ClientState client) => _encoders[client.Dialect.Place];

    private static void SaveIncoming(ClientState client)
    {
        // What waits is in no journal: until it is, its numbers are asked for again after a crash.
        if (client.Waiting is { Count: > 0 })
        {
            return;
        }

        client.Store.ProvenSequence = Math.Max(client.Store.ProvenSequence, client.LastSequence);
        client.Session.SaveIncoming();
    }

    private void OweSaving(ClientState client)
    {
        if (!client.IsUnsavedListed)
        {
            client.IsUnsavedListed = true;
            _unsaved.Enqueue((client, _intake!.Sequencer.LastSequence));
        }
    }

    /// <inheritdoc/>
    public string? CheckLogon(FixSession session, in FixMessage logon) => ((ClientState)session.Tag!).Dialect.FaultOfLogon(logon);

    /// <inheritdoc/>
    public void OnLogon(FixSession session)
    {
        _log.LoggedOn(session.Options.PeerCompId, session.NextIncoming, session.NextOutgoing);
        TellWhatIsDue((ClientState)session.Tag!);
    }

    /// <inheritdoc/>
    public void OnLogoff(FixSession session, string reason)
    {
        _log.IsOff(session.Options.PeerCompId, reason);
        ClientState client = (ClientState)session.Tag!;
        client.Held.Clear();
        if (client.Client.CancelOnDisconnect && _intake is not null && !_isShut)
        {
            WithdrawAll(client);
            client.OwesDisconnect = true;
            CancelOfDisconnected();
        }
    }

    /// <inheritdoc/>
    public bool OnMessage(FixSession session, in FixMessage message)
    {
        ClientState client = (ClientState)session.Tag!;
        client.ToldNews = null;
        ReadOnlySpan<byte> fault = client.Dialect.FaultOfVersion(in message);
        bool isHandled = fault.IsEmpty ? Take(client, in message) : Refuse(session, message, OtherReason, fault);
        OweSaving(client);
        return isHandled;
    }

    private bool Take(ClientState client, in FixMessage message)
    {
        if (IsQuestion(in message))
        {
            return Answer(client, in message);
        }

        if (IsOfLists(in message))
        {
            return TakeOfLists(client, in message);
        }

        ReadOnlySpan<byte> fault = _decoder.TryDecode(message, client.Door.AccountIds, out OrderCommand command);
        return fault.Length > 0 ? Refuse(client.Session, message, OtherReason, fault)
            : command.Type == CommandType.Cross ? TakeCross(client, in message, ref command)
            : Take(client, in message, ref command, out _);
    }

    // Waiting is the place in the queue of a request that waits for its session's rate, or -1.
    private bool Take(ClientState client, in FixMessage message, ref OrderCommand command, out int waiting)
    {
        waiting = -1;
        command.SessionSequence = client.Session.NextIncoming - 1;
        if (client.Waiting is { } queue && MustWait(client, queue, in command))
        {
            return TryQueue(client, queue, in command, out waiting) || Refuse(client.Session, message, NotAvailableReason, QueueIsFull);
        }

        if (client.Waiting is { Count: > 0 } && WithdrawWhatItCancels(client, ref command) is var withdrawn and not IntakeStatus.Ok)
        {
            return withdrawn != IntakeStatus.Failed && Refuse(client.Session, message, NotAvailableReason, TextOf(withdrawn));
        }

        // The link does not read on until the journal has caught up: that is the clients' back pressure.
        IntakeStatus status = _intake!.TryTake(ref command, client.Door, client.ReceivedNs);
        if (status == IntakeStatus.Ok)
        {
            client.LastSequence = command.Sequence;
            return true;
        }

        return status != IntakeStatus.Failed
            && Refuse(client.Session, message, status == IntakeStatus.Blocked ? NotAuthorizedReason : NotAvailableReason, TextOf(status));
    }

    private static ReadOnlySpan<byte> TextOf(IntakeStatus status) => status switch
    {
        IntakeStatus.NoOrderId => "no order ids at the moment, try again"u8,
        IntakeStatus.NoSpace => "JournalFull: the disk has no room for it at the moment, try again later"u8,
        IntakeStatus.Blocked => "Blocked: the session is blocked, cancels and status requests are taken; ask the operator"u8,
        _ => "Throttled: more requests than the session's rate, try again a moment later"u8,
    };

    private bool Refuse(FixSession session, in FixMessage message, int reason, ReadOnlySpan<byte> text)
    {
        RefusedMessages++;
        ReadOnlySpan<byte> id = default;
        ReadOnlySpan<int> ids = [Tag.CrossId, Tag.MassStatusReqId, Tag.SecurityReqId, Tag.SecurityStatusReqId, Tag.TradeRequestId, Tag.ClOrdId,
            Tag.ListId];
        foreach (int tag in ids)
        {
            if (message.TryGet(tag, out id))
            {
                break;
            }
        }

        session.RejectBusiness(message, reason, id, text);
        return true;
    }
}
