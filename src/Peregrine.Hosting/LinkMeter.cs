using System.Diagnostics.Metrics;
using Peregrine.Distribution;
using Peregrine.Primitives;

namespace Peregrine.Hosting;

/// <summary>Shows the figures of a link's parts as instruments: one for each name, with a measurement for each part that has it.</summary>
/// <remarks>Thread: the listener's reads the figures; the link's has no part in it.</remarks>
internal static class LinkMeter
{
    /// <summary>Shows everything that there is of a link.</summary>
    public static void Expose(Meter meter, IHostedLink hosted) =>
        Expose(meter, [new TaggedCounters(new LinkCounters(hosted.Link.Status)), .. hosted.Link.CounterSources, .. OfServer(hosted.MarketData)]);

    /// <summary>Shows the figures of sources.</summary>
    public static void Expose(Meter meter, IReadOnlyList<TaggedCounters> sources)
    {
        IEnumerable<IGrouping<string, (Counter Counter, KeyValuePair<string, object?>[] Tags)>> figures = sources
            .SelectMany(source => source.Source.Counters.Select(counter => (counter, TagsOf(source))))
            .GroupBy(figure => figure.counter.Name);
        foreach (IGrouping<string, (Counter Counter, KeyValuePair<string, object?>[] Tags)> same in figures)
        {
            (Counter Counter, KeyValuePair<string, object?>[] Tags)[] parts = [.. same];
            Counter first = parts[0].Counter;
            IEnumerable<Measurement<long>> Read() => parts.Select(part => new Measurement<long>(part.Counter.Read(), part.Tags));
            _ = first.Kind switch
            {
                CounterKind.Total => (Instrument)meter.CreateObservableCounter(first.Name, Read, first.Unit, first.Description),
                CounterKind.Level => meter.CreateObservableUpDownCounter(first.Name, Read, first.Unit, first.Description),
                _ => meter.CreateObservableGauge(first.Name, Read, first.Unit, first.Description),
            };
        }
    }

    private static IReadOnlyList<TaggedCounters> OfServer(MarketDataServer? server) => server?.CounterSources ?? [];

    private static KeyValuePair<string, object?>[] TagsOf(in TaggedCounters source) =>
        source.Tag.Length == 0 ? [] : [new(source.Tag, source.Value)];
}
