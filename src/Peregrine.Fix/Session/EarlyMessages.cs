namespace Peregrine.Fix.Session;

/// <summary>Messages behind a gap, kept until it is filled, so that they need not be sent again.</summary>
/// <remarks>Allocates: for each message that it keeps; there are none as long as nothing is missed.</remarks>
internal sealed class EarlyMessages(int bytesMax)
{
    private readonly SortedDictionary<long, byte[]> _messages = [];
    private int _bytes;

    /// <summary>Keeps a message; one for which there is no room is asked for with the gap.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryKeep(long sequence, ReadOnlySpan<byte> frame)
    {
        if (_bytes + frame.Length > bytesMax || _messages.ContainsKey(sequence))
        {
            return false;
        }

        _messages.Add(sequence, frame.ToArray());
        _bytes += frame.Length;
        return true;
    }

    /// <summary>Takes the message with a number; older ones are forgotten.</summary>
    public bool TryTake(long sequence, out byte[] frame)
    {
        frame = [];
        while (_messages.Count > 0 && _messages.First() is { } first && first.Key <= sequence)
        {
            _ = _messages.Remove(first.Key);
            _bytes -= first.Value.Length;
            if (first.Key == sequence)
            {
                frame = first.Value;
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _messages.Clear();
        _bytes = 0;
    }
}
