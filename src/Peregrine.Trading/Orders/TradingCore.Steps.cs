using Peregrine.Primitives;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Risk;

namespace Peregrine.Trading.Orders;

// What is remembered of a command between its two steps. With a window, many are between them at a time.
public partial class TradingCore<TEngine>
    where TEngine : struct, ICoreEngine
{
    private readonly Step[] _steps;

    // Of the commands under way: how many were begun, and how many of them are complete. Both 0 when none is under way.
    private int _begun;
    private int _completed;
    private bool _isAlone;

    // Events that the command completed last is told with.
    private int _toldFrom;
    private int _toldTo;

    private enum StepKind : byte
    {
        // Nothing is left to be done.
        Done = 0,

        // A command is refused, without an order; or a request, about an order that there may be.
        Refused = 1,
        RefusedRequest = 2,
        New = 3,
        Request = 4,
        MassCancel = 5,
        Status = 6,

        // What the engine does is told to whom it concerns, and nobody is answered.
        Unasked = 7,

        // A new order's id is one that is known.
        Known = 8,
        MassStatus = 9,
        Cross = 10,
        RefusedCross = 11,
    }

    /// <summary>
    /// Whether a command is begun when none is under way, and complete before the next is begun: what it does, or is checked for, needs all that came
    /// before. New orders that bring their price with them, cancels, reduces and status requests need not.
    /// </summary>
    public static bool IsAlone(in CommandView command) => command.Type switch
    {
        CommandType.New => OrderTypes.Has(command.OrderType, OrderTraits.TakesPrice),
        CommandType.Cancel or CommandType.Reduce or CommandType.Status => false,
        _ => true,
    };

    /// <summary>Commands that were begun and are not complete.</summary>
    public int UnderWay => _begun - _completed;

    private ref Step NextStep(in CommandView command)
    {
        // Without a window each command is.
        bool isAlone = _steps.Length > 1 && IsAlone(in command);
        Check.That(command.Sequence > LastSequence && _completed == 0 && _begun < _steps.Length && (_begun == 0 || (!isAlone && !_isAlone)),
            "commands come in the order of their sequence numbers, and no more are under way than may be");
        _isAlone = isAlone;
        ref Step step = ref _steps[_begun++];
        step = new Step { Sequence = command.Sequence };
        return ref step;
    }

    private struct Step
    {
        public long Sequence;
        public ulong OrderId;
        public RiskVerdict Verdict;
        public int Slot;
        public int OtherSlot;
        public int EventsFrom;
        public int EventsTo;
        public StepKind Kind;
        public ReplaceFields Fields;

        // A replace to what is filled, or to less: it takes the rest away.
        public bool EndsOrder;

        public void Refuse(RiskVerdict verdict) => (Kind, Verdict) = (StepKind.Refused, verdict);
    }
}
