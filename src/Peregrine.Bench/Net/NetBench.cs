using System.Globalization;
using System.Net;
using Peregrine.Linux;
using Peregrine.Primitives;

namespace Peregrine.Bench.Net;

/// <summary>What the net bench measures.</summary>
internal sealed record NetBenchOptions
{
    public required IReadOnlyList<EchoServerKind> Servers { get; init; }

    public required IReadOnlyList<NetLoad> Loads { get; init; }

    public required EchoServerPaths Paths { get; init; }

    public int SizeBytes { get; init; } = 64;

    public double Seconds { get; init; } = 5;

    public double WarmUpSeconds { get; init; } = 2;

    public int Rounds { get; init; } = 3;

    public bool IsTls { get; init; }

    public int ServerCore { get; init; }

    public int ClientCore { get; init; }

    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>
/// TCP echo servers over loopback: each in a process of its own on one core, this generator spinning on another. The generator has its own
/// sockets and epoll and nothing of Peregrine.Net, so that it is the same for every server.
/// </summary>
internal sealed class NetBench(NetBenchOptions options)
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    /// <summary>Measures every server under every load; servers take turns, so that whatever the machine does meanwhile happens to all.</summary>
    public IReadOnlyList<NetResult> Run()
    {
        // Known before the first run of what may be a long evening: that all can be started, and that descriptors suffice.
        foreach (NetLoad load in options.Loads)
        {
            ClientSockets.CheckDescriptors(load.Connections);
        }

        using EchoCertificate? certificate = options.IsTls ? new EchoCertificate() : null;
        foreach (EchoServerKind kind in options.Servers)
        {
            _ = kind.CommandLine(options.Paths, Settings(options.Loads[0], certificate));
        }

        _ = CpuAffinity.TryPinCurrentThread(options.ClientCore);
        List<NetResult> results = [];
        for (int row = 0; row < options.Loads.Count; row++)
        {
            NetLoad load = options.Loads[row];
            Dictionary<string, List<NetFigures>> rounds = options.Servers.ToDictionary(kind => kind.Name, _ => new List<NetFigures>());
            for (int round = 1; round <= options.Rounds; round++)
            {
                foreach (EchoServerKind kind in options.Servers)
                {
                    options.Progress(string.Create(
                        CultureInfo.InvariantCulture,
                        $"load {row + 1} of {options.Loads.Count}: {load.Connections:N0} connections, depth {load.Depth}, " +
                        $"{NetReport.Load(load)}; round {round} of {options.Rounds}: {kind.Name}"));
                    rounds[kind.Name].Add(Measure(kind, load, certificate));
                }
            }

            results.AddRange(options.Servers.Select(kind => new NetResult(load, kind.Name, rounds[kind.Name])));
        }

        return results;
    }

    /// <summary>Warms up, measures a window, and waits for what is on its way.</summary>
    /// <param name="generator">The load.</param>
    /// <param name="readStats">Asks the server; the generator stands still meanwhile.</param>
    /// <param name="warmUp">How long before the window.</param>
    /// <param name="length">Of the window.</param>
    public static NetFigures Measure(ILoadGenerator generator, Func<EchoServerStats> readStats, TimeSpan warmUp, TimeSpan length)
    {
        generator.Run(warmUp);
        EchoServerStats before = readStats();
        generator.BeginWindow();
        long done = generator.Done;
        long? idleNs = generator.IdleNs;
        long startNs = Clock.MonotonicNs;
        generator.Run(length);
        idleNs = generator.IdleNs - idleNs;
        generator.EndWindow(DrainTime);
        double seconds = (Clock.MonotonicNs - startNs) / 1e9;
        done = generator.Done - done;
        EchoServerStats after = readStats();
        bool isDrained = generator.Drain(DrainTime);
        return NetFigures.Of(generator.Latency, done, seconds, before, after) with
        {
            GeneratorBusy = 1 - (idleNs / 1e9 / length.TotalSeconds),
            IsOverloaded = !isDrained,
        };
    }

    private NetFigures Measure(EchoServerKind kind, NetLoad load, EchoCertificate? certificate)
    {
        using EchoServer server = new(kind.Name, kind.CommandLine(options.Paths, Settings(load, certificate)));
        using ILoadGenerator generator = Generator(load, server.EndPoint, certificate);
        return Measure(generator, server.ReadStats, TimeSpan.FromSeconds(options.WarmUpSeconds), TimeSpan.FromSeconds(options.Seconds));
    }

    private ILoadGenerator Generator(NetLoad load, IPEndPoint server, EchoCertificate? certificate)
    {
        if (load.IsConnects)
        {
            return new ConnectLoop(server, load.Connections, options.SizeBytes);
        }

        ClientSockets sockets = new(server, load.Connections);
        if (certificate is not null)
        {
            return new TlsLoop(sockets, certificate, load.Depth, options.SizeBytes);
        }

        EchoConnections connections = new(sockets, options.SizeBytes, load.Rate > 0 ? OpenLoop.BatchMax : load.Depth);
        return load.Rate > 0 ? new OpenLoop(connections, load.Rate) : new ClosedLoop(connections, load.Depth);
    }

    private EchoServerSettings Settings(NetLoad load, EchoCertificate? certificate) =>
        new(options.ServerCore, load.Wait, certificate?.CertificatePath, certificate?.KeyPath);
}
