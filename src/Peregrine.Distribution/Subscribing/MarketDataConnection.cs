using System.Buffers.Binary;
using Peregrine.Distribution.Wire;
using Peregrine.Net;

namespace Peregrine.Distribution.Subscribing;

/// <summary>The subscriber's side of one connection, on any event loop: sends requests, and gives each frame to a visitor.</summary>
/// <param name="visitor">Told of every frame.</param>
/// <param name="requests">Sent when the connection opens.</param>
/// <param name="onClosed">Told why it ended; null for nobody.</param>
/// <remarks>Thread: the loop's. Allocates: only for frames with text.</remarks>
public sealed class MarketDataConnection(FrameVisitor visitor, IReadOnlyList<Request> requests,
    Action<CloseReason>? onClosed = null) : IConnectionHandler
{
    private Connection? _connection;

    /// <summary>Frames received.</summary>
    public long Frames { get; private set; }

    /// <summary>Why the connection was given up: the peer sent something that is no frame; null otherwise.</summary>
    public string? Fault { get; private set; }

    /// <summary>When the last bytes came, monotonic nanoseconds.</summary>
    public long LastReceivedNs { get; private set; }

    /// <summary>Sends a request.</summary>
    /// <returns>False when the connection is not open.</returns>
    public bool TrySend(Request request) => _connection is { IsOpen: true } connection && connection.TryWrite(RequestCodec.Encode(request));

    /// <summary>Ends the connection.</summary>
    public void Close() => _connection?.Close();

    /// <inheritdoc/>
    public void OnOpened(Connection connection)
    {
        _connection = connection;
        LastReceivedNs = Clock.MonotonicNs;
        foreach (Request request in requests)
        {
            _ = connection.TryWrite(RequestCodec.Encode(request));
        }
    }

    /// <inheritdoc/>
    public void OnData(Connection connection, ref InputReader input)
    {
        LastReceivedNs = connection.LastReceivedNs;
        while (input.TryPeek(WireLimits.PrefixBytes, out ReadOnlySpan<byte> prefix))
        {
            uint bytes = BinaryPrimitives.ReadUInt32BigEndian(prefix);
            if (bytes > WireLimits.FrameBytesMax - WireLimits.PrefixBytes)
            {
                Fail(connection, $"a frame of {bytes} bytes; expected at most {WireLimits.FrameBytesMax - WireLimits.PrefixBytes}");
                return;
            }

            if (input.Length - WireLimits.PrefixBytes < bytes)
            {
                return;
            }

            if (FrameDecoder.TryDecode(input.Consume(WireLimits.PrefixBytes + (int)bytes)[WireLimits.PrefixBytes..], visitor) == WireStatus.Malformed)
            {
                Fail(connection, $"frame {Frames + 1} is no Frame of schemas/marketdata.proto");
                return;
            }

            Frames++;
        }
    }

    /// <inheritdoc/>
    public void OnWritable(Connection connection)
    {
    }

    /// <inheritdoc/>
    public void OnClosed(Connection connection, CloseReason reason)
    {
        _connection = null;
        onClosed?.Invoke(reason);
    }

    private void Fail(Connection connection, string text)
    {
        Fault = text;
        connection.Abort();
    }
}
