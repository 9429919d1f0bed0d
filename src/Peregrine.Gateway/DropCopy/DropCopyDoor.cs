using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Gateway.Sessions;
using Peregrine.Net;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Doors;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.DropCopy;

/// <summary>
/// The door of those who see everything and enter nothing: every report of every session, as the session itself is told it, with the session's
/// CompID in OnBehalfOfCompID (115). A report leaves when its command is durable. What a peer missed it asks for again, as FIX has it; what the link
/// told while a peer's store did not have it yet, when the process died, follows from the journal at the next start.
/// </summary>
/// <remarks>Thread: the link's; while it recovers, one of the replay. Allocates: no, after warm-up.</remarks>
internal sealed class DropCopyDoor : IDoor, IReportTap, IFixApplication
{
    private const int OnBehalfOfCompId = 115;

    private readonly FixAcceptor _acceptor;
    private readonly Receiver[] _receivers;
    private readonly Dictionary<int, byte[]> _compIds;
    private readonly ILogger _log;
    private readonly OrderDialect _dialect;
    private readonly OrderNames _names;
    private ReportEncoder? _encoder;
    private long _lastExecId;

    /// <summary>Listens, and opens the stores.</summary>
    /// <exception cref="IOException">The port is in use or not allowed; a store cannot be read, or is another link's.</exception>
    /// <param name="fix">Whose credentials, logs and names of lists it shares.</param>
    public DropCopyDoor(LinkOptions options, FixDoor fix, EventLoop loop, ILogger log)
    {
        (_log, _names) = (log, fix.Names);
        _dialect = OrderDialect.Find(options.DropCopyVersion)!;
        _compIds = options.AllSessions.DistinctBy(session => SessionId.Of(session.CompId))
            .ToDictionary(session => SessionId.Of(session.CompId), session => Encoding.ASCII.GetBytes(session.CompId));
        _acceptor = new FixAcceptor(loop, new FixAcceptorOptions
        {
            EndPoint = options.DropCopyEndPoint,
            CompId = options.CompId,
            FrameBytesMax = options.FrameBytesMax,
            PendingMax = LinkOptions.DropCopyPendingMax,
            PendingPerAddressMax = LinkOptions.DropCopyPendingMax,
            Log = log,
            Audit = fix.Audit,
            MessageLog = fix.MessageLog,
            Listener = fix.Tls is { } tls ? new ListenerOptions { Tls = tls } : null,
            Certificates = SessionCertificates.ByName(options.FixTls, options.DropCopySessions),
        });
        _receivers = [.. options.DropCopySessions.Select(compId => Open(options, compId))];
        foreach (Receiver receiver in _receivers)
        {
            _acceptor.Add(receiver.Session);
        }
    }

    /// <summary>Where its peers connect.</summary>
    public IPEndPoint EndPoint => _acceptor.EndPoint;

    /// <summary>Its sessions, for display.</summary>
    public IReadOnlyList<FixSession> FixSessions => _acceptor.Sessions;

    /// <inheritdoc/>
    /// <remarks>None that enters anything.</remarks>
    public IReadOnlyList<ClientSession> Sessions => [];

    /// <inheritdoc/>
    public bool IsClosed
    {
        get
        {
            foreach (Receiver receiver in _receivers)
            {
                if (receiver.Session.State != FixSessionState.Disconnected)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public void OnRules(TradingRules rules) => _encoder = new ReportEncoder(new NameTable(rules), _dialect, _names);

    /// <inheritdoc/>
    public void OnReport(in ReportView report, bool isReplay)
    {
        // A state of an order, told with a snapshot, is no report.
        if (report.ExecId == 0)
        {
            return;
        }

        long before = _lastExecId;
        _lastExecId = report.ExecId;
        foreach (Receiver receiver in _receivers)
        {
            // A session that is new begins with what happens from now on.
            long known = receiver.Store.Mark;
            if (report.ExecId <= known || (isReplay && receiver.IsNew))
            {
                continue;
            }

            if (before == 0 && known != 0 && report.ExecId > known + 1)
            {
                receiver.News = string.Create(CultureInfo.InvariantCulture,
                    $"Reports between ExecID {known} and {report.ExecId} can be missing: they are older than the snapshot that the link began with.");
            }

            // Changes of phase are nobody's report.
            if (report.SessionId >= 0)
            {
                byte[] owner = _compIds.GetValueOrDefault(report.SessionId) ?? [];
                _encoder!.Copy(receiver.Session, in report, OnBehalfOfCompId, owner);
            }
        }
    }

    /// <inheritdoc/>
    public void Attach(IReadOnlyList<DoorSession> sessions)
    {
    }

    /// <inheritdoc/>
    public void UseRules(TradingRules rules)
    {
        // They come as a tap's, before the reports that are under them.
    }

    /// <inheritdoc/>
    public void Open(in DoorContext room)
    {
        foreach (Receiver receiver in _receivers)
        {
            if (receiver.IsNew)
            {
                receiver.Store.GoOnFrom(receiver.Store.NextOutgoing, _lastExecId);
                receiver.Store.SentMark = _lastExecId;
            }
        }
    }

    /// <inheritdoc/>
    public bool TryTake() => true;

    /// <inheritdoc/>
    public void Deliver(DoorSession session, in ReportView report, bool isReplay)
    {
    }

    /// <inheritdoc/>
    public void OnReleased(long sequence) => _acceptor.Continue(Clock.UnixNs);

    /// <inheritdoc/>
    public void OnFlushed(long sequence)
    {
    }

    /// <inheritdoc/>
    public void OnTick()
    {
        _acceptor.OnTick(Clock.UnixNs);
        SaveIncoming();
    }

    /// <inheritdoc/>
    public void BeginClose()
    {
        foreach (Receiver receiver in _receivers)
        {
            receiver.Session.Logout("the link is going down", Clock.UnixNs);
        }

        _acceptor.Dispose();
    }

    /// <inheritdoc/>
    public void Shut()
    {
    }

    /// <inheritdoc/>
    public void Close(long durableSequence)
    {
        SaveIncoming();
        foreach (Receiver receiver in _receivers)
        {
            receiver.Store.Dispose();
        }
    }

    /// <inheritdoc/>
    public string? CheckLogon(FixSession session, in FixMessage logon) => _dialect.FaultOfLogon(logon);

    /// <inheritdoc/>
    public void OnLogon(FixSession session)
    {
        _log.LoggedOn(session.Options.PeerCompId, session.NextIncoming, session.NextOutgoing);
        Receiver receiver = (Receiver)session.Tag!;
        if (receiver.News is { } news)
        {
            receiver.News = null;
            SessionNews.Send(session, _dialect, news);
        }
    }

    /// <inheritdoc/>
    public void OnLogoff(FixSession session, string reason) => _log.IsOff(session.Options.PeerCompId, reason);

    /// <inheritdoc/>
    public long OnReset(FixSession session)
    {
        // With new numbers the store forgets; what no connection was given is not told again.
        if (session.SentMark < session.Mark)
        {
            ((Receiver)session.Tag!).News = string.Create(CultureInfo.InvariantCulture,
                $"Reports between ExecID {session.SentMark} and {session.Mark} were not sent, and left out as the numbers were set back.");
        }

        return session.Mark;
    }

    /// <inheritdoc/>
    public bool OnMessage(FixSession session, in FixMessage message)
    {
        session.RejectBusiness(message, 3, default, "a drop copy takes no messages"u8);
        return true;
    }

    private void SaveIncoming()
    {
        foreach (Receiver receiver in _receivers)
        {
            if (receiver.Session.HasUnsavedIncoming)
            {
                receiver.Session.SaveIncoming();
            }
        }
    }

    private Receiver Open(LinkOptions options, string compId)
    {
        string folder = Path.Combine(options.DataFolder, "dropcopy");
        _ = Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{compId}.session");
        SessionStoreOwner owner = new(options.CompId, compId);
        string? news = null;
        FileSessionStore store;
        try
        {
            store = FileSessionStore.Open(path, options.SessionStoreBytes, owner);
        }
        catch (SessionStoreDamagedException damaged)
        {
            _log.StoreDamaged(path, damaged.What, $"{compId}.session.damaged");
            File.Move(path, path + ".damaged", overwrite: true);
            store = FileSessionStore.Open(path, options.SessionStoreBytes, owner);
            news = "The store of this session was damaged: it begins anew, log on with ResetSeqNumFlag (141).";
        }

        FixSessionOptions session = new() { CompId = options.CompId, PeerCompId = compId, HeartbeatSecondsMax = options.HeartbeatSecondsMax,
            MessageTypes = [], BeginString = _dialect.BeginString, DefaultApplVerId = _dialect.ApplVerId };
        Receiver receiver = new(store, new FixSession(session, store, this), store.IsNew) { News = news };
        receiver.Session.Tag = receiver;
        if (store.IsNew)
        {
            store.BeOfVersion(_dialect.StoreVersion, owner);
        }

        SessionVersion.Begin(receiver.Session, store, owner, _dialect, _log);
        return receiver;
    }

    private sealed class Receiver(FileSessionStore store, FixSession session, bool isNew)
    {
        public FileSessionStore Store => store;

        public FixSession Session => session;

        /// <summary>Its store was made at this start.</summary>
        public bool IsNew => isNew;

        /// <summary>What it is to be told when it logs on.</summary>
        public string? News { get; set; }
    }
}
