using System.Net;
using System.Net.Sockets;
using System.Text;
using Peregrine.Cli;
using Peregrine.Primitives;

namespace Peregrine.Bench;

/// <summary>
/// A lean FIX client on one spinning socket: sends NewOrderSingle, takes the time until the ExecutionReport that accepts it.
/// Latency counts from the intended time of an order, so a late send or a stall of the link is charged to the link.
/// </summary>
internal sealed class LoadClient : IDisposable
{
    private const int BufferBytes = 1 << 20;

    // Intended times of orders not answered yet, by order number; more outstanding than this is reported as overload.
    private const int OutstandingMax = 1 << 18;
    private readonly Socket _socket;
    private readonly byte[] _input = new byte[BufferBytes];
    private readonly byte[] _output = new byte[BufferBytes];
    private readonly long[] _intendedNs = new long[OutstandingMax];
    private readonly OrderTemplate _buy;
    private readonly OrderTemplate _sell;
    private readonly string _sender;
    private int _inputBytes;
    private int _outputBytes;
    private int _outputSent;
    private long _sequence = 1;
    private long _timeSetNs;

    public LoadClient(IPEndPoint link, string sender, string target, string symbol, string price)
    {
        _sender = sender;
        _buy = new OrderTemplate(sender, target, "BENCH-A", symbol, '1', price);
        _sell = new OrderTemplate(sender, target, "BENCH-B", symbol, '2', price);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(link);
        string logon = $"35=A\u000149={sender}\u000156={target}\u000134=1\u000152={DateTime.UtcNow:yyyyMMdd-HH:mm:ss.fff}\u0001" +
            "98=0\u0001108=60\u0001141=Y\u0001";
        string head = $"8=FIX.4.4\u00019={logon.Length}\u0001{logon}";
        _ = _socket.Send(Encoding.ASCII.GetBytes($"{head}10={Encoding.ASCII.GetBytes(head).Sum(value => value) & 255:000}\u0001"));
        _socket.ReceiveTimeout = 5000;
        int received = _socket.Receive(_input);
        if (!Encoding.ASCII.GetString(_input, 0, received).Contains("\u000135=A\u0001", StringComparison.Ordinal))
        {
            throw new CommandException("bench link: the link refused the logon");
        }

        _socket.Blocking = false;
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
            Queue(Clock.MonotonicNs);
            while (Answered + Refused < Sent)
            {
                Pump();
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

    public void Dispose() => _socket.Dispose();

    private bool HasRoom => _outputBytes + _buy.Length <= BufferBytes && Sent - Answered - Refused < OutstandingMax;

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
            else if (Clock.MonotonicNs - sinceNs > 10_000_000_000)
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

        // The order number never repeats in a session; every second order trades with the one before.
        _sequence++;
        OrderTemplate template = (_sequence & 1) == 0 ? _buy : _sell;
        template.Write(_output.AsSpan(_outputBytes), _sequence, _sequence);
        _outputBytes += template.Length;
        _intendedNs[_sequence & (OutstandingMax - 1)] = intendedNs;
        Sent++;
    }

    private void Pump()
    {
        if (_outputSent < _outputBytes)
        {
            int sent = _socket.Send(_output.AsSpan(_outputSent, _outputBytes - _outputSent), SocketFlags.None, out SocketError sendError);
            FailUnlessWouldBlock(sendError);
            _outputSent += Math.Max(sent, 0);
            if (_outputSent == _outputBytes)
            {
                _outputSent = 0;
                _outputBytes = 0;
            }
        }

        int received = _socket.Receive(_input.AsSpan(_inputBytes), SocketFlags.None, out SocketError receiveError);
        FailUnlessWouldBlock(receiveError);
        if (received > 0)
        {
            _inputBytes += received;
            int used = TakeReports(_input.AsSpan(0, _inputBytes), Clock.MonotonicNs);
            _input.AsSpan(used, _inputBytes - used).CopyTo(_input);
            _inputBytes -= used;
        }
        else if (receiveError == SocketError.Success)
        {
            throw new CommandException($"bench link: the link closed the session of {_sender} after {Answered} answers");
        }
    }

    private void FailUnlessWouldBlock(SocketError error)
    {
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new CommandException($"bench link: session of {_sender} broke: {error}");
        }
    }

    private int TakeReports(ReadOnlySpan<byte> input, long nowNs)
    {
        int used = 0;
        while (TryFrame(input[used..], out int frameBytes))
        {
            ReadOnlySpan<byte> frame = input.Slice(used, frameBytes);
            used += frameBytes;
            if (frame.IndexOf("\u000135=8\u0001"u8) < 0)
            {
                if (frame.IndexOf("\u000135=j\u0001"u8) >= 0 || frame.IndexOf("\u000135=3\u0001"u8) >= 0)
                {
                    Refused++;
                }

                continue;
            }

            Reports++;
            if (frame.IndexOf("\u0001150=0\u0001"u8) >= 0)
            {
                int at = frame.IndexOf("\u000111=B"u8) + 5;
                long number = 0;
                for (; frame[at] != 1; at++)
                {
                    number = (number * 10) + frame[at] - '0';
                }

                Answered++;
                Latency.Record(nowNs - _intendedNs[number & (OutstandingMax - 1)]);
            }
            else if (frame.IndexOf("\u0001150=8\u0001"u8) >= 0)
            {
                Refused++;
            }
        }

        return used;
    }

    // 8=FIX.4.4|9=NNN|...10=NNN|
    private static bool TryFrame(ReadOnlySpan<byte> input, out int frameBytes)
    {
        frameBytes = 0;
        int length = 0;
        int at = 12;
        for (; at < input.Length && input[at] != 1; at++)
        {
            length = (length * 10) + input[at] - '0';
        }

        frameBytes = at + 1 + length + 7;
        return at < input.Length && frameBytes <= input.Length;
    }
}
