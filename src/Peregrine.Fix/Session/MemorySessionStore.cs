using System.Numerics;

namespace Peregrine.Fix.Session;

/// <summary>A store that lives as long as the process, and keeps the last messages only. For tests,
/// tools and sessions that start anew each day.</summary>
/// <remarks>Thread: one owner. Allocates: until each of its places was used by a message as long as those that follow.</remarks>
public sealed class MemorySessionStore : IFixSessionStore
{
    private const int PlaceBytesMin = 256;

    private readonly byte[][] _messages;
    private readonly int[] _lengths;
    private readonly long[] _marks;
    private long _oldest = 1;

    /// <summary>Makes an empty store.</summary>
    /// <param name="messagesMax">How many messages are kept; a power of two. Older ones are gap-filled.</param>
    public MemorySessionStore(int messagesMax = 1024)
    {
        if (messagesMax < 1 || !BitOperations.IsPow2(messagesMax))
        {
            throw new ArgumentOutOfRangeException(nameof(messagesMax), messagesMax, "expected a power of two");
        }

        _messages = new byte[messagesMax][];
        _lengths = new int[messagesMax];
        _marks = new long[messagesMax];
        Array.Fill(_messages, []);
    }

    /// <inheritdoc/>
    public long NextIncoming { get; set; } = 1;

    /// <inheritdoc/>
    public long NextOutgoing { get; private set; } = 1;

    /// <inheritdoc/>
    public long Mark { get; private set; }

    /// <inheritdoc/>
    public long SentMark { get; set; }

    /// <inheritdoc/>
    public int Resets { get; private set; }

    /// <inheritdoc/>
    public long BeganNs { get; set; }

    /// <inheritdoc/>
    public void Append(long mark, ReadOnlySpan<byte> message)
    {
        int place = Place(NextOutgoing);
        if (_messages[place].Length < message.Length)
        {
            _messages[place] = new byte[Math.Max(PlaceBytesMin, (int)BitOperations.RoundUpToPowerOf2((uint)message.Length))];
        }

        message.CopyTo(_messages[place]);
        _lengths[place] = message.Length;
        _marks[place] = mark;
        NextOutgoing++;
        Mark = mark;
    }

    /// <inheritdoc/>
    public bool TryRead(long sequence, out ReadOnlySpan<byte> message, out long mark)
    {
        bool isKept = sequence >= _oldest && sequence < NextOutgoing && sequence >= NextOutgoing - _messages.Length;
        message = isKept ? _messages[Place(sequence)].AsSpan(0, _lengths[Place(sequence)]) : default;
        mark = isKept ? _marks[Place(sequence)] : 0;
        return isKept;
    }

    /// <inheritdoc/>
    public void GoOnFrom(long nextOutgoing, long mark)
    {
        (NextOutgoing, Mark, _oldest) = (nextOutgoing, mark, nextOutgoing);
        SentMark = Math.Min(SentMark, mark);
    }

    /// <inheritdoc/>
    public void Reset(long mark)
    {
        NextIncoming = 1;
        GoOnFrom(1, mark);
        Resets++;
    }

    private int Place(long sequence) => (int)(sequence & (_messages.Length - 1));
}
