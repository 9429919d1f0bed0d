using System.Buffers.Binary;
using Peregrine.Cli;
using Peregrine.Journal;
using Peregrine.Linux;
using Peregrine.Primitives;
using Peregrine.Sequencing;
using Peregrine.Sequencing.Hops;
using Peregrine.Trading.Orders;

namespace Peregrine.Bench.Core;

/// <summary>One run of a stream through a fresh pipeline: the commands before the measured part, then those of it.</summary>
internal sealed class PipelineRound : IReportSink
{
    // What a gateway takes in one read of its sockets, and the sequencer in one pass.
    private const int BlockCommands = 64;
    private const int PassCommands = 256;
    private const int RingBytes = 1 << 17;
    private const int InFlightMax = 1 << 14;
    private const int SpinsBeforeYield = 64;

    private readonly OrderStream _stream;
    private readonly int _end;
    private readonly PipelineBenchOptions _options;
    private readonly JournalWriter _journal;
    private readonly Sequencer _sequencer;
    private readonly SpscRecordRing _ring = new(RingBytes);
    private readonly Progress _progress = new();
    private long _reports;
    private string? _failure;

    public PipelineRound(OrderStream stream, int measured, PipelineBenchOptions options, JournalWriter journal)
    {
        _stream = stream;
        _end = stream.Prefill + measured;
        _options = options;
        _journal = journal;
        Core = new TradingCore(new CoreOptions { OrdersMax = options.OrdersMax });
        Core.Configure(StreamOrders.RulesFor(stream));
        _sequencer = new Sequencer(Core, journal, lastTimeNs: 0, InFlightMax);
    }

    public TradingCore Core { get; }

    public long WallNs { get; private set; }

    public LatencyHistogram Latency => _sequencer.Hops.Total;

    public long BytesAllocated { get; private set; }

    public int Collections { get; private set; }

    public long Batches { get; private set; }

    /// <inheritdoc/>
    public void Deliver(in ReportView report) => _reports += report.ExecId > 0 ? 1 : 0;

    /// <exception cref="CommandException">The journal cannot be written.</exception>
    public void Run()
    {
        Thread link = new(() => Take(_stream.Prefill, _end)) { IsBackground = true, Name = "bench-link" };
        link.Start();
        Produce(0, _stream.Prefill, 0);
        WaitFor(_stream.Prefill);

        // The link's thread waits for the next command now: what is counted from here on is the measured part.
        _sequencer.Hops.Clear();
        GC.Collect();
        long batches = _journal.Counters.Batches;
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        int collections = GC.CollectionCount(0);
        long startNs = Clock.MonotonicNs;
        Produce(_stream.Prefill, _end, _options.Outstanding);
        WaitFor(_end);
        WallNs = Clock.MonotonicNs - startNs;
        BytesAllocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        Collections = GC.CollectionCount(0) - collections;
        link.Join();
        Batches = _journal.Counters.Batches - batches;
        if (_failure is not null)
        {
            throw new CommandException(_failure);
        }

        Check.That(_reports == _sequencer.ReleasedReports && _reports >= _end, "every command of a client has a report, and all are released");
    }

    private void Produce(int first, int end, int outstanding)
    {
        int spins = 0;
        for (int next = first; next < end && Volatile.Read(ref _failure) is null;)
        {
            int most = Math.Min(BlockCommands, end - next);
            if (outstanding > 0)
            {
                most = (int)Math.Min(most, Volatile.Read(ref _progress.Acknowledged) + outstanding - next);
            }

            int put = 0;
            long nowNs = Clock.MonotonicNs;
            while (put < most && _ring.TryClaim(sizeof(long) + CommandCodec.BytesMax, out Span<byte> place))
            {
                // The latency of all of them counts from here: each was ready before.
                StreamOrders.Fill(in _stream.Commands[next + put], out OrderCommand command);
                BinaryPrimitives.WriteInt64LittleEndian(place, nowNs);
                _ring.Commit(sizeof(long) + CommandCodec.Encode(in command, place[sizeof(long)..]));
                put++;
            }

            if (put == 0)
            {
                Pause(ref spins);
                continue;
            }

            spins = 0;
            _ring.Publish();
            next += put;
        }
    }

    private void WaitFor(int acknowledged)
    {
        for (int spins = 0; Volatile.Read(ref _progress.Acknowledged) < acknowledged && Volatile.Read(ref _failure) is null;)
        {
            Pause(ref spins);
        }
    }

    private void Take(int prefill, int end)
    {
        _ = CpuAffinity.TryPinCurrentThread(Environment.ProcessorCount - 1);
        int spins = 0;
        for (long acknowledged = 0; acknowledged < end;)
        {
            SubmitStatus status = TakePass(out int taken);
            if (status is not (SubmitStatus.Ok or SubmitStatus.Busy) || !_sequencer.TryCommit())
            {
                Volatile.Write(ref _failure, $"the journal cannot be written ({status}): {_journal.Failure?.Message}; make room on the disk, " +
                    $"or name another folder");
                return;
            }

            int released = _sequencer.Release(this);
            _sequencer.MarkSent();
            long now = _sequencer.LastSequence - _sequencer.WaitingCommands;
            if (now != acknowledged)
            {
                acknowledged = now;

                // Releases what this thread counted: pairs with the reads of Acknowledged before figures are taken.
                Volatile.Write(ref _progress.Acknowledged, acknowledged);
            }

            if (taken == 0 && released == 0)
            {
                Pause(ref spins);
            }
            else
            {
                spins = 0;
            }
        }
    }

    // What waits, up to what one pass takes; it shares one look at the clock.
    private SubmitStatus TakePass(out int taken)
    {
        SubmitStatus status = SubmitStatus.Ok;
        long nowNs = Clock.MonotonicNs;
        long at = _ring.Front;
        long next = at;
        for (taken = 0; taken < PassCommands && _ring.TryPeek(ref next, out ReadOnlyMemory<byte> record, out _); taken++)
        {
            long receivedNs = BinaryPrimitives.ReadInt64LittleEndian(record.Span);
            status = _sequencer.Submit(record.Span[sizeof(long)..], new Arrival(receivedNs, receivedNs, nowNs));
            if (status != SubmitStatus.Ok)
            {
                break;
            }

            at = next;
        }

        _ring.Release(at);
        return status;
    }

    // Two cores carry this pair and the journal's threads: whoever has nothing to do lets the others run.
    private static void Pause(ref int spins)
    {
        if (++spins < SpinsBeforeYield)
        {
            Thread.SpinWait(8);
        }
        else
        {
            _ = Thread.Yield();
        }
    }

    // Alone on its cache lines: one thread writes it, the other looks at it all the time.
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 384)]
    private sealed class Progress
    {
        [System.Runtime.InteropServices.FieldOffset(128)]
        public long Acknowledged;
    }
}
