using Peregrine.Sequencing;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

// Requests above a session's rate that wait for their turn. They wait before they are sequenced: the journal has them in the order and at the time
// at which they were let in, and a replay knows of no queue.
internal sealed partial class FixDoor
{
    // So that no session holds up a pass.
    private const int WaitingOfAPass = 64;

    // What is due and could not be let in (more than a pass takes, no room on the disk, no order ids) is looked at again so soon.
    private const long OverdueNs = 1_000_000;

    private List<ClientState> _waiting = [];

    private static ReadOnlySpan<byte> QueueIsFull =>
        "Throttled: more requests than the session's rate, and as many wait as may (throttle.queueMax), try again later"u8;

    /// <summary>How long until the next request that waits is due; the largest number when none waits.</summary>
    internal long DueInNs(long nowNs)
    {
        long dueNs = long.MaxValue;
        foreach (ClientState client in _waiting)
        {
            long inNs = client.Door.DueNs - nowNs;
            dueNs = Math.Min(dueNs, inNs > 0 ? inNs : OverdueNs);
        }

        return dueNs;
    }

    // What takes risk off never waits. A cross is two orders of one moment: it is refused above the rate, as everywhere. What is refused for a block
    // anyway does not wait for it.
    private bool MustWait(ClientState client, ThrottleQueue queue, in OrderCommand command) =>
        !Sequencer.TakesRiskOff(command.Type) && command.Type != CommandType.Cross && !_intake!.IsBlocked && !client.Door.IsBlocked
            && (queue.Count > 0 || client.Door.DueNs > Clock.MonotonicNs);

    private bool TryQueue(ClientState client, ThrottleQueue queue, in OrderCommand command, out int waiting)
    {
        waiting = queue.Add(in command, client.ReceivedNs);
        if (waiting < 0)
        {
            client.Door.CountQueueFull();
            return false;
        }

        client.Door.CountQueued();
        client.Door.SetWaiting(queue.Count);
        if (!client.IsWaitingListed)
        {
            client.IsWaitingListed = true;
            _waiting.Add(client);
        }

        return true;
    }

    // Lets in what is due.
    private bool TakeWaiting()
    {
        for (int place = _waiting.Count - 1; place >= 0; place--)
        {
            ClientState client = _waiting[place];
            ThrottleQueue queue = client.Waiting!;
            IntakeStatus status = IntakeStatus.Ok;
            for (int taken = 0; taken < WaitingOfAPass && queue.Count > 0 && status == IntakeStatus.Ok; taken++)
            {
                status = TakeFirst(client, queue);
            }

            if (status == IntakeStatus.Failed)
            {
                return false;
            }

            if (queue.Count == 0)
            {
                client.IsWaitingListed = false;
                _waiting[place] = _waiting[^1];
                _waiting.RemoveAt(_waiting.Count - 1);
            }
        }

        return true;
    }

    private IntakeStatus TakeFirst(ClientState client, ThrottleQueue queue)
    {
        int slot = queue.First;
        if (queue[slot].IsWithdrawn)
        {
            return Withdraw(client, queue, slot);
        }

        if (client.Door.DueNs > Clock.MonotonicNs)
        {
            return IntakeStatus.Throttled;
        }

        OrderCommand command = queue[slot].Command;
        IntakeStatus status = _intake!.TryTake(ref command, client.Door, queue[slot].ReceivedNs);
        if (status == IntakeStatus.Blocked)
        {
            return Withdraw(client, queue, slot);
        }

        if (status == IntakeStatus.Ok)
        {
            Leave(client, queue, slot, in command);
        }

        return status;
    }

    private void Leave(ClientState client, ThrottleQueue queue, int slot, in OrderCommand command)
    {
        client.LastSequence = command.Sequence;
        _groups.Lists.Enter(in queue[slot].Place, in command);
        queue.Remove(slot);
        client.Door.SetWaiting(queue.Count);
        OweSaving(client);
    }

    // Its answer is a refusal by the core, which the journal makes again like any report. What only asks has nothing to take back.
    private IntakeStatus Withdraw(ClientState client, ThrottleQueue queue, int slot)
    {
        ref WaitingRequest request = ref queue[slot];
        OrderCommand command = request.Command;
        bool isOrder = command.Type is CommandType.New or CommandType.Replace;
        IntakeStatus status = isOrder
            ? _intake!.TryWithdraw(ref command, client.Door, request.ReceivedNs)
            : IntakeStatus.Ok;
        request.IsWithdrawn = isOrder && status != IntakeStatus.Ok;
        if (isOrder && status == IntakeStatus.Ok)
        {
            Leave(client, queue, slot, in command);
        }

        return status;
    }

    private IntakeStatus Withdraw(ClientState client, in ClientOrderId id)
    {
        int slot = client.Waiting is { } queue ? queue.Find(in id) : -1;
        return slot < 0 ? IntakeStatus.Ok : Withdraw(client, client.Waiting!, slot);
    }

    // A cancel of what waits takes it out of the queue; then the core answers the cancel itself, as that of an order that was refused.
    private IntakeStatus WithdrawWhatItCancels(ClientState client, ref OrderCommand command)
    {
        ThrottleQueue queue = client.Waiting!;
        if (command.Type == CommandType.MassCancel)
        {
            return WithdrawMatching(client, queue, in command);
        }

        IntakeStatus status = IntakeStatus.Ok;
        for (int step = queue.Count; command.Type == CommandType.Cancel && status == IntakeStatus.Ok && step > 0; step--)
        {
            int slot = queue.Find(in command.OriginalClientOrderId);
            if (slot < 0)
            {
                break;
            }

            // One of a replace that waits means the order that the replace is of.
            bool isReplace = queue[slot].Command.Type == CommandType.Replace;
            ClientOrderId replaced = queue[slot].Command.OriginalClientOrderId;
            status = Withdraw(client, queue, slot);
            command.OriginalClientOrderId = isReplace ? replaced : command.OriginalClientOrderId;
        }

        return status;
    }

    private IntakeStatus WithdrawMatching(ClientState client, ThrottleQueue queue, in OrderCommand mass)
    {
        IntakeStatus status = IntakeStatus.Ok;
        for (int slot = queue.First; slot >= 0 && status == IntakeStatus.Ok;)
        {
            int next = queue.Behind(slot);
            ref OrderCommand command = ref queue[slot].Command;
            bool matches = command.Type == CommandType.New
                && ((mass.Scope & MassCancelScope.Instrument) == 0 || command.InstrumentId == mass.InstrumentId)
                && ((mass.Scope & MassCancelScope.Side) == 0 || command.Side == mass.Side);
            status = matches ? Withdraw(client, queue, slot) : IntakeStatus.Ok;
            slot = next;
        }

        return status;
    }

    // The session ended with its orders: nothing of it is entered any more. Questions are forgotten, as nobody waits for their answers.
    private void WithdrawAll(ClientState client)
    {
        for (int slot = client.Waiting is { } queue ? queue.First : -1; slot >= 0;)
        {
            int next = client.Waiting!.Behind(slot);
            bool isOrder = client.Waiting[slot].Command.Type is CommandType.New or CommandType.Replace;
            client.Waiting[slot].IsWithdrawn = isOrder;
            if (!isOrder)
            {
                client.Waiting.Remove(slot);
            }
            else if (Withdraw(client, client.Waiting, slot) == IntakeStatus.Failed)
            {
                return;
            }

            slot = next;
        }

        client.Door.SetWaiting(client.Waiting?.Count ?? 0);
    }

    private void WithdrawAll()
    {
        foreach (ClientState client in _intake is null ? [] : _clients)
        {
            WithdrawAll(client);
        }
    }
}
