namespace Peregrine.Fix.Fast;

/// <summary>A previous value.</summary>
internal struct FastSlot
{
    /// <summary>Number, mantissa, or where the bytes are.</summary>
    public long Value;

    /// <summary>Exponent, or how many bytes.</summary>
    public int Size;

    /// <summary>Undefined, Empty, Never, or the state that belongs to the type of the value.</summary>
    public byte State;
}

/// <summary>
/// Previous values of one decoder or encoder, in one flat array, and one slab for all bytes. Bytes are only ever
/// added behind what is there, so that what a message shows stays as it is until the next; before a message the living ones may move together.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when made, and when strings need more room than ever before.</remarks>
internal sealed class FastStore
{
    /// <summary>State of a slot that was never set, or was reset.</summary>
    public const byte Undefined = 0;

    /// <summary>State of a slot whose field was absent.</summary>
    public const byte Empty = 1;

    /// <summary>State of a slot that stands for an optional default without a value.</summary>
    public const byte Never = byte.MaxValue;

    // Whoever writes 8 bytes at once need not look whether there are as many.
    private const int Slack = 8;

    private const int SlabFirst = 4_096;

    private const byte FirstOfBytes = Empty + (byte)FastType.Ascii;

    private readonly FastSlot[] _reset;
    private readonly int _constants;
    private byte[] _spare;
    private int _compactAt;

    public FastStore(FastTemplates templates)
    {
        _reset = templates.Slots;
        Slots = [.. _reset];
        _constants = templates.Constants.Length;
        Used = _constants;
        Slab = new byte[_constants + SlabFirst];
        _spare = new byte[Slab.Length];
        _compactAt = Slab.Length / 2;
        templates.Constants.CopyTo(Slab, 0);
        templates.Constants.CopyTo(_spare, 0);
    }

    public FastSlot[] Slots { get; }

    /// <summary>Initial values first, then bytes of messages.</summary>
    public byte[] Slab { get; private set; }

    /// <summary>Bytes of the slab that are taken.</summary>
    public int Used { get; set; }

    /// <summary>The state of a slot with a value of a type.</summary>
    public static byte AssignedState(FastType type) => (byte)(Empty + (int)type);

    /// <summary>Forgets all previous values.</summary>
    public void Reset() => _reset.CopyTo(Slots, 0);

    /// <summary>Makes room for bytes, and for 8 that may be written behind them.</summary>
    public void Reserve(int bytes)
    {
        if (Used + bytes + Slack > Slab.Length)
        {
            Grow(bytes);
        }
    }

    /// <summary>Before a message: bytes that no previous value has any more are given up when there are many.</summary>
    public void BeginMessage()
    {
        if (Used > _compactAt)
        {
            Compact();
        }
    }

    private void Grow(int bytes)
    {
        byte[] larger = new byte[Math.Max(Slab.Length * 2, Used + bytes + Slack)];
        Slab.AsSpan(0, Used).CopyTo(larger);
        Slab = larger;
    }

    private void Compact()
    {
        if (_spare.Length < Slab.Length)
        {
            _spare = new byte[Slab.Length];
            Slab.AsSpan(0, _constants).CopyTo(_spare);
        }

        int used = _constants;
        foreach (ref FastSlot value in Slots.AsSpan())
        {
            // A value of the template stays where it is. Two slots may share bytes: each then has its own, which may be more than there were.
            if (value.State is < FirstOfBytes or Never || value.Value < _constants)
            {
                continue;
            }

            if (used + value.Size + Slack > _spare.Length)
            {
                Array.Resize(ref _spare, Math.Max(_spare.Length * 2, used + value.Size + Slack));
            }

            Slab.AsSpan((int)value.Value, value.Size).CopyTo(_spare.AsSpan(used));
            value.Value = used;
            used += value.Size;
        }

        (Slab, _spare) = (_spare, Slab);
        Used = used;

        // What lives must leave as much room again, or every message would move it.
        _compactAt = Math.Max(Slab.Length / 2, used * 2);
    }
}
