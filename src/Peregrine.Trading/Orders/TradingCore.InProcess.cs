using Peregrine.Primitives;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Orders;

/// <summary>The core with the matching engine on its own thread: what a link runs, and what its state is saved of.</summary>
/// <inheritdoc cref="TradingCore{TEngine}" path="/remarks"/>
public sealed class TradingCore : TradingCore<CoreEngine>
{
    /// <inheritdoc cref="TradingCore{TEngine}(CoreOptions, TEngine)" path="/summary"/>
    /// <param name="options">Its bounds.</param>
    /// <param name="emitsOrderDeltas">Whether the match events tell what each order shows; reports and state do not depend on it.</param>
    /// <exception cref="ArgumentException">An option is out of its range; all faults at once.</exception>
    public TradingCore(CoreOptions options, bool emitsOrderDeltas = false)
        : base(options, new CoreEngine(NewBooks(options, emitsOrderDeltas), options.Window))
    {
    }

    /// <summary>The books, to look at, while they are on this thread.</summary>
    /// <exception cref="InvalidOperationException">Another engine took them over (<see cref="RunOn"/>): look at <see cref="View"/>.</exception>
    public MatchingEngine Books => Engine.Books;

    /// <summary>The books, to look at, wherever they are. Only while no command is under way.</summary>
    public IMatchingEngine View => Engine.View;

    /// <summary>Another engine takes the books over, with their orders: what comes of the commands that follow is the same.</summary>
    /// <param name="engine">Without instruments and orders, and for as many orders as <see cref="CoreOptions.OrdersMax"/> says.</param>
    /// <remarks>Allocates: the state of the books. Only while no command is under way, and before anybody keeps <see cref="Books"/>.</remarks>
    public void RunOn(ICoreEngine engine)
    {
        Check.That(UnderWay == 0, "books are moved when no command is under way");
        AddInstruments(engine);
        EngineToChange.MoveTo(engine);
    }

    /// <summary>Makes a core of a saved state: the same options and rules, and everything goes on as in the core that was saved.</summary>
    /// <param name="source">What <see cref="TradingCore{TEngine}.Save"/> wrote.</param>
    /// <param name="emitsOrderDeltas">As in the constructor.</param>
    /// <exception cref="InvalidDataException">The state is not one that a core of this version can have; says what was found.</exception>
    /// <remarks>Allocates: the core. No allocation for an order.</remarks>
    public static TradingCore Load(IStateSource source, bool emitsOrderDeltas = false)
    {
        SavedHeader header = ReadHeader(source);
        TradingCore core;
        try
        {
            core = new TradingCore(header.Options, emitsOrderDeltas);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"saved state of the core has bounds that no core has: {fault.Message}");
        }

        core.Load(source, in header);
        return core;
    }

    private static MatchingEngine NewBooks(CoreOptions options, bool emitsOrderDeltas)
    {
        options.Validate();
        return new MatchingEngine(options.OrdersMax) { EmitsOrderDeltas = emitsOrderDeltas };
    }
}
