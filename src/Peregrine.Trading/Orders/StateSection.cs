using Peregrine.Primitives;

namespace Peregrine.Trading.Orders;

/// <summary>A part of saved state whose length is known, read a block at a time:
/// records of any length without a call to the source for each.</summary>
/// <remarks>Thread: one owner. Allocates: a block when made.</remarks>
internal sealed class StateSection(IStateSource source, long bytes)
{
    private const int BlockBytes = 1 << 16;
    private readonly byte[] _block = GC.AllocateUninitializedArray<byte>(BlockBytes);
    private long _left = bytes;
    private int _at;
    private int _end;

    /// <summary>True when everything was taken.</summary>
    public bool IsAtEnd => _left == 0 && _at == _end;

    /// <summary>The next bytes, where they lie until the next call.</summary>
    /// <param name="count">At most <see cref="BlockBytes"/>.</param>
    /// <exception cref="InvalidDataException">The part is not so long.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (_end - _at < count)
        {
            Fill(count);
        }

        _at += count;
        return _block.AsSpan(_at - count, count);
    }

    private void Fill(int count)
    {
        int kept = _end - _at;
        if (_left + kept < count)
        {
            throw new InvalidDataException($"saved state ends {count - kept - _left} bytes before the end of a record");
        }

        _block.AsSpan(_at, kept).CopyTo(_block);
        int more = (int)Math.Min(_left, _block.Length - kept);
        source.ReadExactly(_block.AsSpan(kept, more));
        _left -= more;
        (_at, _end) = (0, kept + more);
    }
}
