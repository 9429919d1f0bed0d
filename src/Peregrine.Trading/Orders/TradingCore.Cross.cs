using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

// Two orders in one command, that trade with each other or not at all. Each is checked, named and told as an order of its own.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    private void BeginCross(in CommandView command, ref Step step)
    {
        CommandView buy = LegOf(in command, Side.Buy, stackalloc byte[CommandCodec.BytesMax]);
        CommandView sell = LegOf(in command, Side.Sell, stackalloc byte[CommandCodec.BytesMax]);
        (CommandKeys buyKeys, CommandKeys sellKeys) = (CommandKeys.Of(in buy), CommandKeys.Of(in sell));
        step.Kind = StepKind.RefusedCross;
        bool isOneName = buy.HasClientOrderId && buy.ClientOrderId.SequenceEqual(sell.ClientOrderId);
        if (isOneName || IsDuplicate(in buy, in buyKeys) || IsDuplicate(in sell, in sellKeys))
        {
            step.Verdict = RiskVerdict.Because(RejectReason.DuplicateClientOrderId);
            return;
        }

        step.Verdict = CheckCross(in buy, in sell);
        if (!step.Verdict.IsPass)
        {
            Register(in buy, in buyKeys, buy.OrderId, NoRecord);
            Register(in sell, in sellKeys, sell.OrderId, NoRecord);
            return;
        }

        (step.Slot, step.OtherSlot) = (Enter(in buy, in buyKeys), Enter(in sell, in sellKeys));
        MatchCross cross = new()
        {
            BuyId = buy.OrderId,
            SellId = sell.OrderId,
            Price = command.Price,
            Quantity = command.Quantity,
            InstrumentId = command.InstrumentId,
            BuyTag = step.Slot,
            SellTag = step.OtherSlot,
        };
        _engine.BeginCross(in cross, _events);
        step.Kind = StepKind.Cross;
    }

    private void CompleteCross(in CommandView command, RejectReason reason, ref Step step, ReportBuffer reports)
    {
        if (step.Kind == StepKind.Cross && reason == RejectReason.None)
        {
            ApplyEvents(in command, step.EventsFrom, step.EventsTo, reports);
            return;
        }

        CommandView buy = LegOf(in command, Side.Buy, stackalloc byte[CommandCodec.BytesMax]);
        CommandView sell = LegOf(in command, Side.Sell, stackalloc byte[CommandCodec.BytesMax]);
        RiskVerdict verdict = step.Verdict;
        if (step.Kind == StepKind.Cross)
        {
            verdict = VerdictOf(reason, in buy);
            Leave(in buy, step.Slot);
            Leave(in sell, step.OtherSlot);
        }

        ReportRejected(in buy, verdict, reports);
        ReportRejected(in sell, verdict, reports);
    }

    private RiskVerdict CheckCross(in CommandView buy, in CommandView sell)
    {
        if (buy.OrderId == sell.OrderId)
        {
            return RiskVerdict.Because(RejectReason.DuplicateOrderId);
        }

        // Both have a record for a moment, and there is one more of them than can rest.
        RiskVerdict verdict = CheckNew(in buy);
        verdict = verdict.IsPass ? CheckNew(in sell) : verdict;
        return verdict.IsPass && _engine.OrderCount >= Options.OrdersMax
            ? new RiskVerdict(RejectReason.OrderCapacity, Options.OrdersMax, (long)Options.OrdersMax + 1)
            : verdict;
    }

    private int Enter(in CommandView leg, in CommandKeys keys)
    {
        int slot = TakeRecord(in leg, in keys);
        Register(in leg, in keys, leg.OrderId, slot);
        _orders.Register(slot);
        return slot;
    }

    // The engine refuses both: as if there had been no orders.
    private void Leave(in CommandView leg, int slot)
    {
        ReleaseName(slot);
        Bind(in leg, CommandKeys.Of(in leg), leg.OrderId);
        _orders.Withdraw(slot);
    }

    /// <summary>One of the two orders, as a command of its own would ask for it.</summary>
    private static CommandView LegOf(in CommandView command, Side side, Span<byte> bytes)
    {
        bool isBuy = side == Side.Buy;
        OrderCommand leg = new()
        {
            Type = CommandType.New,
            OrderId = isBuy ? command.OrderId : command.SellOrderId,
            Price = command.Price,
            Quantity = command.Quantity,
            InstrumentId = command.InstrumentId,
            AccountId = isBuy ? command.AccountId : command.SellAccountId,
            SessionId = command.SessionId,
            Side = side,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.ImmediateOrCancel,
        };
        _ = ClientOrderId.TryCreate(isBuy ? command.ClientOrderId : command.OriginalClientOrderId, out leg.ClientOrderId);
        return CommandCodec.View(bytes[..CommandCodec.Encode(in leg, bytes)], command.Sequence, command.TimeNs);
    }
}
