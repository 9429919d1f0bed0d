using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Linux.Sockets;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>One connection of an acceptor: cuts the stream into messages and gives them to the session.</summary>
internal sealed class FixConnection(FixAcceptor acceptor, PeerAddress remote, long connectedNs) : IConnectionHandler, IFixTransport
{
    private Connection? _connection;
    private FixSession? _session;

    // Where the next message begins is not known any more: only what is still to be said goes out.
    private bool _isDeaf;

    /// <summary>Where it comes from.</summary>
    public PeerAddress Remote { get; } = remote;

    /// <summary>When it was accepted, Unix nanoseconds.</summary>
    public long ConnectedNs { get; } = connectedNs;

    /// <inheritdoc/>
    public int PendingBytes => _connection?.PendingOutputBytes ?? 0;

    /// <inheritdoc/>
    public void OnOpened(Connection connection)
    {
        _connection = connection;
        if (acceptor.Options.KernelOutputBytes > 0)
        {
            connection.LimitKernelOutput(acceptor.Options.KernelOutputBytes);
        }
    }

    /// <inheritdoc/>
    public void OnData(Connection connection, ref InputReader input)
    {
        long nowNs = Clock.ToUnixNs(connection.LastReceivedNs);
        if (_isDeaf)
        {
            input.Discard(input.Length);
            return;
        }

        while (input.Length > 0 && connection.IsOpen)
        {
            FrameStatus status = FixFramer.TryFrame(input.Peek(), acceptor.Options.FrameBytesMax, out int bytes,
                acceptor.Options.TrustsBodyLength);
            switch (status)
            {
                case FrameStatus.Ok:
                    OnFrame(input.Consume(bytes), nowNs);
                    break;
                case FrameStatus.Garbled:
                    acceptor.Counters.GarbledFrames++;
                    Breach(BreachOfBytes.Of(input.Peek()), input.Peek()[..bytes], nowNs);
                    input.Discard(bytes);
                    break;
                case FrameStatus.TooLong:
                    acceptor.Counters.OversizedFrames++;
                    Breach(FixBreach.Limit, input.Peek(), nowNs);
                    OnTooLong(nowNs);
                    return;
                default:
                    return;
            }
        }
    }

    /// <inheritdoc/>
    public void OnWritable(Connection connection) => _session?.OnWritable();

    /// <inheritdoc/>
    public void OnClosed(Connection connection, CloseReason reason)
    {
        acceptor.NoLongerPending(this);
        if (reason is CloseReason.TlsFailed or CloseReason.WrongProtocol)
        {
            acceptor.Counters.TlsFailures++;
            acceptor.LogRefusal(Remote, $"{reason}: {connection.CloseDetail}");
        }

        _connection = null;
        if (_session is { State: not FixSessionState.Disconnected } session)
        {
            session.OnDisconnected($"connection closed: {reason}");
        }

        _session = null;
    }

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> message)
    {
        bool isTaken = _connection is { } connection && connection.TryWrite(message);
        if (isTaken && acceptor.Options.MessageLog is { } log)
        {
            _ = log.TryWrite(isOutgoing: true, _session?.Options.PeerCompId ?? "", message, Clock.UnixNs);
        }

        return isTaken;
    }

    /// <inheritdoc/>
    public void Disconnect()
    {
        _session = null;
        _connection?.Close();
    }

    private void Breach(FixBreach breach, ReadOnlySpan<byte> bytes, long nowNs) =>
        _ = acceptor.Options.Audit?.Record(breach, _session?.Options.PeerCompId ?? "", $"{Remote.ToEndPoint()}", bytes, nowNs);

    private void OnTooLong(long nowNs)
    {
        _isDeaf = true;
        if (_session is { State: not FixSessionState.Disconnected } session)
        {
            // Its Logout may have to wait for a peer that reads slowly; the session ends the connection behind it.
            session.Disconnect($"a message larger than {acceptor.Options.FrameBytesMax} bytes", nowNs);
        }
        else
        {
            Disconnect();
        }
    }

    private void OnFrame(ReadOnlySpan<byte> frame, long nowNs)
    {
        _ = acceptor.Options.MessageLog?.TryWrite(isOutgoing: false, _session?.Options.PeerCompId ?? "", frame, nowNs);
        if (_session is { } known)
        {
            known.OnFrame(frame, nowNs);
            return;
        }

        if (acceptor.FindSession(frame, Remote, out string refusal) is not { } session)
        {
            acceptor.LogRefusal(Remote, refusal);
            Disconnect();
            return;
        }

        if (acceptor.Options.Certificates?.Refuse(session.Options.PeerCompId, _connection?.GetPeerCertificate()) is { } why)
        {
            // Without a word: whoever it is, it is not that client.
            acceptor.Counters.CertificateRefusals++;
            acceptor.LogRefusal(Remote, $"Logon of {session.Options.PeerCompId}: {why}");
            Disconnect();
            return;
        }

        _session = session;
        if (acceptor.Options.Audit is not null)
        {
            session.Breached = (_, breach, bytes) => Breach(breach, bytes, Clock.UnixNs);
        }

        acceptor.NoLongerPending(this);
        session.OnConnected(this, nowNs);
        session.OnFrame(frame, nowNs);
        if (session.State == FixSessionState.Disconnected)
        {
            acceptor.LogRefusal(Remote, $"Logon of {session.Options.PeerCompId}: {session.LastEndReason}");
        }
    }
}
