using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class EventLoop
{
    /// <summary>Looks at a connection at a time, or earlier when it was to be looked at earlier.</summary>
    internal void Schedule(Connection connection, long dueNs)
    {
        if (dueNs < _timers.DueNs(connection.Slot))
        {
            _timers.Set(connection.Slot, dueNs);
        }
    }

    /// <summary>Looks at a connection when the next of its limits may be passed.</summary>
    private void ScheduleLimits(Connection connection)
    {
        long dueNs = Math.Min(connection.TickNs, connection.CloseByNs);
        if (connection.State == ConnectionState.Open)
        {
            dueNs = Math.Min(dueNs, DueNs(Options.IdleTimeoutMs, connection.LastActivityNs));
            dueNs = connection.IsFrameAwaited ? Math.Min(dueNs, DueNs(Options.FrameTimeoutMs, connection.UnfinishedSinceNs)) : dueNs;
        }
        else
        {
            dueNs = Math.Min(dueNs, DueNs(Options.HandshakeTimeoutMs, connection.OpenedNs));
        }

        _timers.Set(connection.Slot, dueNs);
    }

    private static long DueNs(int timeoutMs, long sinceNs) => timeoutMs == 0 ? long.MaxValue : sinceNs + (timeoutMs * 1_000_000L);

    private void RunTimers()
    {
        foreach (int slot in _timers.TakeDue(NowNs))
        {
            Connection connection = _slots[slot];
            if (connection.State is ConnectionState.Free or ConnectionState.Closing)
            {
                continue;
            }

            CheckLimits(connection);
            if (connection.State is not ConnectionState.Closing)
            {
                ScheduleLimits(connection);
            }
        }

        if (_pausedListeners > 0)
        {
            ResumeListeners();
        }
    }

    private void CheckLimits(Connection connection)
    {
        if (NowNs >= connection.TickNs)
        {
            connection.TickNs = long.MaxValue;
            Guard(connection, nameof(IConnectionHandler.OnTick), static (handler, connection) => handler.OnTick(connection, connection.Loop.NowNs));
        }

        if (NowNs >= connection.CloseByNs)
        {
            Abort(connection, CloseReason.Local);
        }
        else if (connection.State != ConnectionState.Open)
        {
            if (NowNs >= DueNs(Options.HandshakeTimeoutMs, connection.OpenedNs))
            {
                Fail(connection, CloseReason.HandshakeTimeout,
                    $"{(connection.State == ConnectionState.Connecting ? "not established" : "the TLS handshake is not done")} after " +
                    $"{Options.HandshakeTimeoutMs:N0} ms ({nameof(EventLoopOptions.HandshakeTimeoutMs)})");
            }
        }
        else if (NowNs >= DueNs(Options.IdleTimeoutMs, connection.LastActivityNs))
        {
            Fail(connection, CloseReason.IdleTimeout,
                $"nothing came or went for {Options.IdleTimeoutMs:N0} ms ({nameof(EventLoopOptions.IdleTimeoutMs)})");
        }
        else if (connection.IsFrameAwaited && NowNs >= DueNs(Options.FrameTimeoutMs, connection.UnfinishedSinceNs))
        {
            string what = connection.RestBytes > 0 ? "frame" : "TLS record";
            string came = connection.RestBytes > 0 ? $", {connection.RestBytes:N0} bytes of it came" : "";
            Fail(connection, CloseReason.FrameTimeout,
                $"a {what} was not complete after {Options.FrameTimeoutMs:N0} ms{came} ({nameof(EventLoopOptions.FrameTimeoutMs)})");
        }
    }

    /// <summary>Reading goes on after we paused it: until now the rest of a frame was ours to wait for, not the peer's to send.</summary>
    private void RestartFrame(Connection connection)
    {
        connection.FrameBegunNs = connection.FrameBegunNs == 0 ? 0 : NowNs;
        connection.RecordBegunNs = connection.RecordBegunNs == 0 ? 0 : NowNs;
        ScheduleFrame(connection);
    }

    private void ScheduleFrame(Connection connection)
    {
        if (Options.FrameTimeoutMs > 0 && connection.IsFrameAwaited)
        {
            Schedule(connection, DueNs(Options.FrameTimeoutMs, connection.UnfinishedSinceNs));
        }
    }

    private int LimitToTimers(int timeoutMs)
    {
        if (timeoutMs == 0)
        {
            return 0;
        }

        long nowNs = Clock.MonotonicNs;
        int waitMs = _timers.WaitMs(nowNs);
        if (_pausedListeners > 0)
        {
            waitMs = waitMs < 0 ? Options.AcceptPauseMs : Math.Min(waitMs, Options.AcceptPauseMs);
        }

        return waitMs < 0 ? timeoutMs : timeoutMs < 0 ? waitMs : Math.Min(timeoutMs, waitMs);
    }
}
