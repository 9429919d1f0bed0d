using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// A NewOrderList (E) taken apart: each of its orders is made a NewOrderSingle of its own and decoded as one. All of them can be read, or the list is
/// refused as a whole.
/// </summary>
/// <remarks>Thread: the link's. Allocates: when it is made.</remarks>
internal sealed class OrderList
{
    /// <summary>Most orders of a list.</summary>
    public const int OrdersMax = 100;

    private const int OrderBytesMax = 8_192;
    private const int QuantityBytesMax = 32;

    // So many fit into the smallest message that the link's sessions make.
    private const int OrdersOfAPart = 30;
    private const char AtOnce = '1';
    private const char WhenTold = '2';
    private readonly byte[] _bytes = new byte[OrderBytesMax];
    private readonly FixIndex _index = new();
    private readonly OrderCommand[] _commands = new OrderCommand[OrdersMax];
    private readonly (int From, int End)[] _parts = new (int, int)[OrdersMax];

    /// <summary>How many orders the list has that was read last.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it waits for a ListExecute (ListExecInstType 2).</summary>
    public bool IsToBeHeld { get; private set; }

    /// <summary>One of its orders, as a command that lacks what the intake gives it.</summary>
    public ref OrderCommand this[int place] => ref _commands[place];

    /// <summary>Reads a list.</summary>
    /// <returns>Empty when every order of it is one; else why not.</returns>
    public ReadOnlySpan<byte> Read(scoped in FixMessage message, scoped ReadOnlySpan<int> accountIds, OrderDecoder decoder)
    {
        (Count, IsToBeHeld) = (0, false);
        ReadOnlySpan<byte> fault = FindParts(message);
        for (int place = 0; fault.IsEmpty && place < Count; place++)
        {
            fault = TryMake(message, _parts[place], out FixMessage order)
                ? decoder.TryDecode(order, accountIds, out _commands[place])
                : "NoOrders (73): an order of the list is longer than 8192 bytes"u8;
        }

        return fault;
    }

    /// <summary>The message of one order, for a refusal of it alone; valid until the next.</summary>
    public FixMessage OrderOf(in FixMessage message, int place)
    {
        Check.That(TryMake(message, _parts[place], out FixMessage order), "an order that was read can be read again");
        return order;
    }

    /// <summary>Tells what becomes of the list, in as many parts as it takes.</summary>
    /// <param name="dialect">The session's; a version whose parts do not say which is the last counts them all the same.</param>
    /// <param name="news">What is told of the list and of each of its orders.</param>
    /// <param name="text">Why; empty where nothing is to be said.</param>
    public void Tell(FixSession session, OrderDialect dialect, in FixMessage message, in ListNews news, ReadOnlySpan<byte> text, long nowNs)
    {
        int parts = Math.Max(1, (Count + OrdersOfAPart - 1) / OrdersOfAPart);
        for (int part = 0; part < parts; part++)
        {
            int first = part * OrdersOfAPart;
            int end = Math.Min(first + OrdersOfAPart, Count);
            FixWriter writer = session.BeginMessage("N"u8, nowNs);
            _ = message.TryGet(Tag.ListId, out ReadOnlySpan<byte> id);
            writer.Add(Tag.ListId, id);
            ListStatusWriter.WriteHead(ref writer, dialect, new ListHead(news.Type, news.Status, Count, part + 1, parts), text, nowNs);
            writer.Add(Tag.NoOrders, end - first);
            for (int place = first; place < end; place++)
            {
                WriteOrder(ref writer, message, _parts[place], news.OrderStatus);
            }

            Check.That(session.TryEndMessage(ref writer, session.Mark), "a part of the status of a list fits into a message");
        }
    }

    // What it repeats of an order that is refused may be of any length.
    private static void WriteOrder(ref FixWriter writer, scoped in FixMessage message, (int From, int End) part, char status)
    {
        ReadOnlySpan<byte> quantity = "0"u8;
        for (int at = part.From; at < part.End; at++)
        {
            ReadOnlySpan<byte> value = message.Value(at);
            if (message.Tags[at] == Tag.ClOrdId)
            {
                writer.Add(Tag.ClOrdId, value[..Math.Min(value.Length, ClientOrderId.LengthMax)]);
            }

            quantity = message.Tags[at] == Tag.OrderQty ? value : quantity;
        }

        writer.Add(Tag.CumQty, 0);
        writer.Add(Tag.OrdStatus, status);
        writer.Add(Tag.LeavesQty, status == ListNews.PendingNew ? quantity : "0"u8);
        writer.Add(Tag.CxlQty, status == ListNews.Cancelled ? quantity : "0"u8);
        writer.Add(Tag.AvgPx, 0);
    }

    // Where each order's fields are: one begins with each ClOrdID behind NoOrders.
    private ReadOnlySpan<byte> FindParts(scoped in FixMessage message)
    {
        int group = message.Tags.IndexOf(Tag.NoOrders);
        for (int at = group + 1; group >= 0 && at < message.Count; at++)
        {
            if (message.Tags[at] == Tag.CheckSum)
            {
                break;
            }

            if (message.Tags[at] == Tag.ClOrdId)
            {
                if (Count == OrdersMax)
                {
                    return "TotNoOrders (68) is not supported: expected at most 100 orders"u8;
                }

                _parts[Count++] = (at, at);
            }

            if (message.Tags[at] == Tag.OrderQty && message.Value(at).Length > QuantityBytesMax)
            {
                return "OrderQty (38) is longer than 32 characters"u8;
            }

            if (Count > 0)
            {
                _parts[Count - 1].End = at + 1;
            }
        }

        bool isWhole = message.TryGetLong(Tag.TotNoOrders, out long total) && total == Count
            && (!message.TryGet(Tag.LastFragment, out _) || message.IsYes(Tag.LastFragment));
        if (!isWhole)
        {
            return "TotNoOrders (68) is not supported: expected as many orders as the message has, a list comes in one piece"u8;
        }

        char when = message.TryGet(Tag.ListExecInstType, out _) ? (char)message.GetChar(Tag.ListExecInstType) : AtOnce;
        IsToBeHeld = when == WhenTold;
        return message.GetChar(Tag.BidType) == (byte)'3' && when is AtOnce or WhenTold
            ? default
            : "BidType (394) and ListExecInstType (433) are not supported: expected 3 (no bidding), "u8 +
                "and 1 (at once), 2 (wait for ListExecute) or nothing"u8;
    }

    private bool TryMake(scoped in FixMessage list, (int From, int End) part, out FixMessage order)
    {
        FixWriter writer = new(_bytes, "FIX.4.4"u8, "D"u8);
        foreach (int tag in (ReadOnlySpan<int>)[Tag.MsgSeqNum, Tag.SendingTime, Tag.PossResend])
        {
            if (list.TryGet(tag, out ReadOnlySpan<byte> value))
            {
                writer.Add(tag, value);
            }
        }

        for (int at = part.From; at < part.End; at++)
        {
            writer.Add(list.Tags[at], list.Value(at));
        }

        bool isMade = writer.TryFinish(out int bytes) && _index.TryParse(_bytes.AsSpan(0, bytes));
        order = isMade ? new FixMessage(_bytes.AsSpan(0, bytes), _index) : default;
        return isMade;
    }
}

/// <summary>What is told of a list that was not entered, or not yet.</summary>
/// <param name="Type">ListStatusType (429).</param>
/// <param name="Status">ListOrderStatus (431).</param>
/// <param name="OrderStatus">OrdStatus (39) of each of its orders.</param>
internal readonly record struct ListNews(int Type, char Status, char OrderStatus)
{
    public const char PendingNew = 'A';
    public const char Cancelled = '4';
    public const char Rejected = '8';
}
