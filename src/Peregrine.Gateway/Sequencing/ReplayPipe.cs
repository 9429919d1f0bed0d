using System.Runtime.ExceptionServices;
using Peregrine.Gateway.Waiting;
using Peregrine.Journal;
using Peregrine.Net;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Sequencing;

/// <summary>
/// A replay on two threads: who reads the journal checks and decodes here, and a thread of this carries the commands out. It knows those that come,
/// so it asks for their orders' memory before it needs it.
/// </summary>
/// <remarks>
/// Thread: one, but for the loop. The replay and its sink are the loop's from the first command on until <see cref="OnEnd"/> returns, where what the
/// loop failed with is thrown at the latest; while rules come in, the loop has nothing to do. Bounded: the reader waits where so many commands are on
/// their way. Allocates: no, once made.
/// </remarks>
public sealed class ReplayPipe : IJournalVisitor, IDisposable
{
    // Commands on their way, and how many of them are handed over together: they pass between cores in a near cache.
    private const int Places = 512;
    private const int Handover = 32;

    // How far ahead of the command at work is asked for where its orders are found, and then for the orders.
    private const int FindAhead = 8;
    private const int OrderAhead = 4;

    // The other side is seldom long away, as both have about as much to do.
    private static readonly WaitStrategy Waiting = new(SpinUs: 20, YieldUs: 50);

    private readonly JournalReplay _replay;
    private readonly SpscRing<OrderCommand> _steps = new(Places);
    private readonly Sleeper _reader = new();
    private readonly Sleeper _executor = new();
    private Thread? _thread;
    private int _filled;
    private ExceptionDispatchInfo? _failure;
    private bool _isStopping;

    /// <param name="replay">Not to be used before <see cref="OnEnd"/>.</param>
    public ReplayPipe(JournalReplay replay) => _replay = replay;

    /// <inheritdoc/>
    public void OnRecord(in JournalRecord header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case JournalRecordType.Command:
                JournalReplay.Decode(header, payload, out NextPlace());
                break;
            case JournalRecordType.StateHash:
                // Between commands as one of no type, so that nothing stops there.
                ProvenState state = JournalReplay.DecodeHash(header, payload);
                NextPlace() = new OrderCommand { Sequence = state.Sequence, OrderId = state.Hash, SessionSequence = state.LastExecId };
                break;
            default:
                Drain();
                _replay.OnRecord(header, payload);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnEnd() => Drain();

    /// <summary>Ends the thread; what it was not yet given is not carried out.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isStopping, true);
        _executor.WakeAnyway();
        _thread?.Join();
        _executor.Dispose();
        _reader.Dispose();
    }

    // Places are filled one by one, and handed over some at a time.
    private ref OrderCommand NextPlace()
    {
        if (_filled == Handover)
        {
            HandOver();
        }

        Span<OrderCommand> free = _steps.Claim(Handover);
        if (_filled >= free.Length)
        {
            HandOver();
            free = WaitForPlace();
        }

        return ref free[_filled++];
    }

    private void HandOver()
    {
        _steps.Publish(_filled);
        _filled = 0;
        if (_thread is null)
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "replay" };
            _thread.Start();
        }

        Interlocked.MemoryBarrier();
        _executor.Wake();
    }

    private Span<OrderCommand> WaitForPlace()
    {
        IdleWait idle = new(Waiting);
        while (true)
        {
            ThrowIfFailed();
            Span<OrderCommand> free = _steps.Claim(Handover);
            if (free.Length > 0)
            {
                return free;
            }

            if (!idle.TryPause())
            {
                SleepWhile(isFull: true);
            }
        }
    }

    // Until all that was read is carried out.
    private void Drain()
    {
        if (_filled > 0)
        {
            HandOver();
        }

        IdleWait idle = new(Waiting);
        while (_steps.Count > 0)
        {
            ThrowIfFailed();
            if (!idle.TryPause())
            {
                SleepWhile(isFull: false);
            }
        }

        ThrowIfFailed();
    }

    private void SleepWhile(bool isFull)
    {
        _reader.Announce();
        bool isReady = isFull ? _steps.Count < Places : _steps.Count == 0;
        if (isReady || Volatile.Read(ref _failure) is not null)
        {
            _reader.Stay();
        }
        else
        {
            _reader.Sleep();
        }
    }

    private void ThrowIfFailed() => Volatile.Read(ref _failure)?.Throw();

    private void Work()
    {
        try
        {
            IdleWait idle = new(Waiting);
            while (!Volatile.Read(ref _isStopping))
            {
                Span<OrderCommand> steps = _steps.Peek(Handover + FindAhead);
                if (steps.IsEmpty)
                {
                    Wait(ref idle);
                    continue;
                }

                idle.Reset();
                int count = Math.Min(steps.Length, Handover);
                for (int index = 0; index < count; index++)
                {
                    Prefetch(steps, index);
                    Take(in steps[index]);
                }

                _steps.Release(count);
                Interlocked.MemoryBarrier();
                _reader.Wake();
            }
        }
        catch (Exception exception)
        {
            // Whatever it is, it is the reader's to tell.
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(exception));
            _reader.WakeAnyway();
        }
    }

    private void Wait(ref IdleWait idle)
    {
        if (idle.TryPause())
        {
            return;
        }

        _executor.Announce();
        if (_steps.IsEmpty && !Volatile.Read(ref _isStopping))
        {
            _executor.Sleep();
        }
        else
        {
            _executor.Stay();
        }
    }

    private void Prefetch(Span<OrderCommand> steps, int index)
    {
        if (index + FindAhead < steps.Length)
        {
            _replay.Core.Prefetch(in steps[index + FindAhead]);
        }

        if (index + OrderAhead < steps.Length)
        {
            _replay.Core.PrefetchOrder(in steps[index + OrderAhead]);
        }
    }

    private void Take(in OrderCommand step)
    {
        if (step.Type == default)
        {
            _replay.Prove(new ProvenState(step.Sequence, step.OrderId, step.SessionSequence));
        }
        else
        {
            _replay.Execute(in step);
        }
    }
}
