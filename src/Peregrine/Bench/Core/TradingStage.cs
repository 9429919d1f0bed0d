using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Core;

/// <summary>The whole core: risk with every limit set, matching, order state, reports. Requests name orders by their ids, as binary clients do.</summary>
internal sealed class TradingStage : ICoreStage
{
    // Wide enough that no order of a stream breaks one; each is still computed and compared for every order.
    private static readonly AccountLimits Limits = new(MaxQuantityUnits: 1L << 32, MaxNotionalUnits: 1L << 50, CollarBasisPoints: 1_000_000);

    private readonly OrderStream _stream;
    private readonly TradingCore _core;
    private readonly ReportBuffer _reports = new();
    private readonly OrderCommand[] _commands = new OrderCommand[CoreBench.BlockCommands];

    private int _first;

    public TradingStage(OrderStream stream, int ordersMax)
    {
        _stream = stream;
        _core = new TradingCore(new CoreOptions { OrdersMax = ordersMax });

        // Two accounts, one for each side, as orders of one account never trade with each other.
        _core.Configure(new TradingRules(
            [new Instrument(0, "BENCH", 2, 1, 1, IsOpen: true) { ReferencePrice = new Price(Math.Max(1, stream.Commands[0].Ticks)) }],
            [new Account(0, "BUYER", Limits), new Account(1, "SELLER", Limits)]));
    }

    /// <inheritdoc/>
    public Int128 TradedLots => _core.Books.TradedLots;

    /// <inheritdoc/>
    public long Refused => _core.CountOf(ReportType.Rejected) + _core.CountOf(ReportType.CancelRejected);

    /// <inheritdoc/>
    public int Resting => _core.WorkingOrderCount;

    /// <inheritdoc/>
    public void Prepare(int first, int count)
    {
        _first = first;
        for (int index = 0; index < count; index++)
        {
            Prepare(first + index, in _stream.Commands[first + index], ref _commands[index]);
        }
    }

    /// <inheritdoc/>
    public void Execute(int index)
    {
        _reports.Clear();
        _core.Execute(in _commands[index - _first], _reports);
    }

    private static void Prepare(int index, in StreamCommand from, ref OrderCommand command)
    {
        command = default;
        command.Sequence = index + 1;
        command.TimeNs = index + 1;
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
