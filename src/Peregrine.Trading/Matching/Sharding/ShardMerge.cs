namespace Peregrine.Trading.Matching.Sharding;

/// <summary>
/// Joins what several shards did for one command, a time or a mass cancel, in the order in which one engine tells it (docs/matching.md,
/// sections 4 and 12): first all orders that it ended, then all auctions, then what they set off; within each of the three by instrument.
/// </summary>
/// <remarks>Thread: one owner. Allocates: at construction. An instrument's events are all of one shard,
/// so that its runs are in order as they are.</remarks>
public class ShardMerge
{
    private const int Parts = 3;
    private readonly int[] _at;

    /// <param name="shards">How many shards there are.</param>
    public ShardMerge(int shards) => _at = new int[shards];

    /// <summary>Appends the events of all shards to a buffer.</summary>
    /// <param name="events">Of each shard, those of the command and no others.</param>
    /// <param name="answers">Of each shard.</param>
    /// <returns>The result of the command: of a mass cancel, how many orders.</returns>
    public int Merge(ReadOnlySpan<MatchEventBuffer> events, ReadOnlySpan<ShardAnswer> answers, MatchEventBuffer target)
    {
        Array.Clear(_at);
        for (int part = 0; part < Parts; part++)
        {
            for (int shard = FindNext(events, answers, part); shard >= 0; shard = FindNext(events, answers, part))
            {
                CopyRun(events[shard].Span[_at[shard]..EndOf(part, in answers[shard], events[shard].Count)], shard, target);
            }
        }

        int result = 0;
        foreach (ShardAnswer answer in answers)
        {
            result += answer.Result;
        }

        return result;
    }

    /// <summary>Whether an instrument is told before another one.</summary>
    protected virtual bool IsBefore(int instrumentId, int otherId) => instrumentId < otherId;

    /// <summary>Where a part of a shard's events ends.</summary>
    protected virtual int EndOf(int part, in ShardAnswer answer, int count) =>
        part switch { 0 => answer.Ends, 1 => answer.EndsAndAuctions, _ => count };

    private int FindNext(ReadOnlySpan<MatchEventBuffer> events, ReadOnlySpan<ShardAnswer> answers, int part)
    {
        int next = -1;
        for (int shard = 0; shard < events.Length; shard++)
        {
            bool isFirst = _at[shard] < EndOf(part, in answers[shard], events[shard].Count)
                && (next < 0 || IsBefore(events[shard][_at[shard]].InstrumentId, events[next][_at[next]].InstrumentId));
            next = isFirst ? shard : next;
        }

        return next;
    }

    private void CopyRun(ReadOnlySpan<MatchEvent> events, int shard, MatchEventBuffer target)
    {
        int instrument = events[0].InstrumentId;
        for (int i = 0; i < events.Length && events[i].InstrumentId == instrument; i++)
        {
            target.Next() = events[i];
            _at[shard]++;
        }
    }
}
