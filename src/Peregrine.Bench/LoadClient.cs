using System.Net;
using Peregrine.Cli;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Bench;

/// <summary>
/// A FIX client on one spinning thread: sends NewOrderSingle, takes the time until the ExecutionReport that accepts it.
/// Latency counts from the intended time of an order to the read that brought its report, so a late send or a stall of the link is charged
/// to the link, and the client's own look at a report is not.
/// </summary>
/// <remarks>Thread: one owner. Allocates: no, after its logon.</remarks>
internal sealed class LoadClient : IFixApplication, IDisposable
{
    private const int OutputBytesMax = 1 << 20;
    private const int LogonMs = 5_000;
    private const long PatienceNs = 10_000_000_000;
    private const int LooksBetweenClocks = 1 << 16;

    // No order is made while one waits for room.
    private const int MessagesKept = 64;

    // Intended times of orders not answered yet, by order number; more outstanding than this is reported as overload.
    private const int OutstandingMax = 1 << 18;

    // Reports are the link's, whose own tests hold them to the dictionary: a client that did so here would be measured with it.
    private static readonly FixValidation _lean = new()
    {
        AllowAnyOrder = true,
        AllowEmptyFields = true,
        AllowMissingFields = true,
        AllowOtherValues = true,
        AllowUnknownTags = true,
    };

    // A loop over epoll that spins with one busy connection reads without asking first, as a client on a bare socket does.
    private readonly EventLoop _loop = new(new EventLoopOptions
    {
        Backend = NetBackend.Epoll, ReceiveBytes = 1 << 18, OutputBytesMax = OutputBytesMax,
    });

    private readonly FixInitiator _initiator;
    private readonly FixSession _session;
    private readonly long[] _intendedNs = new long[OutstandingMax];
    private readonly OrderTemplate _buy;
    private readonly OrderTemplate _sell;
    private readonly string _sender;
    private readonly string _verb;
    private string? _end;

    // The order number never repeats in a session.
    private long _order = 1;
    private long _timeSetNs;

    /// <summary>Logs on.</summary>
    /// <param name="link">Where the acceptor listens.</param>
    /// <param name="sender">Our CompID.</param>
    /// <param name="target">The acceptor's.</param>
    /// <param name="symbol">What is traded.</param>
    /// <param name="price">Of every order.</param>
    /// <param name="verb">Who measures, for messages.</param>
    /// <exception cref="CommandException">The link refuses it, or does not answer.</exception>
    public LoadClient(IPEndPoint link, string sender, string target, string symbol, string price, string verb = "bench link")
    {
        (_sender, _verb) = (sender, verb);
        _buy = new OrderTemplate("BENCH-A", symbol, '1', price);
        _sell = new OrderTemplate("BENCH-B", symbol, '2', price);
        FixSessionOptions options = new()
        {
            CompId = sender, PeerCompId = target, IsInitiator = true, ResetOnLogon = true, HeartbeatSeconds = 60, Validation = _lean,
        };
        _session = new FixSession(options, new MemorySessionStore(MessagesKept), this);
        _initiator = new FixInitiator(_loop, new FixInitiatorOptions { EndPoint = link }, _session);
        for (long startNs = Clock.MonotonicNs; _session.State != FixSessionState.LoggedOn; _ = _initiator.Poll(10))
        {
            if (_session.LastEndReason.Length > 0 || Clock.MonotonicNs - startNs > LogonMs * 1_000_000L)
            {
                string reason = _session.LastEndReason.Length > 0 ? _session.LastEndReason : $"no answer within {LogonMs} ms";
                Dispose();
                throw new CommandException($"{verb}: the logon of {sender} was refused: {reason}");
            }
        }
    }

    /// <summary>Latency of each answered order, from its intended time.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Orders sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Orders answered by their accepting report.</summary>
    public long Answered { get; private set; }

    /// <summary>Orders refused; a correct run has none.</summary>
    public long Refused { get; private set; }

    /// <summary>All reports received.</summary>
    public long Reports { get; private set; }

    /// <summary>One order outstanding at a time.</summary>
    public void RunOneOutstanding(int orders)
    {
        for (int index = 0; index < orders; index++)
        {
            long startNs = Clock.MonotonicNs;
            Queue(startNs);
            for (int looks = 1; Answered + Refused < Sent; looks++)
            {
                Pump();
                if (looks % LooksBetweenClocks == 0 && Clock.MonotonicNs - startNs > PatienceNs)
                {
                    throw new CommandException($"{_verb}: an order of {_sender} has no answer after {PatienceNs / 1_000_000_000} s");
                }
            }
        }
    }

    /// <summary>Orders at fixed intended times, whatever the link does.</summary>
    /// <returns>False when the link fell so far behind that the run was given up.</returns>
    public bool RunOpenLoop(int ordersPerSecond, double seconds)
    {
        long intervalNs = 1_000_000_000 / ordersPerSecond;
        long orders = (long)(ordersPerSecond * seconds);
        long startNs = Clock.MonotonicNs;
        for (long index = 0; index < orders;)
        {
            long nowNs = Clock.MonotonicNs;
            for (; index < orders && startNs + (index * intervalNs) <= nowNs && HasRoom; index++)
            {
                Queue(startNs + (index * intervalNs));
            }

            if (nowNs - startNs > (long)(3e9 * seconds))
            {
                return false;
            }

            Pump();
        }

        return Settle();
    }

    /// <summary>As many orders as the link takes, with at most <paramref name="window"/> unanswered.</summary>
    /// <returns>Seconds from the first order to the last answer.</returns>
    public double RunFlatOut(int window, double seconds)
    {
        long startNs = Clock.MonotonicNs;
        long endNs = startNs + (long)(seconds * 1e9);
        for (long nowNs = startNs; nowNs < endNs; nowNs = Clock.MonotonicNs)
        {
            while (Sent - Answered - Refused < window && HasRoom)
            {
                Queue(nowNs);
            }

            Pump();
        }

        _ = Settle();
        return (Clock.MonotonicNs - startNs) / 1e9;
    }

    /// <summary>Forgets what was measured so far.</summary>
    public void ClearFigures()
    {
        Check.That(Answered + Refused == Sent, "figures are cleared between runs, when every order was answered");
        Latency.Clear();
        Sent = 0;
        Answered = 0;
        Refused = 0;
        Reports = 0;
    }

    public void Dispose()
    {
        _initiator.Dispose();
        _loop.Dispose();
    }

    void IFixApplication.OnLogon(FixSession session)
    {
    }

    void IFixApplication.OnLogoff(FixSession session, string reason) => _end = reason;

    void IFixApplication.OnRejected(FixSession session, in FixMessage reject) => Refused++;

    bool IFixApplication.OnMessage(FixSession session, in FixMessage message)
    {
        if (message.MsgType[0] != (byte)'8')
        {
            Refused += message.MsgType[0] == (byte)'j' ? 1 : 0;
            return true;
        }

        Reports++;
        switch (message.GetChar(Tag.ExecType))
        {
            case (byte)'0':
                _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id);
                Answered++;
                Latency.Record(Clock.FromUnixNs(session.LastReceivedNs) - _intendedNs[OrderTemplate.NumberOf(id) & (OutstandingMax - 1)]);
                break;
            case (byte)'8':
                Refused++;
                break;
            default:
                break;
        }

        return true;
    }

    // What the connection refuses waits in the session; nothing is added to it.
    private bool HasRoom => !_session.IsBehind && Sent - Answered - Refused < OutstandingMax;

    // Waits for the last answers; gives up after ten seconds without any.
    private bool Settle()
    {
        long answered = Answered;
        long sinceNs = Clock.MonotonicNs;
        while (Answered + Refused < Sent)
        {
            Pump();
            if (Answered != answered)
            {
                answered = Answered;
                sinceNs = Clock.MonotonicNs;
            }
            else if (Clock.MonotonicNs - sinceNs > PatienceNs)
            {
                return false;
            }
        }

        return true;
    }

    private void Queue(long intendedNs)
    {
        if (intendedNs - _timeSetNs > 1_000_000)
        {
            _buy.SetTime(DateTime.UtcNow);
            _sell.SetTime(DateTime.UtcNow);
            _timeSetNs = intendedNs;
        }

        // Every second order trades with the one before.
        _order++;
        OrderTemplate template = (_order & 1) == 0 ? _buy : _sell;
        FixWriter writer = _session.BeginMessage("D"u8, Clock.ToUnixNs(intendedNs));
        writer.AddFields(template.With(_order));
        _ = _session.TryEndMessage(ref writer, mark: 0);
        _intendedNs[_order & (OutstandingMax - 1)] = intendedNs;
        Sent++;
    }

    private void Pump()
    {
        _ = _initiator.Poll(0);
        if (_end is not null)
        {
            throw new CommandException($"{_verb}: the session of {_sender} ended after {Answered} answers: {_end}");
        }
    }
}
