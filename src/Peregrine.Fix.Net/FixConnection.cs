using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;
using Peregrine.Net;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>One connection of an acceptor: cuts the stream into messages and gives them to the session.</summary>
internal sealed class FixConnection(FixAcceptor acceptor, long connectedNs) : IConnectionHandler, IFixTransport
{
    private Connection? _connection;
    private FixSession? _session;

    /// <summary>When it was accepted, Unix nanoseconds.</summary>
    public long ConnectedNs { get; } = connectedNs;

    /// <inheritdoc/>
    public void OnOpened(Connection connection) => _connection = connection;

    /// <inheritdoc/>
    public int OnData(Connection connection, ReadOnlySpan<byte> data)
    {
        int used = 0;
        long nowNs = Clock.ToUnixNs(connection.LastReceivedNs);
        while (used < data.Length && connection.IsOpen)
        {
            FrameStatus status = FixFramer.TryFrame(data[used..], acceptor.Options.FrameBytesMax, out int bytes);
            switch (status)
            {
                case FrameStatus.Ok:
                    OnFrame(data.Slice(used, bytes), nowNs);
                    break;
                case FrameStatus.Garbled:
                    acceptor.Counters.GarbledFrames++;
                    break;
                case FrameStatus.TooLong:
                    acceptor.Counters.OversizedFrames++;
                    _session?.Logout($"message larger than {acceptor.Options.FrameBytesMax} bytes", nowNs);
                    Disconnect();
                    break;
                default:
                    return used;
            }

            used += bytes;
        }

        return used;
    }

    /// <inheritdoc/>
    public void OnWritable(Connection connection) => _session?.OnWritable();

    /// <inheritdoc/>
    public void OnClosed(Connection connection, CloseReason reason)
    {
        acceptor.NoLongerPending(this);
        _connection = null;
        if (_session is { State: not FixSessionState.Disconnected } session)
        {
            session.OnDisconnected($"connection closed: {reason}");
        }

        _session = null;
    }

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> message) => _connection is { } connection && connection.TryWrite(message);

    /// <inheritdoc/>
    public void Disconnect()
    {
        _session = null;
        _connection?.Close();
    }

    private void OnFrame(ReadOnlySpan<byte> frame, long nowNs)
    {
        if (_session is null)
        {
            _session = acceptor.FindSession(frame);
            if (_session is null)
            {
                Disconnect();
                return;
            }

            acceptor.NoLongerPending(this);
            _session.OnConnected(this, nowNs);
        }

        _session.OnFrame(frame, nowNs);
    }
}
