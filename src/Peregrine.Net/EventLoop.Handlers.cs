using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class EventLoop
{
    private const long SlowLogEveryNs = 1_000_000_000;
    private long _lastSlowLogNs;

    /// <summary>Notes that a call of the user's code took long, with its name.</summary>
    /// <param name="user">Whose code.</param>
    /// <param name="call">Which call.</param>
    /// <param name="tookNs">How long.</param>
    internal void NoteTime(object user, string call, long tookNs)
    {
        if (tookNs <= Options.SlowHandlerUs * 1000L || Options.SlowHandlerUs == 0)
        {
            return;
        }

        Counters.SlowHandlers++;
        if (NowNs - _lastSlowLogNs >= SlowLogEveryNs || _lastSlowLogNs == 0)
        {
            _lastSlowLogNs = NowNs;
            Log($"slow handler: {user.GetType().Name}.{call} took {tookNs / 1e6:F1} ms; " +
                $"meanwhile the loop served nobody else ({nameof(EventLoopOptions.SlowHandlerUs)}, {Counters.SlowHandlers:N0} so far)");
        }
    }

    /// <summary>Notes an exception of the user's code that costs no connection.</summary>
    internal void NoteFault(string what, object user, Exception fault)
    {
        LastHandlerFault = fault;
        Log($"{what}{user.GetType().Name} threw {fault.GetType().Name}: {fault.Message}");
    }

    // Every call of a handler but OnData, which is measured by the times that are taken anyway.
    private void Guard(Connection connection, string call, Action<IConnectionHandler, Connection> act)
    {
        long startNs = Clock.MonotonicNs;
        try
        {
            act(connection.Handler, connection);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            Fault(connection, fault);
        }

        NoteTime(connection.Handler, call, Clock.MonotonicNs - startNs);
    }

    private void Fault(Connection connection, Exception fault)
    {
        connection.CloseDetail = fault.Message;
        NoteFault($"connection {(connection.IsOutgoing ? "to" : "from")} {connection.Remote} closed, {CloseReason.HandlerFault}: ",
            connection.Handler, fault);
        BeginClose(connection, CloseReason.HandlerFault);
    }
}
