namespace Peregrine.Feeds.Orders;

/// <summary>How an execution of the feed and what the matching core did with it compare, and why. docs/replay.md explains each.</summary>
public enum ExecutionClass : byte
{
    /// <summary>The core executed the same resting order, and only it, for the same quantity at the same price.</summary>
    SameOrder = 0,

    /// <summary>The recorded order rests in the core, but another is the first of the best price.</summary>
    NotHead = 1,

    /// <summary>The recorded order is the first of the best price, but the core has less of it than was executed.</summary>
    OtherQuantity = 2,

    /// <summary>The core has the recorded order no more: it executed or cancelled it before.</summary>
    NotInCore = 3,

    /// <summary>The file never added the recorded order, and the core has no anonymous quantity at its price to stand for it.</summary>
    OlderThanFile = 4,
}
