using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Peregrine.Journal;
using Peregrine.Linux;
using Peregrine.Sequencing.Waiting;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Recovery;

/// <summary>
/// A replay on two threads: who reads the journal checks and decodes here, and a thread of this carries the commands out. It knows those that come,
/// so it asks for their orders' memory before it needs it.
/// </summary>
/// <remarks>
/// Thread: one, but for the loop. The replay and its sink are the loop's from the first command on until <see cref="OnEnd"/> returns;
/// while rules come in, the loop has nothing to do and the caller's thread carries them out. What went wrong first is thrown first,
/// by <see cref="OnEnd"/> at the latest; after that the core is half-way and of no use. Bounded:
/// the reader waits where so many commands are on their way. Allocates: the thread, with the first command; then no.
/// </remarks>
public sealed class ReplayPipe : IJournalVisitor, IDisposable
{
    // Bytes of commands on their way, and how many commands are handed over together: they pass between cores in a near cache.
    private const int RingBytes = 1 << 16;
    private const int Handover = 32;

    // What a record of the ring is.
    private const int CommandStep = 0;
    private const int HashStep = 1;

    // How far ahead of the command at work is asked for where its orders are found, and then for the orders: docs/perf/journal.md.
    private const int FindAhead = 8;
    private const int OrderAhead = 4;

    // The other side is seldom long away, as both have about as much to do; with one processor it cannot come before this one leaves.
    private static readonly WaitStrategy Waiting = Environment.ProcessorCount > 1 ? new(SpinUs: 20, YieldUs: 50) : WaitStrategy.Block;

    private readonly JournalReplay _replay;
    private readonly SpscRecordRing _steps = new(RingBytes);
    private readonly Sleeper _reader = new();
    private readonly Sleeper _executor = new();
    private ReaderSide _side;
    private Thread? _thread;
    private ExceptionDispatchInfo? _failure;
    private bool _isStopping;

    // How few bytes on their way the reader waits for, while it waits.
    private int _awaited;

    /// <summary>Starts nothing yet.</summary>
    /// <param name="replay">Not to be used before <see cref="OnEnd"/>.</param>
    public ReplayPipe(JournalReplay replay) => _replay = replay;

    /// <inheritdoc/>
    /// <exception cref="ReplayException">It does not decode, or a record before it was carried out to another state.</exception>
    /// <remarks>Blocks: while too many commands are on their way. Throws what the sink threw, too.</remarks>
    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case JournalRecordType.Command:
                OnCommand(in header, payload);
                break;
            case JournalRecordType.StateHash:
                OnStateHash(in header, payload);
                break;
            case JournalRecordType.SessionNote:
                _replay.OnNote(in header, payload);
                break;
            default:
                Drain();
                _replay.OnRecord(header, payload);
                break;
        }
    }

    /// <summary>Waits until everything that came is carried out.</summary>
    /// <exception cref="ReplayException">A record was carried out to another state.</exception>
    /// <remarks>Blocks. Throws what the sink threw, too. More may come behind it.</remarks>
    public void OnEnd() => Drain();

    /// <summary>Ends the thread; what it was not yet given is not carried out.</summary>
    /// <remarks>Blocks: while the commands that were handed over together last are carried out, 32 at most.</remarks>
    public void Dispose()
    {
        if (_isStopping)
        {
            return;
        }

        // Pairs with the loop's look, and again before it sleeps.
        Volatile.Write(ref _isStopping, true);
        _executor.WakeAnyway();
        _thread?.Join();
        _executor.Dispose();
        _reader.Dispose();
    }

    private void OnCommand(scoped in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        CommandView command;
        try
        {
            command = JournalReplay.Decode(header, payload);
        }
        catch (ReplayException)
        {
            // Had something before it failed, that comes first.
            Drain();
            throw;
        }

        // The keys here and not at its turn: this thread has the time.
        Span<byte> place = NextPlace(StepHead.Size + payload.Length);
        StepHead head = new() { Sequence = header.Sequence, TimeNs = header.TimeNs, Keys = CommandKeys.Of(in command) };
        MemoryMarshal.Write(place, in head);
        payload.CopyTo(place[StepHead.Size..]);
        _steps.Commit(place.Length, CommandStep);
        _side.Filled++;
    }

    // Among the commands, so that nothing stops there.
    private void OnStateHash(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        ProvenState state = JournalReplay.DecodeHash(header, payload);
        Span<byte> place = NextPlace(ProvenState.Bytes);
        MemoryMarshal.Write(place, in state);
        _steps.Commit(place.Length, HashStep);
        _side.Filled++;
    }

    // Places are filled one by one, and handed over some at a time.
    private Span<byte> NextPlace(int bytes)
    {
        if (_side.Filled == Handover)
        {
            HandOver();
        }

        Span<byte> place;
        while (!_steps.TryClaim(bytes, out place))
        {
            HandOver();

            // Half of it at once: waiting for a few places each time, the two would get in each other's way wherever they share a core.
            WaitUntil(onTheirWay: RingBytes / 2);
        }

        Invariant.That(_side.Filled < Handover, "places are filled one by one, and handed over before there are too many");
        return place;
    }

    private void HandOver()
    {
        Invariant.That(_side.Filled >= 0 && _side.Filled <= Handover, "no more is handed over than places were filled");
        _steps.Publish();
        _side.Filled = 0;
        if (_thread is null)
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "replay" };
            _thread.Start();
        }

        // Between what was published and the look whether the loop sleeps: see Sleeper.
        Interlocked.MemoryBarrier();
        _executor.Wake();
    }

    // Until all that was read is carried out.
    private void Drain()
    {
        if (_side.Filled > 0)
        {
            HandOver();
        }

        WaitUntil(onTheirWay: 0);
    }

    // Places come back after their commands were carried out, so who sees how many are taken sees the core as it then was.
    private void WaitUntil(int onTheirWay)
    {
        IdleWait idle = new(Waiting);
        Invariant.That(onTheirWay is >= 0 and < RingBytes, "the reader waits for a place at least");
        Volatile.Write(ref _awaited, onTheirWay);
        while (_steps.BytesWaiting > onTheirWay)
        {
            ThrowIfFailed();
            if (!idle.TryPause())
            {
                _reader.Announce();
                _reader.SleepIf(_steps.BytesWaiting > onTheirWay && Volatile.Read(ref _failure) is null);
            }
        }
    }

    // Acquires what the loop left when it failed: the places of the command that failed never come back.
    private void ThrowIfFailed() => Volatile.Read(ref _failure)?.Throw();

    private void Work()
    {
        // Beside the reader, and not on the core that it may be pinned to.
        _ = CpuAffinity.TryUnpinCurrentThread();
        try
        {
            TakeSteps();
        }
        catch (Exception exception)
        {
            // Whatever it is, it is the reader's to tell.
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(exception));
            _reader.WakeAnyway();
        }
    }

    private void TakeSteps()
    {
        IdleWait idle = new(Waiting);
        while (!Volatile.Read(ref _isStopping))
        {
            long end = CarryOut(_steps, _replay);
            Invariant.That(end >= _steps.Front, "steps are taken in the order in which they were handed over");
            if (end != _steps.Front)
            {
                idle.Reset();
                _steps.Release(end);

                // Between what was released and the look whether the reader sleeps: see Sleeper.
                Interlocked.MemoryBarrier();
                if (_steps.BytesWaiting <= Volatile.Read(ref _awaited))
                {
                    _reader.Wake();
                }
            }
            else if (!idle.TryPause())
            {
                _executor.Announce();
                _executor.SleepIf(_steps.IsEmpty && !Volatile.Read(ref _isStopping));
            }
        }
    }

    // Three looks go through the ring one behind the other: where orders are found is asked for, then the orders, then it is their turn.
    private static long CarryOut(SpscRecordRing steps, JournalReplay replay)
    {
        long at = steps.Front;
        (long find, long order) = (at, at);
        for (int step = -FindAhead; step < Handover; step++)
        {
            if (steps.TryPeek(ref find, out ReadOnlyMemory<byte> found, out int tag) && tag == CommandStep)
            {
                CommandView ahead = ViewOf(found.Span, out StepHead head);
                replay.Core.Prefetch(in ahead, in head.Keys);
            }

            if (step >= -OrderAhead && steps.TryPeek(ref order, out found, out tag) && tag == CommandStep)
            {
                replay.Core.PrefetchOrder(ViewOf(found.Span, out _));
            }

            if (step < 0)
            {
                continue;
            }

            if (!steps.TryPeek(ref at, out found, out tag))
            {
                break;
            }

            Take(replay, found.Span, tag);
        }

        return at;
    }

    private static void Take(JournalReplay replay, ReadOnlySpan<byte> step, int tag)
    {
        if (tag == HashStep)
        {
            replay.Prove(MemoryMarshal.Read<ProvenState>(step));
            return;
        }

        CommandView command = ViewOf(step, out StepHead head);
        replay.Execute(in command, in head.Keys);
    }

    private static CommandView ViewOf(ReadOnlySpan<byte> step, out StepHead head)
    {
        head = MemoryMarshal.Read<StepHead>(step);
        return CommandCodec.View(step[StepHead.Size..], head.Sequence, head.TimeNs);
    }

    // What stands before a command's bytes.
    private struct StepHead
    {
        public const int Size = 48;
        public long Sequence;
        public long TimeNs;
        public CommandKeys Keys;
    }

    // Written with every record: it shares no cache lines with what the loop reads.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct ReaderSide
    {
        [FieldOffset(128)]
        public int Filled;
    }
}
