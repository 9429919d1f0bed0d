namespace Peregrine.Ids;

/// <summary>Where order ids come from: <see cref="IdSegmentAllocator"/> is one.</summary>
/// <remarks>Thread: the owner's. No id is given twice, over all runs.</remarks>
public interface IOrderIdSource
{
    /// <summary>The next id.</summary>
    /// <returns>Ok; Exhausted: there is none at the moment, try again later.</returns>
    /// <remarks>Allocates: no. Blocks: no.</remarks>
    IdStatus TryNext(out ulong id);

    /// <summary>Makes every id to come lie above one that is known to be in use. At the start.</summary>
    /// <param name="id">The highest id in use; 0 is none.</param>
    /// <returns>How many ids were skipped.</returns>
    long RaiseAbove(ulong id);
}
