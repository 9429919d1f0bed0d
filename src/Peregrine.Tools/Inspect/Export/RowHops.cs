using Peregrine.Sequencing.Hops;
using Peregrine.Trading.Orders;

namespace Peregrine.Tools.Inspect.Export;

/// <summary>When a command passed each hop, as nanoseconds from its sequencing; where it is not known 0 before, and none after it.</summary>
internal readonly record struct RowHops(long ReceivedNs, long ValidatedNs, long? MatchedNs, long? DurableNs, long? SentNs)
{
    /// <summary>From the hop file; else from the command itself, where it is of a version that kept the first two there.</summary>
    public static RowHops Of(in CommandView command, HopFolder hops) => hops.TryFind(command.Sequence, out HopRecord record)
        ? new RowHops(-record.ReceivedBeforeNs, -record.ValidatedBeforeNs, record.MatchedAfterNs, record.DurableAfterNs, record.SentAfterNs)
        : new RowHops(-command.ReceivedBeforeNs, -command.ValidatedBeforeNs, null, null, null);
}
