namespace Peregrine.Trading.Orders;

/// <summary>
/// What a core makes of the same commands, where later builds make something else of them. It is part of the rules, so a journal says which one
/// it was written by, and a replay gives the reports that were told. Rules that are put in force never go back to an earlier one
/// (docs/adr/0019-what-the-core-made-of-it.md).
/// </summary>
public enum CoreBehaviour : byte
{
    /// <summary>Of journals from before there was a choice.</summary>
    First = 0,

    /// <summary>
    /// Order states as FIX has them: a replace to what is filled, or to less, ends the order as filled; an id that an order has already is
    /// refused with the state of that order; a replace of another instrument or side says which of them.
    /// </summary>
    OrderStates = 1,
}

/// <summary>The behaviours together.</summary>
public static class CoreBehaviours
{
    /// <summary>The last of them: that of new rules.</summary>
    public const CoreBehaviour Last = CoreBehaviour.OrderStates;
}
