using Peregrine.Sequencing.Sessions;

namespace Peregrine.Sequencing.Doors;

/// <summary>A session as the engine room knows it, whatever door it comes through.</summary>
/// <remarks>Thread: the link's, but for what says otherwise.</remarks>
public sealed class DoorSession
{
    private const long SecondNs = 1_000_000_000;
    private readonly long _intervalNs;
    private readonly long _burstNs;
    private long _nextNs;
    private bool _isBlocked;
    private long _requests;
    private long _delivered;
    private long _throttledCount;
    private long _blockedCount;
    private long _queuedCount;
    private long _queueFullCount;
    private int _waiting;

    internal DoorSession(ClientSession client, IDoor door, int place)
    {
        Client = client;
        Door = door;
        Place = place;
        Id = SessionId.Of(client.CompId);
        int perSecond = client.RequestsPerSecondMax;
        _intervalNs = perSecond > 0 ? SecondNs / perSecond : 0;
        int burst = client.ThrottleBurst > 0 ? client.ThrottleBurst : perSecond;
        _burstNs = _intervalNs * (burst - 1);
    }

    /// <summary>Its number in commands, reports and the journal.</summary>
    public int Id { get; }

    /// <summary>Who it is.</summary>
    public ClientSession Client { get; }

    /// <summary>Its place among those of its door: 0, 1, 2, ...</summary>
    public int Place { get; }

    /// <summary>Ids of the accounts that it may trade for, in the rules in force; the first is meant where a request names none.</summary>
    public int[] AccountIds { get; internal set; } = [];

    /// <summary>Reports of this session so far, over all runs: the number of the last one.</summary>
    public long ReportCount { get; internal set; }

    /// <summary>Reports of this run that were given to its door. From any thread.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Requests that became commands in this run. From any thread.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Requests refused as there were too many of them. From any thread.</summary>
    public long ThrottledCount => Volatile.Read(ref _throttledCount);

    /// <summary>Requests refused as the session is blocked. From any thread.</summary>
    public long BlockedCount => Volatile.Read(ref _blockedCount);

    /// <summary>Requests that waited for their turn, as they came above its rate. From any thread.</summary>
    public long QueuedCount => Volatile.Read(ref _queuedCount);

    /// <summary>Requests refused as so many waited as may. From any thread.</summary>
    public long QueueFullCount => Volatile.Read(ref _queueFullCount);

    /// <summary>How many wait at the moment. From any thread.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Nothing of it that adds risk is taken (<see cref="SessionDirectory.TryBlock"/>). From any thread.</summary>
    public bool IsBlocked => Volatile.Read(ref _isBlocked);

    internal IDoor Door { get; }

    internal void Block(bool isBlocked) => Volatile.Write(ref _isBlocked, isBlocked);

    internal void CountBlocked() => Volatile.Write(ref _blockedCount, _blockedCount + 1);

    internal void CountQueued() => Volatile.Write(ref _queuedCount, _queuedCount + 1);

    internal void CountQueueFull() => Volatile.Write(ref _queueFullCount, _queueFullCount + 1);

    internal void SetWaiting(int count)
    {
        Invariant.That(count >= 0 && count <= Client.ThrottleQueueMax, "no more requests of a session wait than may");
        Volatile.Write(ref _waiting, count);
    }

    internal void CountDelivered() => Volatile.Write(ref _delivered, _delivered + 1);

    internal void CountRequest() => Volatile.Write(ref _requests, _requests + 1);

    /// <summary>When one more request is within its rate, monotonic nanoseconds; what is past is now.</summary>
    internal long DueNs => _intervalNs == 0 ? 0 : _nextNs - _burstNs;

    /// <summary>Whether one more request is within its rate: evenly spaced ones always are, a burst as long as one is not used up
    /// (the generic cell rate algorithm, ITU-T I.371).</summary>
    internal bool TrySpend(long nowNs)
    {
        if (_intervalNs == 0)
        {
            return true;
        }

        long nextNs = Math.Max(_nextNs, nowNs);
        if (nextNs - nowNs > _burstNs)
        {
            Volatile.Write(ref _throttledCount, _throttledCount + 1);
            return false;
        }

        _nextNs = nextNs + _intervalNs;
        Invariant.That(_nextNs - nowNs <= _burstNs + _intervalNs, "a session is a burst ahead at most");
        return true;
    }
}
