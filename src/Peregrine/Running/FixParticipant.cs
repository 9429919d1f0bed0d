using System.Net;
using System.Text;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway.Local;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Running;

/// <summary>The FIX session of one simulated participant: fresh numbers at each logon, orders out, reports in.</summary>
/// <remarks>Thread: the loop's.</remarks>
internal sealed class FixParticipant : IFixApplication, IDisposable
{
    private const int RetryMs = 200;

    // What a connection did not take yet; it answers one request before the next.
    private const int MessagesKept = 64;
    private readonly FixInitiator _initiator;
    private readonly TradingRules _rules;
    private readonly Action<LocalEvent, bool> _onEvent;
    private readonly int _sessionId;
    private ClientOrderId _asked;

    /// <summary>Makes a participant that connects with its first tick.</summary>
    /// <param name="loop">The loop of its connection.</param>
    /// <param name="name">Its CompID.</param>
    /// <param name="link">The link's CompID.</param>
    /// <param name="endPoint">Whom it connects to.</param>
    /// <param name="rules">Instruments and accounts.</param>
    /// <param name="onEvent">Gets each report, and whether it is the first that answers a command.</param>
    public FixParticipant(EventLoop loop, string name, string link, IPEndPoint endPoint, TradingRules rules, Action<LocalEvent, bool> onEvent)
    {
        (Name, _rules, _onEvent, _sessionId) = (name, rules, onEvent, SessionId.Of(name));
        FixSessionOptions options = new() { CompId = name, PeerCompId = link, IsInitiator = true, ResetOnLogon = true };
        FixSession session = new(options, new MemorySessionStore(MessagesKept), this);
        _initiator = new FixInitiator(loop,
            new FixInitiatorOptions { EndPoint = endPoint, ReconnectMs = RetryMs, ReconnectMsMax = RetryMs }, session);
    }

    public string Name { get; }

    /// <summary>Orders are taken.</summary>
    public bool IsLoggedOn => _initiator.Session.State == FixSessionState.LoggedOn;

    /// <summary>It was logged on, and is not any more; it does not come again.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Time passes: heartbeats, and attempts to connect until the first logon.</summary>
    public void OnTick(long unixNs)
    {
        if (!HasEnded)
        {
            _initiator.OnTick(unixNs);
        }
    }

    /// <summary>Goes on with what the link asked for again.</summary>
    public void Continue(long unixNs) => _initiator.Continue(unixNs);

    /// <summary>Sends a command as NewOrderSingle, OrderCancelRequest or OrderCancelReplaceRequest.</summary>
    /// <returns>False: it is not logged on.</returns>
    public bool TrySend(in OrderCommand command)
    {
        if (!IsLoggedOn)
        {
            return false;
        }

        Instrument instrument = _rules.Instruments[command.InstrumentId];
        _asked = command.ClientOrderId;
        FixWriter writer = _initiator.Session.BeginMessage(
            command.Type switch { CommandType.New => "D"u8, CommandType.Replace => "G"u8, _ => "F"u8 }, Clock.UnixNs);
        writer.Add(Tag.ClOrdId, command.ClientOrderId.Span);
        if (command.Type != CommandType.New)
        {
            writer.Add(Tag.OrigClOrdId, command.OriginalClientOrderId.Span);
        }

        writer.Add(Tag.Account, Encoding.ASCII.GetBytes(_rules.Accounts[command.AccountId].Name));
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

        Check.That(_initiator.Session.TryEndMessage(ref writer, mark: 0), "an order of a participant is a small message");
        return true;
    }

    public void Dispose() => _initiator.Dispose();

    void IFixApplication.OnLogon(FixSession session)
    {
    }

    void IFixApplication.OnLogoff(FixSession session, string reason) => HasEnded = true;

    void IFixApplication.OnRejected(FixSession session, in FixMessage reject) => OnRefusal(reject);

    bool IFixApplication.OnMessage(FixSession session, in FixMessage message)
    {
        switch (message.MsgType[0])
        {
            case (byte)'8':
                OnReport(message);
                break;
            case (byte)'9' or (byte)'j':
                OnRefusal(message);
                break;
            default:
                break;
        }

        return true;
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
            _ = _rules.Instruments[report.InstrumentId].TryToPrice(mantissa, decimals, out report.LastPrice);
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
        _onEvent(new LocalEvent { Kind = LocalEventKind.Report, Report = report }, answers);
    }

    private OrderReport Base(in FixMessage message)
    {
        OrderReport report = new() { SessionId = _sessionId, InstrumentId = -1 };
        bool hasId = message.TryGet(Tag.ClOrdId, out ReadOnlySpan<byte> id) || message.TryGet(Tag.BusinessRejectRefId, out id);
        _ = hasId && ClientOrderId.TryCreate(id, out report.ClientOrderId);
        if (message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol))
        {
            string text = Encoding.ASCII.GetString(symbol);
            report.InstrumentId = _rules.Instruments.FirstOrDefault(instrument => instrument.Symbol == text)?.Id ?? -1;
        }

        return report;
    }

    private Quantity Quantity(in FixMessage message, int tag, int instrumentId)
    {
        Quantity quantity = default;
        _ = instrumentId >= 0 && message.TryGetDecimal(tag, out long mantissa, out int decimals)
            && _rules.Instruments[instrumentId].TryToQuantity(mantissa, decimals, out quantity) == ScaleStatus.Ok;
        return quantity;
    }
}
