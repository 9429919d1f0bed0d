namespace Peregrine.Feeds;

/// <summary>A window that slides over a stream: decoders read messages where they lie, and nothing is copied but the rest at its end.</summary>
/// <remarks>Thread: one owner. Allocates: the window, once.</remarks>
public sealed class FeedInput(Stream stream) : IDisposable
{
    /// <summary>Twice the largest block that a decoder may ask for.</summary>
    public const int WindowBytes = 1 << 21;

    private readonly byte[] _window = new byte[WindowBytes];
    private int _start;
    private int _end;

    /// <summary>What is read and not yet taken.</summary>
    public ReadOnlySpan<byte> Data => _window.AsSpan(_start, _end - _start);

    /// <summary>Where <see cref="Data"/> begins, in bytes from the start of the stream.</summary>
    public long Offset { get; private set; }

    /// <summary>True when nothing follows <see cref="Data"/>.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Takes bytes from the front of <see cref="Data"/>.</summary>
    public void Advance(int bytes)
    {
        _start += bytes;
        Offset += bytes;
    }

    /// <summary>Reads more behind <see cref="Data"/>; spans taken before are void.</summary>
    /// <returns>False when there is no more, or no room for more.</returns>
    public bool TryFill()
    {
        if (IsAtEnd || _end - _start == WindowBytes)
        {
            return false;
        }

        _window.AsSpan(_start, _end - _start).CopyTo(_window);
        _end -= _start;
        _start = 0;
        int read = stream.Read(_window, _end, WindowBytes - _end);
        _end += read;
        IsAtEnd = read == 0;
        return read > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
