using System.Buffers.Binary;
using Peregrine.Cli;

namespace Peregrine.Bench.Net;

/// <summary>
/// What the messages look like: connection number (8 bytes, little endian), sequence number on it (8 bytes), then the same pattern in all.
/// </summary>
/// <remarks>Thread: one owner. Allocates: only when made.</remarks>
internal sealed class EchoMessages
{
    public const int HeaderBytes = 16;

    public const int SizeMax = 65_536;

    private readonly byte[] _outgoing;
    private readonly byte[] _expected;

    /// <param name="sizeBytes">Bytes of a message, <see cref="HeaderBytes"/> to <see cref="SizeMax"/>.</param>
    /// <param name="batch">Most messages composed at a time.</param>
    public EchoMessages(int sizeBytes, int batch)
    {
        SizeBytes = sizeBytes;
        Batch = batch;
        _outgoing = GC.AllocateArray<byte>(sizeBytes * batch, pinned: true);
        _expected = new byte[sizeBytes];
        for (int at = 0; at < _outgoing.Length; at++)
        {
            _outgoing[at] = (byte)(at % sizeBytes * 7);
        }

        _outgoing.AsSpan(0, sizeBytes).CopyTo(_expected);
    }

    public int SizeBytes { get; }

    public int Batch { get; }

    /// <summary>Composes messages one after the other; the bytes are good until the next call.</summary>
    public ReadOnlySpan<byte> Compose(int connection, long firstSequence, int count)
    {
        for (int message = 0; message < count; message++)
        {
            WriteHeader(_outgoing.AsSpan(message * SizeBytes), connection, firstSequence + message);
        }

        return _outgoing.AsSpan(0, count * SizeBytes);
    }

    /// <summary>What <see cref="Compose"/> made, for who has to hold on to it.</summary>
    public ReadOnlyMemory<byte> Composed(int count) => _outgoing.AsMemory(0, count * SizeBytes);

    /// <summary>Compares the next bytes of a connection with what they must be.</summary>
    /// <param name="data">What came.</param>
    /// <param name="connection">On which connection.</param>
    /// <param name="sequence">The message it starts in; the one after the last complete message on return.</param>
    /// <param name="offset">The byte of that message it starts at; advanced too.</param>
    /// <exception cref="CommandException">A byte differs.</exception>
    public void Verify(ReadOnlySpan<byte> data, int connection, ref long sequence, ref int offset)
    {
        while (data.Length > 0)
        {
            int count = Math.Min(SizeBytes - offset, data.Length);
            WriteHeader(_expected, connection, sequence);
            if (!data[..count].SequenceEqual(_expected.AsSpan(offset, count)))
            {
                throw Mismatch(data[..count], connection, sequence, offset);
            }

            data = data[count..];
            offset += count;
            if (offset == SizeBytes)
            {
                offset = 0;
                sequence++;
            }
        }
    }

    private CommandException Mismatch(ReadOnlySpan<byte> data, int connection, long sequence, int offset)
    {
        int at = data.CommonPrefixLength(_expected.AsSpan(offset, data.Length));
        return new CommandException($"the echo is wrong: connection {connection}, message {sequence}, byte {offset + at} is " +
            $"{data[at]}, expected {_expected[offset + at]}");
    }

    private static void WriteHeader(Span<byte> message, int connection, long sequence)
    {
        BinaryPrimitives.WriteInt64LittleEndian(message, connection);
        BinaryPrimitives.WriteInt64LittleEndian(message[8..], sequence);
    }
}
