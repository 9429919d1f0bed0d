using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Bench.Core;

/// <summary>The matching engine by itself, with its events.</summary>
internal sealed class BookStage : ICoreStage
{
    private readonly OrderStream _stream;
    private readonly MatchingEngine _engine;
    private readonly MatchEventBuffer _events = new();

    public BookStage(OrderStream stream, int ordersMax)
    {
        _stream = stream;
        _engine = new MatchingEngine(ordersMax);
        _ = _engine.AddInstrument(new InstrumentTerms());
    }

    /// <inheritdoc/>
    public Int128 TradedLots => _engine.TradedLots;

    /// <inheritdoc/>
    public long Refused => _engine.RejectCount;

    /// <inheritdoc/>
    public int Resting => _engine.OrderCount;

    /// <inheritdoc/>
    public void Prepare(int first, int count)
    {
    }

    /// <inheritdoc/>
    public void Execute(int index)
    {
        StreamCommand[] commands = _stream.Commands;
        if (index + CoreBench.PrefetchAhead < commands.Length)
        {
            _engine.Prefetch(commands[index + CoreBench.PrefetchAhead].OrderId);
        }

        ref readonly StreamCommand command = ref commands[index];
        _events.Clear();
        if (command.Type == StreamCommandType.Add)
        {
            MatchOrder order = command.ToOrder();
            _ = _engine.Submit(in order, _events);
        }
        else if (command.Type == StreamCommandType.Cancel)
        {
            _ = _engine.Cancel(command.OrderId, _events);
        }
        else
        {
            _ = _engine.Move(command.OrderId, new Price(command.Ticks), _events);
        }
    }
}
