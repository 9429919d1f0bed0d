using Peregrine.Linux.Tls;
using Peregrine.Net.Memory;
using Peregrine.Primitives;

namespace Peregrine.Net;

public sealed partial class EventLoop
{
    // Encrypted bytes of one connection at a time: more would only wait in another form.
    private const int CipherBytesMax = 64 << 10;
    private InputArea? _plain;

    /// <summary>Encrypts bytes of the caller's and hands them to the kernel.</summary>
    /// <returns>How many were taken.</returns>
    internal int SendEncrypted(Connection connection, ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (taken < bytes.Length && connection.Cipher.Bytes < CipherBytesMax && connection.State == ConnectionState.Open)
        {
            if (connection.Tls!.Engine.Write(bytes[taken..], out int part) != TlsStatus.Ok || !TryDrain(connection))
            {
                FailTls(connection);
                return taken;
            }

            taken += part;
        }

        if (taken < bytes.Length)
        {
            connection.WantEmpty();
        }

        Flush(connection);
        return taken;
    }

    /// <summary>Encrypted bytes came.</summary>
    private void OnCipher(Connection connection, ReadOnlySpan<byte> data)
    {
        connection.Tls!.Engine.Feed(data);
        if (connection.State == ConnectionState.Handshaking)
        {
            ContinueHandshake(connection);
        }
        else if (!connection.IsInputPaused)
        {
            ReadPlain(connection);
        }
    }

    private void ContinueHandshake(Connection connection)
    {
        TlsStatus status = connection.Tls!.Engine.Handshake();
        if (!TryDrain(connection) || status is TlsStatus.Failed or TlsStatus.Closed)
        {
            FailTls(connection);
            return;
        }

        if (connection.Cipher.Bytes > 0)
        {
            Flush(connection);
        }

        if (status == TlsStatus.Ok && connection.State == ConnectionState.Handshaking)
        {
            Counters.TlsHandshakes++;
            Counters.TlsResumptions += connection.Tls.Engine.WasResumed ? 1 : 0;
            Opened(connection);
            ReadPlain(connection);
        }
    }

    private void ReadPlain(Connection connection)
    {
        _plain ??= new InputArea(Options.ReceiveBytes);
        bool hasRead = false;
        while (connection.State == ConnectionState.Open && !connection.IsInputPaused)
        {
            bool isInRest = connection.RestBytes > InputArea.HeadBytes;
            if (isInRest && connection.RestRoom.Length < BufferPool.PageBytes && !connection.TryGrowRest(Options.ReceiveBytes))
            {
                Fail(connection, CloseReason.OutOfBuffers, "no buffer is left for what has arrived");
                return;
            }

            TlsStatus status = connection.Tls!.Engine.Read(isInRest ? connection.RestRoom : _plain.Room, out int bytes);

            // What handshake, decryption and the sending of an earlier answer took is not the handler's time.
            _handlerStartNs = status == TlsStatus.Ok ? Clock.MonotonicNs : 0;
            if (status == TlsStatus.Ok && isInRest)
            {
                connection.AdvanceRest(bytes);
                Deliver(connection, connection.Rest, isRest: true);
            }
            else if (status == TlsStatus.Ok)
            {
                Deliver(connection, _plain.With(connection.Rest, bytes), isRest: false);
            }
            else
            {
                if (Options.FrameTimeoutMs > 0 && status == TlsStatus.WantInput)
                {
                    NoteRecord(connection, hasRead);
                }

                OnPlainEnded(connection, status);
                return;
            }

            hasRead = true;
        }
    }

    // Against peers that drip the bytes of a record: they are never idle, and no handler sees a frame begin.
    private void NoteRecord(Connection connection, bool hasRead)
    {
        long begunNs = connection.RecordBegunNs == 0 || hasRead ? connection.LastReceivedNs : connection.RecordBegunNs;
        connection.RecordBegunNs = connection.Tls!.Engine.HasPartOfRecord ? begunNs : 0;
        ScheduleFrame(connection);
    }

    private void OnPlainEnded(Connection connection, TlsStatus status)
    {
        // Reading may have made something to send: an alert, an answer to a new key.
        if (connection.Tls!.Engine.PendingCiphertext > 0)
        {
            _ = TryDrain(connection);
            QueueFlush(connection);
        }

        if (status == TlsStatus.Failed)
        {
            FailTls(connection);
        }
        else if (status == TlsStatus.Closed)
        {
            OnInputEnded(connection);
        }
    }

    /// <summary>Encrypts what the user wrote, as far as it is to go out now.</summary>
    private void Encrypt(Connection connection)
    {
        if (connection.Tls is null)
        {
            return;
        }

        while (connection.Output.Bytes > 0 && connection.Cipher.Bytes < CipherBytesMax && connection.State == ConnectionState.Open)
        {
            ReadOnlySpan<byte> piece = Segments.First(connection.Output);
            int taken = 0;
            if (piece.Length > 0 && connection.Tls.Engine.Write(piece, out taken) != TlsStatus.Ok)
            {
                FailTls(connection);
                return;
            }

            Segments.Consume(ref connection.Output, taken);
            if (!TryDrain(connection))
            {
                FailTls(connection);
                return;
            }
        }

        if (connection.Tls.Engine.PendingCiphertext > 0)
        {
            _ = TryDrain(connection);
        }
    }

    // Moves encrypted bytes into the queue that goes to the kernel.
    private bool TryDrain(Connection connection)
    {
        TlsEngine engine = connection.Tls!.Engine;
        for (int pending = engine.PendingCiphertext; pending > 0; pending = engine.PendingCiphertext)
        {
            if (Segments.TailRoom(connection.Cipher) == 0
                && !Segments.TryAppendBlock(ref connection.Cipher, BufferPool.OrderOf(Math.Min(pending, 16 << 10))))
            {
                OnPoolExhausted();
                return false;
            }

            Segments.Advance(ref connection.Cipher, engine.Drain(Segments.TailSpan(connection.Cipher)));
        }

        return true;
    }

    // The peer is told why, by an alert, as far as the kernel takes it now.
    private void FailTls(Connection connection)
    {
        if (connection.State is not (ConnectionState.Open or ConnectionState.Handshaking))
        {
            return;
        }

        string reason = connection.Tls!.Engine.FailureReason ?? "no buffer is left for what is to be sent";
        connection.CloseDetail = reason;
        Log($"connection {(connection.IsOutgoing ? "to" : "from")} {connection.Remote} closed, {CloseReason.TlsFailed}: {reason}");
        _ = TryDrain(connection);
        _ = _backend.Send(connection);
        BeginClose(connection, CloseReason.TlsFailed);
    }
}
