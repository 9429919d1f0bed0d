using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Core;

/// <summary>The whole core: risk with every limit set, matching, order state, reports. Requests name orders by their ids,
/// as binary clients do.</summary>
internal sealed class TradingStage : ICoreStage
{
    private readonly OrderStream _stream;
    private readonly TradingCore _core;
    private readonly ReportBuffer _reports = new();
    private readonly byte[] _bytes = new byte[CoreBench.BlockCommands * CommandCodec.BytesMax];
    private readonly int[] _starts = new int[CoreBench.BlockCommands + 1];

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
            StreamOrders.Fill(in _stream.Commands[first + index], out OrderCommand command);
            _starts[index + 1] = _starts[index] + CommandCodec.Encode(in command, _bytes.AsSpan(_starts[index]));
        }
    }

    /// <inheritdoc/>
    public void Execute(int index)
    {
        int at = index - _first;
        if (at + CoreBench.PrefetchAhead < _count)
        {
            CommandView ahead = ViewOf(at + CoreBench.PrefetchAhead);
            _core.Prefetch(in ahead, CommandKeys.Of(in ahead));
        }

        if (at + CoreBench.OrderAhead < _count)
        {
            _core.PrefetchOrder(ViewOf(at + CoreBench.OrderAhead));
        }

        _reports.Clear();
        _core.Execute(ViewOf(at), _reports);
    }

    private CommandView ViewOf(int at)
    {
        long sequence = _first + at + 1;
        return CommandCodec.View(_bytes.AsSpan(_starts[at].._starts[at + 1]), sequence, timeNs: sequence);
    }
}
