using System.Buffers.Binary;
using Google.Protobuf;
using Peregrine.MarketData.V1;

namespace Peregrine.Samples;

/// <summary>Frames over a connection: four bytes of length, big endian, which do not count themselves, then the message.</summary>
/// <param name="stream">The connection; the caller closes it.</param>
public sealed class FrameStream(Stream stream)
{
    /// <summary>The largest message that a server sends.</summary>
    public const int FrameBytesMax = 65_532;

    private const int LengthBytes = 4;
    private readonly byte[] _buffer = new byte[FrameBytesMax];

    /// <summary>Sends a request.</summary>
    /// <param name="request">At most 16,384 bytes.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="SubscriberException">The connection broke.</exception>
    public async Task SendAsync(Request request, CancellationToken stop)
    {
        byte[] frame = new byte[LengthBytes + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - LengthBytes);
        request.WriteTo(frame.AsSpan(LengthBytes));
        try
        {
            await stream.WriteAsync(frame, stop);
        }
        catch (IOException exception)
        {
            throw new SubscriberException($"the connection broke: {exception.Message}");
        }
    }

    /// <summary>Waits for the next frame.</summary>
    /// <param name="patience">How long to wait for all of it; infinite is allowed.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>The frame; null when the server closed the connection after a whole one.</returns>
    /// <exception cref="SubscriberException">Nothing came in time, the connection broke, or the bytes are no frame.</exception>
    public async Task<Frame?> ReadAsync(TimeSpan patience, CancellationToken stop)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(patience);
        try
        {
            int readBytes = await stream.ReadAtLeastAsync(_buffer.AsMemory(0, LengthBytes), LengthBytes, throwOnEndOfStream: false, late.Token);
            if (readBytes == 0)
            {
                return null;
            }

            uint length = readBytes == LengthBytes ? BinaryPrimitives.ReadUInt32BigEndian(_buffer) : throw new EndOfStreamException();
            if (length > FrameBytesMax)
            {
                throw new SubscriberException($"a frame of {length} bytes, expected {FrameBytesMax} at most: is this a market data port?");
            }

            await stream.ReadExactlyAsync(_buffer.AsMemory(0, (int)length), late.Token);
            return Frame.Parser.ParseFrom(_buffer, 0, (int)length);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SubscriberException($"no frame for {patience.TotalMilliseconds:0} ms: the connection is dead");
        }
        catch (EndOfStreamException)
        {
            throw new SubscriberException("the connection ended inside a frame");
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new SubscriberException($"a frame that is no protobuf message: {exception.Message}");
        }
        catch (IOException exception)
        {
            throw new SubscriberException($"the connection broke: {exception.Message}");
        }
    }
}
