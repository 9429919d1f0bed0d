using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Orders;

/// <summary>The limits of one account; 0 switches a limit off.</summary>
/// <param name="MaxQuantityUnits">Largest order, in shares or contracts.</param>
/// <param name="MaxNotionalUnits">Largest price x quantity of an order, in whole units of the currency.</param>
/// <param name="CollarBasisPoints">
/// How far a limit price may be worse for the client than the reference price, in 1/10,000: the last trade, or else the best opposite price, or
/// else the instrument's reference price. Of a stop-limit order: than its stop price.
/// </param>
public sealed record AccountLimits(long MaxQuantityUnits, long MaxNotionalUnits, int CollarBasisPoints);

/// <summary>Who trades.</summary>
/// <param name="Id">Index in the core; it never changes.</param>
/// <param name="Name">1 to 32 printable ASCII characters, unique.</param>
public sealed record Account(int Id, string Name, AccountLimits Limits)
{
    /// <summary>The firm that it belongs to, for self-trade prevention; 1 or more, 0 is none. A change is for orders that follow.</summary>
    public int FirmId { get; init; }
}

/// <summary>
/// Everything the core is configured with. It goes through the journal as a record of its own, so that a replay uses the rules
/// that were in force at each command.
/// </summary>
/// <param name="Instruments">By id, without holes; later rules may append and change, never remove or reorder.</param>
/// <param name="Accounts">By id, without holes; the same.</param>
public sealed record TradingRules(IReadOnlyList<Instrument> Instruments, IReadOnlyList<Account> Accounts)
{
    /// <summary>What is made of commands; of a journal, what was.</summary>
    public CoreBehaviour Behaviour { get; init; } = CoreBehaviours.Last;
}
