using System.Globalization;
using System.Text;
using Peregrine.Gateway.Local;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Api;

/// <summary>What became of a request of the API.</summary>
/// <param name="Report">The last report of it; meaningless without <paramref name="HasReport"/>.</param>
/// <param name="First">The first: a reject, or that it was taken.</param>
internal readonly record struct DeskAnswer(bool HasReport, OrderReport First, OrderReport Report, string? Fault);

/// <summary>Enters orders for the API and the console by a local port, and waits for what comes of them.</summary>
/// <remarks>Thread: requests from any; one thread of its own takes the events. Bound: <see cref="PendingMax"/> requests at a time.</remarks>
internal sealed class OrderDesk : IDisposable
{
    private const int PendingMax = 1_024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private readonly LocalPort _port;
    private readonly int _sessionId;
    private readonly int _accountId;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pending> _pending = [];
    private readonly Thread _thread;
    private bool _isStopped;
    private long _lastId = DateTime.UtcNow.Ticks / 10;

    /// <summary>Begins to listen.</summary>
    /// <param name="port">With one session.</param>
    /// <param name="rules">Their first account is that of cancels; it keeps its id.</param>
    public OrderDesk(LocalPort port, TradingRules rules)
    {
        _port = port;
        _accountId = rules.Accounts[0].Id;
        _sessionId = SessionId.Of(port.Sessions[0].CompId);
        _thread = new Thread(Listen) { IsBackground = true, Name = "order desk" };
        _thread.Start();
    }

    /// <summary>The number of its session.</summary>
    public int Session => _sessionId;

    /// <summary>Enters an order.</summary>
    /// <param name="request">Checked by the caller as far as its words go.</param>
    /// <param name="instrument">What it names.</param>
    /// <param name="terms">Price, quantity and the rest in the core's units.</param>
    public Task<DeskAnswer> Enter(NewOrderRequest request, Instrument instrument, in OrderCommand terms)
    {
        OrderCommand command = terms;
        command.Type = CommandType.New;
        command.InstrumentId = instrument.Id;
        string id = request.ClientOrderId is { Length: > 0 } given ? given : FreshId();
        return Submit(command, id);
    }

    /// <summary>Cancels an order of the desk's session.</summary>
    public Task<DeskAnswer> Cancel(string clientOrderId)
    {
        OrderCommand command = new() { Type = CommandType.Cancel, InstrumentId = -1, AccountId = _accountId };
        _ = ClientOrderId.TryCreate(Encoding.ASCII.GetBytes(clientOrderId), out command.OriginalClientOrderId);
        return Submit(command, FreshId());
    }

    public void Dispose()
    {
        Volatile.Write(ref _isStopped, true);
        _port.Interrupt();
        _thread.Join();
    }

    // Unique over restarts too: microseconds of the wall clock at start, then counted on.
    private string FreshId() => $"W{Interlocked.Increment(ref _lastId).ToString("X", CultureInfo.InvariantCulture)}";

    private async Task<DeskAnswer> Submit(OrderCommand command, string clientOrderId)
    {
        command.SessionId = _sessionId;
        _ = ClientOrderId.TryCreate(Encoding.ASCII.GetBytes(clientOrderId), out command.ClientOrderId);
        Pending pending = new();
        lock (_lock)
        {
            if (_pending.Count >= PendingMax || !_pending.TryAdd(clientOrderId, pending))
            {
                return new DeskAnswer(false, default, default, _pending.Count >= PendingMax
                    ? "too many requests wait; try again"
                    : $"a request with the id {clientOrderId} is on its way");
            }

            if (!_port.TrySubmit(command))
            {
                _ = _pending.Remove(clientOrderId);
                return new DeskAnswer(false, default, default, "the link takes no more requests at the moment; try again");
            }
        }

        try
        {
            return await pending.Done.Task.WaitAsync(Timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new DeskAnswer(false, default, default,
                $"no answer within {Timeout.TotalSeconds} s; look the order {clientOrderId} up before you try again");
        }
        finally
        {
            lock (_lock)
            {
                _ = _pending.Remove(clientOrderId);
            }
        }
    }

    private void Listen()
    {
        while (!Volatile.Read(ref _isStopped))
        {
            _ = _port.Wait(1_000);
            while (_port.TryRead(out LocalEvent local))
            {
                Take(local);
            }
        }
    }

    private void Take(in LocalEvent local)
    {
        lock (_lock)
        {
            switch (local.Kind)
            {
                case LocalEventKind.Report:
                    if (_pending.TryGetValue(local.Report.ClientOrderId.ToString(), out Pending? named)
                        && (named.Sequence == 0 || named.Sequence == local.Sequence))
                    {
                        named.First = named.Sequence == 0 ? local.Report : named.First;
                        named.Last = local.Report;
                        named.Sequence = local.Sequence;
                    }

                    break;
                case LocalEventKind.NoOrderId:
                    Refuse(in local, "no order ids at the moment; try again");
                    break;
                case LocalEventKind.JournalFull:
                    Refuse(in local, "JournalFull: nothing is taken until there is room; try again later");
                    break;
                case LocalEventKind.Blocked:
                    Refuse(in local, "Blocked: the API's session, or the whole link, is blocked; cancels are taken");
                    break;
                case LocalEventKind.Throttled:
                    Refuse(in local, "Throttled: more requests than the rate of the API's session; try again a moment later");
                    break;
                default:
                    foreach (Pending pending in _pending.Values)
                    {
                        if (pending.Sequence == local.Sequence)
                        {
                            _ = pending.Done.TrySetResult(new DeskAnswer(true, pending.First, pending.Last, null));
                        }
                    }

                    break;
            }
        }
    }

    private void Refuse(in LocalEvent local, string why)
    {
        if (_pending.TryGetValue(local.Report.ClientOrderId.ToString(), out Pending? refused))
        {
            _ = refused.Done.TrySetResult(new DeskAnswer(false, default, default, why));
        }
    }

    private sealed class Pending
    {
        public TaskCompletionSource<DeskAnswer> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Of the command; 0 before its first report.</summary>
        public long Sequence { get; set; }

        public OrderReport First { get; set; }

        public OrderReport Last { get; set; }
    }
}
