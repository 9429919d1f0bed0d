using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// The answer to a TradeCaptureReportRequest (AD): the trades among the session's own ExecutionReports, from its store, each as a TradeCaptureReport
/// (AE). Read some at a time, so that nobody waits for it; what comes meanwhile is not among them.
/// </summary>
/// <remarks>Thread: the link's. Allocates: when it is made and has its first answer, once a session.</remarks>
internal sealed class TradeCapture(OrderDialect dialect)
{
    /// <summary>Messages that are looked at in one step.</summary>
    public const int MessagesOfAStep = 32;

    // As far back as a store may know.
    private const long NumbersMax = 1 << 16;
    private readonly FixIndex _index = new();
    private readonly byte[] _id = new byte[EchoedFields.LengthMax];
    private readonly byte[] _symbol = new byte[EchoedFields.LengthMax];
    private byte[] _report = [];
    private int _idLength;
    private int _symbolLength;
    private byte _side;
    private long _next;
    private long _end;
    private long _found;
    private long _count;

    /// <summary>A request is being answered.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Begins to answer.</summary>
    /// <param name="request">Whose <see cref="EchoedFields"/> are not too long.</param>
    /// <param name="nextOutgoing">The number before which it looks.</param>
    /// <returns>Empty when it did; else why not.</returns>
    public ReadOnlySpan<byte> Begin(FixSession session, in FixMessage request, long nextOutgoing, long nowNs)
    {
        _ = request.TryGet(Tag.TradeRequestId, out ReadOnlySpan<byte> id);
        if (IsActive)
        {
            return "TradeRequestID (568): one request at a time, and the one before is not answered yet"u8;
        }

        bool hasSymbol = request.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        if (request.GetChar(Tag.TradeRequestType) is not ((byte)'0' or (byte)'1'))
        {
            return "TradeRequestType (569) is not supported: expected 0 (all trades) or 1 (those that match Symbol and Side)"u8;
        }

        if (request.TryGet(Tag.SubscriptionRequestType, out _) && request.GetChar(Tag.SubscriptionRequestType) != (byte)'0')
        {
            return "SubscriptionRequestType (263) is not supported: expected 0 (once), or leave it out"u8;
        }

        id.CopyTo(_id);
        symbol.CopyTo(_symbol);
        (_idLength, _symbolLength) = (id.Length, hasSymbol ? symbol.Length : 0);
        _side = request.GetChar(Tag.Side);
        (_next, _end) = (Math.Max(1, nextOutgoing - NumbersMax), nextOutgoing);
        (_found, _count) = (0, 0);
        IsActive = true;
        Acknowledge(session, isDone: false, nowNs);
        return default;
    }

    /// <summary>Looks at the next messages, and tells what trades they are.</summary>
    public void Step(FixSession session, IFixSessionStore store, long nowNs)
    {
        if (session.State != FixSessionState.LoggedOn)
        {
            IsActive = false;
            return;
        }

        if (session.IsBehind)
        {
            return;
        }

        for (long stop = Math.Min(_end, _next + MessagesOfAStep); _next < stop; _next++)
        {
            if (!IsWanted(store, _next))
            {
                continue;
            }

            // One is kept back, for the last says that it is.
            Tell(session, store, isLast: false, nowNs);
            _found = _next;
        }

        if (_next == _end)
        {
            Tell(session, store, isLast: true, nowNs);
            IsActive = false;
            Acknowledge(session, isDone: true, nowNs);
        }
    }

    private bool IsWanted(IFixSessionStore store, long sequence)
    {
        if (!TryParse(store, sequence, out FixMessage message) || !message.MsgType.SequenceEqual("8"u8) || message.GetChar(Tag.ExecType) != (byte)'F')
        {
            return false;
        }

        _ = message.TryGet(Tag.Symbol, out ReadOnlySpan<byte> symbol);
        return (_symbolLength == 0 || symbol.SequenceEqual(_symbol.AsSpan(0, _symbolLength)))
            && (_side == 0 || message.GetChar(Tag.Side) == _side);
    }

    private bool TryParse(IFixSessionStore store, long sequence, out FixMessage message)
    {
        bool isThere = store.TryRead(sequence, out ReadOnlySpan<byte> bytes, out _) && !bytes.IsEmpty && _index.TryParse(bytes);
        message = isThere ? new FixMessage(bytes, _index) : default;
        return isThere;
    }

    private void Tell(FixSession session, IFixSessionStore store, bool isLast, long nowNs)
    {
        // What is sent may push the oldest out of the store.
        if (_found == 0 || !TryParse(store, _found, out FixMessage kept))
        {
            return;
        }

        // A copy, of which the same index tells: the answer is written into the store, where the report may be the oldest.
        int bytes = kept.Frame.Length;
        if (_report.Length < bytes)
        {
            _report = new byte[Math.Max(bytes, session.Options.MessageBytesMax)];
        }

        kept.Frame.CopyTo(_report);
        FixMessage report = new(_report.AsSpan(0, bytes), _index);
        _count++;
        FixWriter writer = session.BeginMessage("AE"u8, nowNs);
        Copy(ref writer, Tag.TradeReportId, in report, Tag.ExecId);
        writer.Add(Tag.TradeRequestId, _id.AsSpan(0, _idLength));
        writer.Add(Tag.LastRptRequested, isLast ? 'Y' : 'N');
        Copy(ref writer, Tag.ExecId, in report, Tag.ExecId);
        writer.Add(Tag.PreviouslyReported, 'Y');
        Copy(ref writer, Tag.Symbol, in report, Tag.Symbol);
        if (dialect.TradeReport!.Has(Tag.OrderQty))
        {
            Copy(ref writer, Tag.OrderQty, in report, Tag.OrderQty);
        }

        Copy(ref writer, Tag.LastQty, in report, Tag.LastQty);
        Copy(ref writer, Tag.LastPx, in report, Tag.LastPx);
        _ = report.TryGet(Tag.TransactTime, out ReadOnlySpan<byte> time);
        writer.Add(Tag.TradeDate, time[..8]);
        writer.Add(Tag.TransactTime, time);
        writer.Add(Tag.NoSides, 1L);
        Copy(ref writer, Tag.Side, in report, Tag.Side);
        Copy(ref writer, Tag.OrderId, in report, Tag.OrderId);
        Copy(ref writer, Tag.ClOrdId, in report, Tag.ClOrdId);
        Copy(ref writer, Tag.Account, in report, Tag.Account);
        Check.That(session.TryEndMessage(ref writer, session.Mark), "a trade fits into a message");
    }

    private void Acknowledge(FixSession session, bool isDone, long nowNs)
    {
        FixWriter writer = session.BeginMessage("AQ"u8, nowNs);
        writer.Add(Tag.TradeRequestId, _id.AsSpan(0, _idLength));
        writer.Add(Tag.TradeRequestType, _symbolLength > 0 || _side != 0 ? '1' : '0');
        if (isDone)
        {
            writer.Add(Tag.TotNumTradeReports, _count);
        }

        writer.Add(Tag.TradeRequestResult, '0');
        writer.Add(Tag.TradeRequestStatus, isDone ? '1' : '0');
        writer.Add(Tag.Symbol, _symbolLength > 0 ? _symbol.AsSpan(0, _symbolLength) : "[N/A]"u8);
        Check.That(session.TryEndMessage(ref writer, session.Mark), "an acknowledgement fits into a message");
    }

    private static void Copy(ref FixWriter writer, int tag, in FixMessage report, int from)
    {
        if (report.TryGet(from, out ReadOnlySpan<byte> value))
        {
            writer.Add(tag, value);
        }
    }
}
