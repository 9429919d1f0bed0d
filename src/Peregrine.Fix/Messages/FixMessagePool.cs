using System.Diagnostics.CodeAnalysis;

namespace Peregrine.Fix.Messages;

/// <summary>Whether a message is kept.</summary>
public enum FixKeepStatus : byte
{
    /// <summary>It is, until it is given back.</summary>
    Ok = 0,

    /// <summary>As many are kept as there is room for: give one back, or do without.</summary>
    Full = 1,

    /// <summary>It is longer than a place of the pool.</summary>
    TooLong = 2,
}

/// <summary>
/// Keeps messages beyond the call that they came with: a bounded number of copies, each with the places of its fields. A copy that was given
/// back is known by its generation and refused, also when its place has another message by then.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when made, and when a message has more fields than any before it in its place.</remarks>
public sealed class FixMessagePool
{
    private readonly Slot[] _slots;
    private readonly int[] _free;
    private int _freeCount;

    /// <summary>Makes a pool.</summary>
    /// <param name="messages">Most messages that are kept at once, 1 or more.</param>
    /// <param name="frameBytesMax">Longest message, in bytes.</param>
    public FixMessagePool(int messages, int frameBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameBytesMax, 1);
        FrameBytesMax = frameBytesMax;
        _slots = new Slot[messages];
        _free = new int[messages];
        _freeCount = messages;
        for (int slot = 0; slot < messages; slot++)
        {
            _slots[slot] = new Slot(new byte[frameBytesMax], new FixIndex());
            _free[slot] = messages - 1 - slot;
        }
    }

    /// <summary>Longest message that is kept.</summary>
    public int FrameBytesMax { get; }

    /// <summary>Most messages that are kept at once.</summary>
    public int Capacity => _slots.Length;

    /// <summary>How many messages are kept now.</summary>
    public int Count => _slots.Length - _freeCount;

    /// <summary>How many messages were not kept because the pool was full.</summary>
    public long RefusedFull { get; private set; }

    /// <summary>How many messages were not kept because they were too long.</summary>
    public long RefusedTooLong { get; private set; }

    /// <summary>Keeps a copy of a message.</summary>
    /// <param name="kept">Ok: it, until <see cref="KeptFixMessage.Release"/>.</param>
    public FixKeepStatus TryKeep(in FixMessage message, out KeptFixMessage kept)
    {
        kept = default;
        ReadOnlySpan<byte> frame = message.Frame;
        if (frame.Length > FrameBytesMax)
        {
            RefusedTooLong++;
            return FixKeepStatus.TooLong;
        }

        if (_freeCount == 0)
        {
            RefusedFull++;
            return FixKeepStatus.Full;
        }

        int slot = _free[--_freeCount];
        frame.CopyTo(_slots[slot].Frame);
        FixIndex index = _slots[slot].Index;
        index.CopyFrom(message.Index);
        kept = new KeptFixMessage(this, slot, index.Generation);
        return FixKeepStatus.Ok;
    }

    internal FixMessage Get(int slot, uint generation)
    {
        FixIndex index = Require(slot, generation);
        return new FixMessage(_slots[slot].Frame.AsSpan(0, index.FrameBytes), index);
    }

    internal void Release(int slot, uint generation)
    {
        // What was made of it is refused from here on: messages, and views of them.
        Require(slot, generation).Forget();
        _free[_freeCount++] = slot;
    }

    private FixIndex Require(int slot, uint generation)
    {
        FixIndex index = _slots[slot].Index;
        if (index.Generation != generation)
        {
            ThrowReleased(slot, generation, index.Generation);
        }

        return index;
    }

    [DoesNotReturn]
    private static void ThrowReleased(int slot, uint generation, uint now) => throw new InvalidOperationException(
        $"this kept message was given back: place {slot} of its pool is at generation {now}, and it was of {generation}; use it before its Release");

    private readonly record struct Slot(byte[] Frame, FixIndex Index);
}

/// <summary>A message that a <see cref="FixMessagePool"/> keeps; a copy of this is the same message.</summary>
public readonly struct KeptFixMessage
{
    private readonly FixMessagePool? _pool;
    private readonly int _slot;
    private readonly uint _generation;

    internal KeptFixMessage(FixMessagePool pool, int slot, uint generation) => (_pool, _slot, _generation) = (pool, slot, generation);

    /// <summary>The message. It, and views of it, are refused when it has been given back; spans that were taken of it are not.</summary>
    /// <exception cref="InvalidOperationException">It was given back, or never kept.</exception>
    public FixMessage Message => Pool.Get(_slot, _generation);

    private FixMessagePool Pool => _pool ?? throw new InvalidOperationException("no message was kept here: TryKeep did not give Ok");

    /// <summary>Gives the place back.</summary>
    /// <exception cref="InvalidOperationException">It was given back before, or never kept.</exception>
    public void Release() => Pool.Release(_slot, _generation);
}
