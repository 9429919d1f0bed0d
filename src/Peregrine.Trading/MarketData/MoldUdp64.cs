using System.Buffers.Binary;

namespace Peregrine.Trading.MarketData;

/// <summary>The head of a MoldUDP64 packet. Source: Nasdaq MoldUDP64 specification 1.00.</summary>
/// <param name="Sequence">Number of its first message; of a heartbeat, that of the next message to come.</param>
/// <param name="Count">Messages in it; 0 is a heartbeat, <see cref="MoldUdp64.EndOfSession"/> the end.</param>
public readonly record struct MoldHeader(ulong Sequence, ushort Count);

/// <summary>MoldUDP64: session (10), sequence (8), count (2), then for each message its length (2) and bytes.</summary>
/// <remarks>Pure. Allocates: no.</remarks>
public static class MoldUdp64
{
    public const int HeaderBytes = 20;

    public const int SessionBytes = 10;

    public const ushort EndOfSession = 0xffff;

    /// <summary>Reads the head of a packet.</summary>
    public static bool TryHeader(ReadOnlySpan<byte> packet, out MoldHeader header)
    {
        header = default;
        if (packet.Length < HeaderBytes)
        {
            return false;
        }

        header = new MoldHeader(BinaryPrimitives.ReadUInt64BigEndian(packet[SessionBytes..]), BinaryPrimitives.ReadUInt16BigEndian(packet[18..]));
        return true;
    }

    /// <summary>Reads the message at an offset.</summary>
    /// <returns>False when the packet ends before the message does, or the offset is not in it.</returns>
    public static bool TryMessage(ReadOnlySpan<byte> packet, int offset, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (offset < 0 || offset > packet.Length - 2)
        {
            return false;
        }

        int bytes = BinaryPrimitives.ReadUInt16BigEndian(packet[offset..]);
        if (bytes > packet.Length - 2 - offset)
        {
            return false;
        }

        message = packet.Slice(offset + 2, bytes);
        return true;
    }

    /// <summary>Writes a head.</summary>
    /// <param name="target">At least <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="session">At most <see cref="SessionBytes"/> bytes; spaces fill the rest.</param>
    public static void WriteHeader(Span<byte> target, ReadOnlySpan<byte> session, ulong sequence, ushort count)
    {
        target[..SessionBytes].Fill((byte)' ');
        session.CopyTo(target[..SessionBytes]);
        BinaryPrimitives.WriteUInt64BigEndian(target[SessionBytes..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(target[18..], count);
    }
}
