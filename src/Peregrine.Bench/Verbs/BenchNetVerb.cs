using System.CommandLine;
using System.Globalization;
using Peregrine.Bench.Net;
using Peregrine.Cli;

namespace Peregrine.Bench.Verbs;

/// <summary>peregrine bench net: TCP echo servers over loopback, Peregrine's event loop beside others.</summary>
internal static class BenchNetVerb
{
    private const int ConnectionsMax = 1_000_000;

    // The table of docs/perf/net.md. One connection and the open loop are about latency, so there the server spins.
    private static readonly IReadOnlyList<NetLoad> Table =
    [
        new(100, 1, 0, "block"),
        new(1_000, 1, 0, "block"),
        new(10_000, 1, 0, "block"),
        new(100, 16, 0, "block"),
        new(10_000, 16, 0, "block"),
        new(1, 1, 0, "spin"),
        new(1_000, 1, 20_000, "spin"),
    ];

    public static Command Create()
    {
        Option<string> servers = new("--servers") { Description =
            $"Servers to measure, with commas: {string.Join(", ", EchoServerKind.All.Select(kind => kind.Name))}.",
            DefaultValueFactory = _ => "peregrine-epoll,peregrine-uring,c" };
        Option<string?> connections = new("--connections") { Description =
            "Numbers of connections, with commas. Without this, --depth and --rate, the table of docs/perf/net.md is measured." };
        Option<string?> depths = new("--depth") { Description = "Messages on their way on each connection, with commas. [default: 1]" };
        Option<int> rate = new("--rate") { Description =
            "Messages/s over all connections, whatever comes back (open loop, latency from when a message was due); " +
            "0 is as many as come back (closed loop)." };
        Option<bool> connects = new("--connect-rate") { Description =
            "Counts short-lived connections instead: connect, one message, close by a reset; --connections are so many at a time (100)." };
        Option<int> size = new("--size") { Description = "Bytes of a message.", DefaultValueFactory = _ => 64 };
        Option<double> seconds = new("--seconds") { Description = "Length of each measured window.", DefaultValueFactory = _ => 5 };
        Option<double> warmUp = new("--warmup") { Description = "Seconds under load before it.", DefaultValueFactory = _ => 2 };
        Option<int> rounds = new("--rounds") { Description = "Repeats every load so often, servers taking turns; medians are reported.",
            DefaultValueFactory = _ => 3 };
        Option<string?> wait = new("--wait") { Description =
            "How servers wait: spin, yield, block. The servers in C take yield for block, Kestrel has its own way. [default: block; " +
            "in the table spin for one connection and for the open loop]" };
        Option<bool> tls = new("--tls") { Description =
            "Over TLS, closed loop only. The client is then the runtime's SslStream and often the slower end: compare server CPU, not msg/s." };
        Option<int> serverCore = new("--server-core") { Description = "The core of the server.",
            DefaultValueFactory = _ => Environment.ProcessorCount - 1 };
        Option<int> clientCore = new("--client-core") { Description = "The core of the generator.", DefaultValueFactory = _ => 0 };
        Option<string?> netEcho = new("--netecho") { Description = "Another NetEcho.dll for the peregrine servers, such as one of another build." };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON, every round included." };
        Command net = new("net", "TCP echo servers over loopback, one core each for server and load: throughput, latency, " +
            "and the server's processor time, system calls and allocations a message.")
        {
            servers, connections, depths, rate, connects, size, seconds, warmUp, rounds, wait, tls, serverCore, clientCore, netEcho, json,
        };
        net.SetAction(result =>
        {
            bool isTls = result.GetValue(tls);
            NetBenchOptions options = new()
            {
                Servers = [.. Split(result.GetRequiredValue(servers)).Distinct().Select(name => EchoServerKind.Find(name, isTls))],
                Loads = Loads(result.GetValue(connections), result.GetValue(depths), result.GetValue(rate), result.GetValue(connects),
                    result.GetValue(wait), isTls),
                Paths = EchoServerPaths.Find(result.GetValue(netEcho)),
                SizeBytes = InRange(size.Name, result.GetValue(size), EchoMessages.HeaderBytes, EchoMessages.SizeMax),
                Seconds = result.GetValue(seconds) is double length and > 0 and <= 600
                    ? length
                    : throw new CommandException("--seconds: expected above 0, at most 600", 2),
                WarmUpSeconds = result.GetValue(warmUp) is double before and >= 0 and <= 600
                    ? before
                    : throw new CommandException("--warmup: expected 0 to 600", 2),
                Rounds = InRange(rounds.Name, result.GetValue(rounds), 1, 100),
                IsTls = isTls,
                ServerCore = InRange(serverCore.Name, result.GetValue(serverCore), 0, Environment.ProcessorCount - 1),
                ClientCore = InRange(clientCore.Name, result.GetValue(clientCore), 0, Environment.ProcessorCount - 1),
                Progress = Terminal.Progress,
            };
            if (options.Servers.Count == 0 || options.ServerCore == options.ClientCore)
            {
                throw new CommandException(options.Servers.Count == 0
                    ? "--servers: expected at least one"
                    : "--server-core and --client-core are the same: server and load need a core each", 2);
            }

            IReadOnlyList<NetResult> results;
            try
            {
                results = new NetBench(options).Run();
            }
            finally
            {
                Terminal.EndProgress();
            }

            Console.Out.WriteLine(result.GetValue(json) ? NetReport.ToJson(options, results) : NetReport.ToMarkdown(options, results));
            return 0;
        });
        return net.WithExample("peregrine bench net --servers peregrine-epoll,c --connections 100,10000 --depth 1,16");
    }

    /// <summary>What the options ask for; the table without any.</summary>
    internal static IReadOnlyList<NetLoad> Loads(string? connections, string? depths, int rate, bool areConnects, string? wait, bool isTls)
    {
        if (wait is not (null or "spin" or "yield" or "block"))
        {
            throw new CommandException($"--wait: '{wait}', expected spin, yield or block", 2);
        }

        if (InRange("--rate", rate, 0, 10_000_000) > 0 && (isTls || areConnects || depths is not null))
        {
            throw new CommandException("--rate: an open loop has no --depth, no --tls and no --connect-rate", 2);
        }

        if (areConnects)
        {
            return isTls || depths is not null
                ? throw new CommandException("--connect-rate: has no --tls and no --depth", 2)
                : [.. Numbers("--connections", connections ?? "100", ConnectionsMax)
                    .Select(count => new NetLoad(count, 1, 0, wait ?? "block", IsConnects: true))];
        }

        if (connections is null && depths is null && rate == 0)
        {
            return [.. Table.Where(load => load.Rate == 0 || !isTls).Select(load => load with { Wait = wait ?? load.Wait })];
        }

        return [.. from depth in Numbers("--depth", depths ?? "1", 65_536)
                   from count in Numbers("--connections", connections ?? "100", ConnectionsMax)
                   select new NetLoad(count, depth, rate, wait ?? "block")];
    }

    private static int[] Numbers(string option, string list, int most)
    {
        int[] numbers = [.. Split(list)
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : throw new CommandException($"{option}: '{text}', expected 1 to {most}", 2))];
        return numbers.Length > 0 ? numbers : throw new CommandException($"{option}: expected at least one number", 2);
    }

    private static int InRange(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new CommandException($"{option}: {value}, expected {least} to {most}", 2);

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
