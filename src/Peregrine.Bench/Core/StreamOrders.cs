using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Core;

/// <summary>Commands of a stream as requests that name orders by their ids, as binary clients do, and rules that let all of them pass.</summary>
internal static class StreamOrders
{
    // Wide enough that no order of a stream breaks one; each is still computed and compared for every order.
    private static readonly AccountLimits Limits = new(MaxQuantityUnits: 1L << 32, MaxNotionalUnits: 1L << 50, CollarBasisPoints: 1_000_000);

    /// <summary>One instrument and two accounts, one for each side, as orders of one account never trade with each other.</summary>
    public static TradingRules RulesFor(OrderStream stream) => new(
        [new Instrument(0, "BENCH", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(Math.Max(1, stream.Commands[0].Ticks)) }],
        [new Account(0, "BUYER", Limits), new Account(1, "SELLER", Limits)]);

    /// <summary>A request, but for sequence and time.</summary>
    public static void Fill(in StreamCommand from, out OrderCommand command)
    {
        command = default;
        command.AccountId = from.Side == Side.Buy ? 0 : 1;
        command.Side = from.Side;
        command.OrderType = OrderType.Limit;
        command.OrderId = from.OrderId;
        command.Price = new Price(from.Ticks);
        switch (from.Type)
        {
            case StreamCommandType.Add:
                command.Type = CommandType.New;
                command.Quantity = new Quantity(from.Lots);
                command.TimeInForce = from.IsImmediateOrCancel != 0 ? TimeInForce.ImmediateOrCancel : TimeInForce.Day;
                break;
            case StreamCommandType.Cancel:
                command.Type = CommandType.Cancel;
                break;
            default:
                command.Type = CommandType.Replace;
                command.Fields = ReplaceFields.Price;
                break;
        }
    }
}
