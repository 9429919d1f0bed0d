using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Core;

/// <summary>The whole core: risk with every limit set, matching, order state, reports. Requests name orders by their ids,
/// as binary clients do.</summary>
internal sealed class TradingStage : ICoreStage
{
    private readonly OrderStream _stream;
    private readonly TradingCore _core;
    private readonly ReportBuffer _reports = new();
    private readonly OrderCommand[] _commands = new OrderCommand[CoreBench.BlockCommands];

    private int _first;
    private int _count;

    public TradingStage(OrderStream stream, int ordersMax)
    {
        _stream = stream;
        _core = new TradingCore(new CoreOptions { OrdersMax = ordersMax });
        _core.Configure(StreamOrders.RulesFor(stream));
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
        _count = count;
        for (int index = 0; index < count; index++)
        {
            ref OrderCommand command = ref _commands[index];
            StreamOrders.Fill(in _stream.Commands[first + index], ref command);
            command.Sequence = first + index + 1;
            command.TimeNs = first + index + 1;
        }
    }

    /// <inheritdoc/>
    public void Execute(int index)
    {
        int at = index - _first;
        if (at + CoreBench.PrefetchAhead < _count)
        {
            ref readonly OrderCommand ahead = ref _commands[at + CoreBench.PrefetchAhead];
            _core.Prefetch(in ahead, CommandKeys.Of(in ahead));
        }

        if (at + CoreBench.OrderAhead < _count)
        {
            _core.PrefetchOrder(in _commands[at + CoreBench.OrderAhead]);
        }

        _reports.Clear();
        _core.Execute(in _commands[at], _reports);
    }
}
