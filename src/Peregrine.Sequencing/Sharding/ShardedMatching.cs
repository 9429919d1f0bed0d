using System.Numerics;
using Peregrine.Sequencing.Waiting;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Matching.Sharding;

namespace Peregrine.Sequencing.Sharding;

/// <summary>
/// Matching on several threads, one for each shard of the instruments. Commands go in in an order,
/// and their results come out in the same order, equal to the byte to those of one <see cref="MatchingEngine"/>: events, reasons, counters and
/// digests depend neither on how many shards there are nor on timing.
/// </summary>
/// <remarks>
/// Thread: one owner, who sends commands and takes results; sent commands run at the latest when it flushes or takes. Allocates: not on the way,
/// after warm-up. Blocks: only <see cref="Take"/> and <see cref="Dispose"/>.
/// What a shard throws, as it runs out of memory, ends the process: no other shard may go on without it.
/// At the bounds: <see cref="TrySend"/> refuses, and a shard whose events are not taken waits. See
/// docs/adr/0011-the-core-is-sharded-by-instrument.md.
/// </remarks>
public sealed class ShardedMatching : IDisposable
{
    private readonly ShardedEngine _books;
    private readonly Sleeper _sleeper = new();
    private readonly ShardThread[] _threads;
    private readonly MatchEventBuffer[] _collected;
    private readonly ShardAnswer[] _answers;
    private readonly MatchEventBuffer _merged = new();
    private MatchEventBuffer _result;
    private IdleWait _idle;

    // Of the oldest command: the shards that have answered, a bit each.
    private ulong _answered;
    private bool _isFlushed = true;

    // Whether the events are those of a result that was taken; else some of them may be there already.
    private bool _isTaken;

    /// <summary>Starts the threads.</summary>
    /// <exception cref="ArgumentException">The options have faults; all of them are named.</exception>
    public ShardedMatching(ShardedMatchingOptions options)
    {
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        _books = new ShardedEngine(options.Sharding);
        _idle = new IdleWait(options.Wait);
        int shards = options.Sharding.Shards;
        _threads = new ShardThread[shards];
        _collected = new MatchEventBuffer[shards];
        _answers = new ShardAnswer[shards];
        _result = _merged;
        for (int shard = 0; shard < shards; shard++)
        {
            _collected[shard] = new MatchEventBuffer();
            _threads[shard] = new ShardThread(_books.Shards[shard], shard, options, _sleeper);
        }
    }

    /// <summary>All shards as one engine, on the caller's thread: to add instruments, change terms, look at books, counters and digests,
    /// even to give commands.</summary>
    /// <exception cref="InvalidOperationException">Commands are on their way: take their results first.</exception>
    public ShardedEngine AtRest => InFlight == 0
        ? _books
        : throw new InvalidOperationException($"{InFlight} commands are on their way; take their results first");

    /// <summary>The same without a look whether anything is on its way, for counters: from any thread, a slightly torn picture.</summary>
    internal ShardedEngine Racy => _books;

    /// <summary>Commands sent whose results have not been taken.</summary>
    public int InFlight => _books.Router.InFlight;

    /// <summary>Events of the result taken last; valid until the next take, also one that finds nothing.</summary>
    public ReadOnlySpan<MatchEvent> Events => _result.Span;

    /// <summary>How often a command was refused because as many as may be were on their way.</summary>
    public long FullCount { get; private set; }

    /// <summary>How often a command had to wait for results because of what it does (<see cref="RouteStatus.Waits"/>).</summary>
    public long WaitsCount { get; private set; }

    /// <summary>How often a shard had to wait until its events were taken. From any thread.</summary>
    public long ShardWaits
    {
        get
        {
            long sum = 0;
            foreach (ShardThread thread in _threads)
            {
                sum += thread.WaitsForRoom;
            }

            return sum;
        }
    }

    /// <summary>Sends a command to its shards. They may not look at it before <see cref="Flush"/> or a take, so that many cost one wake-up.</summary>
    /// <returns>Sent; else nothing happened, and results must be taken before it is tried again: Full, one; Waits, all.</returns>
    /// <exception cref="ArgumentException">It is no command, or its phase is none.</exception>
    public RouteStatus TrySend(ShardCommand command)
    {
        RouteStatus status = _books.Router.Route(ref command, out int shard);
        if (status != RouteStatus.Sent)
        {
            FullCount += status == RouteStatus.Full ? 1 : 0;
            WaitsCount += status == RouteStatus.Waits ? 1 : 0;
            return status;
        }

        _isFlushed = false;
        if (shard != ShardRouter.All)
        {
            _threads[shard].Send(in command);
            return status;
        }

        foreach (ShardThread thread in _threads)
        {
            thread.Send(in command);
        }

        return status;
    }

    /// <summary>Makes the shards look at what was sent.</summary>
    public void Flush()
    {
        if (!_isFlushed)
        {
            _isFlushed = true;
            WakeShards();
        }
    }

    /// <summary>Takes the result of the oldest command, if it is there. Its events are <see cref="Events"/>.</summary>
    /// <param name="result">Its <see cref="RejectReason"/>, or of a mass cancel how many orders.</param>
    /// <returns>False when it is not there yet, or nothing is on its way.</returns>
    public bool TryTake(out int result)
    {
        Flush();
        if (_isTaken)
        {
            _isTaken = false;
            _result.Clear();
        }

        result = 0;
        if (!_books.Router.TryPeek(out int shard))
        {
            return false;
        }

        if (shard == ShardRouter.All ? !TryCollectAll(out result) : !TryCollectOne(shard, out result))
        {
            // What was read has made room, for which a shard may wait.
            WakeShards();
            return false;
        }

        Invariant.That(shard == ShardRouter.All ? BitOperations.PopCount(_answered) == _threads.Length : _answered == 0,
            "a result is whole when every shard that has a part in it has answered");
        _answered = 0;
        _isTaken = true;
        _books.Router.Complete(_result.Span);
        return true;
    }

    /// <summary>Takes the result of the oldest command, and waits for it.</summary>
    /// <inheritdoc cref="TryTake" path="/param"/>
    /// <exception cref="InvalidOperationException">Nothing is on its way.</exception>
    public void Take(out int result)
    {
        if (InFlight == 0)
        {
            throw new InvalidOperationException("no command is on its way");
        }

        _idle.Reset();
        while (!TryTake(out result))
        {
            if (_idle.TryPause())
            {
                continue;
            }

            _sleeper.Announce();
            _sleeper.SleepIf(!HasNews());
        }
    }

    /// <summary>Ends the threads. Commands whose results were not taken may or may not have run.</summary>
    public void Dispose()
    {
        foreach (ShardThread thread in _threads)
        {
            thread.Dispose();
        }

        _sleeper.Dispose();
    }

    /// <summary>Managed bytes that the threads had allocated when they last ran out of work.</summary>
    internal long AllocatedBytes()
    {
        long sum = 0;
        foreach (ShardThread thread in _threads)
        {
            sum += thread.AllocatedBytes;
        }

        return sum;
    }

    private bool TryCollectOne(int shard, out int result)
    {
        _result = _collected[shard];
        bool isWhole = _threads[shard].TryCollect(_result, out ShardAnswer answer);
        result = answer.Result;
        return isWhole;
    }

    private bool TryCollectAll(out int result)
    {
        for (int shard = 0; shard < _threads.Length; shard++)
        {
            bool isAwaited = (_answered & (1UL << shard)) == 0;
            if (isAwaited && _threads[shard].TryCollect(_collected[shard], out _answers[shard]))
            {
                Invariant.That((_answered & (1UL << shard)) == 0, "a shard answers a command once");
                _answered |= 1UL << shard;
            }
        }

        result = 0;
        if (BitOperations.PopCount(_answered) != _threads.Length)
        {
            return false;
        }

        _merged.Clear();
        _result = _merged;
        result = _books.Merge.Merge(_collected, _answers, _merged);
        foreach (MatchEventBuffer collected in _collected)
        {
            collected.Clear();
        }

        return true;
    }

    private bool HasNews()
    {
        _ = _books.Router.TryPeek(out int shard);
        if (shard != ShardRouter.All)
        {
            return !_threads[shard].IsSilent;
        }

        for (int i = 0; i < _threads.Length; i++)
        {
            if ((_answered & (1UL << i)) == 0 && !_threads[i].IsSilent)
            {
                return true;
            }
        }

        return false;
    }

    private void WakeShards()
    {
        Interlocked.MemoryBarrier();
        foreach (ShardThread thread in _threads)
        {
            thread.Wake();
        }
    }
}
