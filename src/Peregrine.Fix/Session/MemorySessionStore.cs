namespace Peregrine.Fix.Session;

/// <summary>A store that lives as long as the process, and keeps the last messages only. For tests, tools and sessions that start anew each day.</summary>
/// <param name="messagesMax">How many messages are kept; a power of two. Older ones are gap-filled.</param>
public sealed class MemorySessionStore(int messagesMax = 1024) : IFixSessionStore
{
    private readonly byte[][] _messages = new byte[messagesMax][];

    /// <inheritdoc/>
    public long NextIncoming { get; set; } = 1;

    /// <inheritdoc/>
    public long NextOutgoing { get; private set; } = 1;

    /// <inheritdoc/>
    public long Mark { get; private set; }

    /// <inheritdoc/>
    public void Append(long mark, ReadOnlySpan<byte> message)
    {
        _messages[NextOutgoing & (messagesMax - 1)] = message.ToArray();
        NextOutgoing++;
        Mark = mark;
    }

    /// <inheritdoc/>
    public bool TryRead(long sequence, out ReadOnlySpan<byte> message)
    {
        bool isKept = sequence > 0 && sequence < NextOutgoing && sequence >= NextOutgoing - messagesMax;
        message = isKept ? _messages[sequence & (messagesMax - 1)] : default;
        return message.Length > 0;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        NextIncoming = 1;
        NextOutgoing = 1;
    }
}
