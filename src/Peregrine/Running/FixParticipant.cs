using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Gateway.Local;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Running;

/// <summary>The FIX session of one simulated participant: fresh numbers at each logon, orders out, reports in, test requests answered.</summary>
/// <param name="onEvent">Gets each report, and whether it is the first that answers a command.</param>
internal sealed class FixParticipant(string name, string link, TradingRules rules, Action<LocalEvent, bool> onEvent) : IDisposable
{
    private const int BufferBytes = 1 << 16;
    private const int FrameBytesMax = 8_192;
    private const int HeartbeatSeconds = 30;
    private const int LogonMs = 2_000;
    private readonly byte[] _input = new byte[BufferBytes];
    private readonly byte[] _output = new byte[FrameBytesMax];
    private readonly FixIndex _index = new();
    private readonly int _sessionId = SessionId.Of(name);
    private ClientOrderId _asked;
    private int _inputBytes;
    private long _sequence;
    private bool _isLoggedOn;

    public string Name { get; } = name;

    public Socket Socket { get; private set; } = NewSocket();

    /// <summary>Connects and logs on with ResetSeqNumFlag.</summary>
    /// <returns>False: not now; try again.</returns>
    public bool TryLogOn(IPEndPoint endPoint)
    {
        try
        {
            Socket.Dispose();
            Socket = NewSocket();
            (_sequence, _inputBytes, _isLoggedOn) = (0, 0, false);
            Socket.Connect(endPoint);
            FixWriter writer = Begin("A"u8);
            writer.Add(Tag.EncryptMethod, 0);
            writer.Add(Tag.HeartBtInt, HeartbeatSeconds);
            writer.Add(Tag.ResetSeqNumFlag, 'Y');
            Send(ref writer);
            Socket.ReceiveTimeout = LogonMs;
            while (!_isLoggedOn && TryReceive())
            {
            }

            return _isLoggedOn;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends a command as NewOrderSingle, OrderCancelRequest or OrderCancelReplaceRequest.</summary>
    public bool TrySend(in OrderCommand command)
    {
        Instrument instrument = rules.Instruments[command.InstrumentId];
        _asked = command.ClientOrderId;
        FixWriter writer = Begin(command.Type switch { CommandType.New => "D"u8, CommandType.Replace => "G"u8, _ => "F"u8 });
        writer.Add(Tag.ClOrdId, command.ClientOrderId.Span);
        if (command.Type != CommandType.New)
        {
            writer.Add(Tag.OrigClOrdId, command.OriginalClientOrderId.Span);
        }

        writer.Add(Tag.Account, Encoding.ASCII.GetBytes(rules.Accounts[command.AccountId].Name));
        writer.Add(Tag.Symbol, Encoding.ASCII.GetBytes(instrument.Symbol));
        writer.Add(Tag.Side, command.Side == Side.Sell ? '2' : '1');
        writer.AddTimestamp(Tag.TransactTime, Clock.UnixNs);
        writer.Add(Tag.OrderQty, instrument.ToUnits(command.Quantity));
        if (command.Type != CommandType.Cancel)
        {
            writer.Add(Tag.OrdType, command.OrderType == OrderType.Market ? '1' : '2');
            writer.Add(Tag.Price, instrument.ToPriceUnits(command.Price), instrument.PriceDecimals);
            writer.Add(Tag.TimeInForce, command.TimeInForce == TimeInForce.ImmediateOrCancel ? '3' : '0');
        }

        try
        {
            Send(ref writer);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Takes in what has arrived.</summary>
    /// <returns>False when the session has ended.</returns>
    public bool TryReceive()
    {
        int received;
        try
        {
            received = Socket.Receive(_input.AsSpan(_inputBytes));
        }
        catch (SocketException)
        {
            return false;
        }

        _inputBytes += received;
        int used = 0;
        while (FixFramer.TryFrame(_input.AsSpan(used, _inputBytes - used), FrameBytesMax, out int bytes) == FrameStatus.Ok)
        {
            if (_index.TryParse(_input.AsSpan(used, bytes)))
            {
                Take(new FixMessage(_input.AsSpan(used, bytes), _index));
            }

            used += bytes;
        }

        _input.AsSpan(used, _inputBytes - used).CopyTo(_input);
        _inputBytes -= used;
        return received > 0 && _inputBytes < BufferBytes;
    }

    public void Dispose() => Socket.Dispose();

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private void Take(in FixMessage message)
    {
        switch (message.MsgType[0])
        {
            case (byte)'A':
                _isLoggedOn = true;
                break;
            case (byte)'1' or (byte)'0':
                // A heartbeat for each of theirs keeps the session alive without a clock of our own.
                FixWriter writer = Begin("0"u8);
                if (message.TryGet(Tag.TestReqId, out ReadOnlySpan<byte> id))
                {
                    writer.Add(Tag.TestReqId, id);
                }

                Send(ref writer);
                break;
            case (byte)'5':
                FixWriter logout = Begin("5"u8);
                Send(ref logout);
                break;
            case (byte)'8':
                OnReport(message);
                break;
            case (byte)'9' or (byte)'j' or (byte)'3':
                OnRefusal(message);
                break;
            default:
                break;
        }
    }

    private void OnReport(in FixMessage message)
    {
        OrderReport report = Base(message);
        report.Type = message.GetChar(Tag.ExecType) switch
        {
            (byte)'0' => ReportType.Accepted,
            (byte)'F' => ReportType.Trade,
            (byte)'4' => ReportType.Cancelled,
            (byte)'5' => ReportType.Replaced,
            (byte)'C' => ReportType.Expired,
            (byte)'D' => IsTriggered(in message) ? ReportType.Triggered : ReportType.Restated,
            _ => ReportType.Rejected,
        };
        report.Side = message.GetChar(Tag.Side) == (byte)'2' ? Side.Sell : Side.Buy;
        report.LeavesQuantity = Quantity(message, Tag.LeavesQty, report.InstrumentId);
        report.LastQuantity = Quantity(message, Tag.LastQty, report.InstrumentId);
        if (report.InstrumentId >= 0 && message.TryGetDecimal(Tag.LastPx, out long mantissa, out int decimals))
        {
            _ = rules.Instruments[report.InstrumentId].TryToPrice(mantissa, decimals, out report.LastPrice);
        }

        Tell(report, isAnswer: report.Type != ReportType.Trade);
    }

    // FIX 4.4 has no ExecType for it.
    private static bool IsTriggered(in FixMessage message) =>
        message.TryGet(Tag.Text, out ReadOnlySpan<byte> text) && text.SequenceEqual("Triggered"u8);

    private void OnRefusal(in FixMessage message)
    {
        OrderReport report = Base(message);
        report.Type = message.MsgType[0] == (byte)'9' ? ReportType.CancelRejected : ReportType.Rejected;
        Tell(report, isAnswer: true);
    }

    private void Tell(in OrderReport report, bool isAnswer)
    {
        bool answers = isAnswer && report.ClientOrderId == _asked;
        _asked = answers ? default : _asked;
        onEvent(new LocalEvent { Kind = LocalEventKind.Report, Report = report }, answers);
    }

    private OrderReport Base(in FixMessage message)
    {
        OrderReport report = new() { SessionId = _sessionId, InstrumentId = -1 };
        bool hasId = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id) || message.TryGet(Tag.BusinessRejectRefId, out id);
        _ = hasId && ClientOrderId.TryCreate(id, out report.ClientOrderId);
        if (message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol))
        {
            string text = Encoding.ASCII.GetString(symbol);
            report.InstrumentId = rules.Instruments.FirstOrDefault(instrument => instrument.Symbol == text)?.Id ?? -1;
        }

        return report;
    }

    private Quantity Quantity(in FixMessage message, int tag, int instrumentId)
    {
        Quantity quantity = default;
        _ = instrumentId >= 0 && message.TryGetDecimal(tag, out long mantissa, out int decimals)
            && rules.Instruments[instrumentId].TryToQuantity(mantissa, decimals, out quantity) == ScaleStatus.Ok;
        return quantity;
    }

    private FixWriter Begin(ReadOnlySpan<byte> type)
    {
        FixWriter writer = new(_output, "FIX.4.4"u8, type);
        writer.Add(Tag.SenderCompId, Encoding.ASCII.GetBytes(Name));
        writer.Add(Tag.TargetCompId, Encoding.ASCII.GetBytes(link));
        writer.Add(Tag.MsgSeqNum, ++_sequence);
        writer.AddTimestamp(Tag.SendingTime, Clock.UnixNs);
        return writer;
    }

    private void Send(ref FixWriter writer)
    {
        Check.That(writer.TryFinish(out int bytes), string.Create(CultureInfo.InvariantCulture, $"a message of {Name} fits {FrameBytesMax} bytes"));
        _ = Socket.Send(_output.AsSpan(0, bytes));
    }
}
