using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Peregrine.Distribution;
using Peregrine.Distribution.Publishing;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Gateway;
using Peregrine.Gateway.MarketData.OverFix;
using Peregrine.Journal;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Hops;

namespace Peregrine.Hosting.Tests;

/// <summary>Every figure of the parts is exported, under a name of its own, as what it is.</summary>
public sealed class CounterTests : IDisposable
{
    private readonly LinkHostRig _rig = new();

    private static readonly Assembly[] Libraries = [.. new[]
    {
        typeof(EventLoop), typeof(JournalCounters), typeof(FixSession), typeof(FixAcceptor), typeof(MarketDataServer), typeof(Sequencer),
        typeof(OrderLink), typeof(LinkService),
    }.Select(type => type.Assembly)];

    public static TheoryData<Type> Sources => [.. SourceTypes()];

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void CounterClasses_OfAllLibraries_AreSources()
    {
        string[] others = [.. Libraries.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.IsClass && type.Name.EndsWith("Counters", StringComparison.Ordinal)
                && !typeof(ICounterSource).IsAssignableFrom(type))
            .Select(type => type.FullName!)];

        Assert.Empty(others);
        Assert.Equal([typeof(DatagramCounters), typeof(FixAcceptorCounters), typeof(FixAuditCounters), typeof(FixMarketDataCounters),
            typeof(FixMessageLogCounters), typeof(FixSessionCounters), typeof(HopCounters), typeof(HopStatistics), typeof(JournalCounters),
            typeof(LinkCounters), typeof(LoopCounters), typeof(MarketDataCounters), typeof(PublisherCounters)],
            SourceTypes().OrderBy(type => type.Name));
    }

    // Whoever adds a property and forgets to list it is told here.
    [Theory]
    [MemberData(nameof(Sources))]
    public void PublicFigure_OfEverySource_IsListedOnce(Type type)
    {
        if (type == typeof(LinkCounters))
        {
            return; // Its figures are those of LinkStatus, below.
        }

        object source = Activator.CreateInstance(type, nonPublic: true)!;
        IReadOnlyList<Counter> counters = ((ICounterSource)source).Counters;
        foreach (PropertyInfo property in type.GetProperties().Where(property => IsFigure(property.PropertyType)))
        {
            long before = counters.Sum(counter => counter.Read());
            Increase(source, property);

            Assert.True(counters.Sum(counter => counter.Read()) == before + 1, $"{type.Name}.{property.Name} is in no counter, or in two");
        }

        foreach (PropertyInfo property in type.GetProperties().Where(property => property.PropertyType == typeof(LatencyHistogram)))
        {
            ((LatencyHistogram)property.GetValue(source)!).Record(63);

            Assert.Equal(4, counters.Count(counter => counter.Kind == CounterKind.Reading && counter.Read() == 63));
            ((LatencyHistogram)property.GetValue(source)!).Clear();
        }
    }

    [Fact]
    public void PublicFigure_OfALinksStatus_IsListedOnce()
    {
        PropertyInfo[] figures = [.. typeof(LinkStatus).GetProperties()
            .Where(property => IsFigure(property.PropertyType) || property.PropertyType.IsEnum)];
        LinkStatus status = StatusSample.Empty with { };
        IReadOnlyList<Counter> counters = new LinkCounters(() => status).Counters;
        for (int at = 0; at < figures.Length; at++)
        {
            figures[at].SetValue(status, figures[at].PropertyType.IsEnum
                ? Enum.ToObject(figures[at].PropertyType, at + 1)
                : Convert.ChangeType(at + 1, figures[at].PropertyType));
        }

        long[] read = [.. counters.Where(counter => counter.Name != "peregrine.link.sessions.on").Select(counter => counter.Read()).Order()];

        Assert.Equal(Enumerable.Range(1, figures.Length).Select(value => (long)value), read);
    }

    [Fact]
    public void Status_OfManyFigures_IsReadOnceForAllOfAMoment()
    {
        long nowNs = 0;
        int reads = 0;
        LinkCounters counters = new(() => StatusSample.Empty with { Sequence = ++reads }, () => nowNs);
        Counter commands = counters.Counters.Single(counter => counter.Name == "peregrine.link.commands");

        long first = commands.Read();
        long others = counters.Counters.Count(counter => counter.Read() >= 0);
        nowNs = 50_000_000;
        long same = commands.Read();
        nowNs = 50_000_001;
        long next = commands.Read();

        Assert.Equal((1, counters.Counters.Count, 1, 2), (first, others, same, next));
    }

    [Fact]
    public void Names_OfAllSources_AreWordsWithDotsAndOnce()
    {
        Counter[] all = [.. AllCounters()];
        string[] names = [.. all.Select(counter => counter.Name)];

        Assert.All(names, name => Assert.Matches("^peregrine(\\.[a-z][a-z0-9_]*)+$", name));
        Assert.All(all, counter => Assert.EndsWith(".", counter.Description, StringComparison.Ordinal));
        Assert.All(all, counter => Assert.True(Enum.IsDefined(counter.Kind) && counter.Unit.Length > 0, counter.Name));
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public async Task Meter_OfARunningLink_ShowsEveryCounterOfEveryPart()
    {
        using IHost host = _rig.Host(options =>
            options.MarketData = new MarketDataServerOptions { EndPoint = new(System.Net.IPAddress.Loopback, 0) });
        await host.StartAsync();
        IHostedLink hosted = host.Services.GetRequiredService<LinkService>().Hosted!;
        TaggedCounters[] sources =
            [new(new LinkCounters(hosted.Link.Status)), .. hosted.Link.CounterSources, .. hosted.MarketData!.CounterSources];
        string[] expected = [.. sources.SelectMany(source => source.Source.Counters
            .Select(counter => $"{KindOf(counter.Kind)} {counter.Name} {counter.Unit} {source.Tag}={source.Value}")).Order()];

        string[] seen = Measure(host.Services.GetRequiredService<IMeterFactory>());
        await host.StopAsync();

        Assert.Equal(expected, seen);
        Assert.Contains("ObservableCounter`1 peregrine.net.opened {connection} loop=marketdata", seen);
        Assert.Contains("ObservableCounter`1 peregrine.fix.session.sent {message} session=CLIENT", seen);
        Assert.Contains("ObservableUpDownCounter`1 peregrine.link.orders.working {order} =", seen);
    }

    /// <summary>The counters of one source of each kind, by name of the source.</summary>
    public static IEnumerable<Counter> AllCounters() => SourceTypes().OrderBy(type => type.Name).SelectMany(type => type == typeof(LinkCounters)
        ? new LinkCounters(() => StatusSample.Empty).Counters
        : ((ICounterSource)Activator.CreateInstance(type, nonPublic: true)!).Counters);

    private static IEnumerable<Type> SourceTypes() => Libraries.SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.IsClass && typeof(ICounterSource).IsAssignableFrom(type));

    private static bool IsFigure(Type type) => type == typeof(long) || type == typeof(int);

    // One that is computed from a field of its own is raised by that field.
    private static void Increase(object source, PropertyInfo property)
    {
        if (property.SetMethod is { } set)
        {
            _ = set.Invoke(source, [Convert.ChangeType(Convert.ToInt64(property.GetValue(source)) + 1, property.PropertyType)]);
            return;
        }

        FieldInfo field = source.GetType().GetField($"_{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}",
            BindingFlags.Instance | BindingFlags.NonPublic)!;
        field.SetValue(source, (long)field.GetValue(source)! + 1);
    }

    private static string KindOf(CounterKind kind) => kind switch
    {
        CounterKind.Total => typeof(ObservableCounter<>).Name,
        CounterKind.Level => typeof(ObservableUpDownCounter<>).Name,
        _ => typeof(ObservableGauge<>).Name,
    };

    // Every measurement of the host's own meter.
    private static string[] Measure(IMeterFactory meters)
    {
        List<string> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == LinkService.MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => seen.Add(
            $"{instrument.GetType().Name} {instrument.Name} {instrument.Unit} {(tags.Length == 0 ? "=" : $"{tags[0].Key}={tags[0].Value}")}"));
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. seen.Order()];
    }
}
