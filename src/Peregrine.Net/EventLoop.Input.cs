using Peregrine.Linux.Files;
using Peregrine.Net.Memory;
using Peregrine.Primitives;

namespace Peregrine.Net;

/// <summary>
/// Where a loop reads into: room for one read, and before it room for the rest of a small frame, so that a frame cut in two becomes one
/// piece by a short copy.
/// </summary>
internal sealed unsafe class InputArea(int receiveBytes) : IDisposable
{
    /// <summary>The longest rest that is copied before the next read; a longer one is read on to where it lies.</summary>
    public const int HeadBytes = BufferPool.PageBytes;
    private readonly AnonymousMemory _memory = new(HeadBytes + receiveBytes, HeadBytes + receiveBytes);

    /// <summary>Room for one read.</summary>
    public Span<byte> Room => new(_memory.Start + HeadBytes, receiveBytes);

    /// <summary>What was read, with room before it.</summary>
    public Span<byte> With(ReadOnlySpan<byte> before, int bytes)
    {
        // SAFETY: at most HeadBytes lie before the room, and at most receiveBytes were read into it.
        Check.That(before.Length <= HeadBytes && bytes <= receiveBytes, "a short rest goes before one read");
        Span<byte> all = new(_memory.Start + HeadBytes - before.Length, before.Length + bytes);
        before.CopyTo(all);
        return all;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}

public sealed partial class EventLoop
{
    private readonly InputArea _receive;

    // When the handler that is called next got to run: the read, or the end of the call before it.
    private long _handlerStartNs;

    // The connection whose handler runs: what it writes is sent when it returns, without a place in the queue.
    private Connection? _delivering;
    private bool _hasDeliveringWritten;

    /// <summary>Where the next read of a connection goes.</summary>
    /// <returns>Empty when there is no memory for what it might leave: the connection waits then.</returns>
    internal Span<byte> RoomForInput(Connection connection)
    {
        if (Pool.FreePages <= Pool.ReservedPages / 2)
        {
            StarveInput(connection);
            return default;
        }

        if (connection.Tls is not null || connection.RestBytes <= InputArea.HeadBytes)
        {
            return _receive.Room;
        }

        // Twice as much each time, so that a long frame is copied about once.
        int wanted = Math.Min(Math.Max(connection.RestBytes, Options.ReceiveBytes),
            Options.FrameBytesMax + Options.ReceiveBytes - connection.RestBytes);
        if (connection.RestRoom.Length < BufferPool.PageBytes && !connection.TryGrowRest(wanted) && connection.RestRoom.Length == 0)
        {
            StarveInput(connection);
            return default;
        }

        return connection.RestRoom;
    }

    /// <summary>Bytes were read into the room.</summary>
    internal void OnReceivedInPlace(Connection connection, int bytes)
    {
        CountReceived(connection, bytes);
        if (connection.Tls is not null)
        {
            OnCipher(connection, _receive.With([], bytes));
        }
        else if (connection.RestBytes <= InputArea.HeadBytes)
        {
            Deliver(connection, _receive.With(connection.Rest, bytes), isRest: false);
        }
        else
        {
            connection.AdvanceRest(bytes);
            Deliver(connection, connection.Rest, isRest: true);
        }
    }

    /// <summary>Bytes were read into a buffer of the backend.</summary>
    internal void OnReceived(Connection connection, ReadOnlySpan<byte> data)
    {
        CountReceived(connection, data.Length);
        if (connection.Tls is not null)
        {
            OnCipher(connection, data);
        }
        else
        {
            Append(connection, data);
        }
    }

    private void Append(Connection connection, ReadOnlySpan<byte> data)
    {
        if (connection.RestBytes == 0 && !connection.IsInputPaused)
        {
            Deliver(connection, data, isRest: false);
            return;
        }

        if (!connection.TryGrowRest(data.Length))
        {
            Fail(connection, CloseReason.OutOfBuffers, "no buffer is left for what has arrived");
            return;
        }

        data.CopyTo(connection.RestRoom);
        connection.AdvanceRest(data.Length);
        if (!connection.IsInputPaused)
        {
            Deliver(connection, connection.Rest, isRest: true);
        }
    }

    private void ResumeInput(Connection connection)
    {
        connection.IsInputPaused = false;
        RestartFrame(connection);
        _handlerStartNs = Clock.MonotonicNs;
        if (connection.RestBytes > 0 && connection.State == ConnectionState.Open)
        {
            Deliver(connection, connection.Rest, isRest: true);
        }

        if (connection.Tls is not null && connection.State == ConnectionState.Open && !connection.IsInputPaused)
        {
            ReadPlain(connection);
        }

        _backend.Update(connection);
    }

    private void StarveInput(Connection connection)
    {
        connection.IsInputStarved = true;
        Counters.ReadPauses++;
        OnPoolExhausted();
        QueueStarved(connection);
        _backend.Update(connection);
    }

    private void CountReceived(Connection connection, int bytes)
    {
        Counters.Receives++;
        Counters.ReceivedBytes += bytes;
        connection.LastReceivedNs = Clock.MonotonicNs;
        connection.LastActivityNs = connection.LastReceivedNs;
        _handlerStartNs = connection.LastReceivedNs;
        if (Options.Socket.QuickAck)
        {
            Counters.SystemCalls++;
            _ = connection.Socket.SetQuickAck();
        }
    }

    private void Deliver(Connection connection, ReadOnlySpan<byte> data, bool isRest)
    {
        if (connection.State != ConnectionState.Open)
        {
            return;
        }

        if (connection.TakeFirstInput() && Options.RefuseTlsOnPlain && connection.Tls is null && !connection.IsOutgoing && LooksLikeClientHello(data))
        {
            Fail(connection, CloseReason.WrongProtocol,
                "the peer speaks TLS to a port without it: connect without TLS, or give the port a certificate");
            return;
        }

        int consumed = 0;
        if (connection.DiscardBytes > 0)
        {
            consumed = (int)Math.Min(connection.DiscardBytes, data.Length);
            connection.DiscardBytes -= consumed;
        }

        InputReader input = new(data[consumed..]);
        _delivering = connection;
        if (input.Length > 0)
        {
            if (!TryHandle(connection, ref input))
            {
                _delivering = null;
                _hasDeliveringWritten = false;
                return;
            }

            consumed += input.Position;
            connection.DiscardBytes += input.DiscardBytes;
            Counters.Messages += input.MessageCount;
        }

        Keep(connection, data, consumed, isRest);

        // At once, while the output is in the processor's cache; what others wrote waits for the end of the pass.
        _delivering = null;
        if (_hasDeliveringWritten)
        {
            _hasDeliveringWritten = false;
            Flush(connection);
        }
    }

    private bool TryHandle(Connection connection, ref InputReader input)
    {
        try
        {
            connection.Handler.OnData(connection, ref input);
        }
        catch (Exception fault) when (fault is not BrokenInvariantException)
        {
            Fault(connection, fault);
            return false;
        }

        long nowNs = Clock.MonotonicNs;
        long tookNs = nowNs - _handlerStartNs;
        _handlerStartNs = nowNs;
        Counters.HandlerTime.Record(tookNs);
        NoteTime(connection.Handler, nameof(IConnectionHandler.OnData), tookNs);
        return true;
    }

    private void Keep(Connection connection, ReadOnlySpan<byte> data, int consumed, bool isRest)
    {
        int restBytes = data.Length - consumed;
        if (restBytes == 0 || connection.State != ConnectionState.Open)
        {
            connection.ReturnRest();
            return;
        }

        if (restBytes > Options.FrameBytesMax && !connection.WasRefused)
        {
            Fail(connection, CloseReason.InputOverflow,
                $"a frame is longer than {Options.FrameBytesMax:N0} bytes ({nameof(EventLoopOptions.FrameBytesMax)})");
            return;
        }

        if (isRest)
        {
            connection.ConsumeRest(consumed);
        }
        else if (!connection.TrySetRest(data[consumed..]))
        {
            Fail(connection, CloseReason.OutOfBuffers, "no buffer is left for a frame that is not complete");
            return;
        }

        if (consumed > 0 || connection.FrameBegunNs == 0)
        {
            connection.FrameBegunNs = connection.LastReceivedNs;
            ScheduleFrame(connection);
        }

        if (connection.WasRefused && !connection.IsInputPaused)
        {
            connection.IsInputPaused = true;
            Counters.ReadPauses++;
            _backend.Update(connection);
        }
    }

    // A handshake record of TLS 1.x with a ClientHello whose length agrees with the record's. Source: RFC 8446 5.1 and 4.
    private static bool LooksLikeClientHello(ReadOnlySpan<byte> data) =>
        data.Length >= 9 && data[0] == 22 && data[1] == 3 && data[2] <= 4 && data[5] == 1
        && ((data[3] << 8) | data[4]) == ((data[6] << 16) | (data[7] << 8) | data[8]) + 4;
}
