using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peregrine.Distribution.Transports;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway.Sessions;
using Peregrine.Net;
using Peregrine.Net.Tls;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>
/// A market data server's books over FIX: MarketDataRequest (V) in, MarketDataSnapshotFullRefresh (W), MarketDataIncrementalRefresh (X) and
/// MarketDataRequestReject (Y) out. What it tells of a link is durable, as everything that the server has.
/// </summary>
/// <remarks>
/// Sessions begin with number 1 at each logon and keep no messages: what a peer lost would be old when it came again. So one that asks
/// for messages again gets a gap fill, and a new snapshot of all that it subscribed to. Thread: made by one, then the server's.
/// Allocates: for logons and requests, not for updates.
/// </remarks>
public sealed partial class FixMarketData : IBookTransport, IFixApplication, IDisposable
{
    /// <summary>Largest message sent, in bytes: a snapshot is one message.</summary>
    internal const int MessageBytesMax = 512 << 10;

    // Header, request id, instrument and trailer.
    private const int FrameBytes = 1_024;
    private const int IncrementBytesMax = 16 << 10;
    private const int PendingMax = 16;

    private readonly FixMarketDataOptions _options;
    private readonly MarketDataDialect _dialect;
    private readonly ILogger _log;
    private readonly FixAudit? _audit;
    private readonly TlsCredentials? _tls;
    private readonly MarketDataPeer[] _peers;
    private readonly List<InstrumentChanges> _dirty = [];
    private readonly List<MarketDataPeer> _gone = [];
    private readonly EntryBuffer _entries = new(64 << 20);
    private readonly EntryBuffer _snapshot = new(MessageBytesMax - FrameBytes);
    // By the instrument's id; null where nobody is told of it.
    private InstrumentChanges?[] _instruments = new InstrumentChanges?[64];
    private ServedBooks _books = null!;
    private FixAcceptor? _acceptor;
    private EventLoop? _loop;
    private bool _isTelling;

    /// <summary>Makes it; it listens when it is given to a server (<see cref="Distribution.MarketDataServerOptions.Transports"/>).</summary>
    /// <exception cref="ArgumentException">One line for each option out of range.</exception>
    public FixMarketData(FixMarketDataOptions options)
    {
        if (options.FindFaults() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
        }

        _options = options;
        _log = options.Log ?? NullLogger.Instance;
        _dialect = MarketDataDialect.Find(options.Version)!;
        _audit = options.AuditFolder is { } folder ? new FixAudit(new FixAuditOptions { Folder = folder, Log = _log }) : null;
        _tls = options.Tls is { } tls ? TlsCredentials.Load(tls, log: _log.TlsTold) : null;
        _peers = [.. options.Sessions.Select(MakePeer)];
        CounterSources =
        [
            new(Counters), .. _audit is null ? [] : (TaggedCounters[])[new(_audit.Counters, "door", "marketdata")],
            .. Sessions.Select(session => new TaggedCounters(session.Counters, "session", $"{session.Options.PeerCompId} (market data)")),
        ];
    }

    /// <summary>Where its sessions connect; null before it was given to a server.</summary>
    public IPEndPoint? EndPoint => _acceptor?.EndPoint;

    /// <summary>Its sessions, for display.</summary>
    public IEnumerable<FixSession> Sessions => _peers.Select(peer => peer.Session);

    /// <summary>What it has done.</summary>
    public FixMarketDataCounters Counters { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<TaggedCounters> CounterSources { get; }

    /// <inheritdoc/>
    public int ConnectionsMax => _options.Sessions.Count + PendingMax + PendingMax;

    /// <inheritdoc/>
    public bool IsClosed => _peers.All(peer => peer.Session.State == FixSessionState.Disconnected);

    /// <inheritdoc/>
    public void Open(EventLoop loop, ServedBooks books)
    {
        Check.That(_acceptor is null, "it belongs to one server");
        (_books, _loop) = (books, loop);
        _acceptor = new FixAcceptor(loop, new FixAcceptorOptions
        {
            EndPoint = _options.EndPoint,
            CompId = _options.CompId,
            FrameBytesMax = _options.FrameBytesMax,
            PendingMax = PendingMax,
            PendingPerAddressMax = PendingMax,
            KernelOutputBytes = books.Options.KernelBytes,
            Log = _log,
            Audit = _audit,
            Listener = _tls is { } tls ? new ListenerOptions { Tls = tls } : null,
            Certificates = SessionCertificates.ByName(_options.Tls, _options.Sessions),
        });
        foreach (MarketDataPeer peer in _peers)
        {
            _acceptor.Add(peer.Session);
        }
    }

    /// <inheritdoc/>
    public void OnChange(in BookChange change)
    {
        if ((uint)change.InstrumentId < (uint)_instruments.Length && _instruments[change.InstrumentId] is { } instrument)
        {
            if (!instrument.IsDirty)
            {
                _dirty.Add(instrument);
            }

            instrument.Note(in change);
        }
    }

    /// <inheritdoc/>
    public void OnPass()
    {
        long nowNs = Clock.UnixNs;
        if (_dirty.Count > 0)
        {
            Tell(nowNs);
        }

        foreach (MarketDataPeer peer in _peers)
        {
            if (peer.BehindCount > 0)
            {
                CatchUp(peer, nowNs);
            }
        }

        _acceptor!.Continue(nowNs);
    }

    /// <inheritdoc/>
    public void OnTick(long nowNs)
    {
        _acceptor!.OnTick(Clock.ToUnixNs(nowNs));
        foreach (MarketDataPeer peer in _peers)
        {
            EndIfStalled(peer, nowNs);
        }
    }

    /// <inheritdoc/>
    public void BeginClose()
    {
        foreach (MarketDataPeer peer in _peers)
        {
            peer.Session.Logout("the link is going down", Clock.UnixNs);
        }

        _acceptor!.Dispose();
    }

    /// <summary>Closes what it opened itself. After the server ended.</summary>
    public void Dispose()
    {
        _audit?.Dispose();
        _tls?.Dispose();
    }

    /// <inheritdoc/>
    public string? CheckLogon(FixSession session, in FixMessage logon) => _dialect.Version.FaultOfLogon(logon)
        ?? (logon.TryGetLong(Tag.MsgSeqNum, out long number) && number != 1
            ? $"MsgSeqNum is {number}, expected 1: market data begins anew at each logon, log on with ResetSeqNumFlag (141) Y"
            : null);

    /// <inheritdoc/>
    public void OnLogon(FixSession session) => _log.LoggedOn(session.Options.PeerCompId, session.NextIncoming, session.NextOutgoing);

    /// <inheritdoc/>
    public void OnLogoff(FixSession session, string reason)
    {
        _log.IsOff(session.Options.PeerCompId, reason);
        MarketDataPeer peer = (MarketDataPeer)session.Tag!;

        // A write can end the connection that it was for: the lists that are being walked stay as they are until the end of it.
        if (_isTelling)
        {
            _gone.Add(peer);
        }
        else
        {
            DropAll(peer);
        }
    }

    /// <inheritdoc/>
    public bool OnMessage(FixSession session, in FixMessage message)
    {
        if (_dialect.Version.FaultOfVersion(message) is { IsEmpty: false } fault)
        {
            session.RejectBusiness(message, 0, default, fault);
            return true;
        }

        Answer((MarketDataPeer)session.Tag!, message, Clock.UnixNs);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>What was sent is not kept: whoever lacks some of it gets its books anew.</remarks>
    public RemakeStatus TryRemake(FixSession session, long sequence, long end, out long following, out long mark)
    {
        (following, mark) = (end, 0);
        foreach (BookSubscription subscription in ((MarketDataPeer)session.Tag!).Subscriptions)
        {
            FallBehind(subscription, missed: 0);
        }

        return RemakeStatus.Gap;
    }

    private MarketDataPeer MakePeer(string compId)
    {
        MarketDataPeer peer = new();
        peer.Session = new FixSession(new FixSessionOptions
        {
            CompId = _options.CompId,
            PeerCompId = compId,
            HeartbeatSecondsMax = _options.HeartbeatSecondsMax,
            MessageTypes = ["V"],
            BeginString = _dialect.Version.BeginString,
            DefaultApplVerId = _dialect.Version.ApplVerId,
            ResetOnLogon = true,
            MessageBytesMax = MessageBytesMax,
        }, new NullSessionStore(), this) { Tag = peer };
        return peer;
    }
}
