namespace Peregrine.Sequencing.Hops;

/// <summary>Histograms of the time between the hops of a command, in nanoseconds.</summary>
/// <remarks>Thread: the link's writes; others may read a slightly torn picture for display. Allocates: no.</remarks>
public sealed class HopStatistics : ICounterSource
{
    /// <summary>Names of the hops, in order, as they are shown everywhere.</summary>
    public static readonly IReadOnlyList<string> HopNames = ["validate", "sequence", "match", "durable", "send"];

    private readonly LatencyHistogram[] _hops = [new(), new(), new(), new(), new()];

    /// <summary>From the bytes in our memory to the report handed to the kernel.</summary>
    public LatencyHistogram Total { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<Counter> Counters => field ??=
    [
        .. Counter.Of("peregrine.hop.total", "From the bytes in our memory to the report handed to the kernel", Total),
        .. HopNames.SelectMany((name, index) => Counter.Of($"peregrine.hop.{name}", $"From the hop before to {name}", _hops[index])),
    ];

    /// <summary>The histogram of one hop, by its index in <see cref="HopNames"/>: from the hop before to it.</summary>
    public LatencyHistogram Hop(int index) => _hops[index];

    /// <summary>Adds the hops of commands that passed them together.</summary>
    /// <param name="count">How many commands; 1 or more.</param>
    public void Record(in HopTimes hops, int count = 1)
    {
        _hops[0].Record(hops.ValidatedNs - hops.ReceivedNs, count);
        _hops[1].Record(hops.SequencedNs - hops.ValidatedNs, count);
        _hops[2].Record(hops.MatchedNs - hops.SequencedNs, count);
        _hops[3].Record(hops.DurableNs - hops.MatchedNs, count);
        _hops[4].Record(hops.SentNs - hops.DurableNs, count);
        Total.Record(hops.SentNs - hops.ReceivedNs, count);
    }

    /// <summary>Forgets everything recorded.</summary>
    public void Clear()
    {
        foreach (LatencyHistogram hop in _hops)
        {
            hop.Clear();
        }

        Total.Clear();
    }
}
