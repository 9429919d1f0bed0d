using Peregrine.Cli;
using Peregrine.Fix.Net;
using Peregrine.Fix.Session;
using Peregrine.Linux;
using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>How long and how much the loopback bench measures.</summary>
internal sealed record LoopbackOptions
{
    /// <summary>Orders one outstanding, and as many echoes.</summary>
    public int Orders { get; init; } = 100_000;

    /// <summary>Seconds flat out.</summary>
    public double Seconds { get; init; } = 5;

    /// <summary>Unanswered orders flat out.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Where stores are for the time of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>QuickFIX's acceptor; null to leave it out.</summary>
    public string? Peer { get; init; }

    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>One acceptor under the load.</summary>
/// <param name="Server">peregrine or quickfix.</param>
/// <param name="Store">file or memory.</param>
/// <param name="Latency">One outstanding, order to report.</param>
/// <param name="OrdersPerSecond">Flat out.</param>
/// <param name="CpuUsPerOrder">The acceptor's processor time flat out; a thread that spins has it all.</param>
/// <param name="BytesAllocated">By acceptor and client on the managed heap over the whole measurement; -1 of another process.</param>
internal sealed record LoopbackRun(
    string Server, string Store, LatencyHistogram Latency, double OrdersPerSecond, double CpuUsPerOrder, long BytesAllocated, long Refused,
    string Note);

/// <summary>The whole result.</summary>
/// <param name="Echo">The floor, of the same rounds as the first of the runs.</param>
internal sealed record LoopbackResult(LatencyHistogram Echo, int EchoBytes, int Window, IReadOnlyList<LoopbackRun> Runs)
{
    /// <summary>What FIX may add to the echo at p50, in nanoseconds.</summary>
    public const long DifferenceAimNs = 4_000;

    /// <summary>Orders a second of one session, at least.</summary>
    public const double OrdersPerSecondAim = 300_000;

    /// <summary>Processor time an order, at most.</summary>
    public const double CpuUsAim = 3;

    /// <summary>Order to report beyond the echo, p50.</summary>
    public long DifferenceNs => Runs[0].Latency.Quantile(0.5) - Echo.Quantile(0.5);
}

/// <summary>
/// NewOrderSingle in, ExecutionReport out, over loopback TCP through our acceptor, and in the same rounds an echo of as many bytes on the same loop.
/// With a peer, QuickFIX's acceptor under the same load from the same client.
/// </summary>
internal sealed class LoopbackBench(LoopbackOptions options)
{
    private const string Client = "BENCHER";

    // Echo and orders take turns, so that whatever the machine does happens to both.
    private const int Turns = 10;
    private const long RingBytes = 64L << 20;

    // Each place of the store in memory was used when the warm-up is over.
    private const int MessagesKept = 4_096;

    // A NewOrderSingle of the client, 8 to 10.
    private const int EchoBytes = 190;
    private const double WarmUpSeconds = 2;

    private static int ServerCore => 0;

    private static int ClientCore => Environment.ProcessorCount > 1 ? 1 : 0;

    private int WarmUps => Math.Clamp(options.Orders, MessagesKept, 20_000);

    public LoopbackResult Run()
    {
        LatencyHistogram echo = new();
        List<LoopbackRun> runs = [];
        string folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"peregrine-fix-{Environment.ProcessId}")).FullName;
        _ = CpuAffinity.TryPinCurrentThread(ClientCore);
        try
        {
            using (FileSessionStore store = FileSessionStore.Open(Path.Combine(folder, "bench.session"), RingBytes,
                new SessionStoreOwner(EchoDesk.CompId, Client)))
            {
                runs.Add(Ours("file", store, echo));
            }

            if (options.Peer is { } peer)
            {
                runs.Add(Ours("memory", new MemorySessionStore(MessagesKept), null));
                foreach (string store in (string[])["file", "memory"])
                {
                    runs.Add(Theirs(peer, store, folder));
                }
            }
        }
        finally
        {
            _ = CpuAffinity.TryUnpinCurrentThread();
            Directory.Delete(folder, recursive: true);
        }

        return new LoopbackResult(echo, EchoBytes, options.Window, runs);
    }

    private LoopbackRun Ours(string kind, IFixSessionStore store, LatencyHistogram? echo)
    {
        using EchoDesk desk = new(ServerCore, Client, store);
        using LoadClient client = new(desk.Fix, Client, EchoDesk.CompId, "BENCH", "100.00", "bench fix");
        using EchoClient echoes = new(desk.Echo, EchoBytes);
        options.Progress($"peregrine, {kind} store: warm-up");
        echoes.Run(WarmUps);
        WarmUp(client);
        echoes.Latency.Clear();

        // What is counted is without what tells it.
        options.Progress($"peregrine, {kind} store: one outstanding");
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (int turn = 0; turn < Turns; turn++)
        {
            int share = (options.Orders * (turn + 1) / Turns) - (options.Orders * turn / Turns);
            if (echo is not null)
            {
                echoes.Run(share);
            }

            client.RunOneOutstanding(share);
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        LatencyHistogram latency = LatencyOf(client);
        if (echo is not null)
        {
            echoes.Latency.AddTo(echo);
        }

        options.Progress($"peregrine, {kind} store: flat out");
        long cpuNs = desk.CpuNs;
        long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        double seconds = client.RunFlatOut(options.Window, options.Seconds);
        allocated += GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        cpuNs = desk.CpuNs - cpuNs;
        return Run("peregrine", kind, client, latency, seconds, cpuNs, allocated);
    }

    private LoopbackRun Theirs(string program, string kind, string folder)
    {
        using QuickFixPeer peer = new(program, ServerCore, kind, folder, Client);
        using LoadClient client = new(peer.EndPoint, Client, EchoDesk.CompId, "BENCH", "100.00", "bench fix");
        options.Progress($"quickfix, {kind} store: warm-up");
        WarmUp(client);
        options.Progress($"quickfix, {kind} store: one outstanding");
        client.RunOneOutstanding(options.Orders);
        LatencyHistogram latency = LatencyOf(client);
        options.Progress($"quickfix, {kind} store: flat out");
        long cpuNs = peer.CpuNs;
        double seconds = client.RunFlatOut(options.Window, options.Seconds);
        cpuNs = peer.CpuNs - cpuNs;
        return Run("quickfix", kind, client, latency, seconds, cpuNs, -1);
    }

    private void WarmUp(LoadClient client)
    {
        client.RunOneOutstanding(WarmUps);
        _ = client.RunFlatOut(options.Window, Math.Min(WarmUpSeconds, options.Seconds));
        client.ClearFigures();
    }

    private static LatencyHistogram LatencyOf(LoadClient client)
    {
        if (client.Refused > 0)
        {
            throw new CommandException($"bench fix: {client.Refused} orders were refused, expected a report for each");
        }

        LatencyHistogram latency = new();
        client.Latency.AddTo(latency);
        client.ClearFigures();
        return latency;
    }

    private static LoopbackRun Run(string server, string store, LoadClient client, LatencyHistogram latency, double seconds, long cpuNs,
        long allocated) => new(server, store, latency, client.Answered / seconds, cpuNs / 1e3 / Math.Max(1, client.Answered), allocated,
            client.Refused, client.Answered + client.Refused < client.Sent ? "not all answered" : "");
}
