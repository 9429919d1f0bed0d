using Peregrine.Gateway;

namespace Peregrine.Hosting.Tests;

/// <summary>A link's status for tests to start from.</summary>
internal static class StatusSample
{
    /// <summary>Of a link where nothing has happened.</summary>
    public static LinkStatus Empty { get; } = new()
    {
        Sessions = [], Sequence = 0, DurableSequence = 0, Trades = 0, Rejects = 0, WorkingOrders = 0, JournalBytes = 0, JournalSyncs = 0,
        BadInputs = 0, JournalFullRefusals = 0, InPool = 0, LostLocalEvents = 0,
    };
}
