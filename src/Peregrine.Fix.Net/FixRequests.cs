using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Net;

/// <summary>What became of an operator's request to a session.</summary>
public enum FixRequestOutcome : byte
{
    /// <summary>The numbers are set back. Of a logout: the Logout is sent, and the connection ends with the peer's answer or after two seconds.
    /// </summary>
    Done = 1,

    /// <summary>A peer is there and is logged out; the numbers are set back when its connection is over, before it can come again.</summary>
    Begun = 2,

    /// <summary>There is no connection to end; nothing happened.</summary>
    NotConnected = 3,

    /// <summary>The session is none of this acceptor's; nothing happened.</summary>
    UnknownSession = 4,

    /// <summary>Too many requests wait already; nothing happened.</summary>
    Busy = 5,

    /// <summary>Nothing is taken any more; nothing happened.</summary>
    Stopped = 6,
}

/// <summary>Requests of operators, from any thread to the one that owns the sessions.</summary>
internal sealed class FixRequests(ILogger log)
{
    // More than a person asks for in a tick.
    private const int PendingMax = 64;

    private readonly ConcurrentQueue<Request> _pending = new();
    private int _count;
    private bool _isStopped;

    /// <summary>Asks. From any thread.</summary>
    public Task<FixRequestOutcome> Ask(FixSession session, bool isReset, string text)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(text);
        if (Interlocked.Increment(ref _count) > PendingMax)
        {
            _ = Interlocked.Decrement(ref _count);
            return Task.FromResult(FixRequestOutcome.Busy);
        }

        Request request = new(session, isReset, text,
            new TaskCompletionSource<FixRequestOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        _pending.Enqueue(request);

        // Pairs with Stop: either that sees the request, or this sees that nobody will take it.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isStopped))
        {
            Refuse();
        }

        return request.Outcome.Task;
    }

    /// <summary>Carries out what was asked for. On the sessions' thread.</summary>
    /// <param name="unixNs">The time.</param>
    /// <param name="sessions">Those that there are; null for whichever.</param>
    public void OnTick(long unixNs, IReadOnlyCollection<FixSession>? sessions)
    {
        while (TryTake(out Request? request))
        {
            FixSession session = request.Session;
            FixRequestOutcome outcome = sessions is not null && !sessions.Contains(session) ? FixRequestOutcome.UnknownSession
                : request.IsReset ? session.ResetNumbers(request.Text, unixNs) ? FixRequestOutcome.Done : FixRequestOutcome.Begun
                : session.TryLogOut(request.Text, unixNs) ? FixRequestOutcome.Done : FixRequestOutcome.NotConnected;
            log.OperatorAsked(session.Options.PeerCompId, request.IsReset ? "reset of its numbers" : "logout", request.Text, outcome);
            _ = request.Outcome.TrySetResult(outcome);
        }
    }

    /// <summary>From here on all are refused.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isStopped, true);
        Interlocked.MemoryBarrier();
        Refuse();
    }

    private void Refuse()
    {
        while (TryTake(out Request? request))
        {
            _ = request.Outcome.TrySetResult(FixRequestOutcome.Stopped);
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Request? request)
    {
        bool isTaken = _pending.TryDequeue(out request);
        _ = isTaken ? Interlocked.Decrement(ref _count) : 0;
        return isTaken;
    }

    private sealed record Request(FixSession Session, bool IsReset, string Text, TaskCompletionSource<FixRequestOutcome> Outcome);
}
