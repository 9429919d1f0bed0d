namespace Peregrine.Sequencing.Hops;

/// <summary>What became of hop times that were to be kept. Read it from any thread for display.</summary>
public sealed class HopCounters : ICounterSource
{
    private long _recorded;
    private long _lost;

    /// <summary>Records that are in a file.</summary>
    public long Recorded => Volatile.Read(ref _recorded);

    /// <summary>Records that were not taken in time, or that the disk did not take.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        Counter.Total("peregrine.hops.recorded", "{record}", "Records of hop times that stand in a hop file.", () => Recorded),
        Counter.Total("peregrine.hops.lost", "{record}", "Records of hop times that were not taken in time, or that the disk had no room for.",
            () => Lost),
    ];

    internal void CountRecorded(int records) => Volatile.Write(ref _recorded, _recorded + records);

    internal void CountLost(int records) => _ = Interlocked.Add(ref _lost, records);
}
