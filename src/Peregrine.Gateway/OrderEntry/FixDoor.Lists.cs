using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Sequencing;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

// Orders under a common name: lists, which are entered, held, executed, cancelled and asked for as a whole, and crosses.
internal sealed partial class FixDoor
{
    // BusinessRejectReason (380).
    private const int UnknownIdReason = 1;

    // Fields of lists of FIX 4.0 and 4.1.
    private const int ListSeqNo = 67;
    private const int ListExecInst = 69;
    private const int WaveNo = 105;

    private readonly OrderList _list = new();
    private readonly OrderNames _groups = new();

    /// <summary>Which names reports of orders have.</summary>
    internal OrderNames Names => _groups;

    private static bool IsOfLists(in FixMessage message) =>
        message.MsgType.Length == 1 && message.MsgType[0] is >= (byte)'K' and <= (byte)'M' or (byte)'E';

    private static ReadOnlySpan<byte> NoMoreLists =>
        "ListID (66): 64 lists of this session have working orders, and no more are taken before one is done"u8;

    private bool TakeOfLists(ClientState client, in FixMessage message)
    {
        ReadOnlySpan<byte> fault = EchoedFields.FindTooLong(message);
        if (fault.IsEmpty && message.TryGet(WaveNo, out _))
        {
            fault = "WaveNo (105) is not supported: a list has no waves, leave it out"u8;
        }

        if (!fault.IsEmpty)
        {
            return Refuse(client.Session, message, OtherReason, fault);
        }

        if (message.MsgType[0] == (byte)'E')
        {
            return client.Dialect.TellsListStatus ? TakeList(client, in message) : TakeListedOrder(client, in message);
        }

        _ = message.TryGet(Tag.ListId, out ReadOnlySpan<byte> name);
        ReadOnlySpan<byte> held = client.Held.Find(name);
        if (!held.IsEmpty)
        {
            return TakeOfHeld(client, in message, name, held);
        }

        OrderGroup? list = _groups.Lists.Find(client.Id, name);
        return list is null
            ? Refuse(client.Session, message, UnknownIdReason, "ListID (66) is not known: expected that of a list of this session"u8)
            : message.MsgType[0] switch
            {
                (byte)'K' => CancelList(client, in message, list),
                (byte)'L' => TellList(client, in message, list, ListStatusWriter.ExecutionStarted),
                _ => TellList(client, in message, list, ListStatusWriter.Response),
            };
    }

    // A list: all of it can be read, or nothing of it happens; then each order is entered by itself.
    private bool TakeList(ClientState client, in FixMessage message)
    {
        ReadOnlySpan<byte> fault = _list.Read(message, client.Door.AccountIds, _decoder);
        fault = fault.IsEmpty ? FaultOfName(client, in message) : fault;
        bool isHeld = fault.IsEmpty && _list.IsToBeHeld;
        ReadOnlySpan<byte> text = fault;
        if (isHeld)
        {
            _ = message.TryGet(Tag.ListId, out ReadOnlySpan<byte> name);
            bool isTaken = client.Held.TryHold(name, message.Frame);
            text = isTaken ? "held until its ListExecute (L); dropped if the session ends before"u8
                : "ListExecInstType (433) is 2, and 8 lists are held already: execute or cancel one of them"u8;
            fault = isTaken ? default : text;
        }

        ListNews news = fault.IsEmpty
            ? new ListNews(ListStatusWriter.Ack, ListStatusWriter.Received, ListNews.PendingNew)
            : new ListNews(ListStatusWriter.Ack, ListStatusWriter.Refused, ListNews.Rejected);
        RefusedMessages += fault.IsEmpty ? 0 : 1;
        _list.Tell(client.Session, client.Dialect, message, in news, text, Clock.UnixNs);
        return !fault.IsEmpty || isHeld || EnterList(client, in message);
    }

    // A list that may have been sent before (PossResend) keeps its name: its orders are answered one by one.
    private ReadOnlySpan<byte> FaultOfName(ClientState client, scoped in FixMessage message)
    {
        _ = message.TryGet(Tag.ListId, out ReadOnlySpan<byte> name);
        bool isKnown = _groups.Lists.Find(client.Id, name) is not null && !message.IsYes(Tag.PossResend);
        return isKnown || !client.Held.Find(name).IsEmpty ? "ListID (66) is that of another list: give each one of its own"u8
            : !_groups.Lists.HasRoom(client.Id) ? NoMoreLists
            : default;
    }

    private bool EnterList(ClientState client, in FixMessage message)
    {
        _ = message.TryGet(Tag.ListId, out ReadOnlySpan<byte> name);
        OrderGroup? list = _groups.Lists.Find(client.Id, name) is null ? _groups.Lists.Begin(client.Id, name, _list.Count) : null;
        bool isTaken = true;
        for (int place = 0; isTaken && place < _list.Count; place++)
        {
            isTaken = TakeOf(client, _list.OrderOf(in message, place), ref _list[place], list);
        }

        return isTaken;
    }

    // FIX 4.0 and 4.1 have a message for each order of a list. Each is entered as it comes: nothing in those versions says when a list is whole but
    // how many there are, and a rest that never came would hold back all the others.
    private bool TakeListedOrder(ClientState client, in FixMessage message)
    {
        _ = message.TryGet(Tag.ListId, out ReadOnlySpan<byte> name);
        _ = message.TryGetLong(ListSeqNo, out long number);
        _ = message.TryGetLong(Tag.TotNoOrders, out long total);
        OrderGroup? list = _groups.Lists.Find(client.Id, name);
        ReadOnlySpan<byte> fault = message.TryGet(ListExecInst, out _)
            ? "ListExecInst (69) is not supported: an order of a list is entered as it comes, leave it out"u8
            : total is < 1 or > OrderList.OrdersMax ? "ListNoOrds (68) is not supported: expected 1 to 100"u8
            : number < 1 || number > total ? "ListSeqNo (67) is not supported: expected 1 to ListNoOrds (68)"u8
            : list is not null && (list.Total != total || list.Count == total)
            ? "ListNoOrds (68): the list of this ListID (66) has another number of orders, or all of them are there"u8
            : list is null && !_groups.Lists.HasRoom(client.Id)
            ? NoMoreLists
            : default;
        OrderCommand command = default;
        fault = fault.IsEmpty ? _decoder.TryDecode(message, client.Door.AccountIds, out command) : fault;
        if (!fault.IsEmpty)
        {
            return Refuse(client.Session, message, OtherReason, fault);
        }

        list ??= _groups.Lists.Begin(client.Id, name, (int)total);
        return TakeOf(client, in message, ref command, list);
    }

    private bool TakeCross(ClientState client, in FixMessage message, ref OrderCommand command)
    {
        _ = message.TryGet(Tag.CrossId, out ReadOnlySpan<byte> name);
        if (_groups.Crosses.Find(client.Id, name) is not null || !_groups.Crosses.HasRoom(client.Id))
        {
            // Its name says which orders belong together: of two of one name the first keeps it.
            return Take(client, in message, ref command, out _);
        }

        OrderGroup? cross = _groups.Crosses.Begin(client.Id, name, 2);
        bool isTaken = TakeOf(client, in message, ref command, cross);
        if (cross is { Count: 1 } && cross[0].OrderId != 0)
        {
            OrderCommand sold = command;
            sold.ClientOrderId = command.OriginalClientOrderId;
            _ = _groups.Crosses.Add(cross, command.SellOrderId, in sold);
        }

        return isTaken;
    }

    // Takes an order as one of a group.
    private bool TakeOf(ClientState client, in FixMessage message, ref OrderCommand command, OrderGroup? group)
    {
        long before = client.LastSequence;
        bool isTaken = Take(client, in message, ref command, out int waiting);
        if (group is not null)
        {
            bool isSequenced = client.LastSequence > before && client.LastSequence == command.Sequence;
            OrderGroups kind = command.Type == CommandType.Cross ? _groups.Crosses : _groups.Lists;
            int index = kind.Add(group, isSequenced ? command.OrderId : 0, in command, isWaiting: waiting >= 0);
            if (waiting >= 0)
            {
                client.Waiting![waiting].Place = new GroupPlace(group, group.Number, index);
            }
        }

        return isTaken;
    }

    private bool TellList(ClientState client, in FixMessage message, OrderGroup list, int type)
    {
        if (!client.Door.TrySpend(Clock.MonotonicNs))
        {
            return Refuse(client.Session, message, NotAvailableReason, TextOf(IntakeStatus.Throttled));
        }

        ListStatusWriter.Tell(client.Session, client.Dialect, _names, list, type, Clock.UnixNs);
        return true;
    }

    // Every order that works is cancelled by a command of its own; when none works any more, that is told.
    private bool CancelList(ClientState client, in FixMessage message, OrderGroup list)
    {
        IntakeStatus status = IntakeStatus.Ok;
        for (int index = 0; index < list.Count && status == IntakeStatus.Ok; index++)
        {
            if (list[index].IsWorking && list[index].OrderId == 0)
            {
                status = Withdraw(client, in list[index].ClientOrderId);
            }
            else if (list[index].IsWorking)
            {
                OrderCommand command = new()
                {
                    Type = CommandType.Cancel,
                    OrderId = list[index].OrderId,
                    InstrumentId = list[index].InstrumentId,
                    AccountId = client.Door.AccountIds[0],
                    SessionSequence = client.Session.NextIncoming - 1,
                };
                status = _intake!.TryTake(ref command, client.Door, client.ReceivedNs);
                client.LastSequence = status == IntakeStatus.Ok ? command.Sequence : client.LastSequence;
            }
        }

        if (status != IntakeStatus.Ok)
        {
            return status != IntakeStatus.Failed && Refuse(client.Session, message, NotAvailableReason, TextOf(status));
        }

        list.OwesEnd = list.IsWorking;
        ListStatusWriter.Tell(client.Session, client.Dialect, _names, list, ListStatusWriter.Ack, Clock.UnixNs);
        return true;
    }

    private bool TakeOfHeld(ClientState client, in FixMessage message, ReadOnlySpan<byte> name, ReadOnlySpan<byte> frame)
    {
        FixIndex index = new(client.Dialect.Dictionary);
        Check.That(index.TryParse(frame), "a list that is held was read before");
        FixMessage held = new(frame, index);

        // Rules may have changed since it came: it is read again.
        ReadOnlySpan<byte> fault = _list.Read(held, client.Door.AccountIds, _decoder);
        ListNews news = message.MsgType[0] switch
        {
            (byte)'M' => new ListNews(ListStatusWriter.Response, ListStatusWriter.Received, ListNews.PendingNew),
            (byte)'K' => new ListNews(ListStatusWriter.AllDone, ListStatusWriter.Done, ListNews.Cancelled),
            _ when fault.IsEmpty => new ListNews(ListStatusWriter.ExecutionStarted, ListStatusWriter.Executing, ListNews.PendingNew),
            _ => new ListNews(ListStatusWriter.Ack, ListStatusWriter.Refused, ListNews.Rejected),
        };
        bool isExecuted = message.MsgType[0] == (byte)'L';
        _list.Tell(client.Session, client.Dialect, held, in news, isExecuted ? fault : default, Clock.UnixNs);
        if (message.MsgType[0] == (byte)'M')
        {
            return true;
        }

        client.Held.Release(name);
        return !isExecuted || !fault.IsEmpty || EnterList(client, in held);
    }

    // A report of an order of a list: how the list is now, and that it is done where its client waits for that.
    private void KeepOfGroups(ClientState? client, in ReportView report)
    {
        OrderGroup? list = _groups.Told(in report);
        if (list is { OwesEnd: true, IsWorking: false })
        {
            list.OwesEnd = false;
            if (client is not null && client.Session.State == FixSessionState.LoggedOn)
            {
                ListStatusWriter.Tell(client.Session, client.Dialect, _names, list, ListStatusWriter.AllDone, Clock.UnixNs);
            }
        }
    }
}
