using System.Globalization;
using System.Runtime.InteropServices;
using Peregrine.Cli;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sharding;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;
using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Core;

/// <summary>What came out of the whole core over a number of shards.</summary>
/// <param name="Shards">0: one engine, on the core's thread.</param>
/// <param name="PerSecond">Commands, of each round.</param>
/// <param name="OfShards">Commands that went to each shard.</param>
/// <param name="EventsPerCommand">What came back.</param>
/// <param name="BytesPerCommand">What passed between threads, both ways; 0 for none.</param>
internal sealed record ShardBenchResult(
    string Stream, int Commands, int Shards, IReadOnlyList<double> PerSecond, IReadOnlyList<long> OfShards, double EventsPerCommand,
    double BytesPerCommand, ulong StateHash, long BytesAllocated);

/// <summary>
/// A stream of one instrument dealt out to eight, by order id, through the whole core, with a window of 32: over one engine, and over shards on
/// threads of
/// their own. The state behind it has to be the same each time.
/// </summary>
internal sealed class ShardBench(OrderStream stream, int commandsMax, int ordersMax, int rounds, Action<string> progress)
{
    private readonly int _measured = Math.Min(stream.Measured, commandsMax);
    private const int Instruments = 8;
    private const int Window = 32;
    private const int WarmUps = 1;

    /// <param name="shards">0 for one engine on the core's thread.</param>
    /// <exception cref="CommandException">It has the same order at two places.</exception>
    public ShardBenchResult Run(int shards)
    {
        double[] perSecond = new double[rounds];
        long[] ofShards = new long[Math.Max(shards, 1)];
        (ulong hash, double events, long bytes) = (0, 0, 0);
        for (int round = -WarmUps; round < rounds; round++)
        {
            progress(string.Create(CultureInfo.InvariantCulture, $"{stream.Name}, {shards} shards, round {Math.Max(round + 1, 0)} of {rounds}"));
            using ShardedMatching? matching = shards == 0 ? null : new(new ShardedMatchingOptions
            {
                Sharding = new ShardingOptions { Shards = shards, OrderCapacity = ordersMax, InFlightMax = Window + 1 },
                Wait = new WaitStrategy(SpinUs: 20, YieldUs: 50),
            });
            TradingCore core = MakeCore(matching);
            Player player = new(core, stream);
            player.Play(0, stream.Prefill);
            GC.Collect();
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            long startNs = Clock.MonotonicNs;
            player.Play(stream.Prefill, _measured);
            double seconds = (Clock.MonotonicNs - startNs) / 1e9;
            bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            hash = core.StateHash;
            events = (double)player.Events / (stream.Prefill + _measured);
            if (round >= 0)
            {
                perSecond[round] = _measured / seconds;
            }
        }

        for (int index = 0; index < stream.Prefill + _measured; index++)
        {
            ofShards[InstrumentOf(stream.Commands[index].OrderId) % ofShards.Length]++;
        }

        double handedOver = shards == 0 ? 0 : SizeOf<ShardCommand>() + ((events + 1) * SizeOf<MatchEvent>());
        return new ShardBenchResult(stream.Name, _measured, shards, perSecond, ofShards, events, handedOver, hash, bytes);
    }

    private TradingCore MakeCore(ShardedMatching? matching)
    {
        TradingCore core = new(new CoreOptions { OrdersMax = ordersMax, Window = Window });
        TradingRules rules = StreamOrders.RulesFor(stream);
        Instrument like = rules.Instruments[0];
        core.Configure(new TradingRules(
            [.. Enumerable.Range(0, Instruments).Select(id => like with { Id = id, Symbol = string.Create(CultureInfo.InvariantCulture, $"S{id}") })],
            rules.Accounts));
        if (matching is not null)
        {
            core.RunOn(new ShardsEngine(matching));
        }

        return core;
    }

    private static int SizeOf<T>()
        where T : struct => MemoryMarshal.AsBytes<T>(new T[1]).Length;

    private static int InstrumentOf(ulong orderId) => (int)(orderId % Instruments);

    // Commands in groups, as a link carries them out.
    private sealed class Player(TradingCore core, OrderStream stream)
    {
        private readonly byte[] _bytes = new byte[Window * CommandCodec.BytesMax];
        private readonly int[] _lengths = new int[Window];
        private readonly CommandKeys[] _keys = new CommandKeys[Window];
        private readonly ReportBuffer _reports = new();

        public long Events { get; private set; }

        public void Play(int first, int count)
        {
            for (int end = first + count; first < end;)
            {
                int begun = 0;
                while (begun < Window && first + begun < end)
                {
                    StreamOrders.Fill(in stream.Commands[first + begun], out OrderCommand command);
                    command.InstrumentId = InstrumentOf(command.OrderId);
                    bool isAlone = command.Type == CommandType.Replace;
                    if (isAlone && begun > 0)
                    {
                        break;
                    }

                    _lengths[begun] = CommandCodec.Encode(in command, _bytes.AsSpan(begun * CommandCodec.BytesMax));
                    CommandView view = ViewOf(begun, first);
                    _keys[begun] = CommandKeys.Of(in view);
                    core.Begin(in view, in _keys[begun], _reports);
                    begun++;
                    if (isAlone)
                    {
                        break;
                    }
                }

                for (int index = 0; index < begun; index++)
                {
                    CommandView view = ViewOf(index, first);
                    core.Complete(in view, in _keys[index], _reports);
                    Events += core.MatchEvents.Length;
                }

                _reports.Clear();
                first += begun;
            }
        }

        private CommandView ViewOf(int index, int first)
        {
            long sequence = first + index + 1;
            return CommandCodec.View(_bytes.AsSpan(index * CommandCodec.BytesMax, _lengths[index]), sequence, timeNs: sequence);
        }
    }
}

/// <summary>Results as text.</summary>
internal static class ShardReport
{
    public static string ToMarkdown(IReadOnlyList<ShardBenchResult> results)
    {
        List<string> lines =
        [
            "| flow | commands | shards | M commands/s min / median / max | commands of a shard, least / most | events a command | " +
                "bytes handed over a command | state hash | allocated, B |",
            "|---|---:|---:|---|---|---:|---:|---|---:|",
        ];
        foreach (ShardBenchResult result in results)
        {
            double[] rates = [.. result.PerSecond.Order().Select(rate => rate / 1e6)];
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Stream} | {result.Commands:N0} | {(result.Shards == 0 ? "none" : result.Shards)} | {rates[0]:N1} / " +
                $"{rates[rates.Length / 2]:N1} / {rates[^1]:N1} | {result.OfShards.Min():N0} / {result.OfShards.Max():N0} | " +
                $"{result.EventsPerCommand:N2} | {result.BytesPerCommand:N0} | {result.StateHash:x16} | {result.BytesAllocated:N0} |"));
        }

        return string.Join(Environment.NewLine, lines);
    }

    public static object ToObject(ShardBenchResult result) => new
    {
        flow = result.Stream,
        stage = "shards",
        commands = result.Commands,
        shards = result.Shards,
        commandsPerSecond = result.PerSecond,
        commandsOfShards = result.OfShards,
        eventsPerCommand = result.EventsPerCommand,
        bytesPerCommand = result.BytesPerCommand,
        stateHash = result.StateHash.ToString("x16", CultureInfo.InvariantCulture),
        bytesAllocated = result.BytesAllocated,
    };
}
