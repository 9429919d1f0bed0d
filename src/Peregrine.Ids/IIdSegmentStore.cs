namespace Peregrine.Ids;

/// <summary>Where segments are leased from. A segment is stored as leased before it is returned.</summary>
public interface IIdSegmentStore
{
    /// <summary>Leases the next segment of a tag.</summary>
    /// <param name="tag">What the ids are for.</param>
    /// <param name="count">How many ids, 1 or more.</param>
    /// <exception cref="IdSegmentStoreException">The store cannot lease now. A lease may have been stored all the same: that is a gap,
    /// never a duplicate.</exception>
    /// <remarks>Thread: any, one call at a time. Blocks.</remarks>
    IdSegment Lease(string tag, int count);

    /// <summary>Makes every later lease of a tag lie above an id: for ids that are known to be in use although the store does not know,
    /// as it was lost or is an old copy.</summary>
    /// <param name="tag">What the ids are for.</param>
    /// <param name="id">The highest id in use; 0 to <see cref="long.MaxValue"/> - 1. A store that is above it already stays as it is.</param>
    /// <exception cref="IdSegmentStoreException">The store cannot do it now, or <paramref name="id"/> is too far away;
    /// nothing or a part was skipped.</exception>
    /// <remarks>
    /// Thread: as <see cref="Lease"/>. Blocks. A store that can sets its mark in one transaction; this leases what lies between,
    /// in at most 1,024 leases.
    /// </remarks>
    void RaiseAbove(string tag, long id)
    {
        const int leasesMax = 1_024;
        long end = Lease(tag, 1).First + 1;
        for (int lease = 0; end <= id; lease++)
        {
            if (lease == leasesMax)
            {
                throw new IdSegmentStoreException(
                    $"the ids of {tag} go on at {end}, and {id} is in use: too far to skip; set the store's next id by hand");
            }

            int count = (int)Math.Min(id - end + 1, int.MaxValue);
            end = Lease(tag, count).First + count;
        }
    }
}

/// <summary>A segment could not be leased.</summary>
/// <param name="message">Which store, what happened, what to do.</param>
/// <param name="inner">The store's own error.</param>
public sealed class IdSegmentStoreException(string message, Exception? inner = null) : Exception(message, inner);
