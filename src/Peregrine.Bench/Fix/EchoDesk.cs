using System.Globalization;
using System.Net;
using Peregrine.Cli;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Linux;
using Peregrine.Linux.Sockets;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>
/// An acceptor that answers each NewOrderSingle with one ExecutionReport, and beside it a plain echo of bytes, both on one spinning thread: what
/// the second takes is the floor of the first. Orders are held to FIX 4.4 whole, reports are kept in the session's store before they leave.
/// </summary>
/// <remarks>Thread: its own, but for construction and disposal. Allocates: no, once warm.</remarks>
internal sealed class EchoDesk : IFixApplication, IConnectionAcceptor, IDisposable
{
    /// <summary>Its CompID.</summary>
    public const string CompId = "PEREGRINE";

    private const long TickNs = 100_000_000;
    private readonly EventLoop _loop = new(new EventLoopOptions());
    private readonly FixAcceptor _acceptor;
    private readonly FixSession _session;
    private readonly Listener _echo;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _isRunning = new();
    private string _task = "";
    private long _orders;
    private bool _isStopped;

    /// <summary>Listens on two free ports, and spins.</summary>
    /// <param name="core">The core of its thread.</param>
    /// <param name="peer">CompID of the client.</param>
    /// <param name="store">Of its session; it stays the caller's, who disposes it last.</param>
    public EchoDesk(int core, string peer, IFixSessionStore store)
    {
        IPEndPoint anyPort = new(IPAddress.Loopback, 0);
        _acceptor = new FixAcceptor(_loop, new FixAcceptorOptions { EndPoint = anyPort, CompId = CompId });
        _session = new FixSession(new FixSessionOptions { CompId = CompId, PeerCompId = peer, MessageTypes = ["D"] }, store, this);
        _acceptor.Add(_session);
        _echo = _loop.Listen(anyPort, this);
        _thread = new Thread(() => Run(core)) { IsBackground = true, Name = "fix echo" };
        _thread.Start();
        _isRunning.Wait();
    }

    /// <summary>Where it speaks FIX.</summary>
    public IPEndPoint Fix => _acceptor.EndPoint;

    /// <summary>Where it gives bytes back.</summary>
    public IPEndPoint Echo => _echo.LocalEndPoint;

    /// <summary>The time of its thread on a processor, in nanoseconds. Source: Documentation/scheduler/sched-stats.rst.</summary>
    public long CpuNs
    {
        get
        {
            string text = File.ReadAllText($"/proc/{_task}/schedstat");
            return long.Parse(text.AsSpan(0, text.IndexOf(' ')), CultureInfo.InvariantCulture);
        }
    }

    /// <inheritdoc/>
    public IConnectionHandler? OnAccepted(EventLoop loop, PeerAddress remote) => new BytesBack();

    /// <inheritdoc/>
    public void OnLogon(FixSession session)
    {
    }

    /// <inheritdoc/>
    public void OnLogoff(FixSession session, string reason)
    {
    }

    /// <inheritdoc/>
    public bool OnMessage(FixSession session, in FixMessage message)
    {
        _ = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id);
        _ = message.TryGet(Tag.Account, out ReadOnlySpan<byte> account);
        _ = message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        _ = message.TryGetDecimal(Tag.OrderQty, out long quantity, out int quantityDecimals);
        _ = message.TryGetDecimal(Tag.Price, out long price, out int priceDecimals);
        _orders++;
        FixWriter report = session.BeginMessage("8"u8, session.LastReceivedNs);
        report.Add(Tag.OrderId, _orders);
        report.Add(Tag.ClOrdId, id);
        report.Add(Tag.ExecId, _orders);
        report.Add(Tag.ExecType, '0');
        report.Add(Tag.OrdStatus, '0');
        report.Add(Tag.Account, account);
        report.Add(Tag.Symbol, symbol);
        report.Add(Tag.Side, (char)message.GetChar(Tag.Side));
        report.Add(Tag.OrderQty, quantity, quantityDecimals);
        report.Add(Tag.Price, price, priceDecimals);
        report.Add(Tag.LeavesQty, quantity, quantityDecimals);
        report.Add(Tag.CumQty, 0);
        report.Add(Tag.AvgPx, 0);
        report.AddTimestamp(Tag.TransactTime, session.LastReceivedNs);
        return session.TryEndMessage(ref report, _orders);
    }

    /// <summary>Ends its thread and its connections.</summary>
    /// <exception cref="CommandException">The session or the echo broke while it ran.</exception>
    public void Dispose()
    {
        Volatile.Write(ref _isStopped, true);
        _loop.Wake();
        _thread.Join();
        Exception? fault = _loop.LastHandlerFault;
        _acceptor.Dispose();
        _loop.Dispose();
        _isRunning.Dispose();
        if (fault is not null)
        {
            throw new CommandException($"bench fix: the acceptor broke: {fault.Message}");
        }
    }

    private void Run(int core)
    {
        _ = CpuAffinity.TryPinCurrentThread(core);
        _task = new FileInfo("/proc/thread-self").LinkTarget ?? "self";
        _isRunning.Set();
        for (long tickedNs = 0; !Volatile.Read(ref _isStopped);)
        {
            int count = _loop.Poll(0);
            long nowNs = Clock.ToUnixNs(_loop.NowNs);
            if (nowNs - tickedNs >= TickNs)
            {
                tickedNs = nowNs;
                _acceptor.OnTick(nowNs);
            }

            if (count > 0)
            {
                _acceptor.Continue(nowNs);
                _loop.FlushAll();
                if (_session.HasUnsavedIncoming)
                {
                    _session.SaveIncoming();
                }
            }
        }
    }

    private sealed class BytesBack : IConnectionHandler
    {
        public void OnOpened(Connection connection)
        {
        }

        public void OnData(Connection connection, ref InputReader input)
        {
            while (input.Length > 0)
            {
                int bytes = input.Peek().Length;
                _ = connection.TryWrite(input.Consume(bytes));
            }
        }

        public void OnWritable(Connection connection)
        {
        }

        public void OnClosed(Connection connection, CloseReason reason)
        {
        }
    }
}
