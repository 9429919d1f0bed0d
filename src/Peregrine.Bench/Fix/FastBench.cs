using System.Diagnostics;
using Peregrine.Fix.Fast;
using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>FAST packets of ten changes, in memory, again and again: decoded; decoded and every field read; decoded and encoded again.</summary>
/// <remarks>One thread. A round is all packets, from a reset; the ways take turns, so that whatever the machine does happens to each.</remarks>
internal sealed class FastBench
{
    private const int PacketCount = 1_000;

    // Some ten milliseconds each: the runtime optimises what it has seen often, a good while later.
    private const int WarmUps = 60;

    private static readonly string[] Stages = ["fast decode", "fast decode, fields read", "fast decode and encode"];

    private readonly FastPackets _made = new(PacketCount);
    private readonly FastDecoder _decoder;
    private readonly FastEncoder _encoder;
    private readonly byte[] _target = new byte[1_024];

    public FastBench()
    {
        _decoder = new FastDecoder(_made.Templates);
        _encoder = new FastEncoder(_made.Templates);
    }

    /// <summary>Runs.</summary>
    /// <param name="rounds">Rounds that are measured.</param>
    /// <param name="progress">Told now and then.</param>
    public IReadOnlyList<FixBenchResult> Run(int rounds, Action<string> progress)
    {
        List<double>[] ns = [.. Stages.Select(_ => new List<double>())];
        LatencyHistogram[] single = [.. Stages.Select(_ => new LatencyHistogram())];
        long[] allocated = new long[Stages.Length];
        long[] sums = new long[Stages.Length];
        for (int round = -WarmUps; round < rounds; round++)
        {
            progress(round < 0 ? "fast: warm-up" : $"fast: round {round + 1} of {rounds}");
            for (int stage = 0; stage < Stages.Length; stage++)
            {
                long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                long sum = Play(stage, null);
                long ticks = Stopwatch.GetTimestamp() - start;
                long bytes = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
                Check.That(round == -WarmUps || sum == sums[stage], "every round comes to the same");
                sums[stage] = sum;
                LatencyHistogram singles = round >= 0 ? single[stage] : new LatencyHistogram();
                _ = Play(stage, singles);
                if (round >= 0)
                {
                    ns[stage].Add(ticks * 1e9 / Stopwatch.Frequency / PacketCount);
                    allocated[stage] = Math.Max(allocated[stage], bytes);
                }
            }
        }

        double size = _made.Packets.Average(packet => packet.Length);
        return [.. Stages.Select((name, stage) => new FixBenchResult(name, PacketCount, size, ns[stage], single[stage], allocated[stage]))];
    }

    private long Play(int stage, LatencyHistogram? singles)
    {
        _decoder.Reset();
        _encoder.Reset();
        long sum = 0;
        foreach (byte[] packet in _made.Packets)
        {
            long start = singles is null ? 0 : Stopwatch.GetTimestamp();
            bool isDone = _decoder.TryDecode(packet, out FastMessage message, out int bytes);
            if (stage == 1)
            {
                sum += Read(message.Fields);
            }
            else if (stage == 2)
            {
                isDone &= _encoder.TryEncode(message, _target, out bytes);
            }

            singles?.Record((Stopwatch.GetTimestamp() - start) * 1_000_000_000 / Stopwatch.Frequency);
            Check.That(isDone && bytes == packet.Length, "the packets of the bench are right");
            sum += bytes;
        }

        return sum;
    }

    private static long Read(FastFields fields)
    {
        long sum = 0;
        foreach (FastValue value in fields)
        {
            if (value.Type == FastType.Sequence)
            {
                foreach (FastFields element in value.Elements)
                {
                    sum += Read(element);
                }
            }
            else
            {
                sum += value.Type is FastType.Ascii ? value.Bytes.Length : value.Int64;
            }
        }

        return sum;
    }
}
