using System.Globalization;
using System.Net;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Running.Rehearsing;

/// <summary>A FIX client of the rehearsal: sends a message by its fields and waits for an answer, one after the other.</summary>
/// <remarks>Thread: one owner. Blocks: until an answer is there, at most <see cref="AnswerMs"/>.</remarks>
internal sealed class RehearsalClient : IFixApplication, IDisposable
{
    private const int AnswerMs = 2_000;
    private readonly string _name;
    private readonly EventLoop _loop = new(new EventLoopOptions { PoolBytes = 1 << 18 });
    private readonly FixInitiator _initiator;
    private readonly FixSession _session;
    private string? _end;
    private int _orders;

    public RehearsalClient(string name, string link, IPEndPoint endPoint)
    {
        _name = name;

        // Nobody is sent again what a rehearsal said.
        FixSessionOptions options = new() { CompId = name, PeerCompId = link, IsInitiator = true, ResetOnLogon = true };
        _session = new FixSession(options, new NullSessionStore(), this);
        _initiator = new FixInitiator(_loop, new FixInitiatorOptions { EndPoint = endPoint }, _session);
        try
        {
            Await(0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Messages sent.</summary>
    public int Sent { get; private set; }

    /// <summary>A request with a ClOrdID of its own.</summary>
    /// <param name="type">MsgType.</param>
    /// <param name="fields">What follows 11, with | between.</param>
    public string Order(string type, string fields)
    {
        string id = Id(++_orders);
        Ask(type, $"11={id}|{fields}|60={Now()}");
        return id;
    }

    /// <summary>Any message; waits until something comes.</summary>
    public void Ask(string type, string fields)
    {
        long before = _session.Counters.Received;
        Send(type, fields);
        Await(before);
        Drain();
    }

    /// <summary>Takes what has come.</summary>
    public void Drain()
    {
        while (_initiator.Poll(0) > 0)
        {
        }

        Check();
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

    bool IFixApplication.OnMessage(FixSession session, in FixMessage message) => true;

    // Any message may be the answer, those of the session too.
    private void Await(long received)
    {
        long endNs = Clock.MonotonicNs + (AnswerMs * 1_000_000L);
        while (_session.Counters.Received == received)
        {
            _ = _initiator.Poll(AnswerMs);
            Check();
            if (Clock.MonotonicNs > endNs)
            {
                throw new IOException($"the rehearsal's link did not answer {_name} within {AnswerMs} ms {_session.LastEndReason}".TrimEnd());
            }
        }
    }

    private void Send(string type, string fields)
    {
        FixWriter writer = _session.BeginMessage(Encoding.ASCII.GetBytes(type), Clock.UnixNs);
        writer.AddFields(Encoding.ASCII.GetBytes($"{fields}|".Replace('|', '\u0001')));
        Primitives.Check.That(_session.TryEndMessage(ref writer, mark: 0), "a message of the rehearsal is a small one");
        Sent++;
    }

    private void Check()
    {
        if (_end is not null)
        {
            throw new IOException($"the rehearsal's link closed a connection: {_end}");
        }
    }

    private string Id(int order) => $"{_name}-{order.ToString(CultureInfo.InvariantCulture)}";

    private static string Now() => DateTime.UtcNow.ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
