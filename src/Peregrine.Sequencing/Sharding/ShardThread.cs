using System.Numerics;
using Peregrine.Linux;
using Peregrine.Sequencing.Waiting;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Sequencing.Sharding;

/// <summary>A shard on a thread of its own: commands come in by one ring, events go out by another, each command's followed by an answer.</summary>
/// <remarks>
/// Thread: the owner of <see cref="ShardedMatching"/>, but for the loop.
/// The engine is the thread's from a command's write on until its answer has been read, and the owner's while there is none on its way:
/// the rings' releases and acquires hand it over.
/// </remarks>
internal sealed class ShardThread : IDisposable
{
    private readonly ShardEngine _shard;
    private readonly SpscRing<ShardCommand> _commands;
    private readonly SpscRing<MatchEvent> _told;
    private readonly Sleeper _sleeper = new();
    private readonly Sleeper _owner;
    private readonly Thread _thread;
    private readonly int _core;
    private IdleWait _idle;
    private long _allocatedBytes;
    private long _waitsForRoom;
    private bool _isStopping;

    /// <param name="owner">Where the owner sleeps.</param>
    public ShardThread(ShardEngine shard, int index, ShardedMatchingOptions options, Sleeper owner)
    {
        _shard = shard;
        _owner = owner;
        _core = options.FirstCore < 0 ? -1 : options.FirstCore + index;
        _idle = new IdleWait(options.Wait);

        // No more commands are on their way than fit: this ring is never full.
        _commands = new SpscRing<ShardCommand>((int)BitOperations.RoundUpToPowerOf2((uint)options.Sharding.InFlightMax));
        _told = new SpscRing<MatchEvent>(options.EventsMax);
        _thread = new Thread(Work) { IsBackground = true, Name = $"shard-{index}" };
        _thread.Start();
    }

    /// <summary>Managed bytes that the thread had allocated when it last ran out of work. From any thread.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>How often it found no room for an event. From any thread.</summary>
    public long WaitsForRoom => Volatile.Read(ref _waitsForRoom);

    /// <summary>Hands a command over. The thread may sleep on until <see cref="Wake"/>.</summary>
    public void Send(in ShardCommand command) => Check.That(_commands.TryWrite(in command), "there is room for each command that may be on its way");

    /// <summary>After a full fence: the thread works, if there is something to do.</summary>
    public void Wake() => _sleeper.Wake();

    /// <summary>Whether nothing is there to be collected.</summary>
    public bool IsSilent => _told.IsEmpty;

    /// <summary>Appends what is there of the oldest command that was not collected.</summary>
    /// <returns>True with its answer when that was all; false when more is to come.</returns>
    public bool TryCollect(MatchEventBuffer events, out ShardAnswer answer)
    {
        while (_told.TryRead(out MatchEvent told))
        {
            if (told.Type == 0)
            {
                answer = new ShardAnswer((int)told.Quantity.Lots, (int)told.Leaves.Lots, (int)told.RestingLeaves.Lots);
                return true;
            }

            events.Add() = told;
        }

        answer = default;
        return false;
    }

    public void Dispose()
    {
        Volatile.Write(ref _isStopping, true);
        _sleeper.WakeAnyway();
        _thread.Join();
        _sleeper.Dispose();
    }

    private void Work()
    {
        if (_core >= 0)
        {
            // Only a wish: on a core that there is not, the thread runs wherever the system puts it.
            _ = CpuAffinity.TryPinCurrentThread(_core);
        }

        MatchEventBuffer events = new();
        while (!Volatile.Read(ref _isStopping))
        {
            if (!_commands.TryRead(out ShardCommand command))
            {
                WaitForCommand();
                continue;
            }

            events.Clear();
            ShardAnswer answer = _shard.Run(in command, events);
            foreach (ref readonly MatchEvent told in events.Span)
            {
                Tell(in told);
            }

            Tell(EndOf(in answer));
            _owner.Wake();
        }
    }

    // An event of no type ends the events of a command.
    private static MatchEvent EndOf(in ShardAnswer answer) =>
        new() { Quantity = new Quantity(answer.Result), Leaves = new Quantity(answer.Ends), RestingLeaves = new Quantity(answer.EndsAndAuctions) };

    private void Tell(in MatchEvent told)
    {
        if (_told.TryWrite(in told))
        {
            return;
        }

        Volatile.Write(ref _waitsForRoom, _waitsForRoom + 1);
        WakeOwner();
        _idle.Reset();
        while (!_told.TryWrite(in told) && !Volatile.Read(ref _isStopping))
        {
            if (_idle.TryPause())
            {
                continue;
            }

            _sleeper.Announce();
            if (_told.TryWrite(in told))
            {
                _sleeper.Stay();
                return;
            }

            // Dispose stops, then rings: who sees no stop here hears the bell.
            _sleeper.SleepIf(!Volatile.Read(ref _isStopping));
        }
    }

    private void WaitForCommand()
    {
        WakeOwner();
        Volatile.Write(ref _allocatedBytes, GC.GetAllocatedBytesForCurrentThread());
        _idle.Reset();
        while (_commands.IsEmpty && !Volatile.Read(ref _isStopping))
        {
            if (_idle.TryPause())
            {
                continue;
            }

            _sleeper.Announce();
            _sleeper.SleepIf(_commands.IsEmpty && !Volatile.Read(ref _isStopping));
        }
    }

    private void WakeOwner()
    {
        Interlocked.MemoryBarrier();
        _owner.Wake();
    }
}
