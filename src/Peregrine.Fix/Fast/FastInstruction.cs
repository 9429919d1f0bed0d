using System.Runtime.InteropServices;

namespace Peregrine.Fix.Fast;

/// <summary>What the loop of the decoder does for an instruction: operator and kind of type in one byte, for one switch.</summary>
internal enum FastOp : byte
{
    UnsignedNone,
    UnsignedDefault,
    UnsignedCopy,
    UnsignedIncrement,
    UnsignedDelta,
    SignedNone,
    SignedDefault,
    SignedCopy,
    SignedIncrement,
    SignedDelta,
    DecimalNone,
    DecimalDefault,
    DecimalCopy,
    DecimalDelta,

    /// <summary>A decimal whose exponent is the next instruction and whose mantissa is the one behind.</summary>
    DecimalParts,
    AsciiNone,
    AsciiDefault,
    AsciiCopy,
    AsciiDelta,
    AsciiTail,
    BytesNone,
    BytesDefault,
    BytesCopy,
    BytesDelta,
    BytesTail,
    Constant,
    ConstantOptional,
    Group,

    /// <summary>The next instruction is its length, its elements' begin behind that.</summary>
    Sequence,
    Template,
}

/// <summary>What a field is in nearly every message.</summary>
internal enum FastQuick : byte
{
    /// <summary>Nothing that is quick.</summary>
    None,

    /// <summary>Always the initial value.</summary>
    Constant,

    /// <summary>A number.</summary>
    Unsigned,

    /// <summary>A number with a sign.</summary>
    Signed,

    /// <summary>A number that is added to the one before.</summary>
    Delta,

    /// <summary>A short ASCII string.</summary>
    Text,

    /// <summary>A decimal with a default for its exponent and a delta for its mantissa.</summary>
    Parts,
}

/// <summary>
/// One instruction of compiled templates: 64 bytes, so that its place is a shift, in one flat array, bodies of groups and sequences behind
/// their heads.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct FastInstruction
{
    /// <summary>What to do.</summary>
    public FastOp Op;

    /// <summary>Of the value.</summary>
    public FastType Type;

    /// <summary>1 when the wire form has a NULL, and numbers from 0 up are one more there; otherwise 0.</summary>
    public byte Bias;

    /// <summary>32 for whole numbers of 32 bits, 0 for others: what shifted up and down again is another number does not fit.</summary>
    public byte Shift;

    /// <summary>The state of a slot that holds a value of this type.</summary>
    public byte Assigned;

    /// <summary>Whether there is an initial value.</summary>
    public bool HasInitial;

    /// <summary>Of a group or sequence: whether its fields have a presence map of their own.</summary>
    public bool HasMap;

    /// <summary>The operator.</summary>
    public FastOperator Operator;

    /// <summary>Where the previous value, or the default, is.</summary>
    public int Slot;

    /// <summary>The instruction behind it and behind its body.</summary>
    public int End;

    /// <summary>Auxiliary identifier as a number; 0 when it is none.</summary>
    public int Tag;

    /// <summary>
    /// Of a head: bits of its presence map at most. Of a dynamic reference: the application type around it. Of the first of a run: the
    /// instruction behind it.
    /// </summary>
    public int Extra;

    /// <summary>Initial value: number, mantissa, or where its bytes are in the slab.</summary>
    public long Initial;

    /// <summary>Initial value: exponent, or how many bytes.</summary>
    public int InitialSize;

    /// <summary>What it is in nearly every message.</summary>
    public FastQuick Quick;

    /// <summary>Whether a bit of the presence map says that it is sent.</summary>
    public bool UsesBit;

    /// <summary>What a value that is not sent is more than that in the slot.</summary>
    public byte Step;

    /// <summary>Of an optional default without a value: how many such fields follow each other from here, of the first at most 63.</summary>
    public byte Run;

    /// <summary>Whether what was sent becomes the previous value as it is.</summary>
    public bool Keeps;

    public readonly bool IsOptional => Bias != 0;
}

/// <summary>One field of a decoded message: 16 bytes, in the order of the message, what is inside of a field behind it.</summary>
/// <param name="Code">Its instruction; of an element that of its sequence, as a complement.</param>
/// <param name="Size">Exponent, length in bytes, or how many entries are inside.</param>
/// <param name="Value">Number, mantissa, where the bytes are (in the slab; in the message as a complement), number of elements, or template.</param>
internal readonly record struct FastEntry(int Code, int Size, long Value);

/// <summary>Where a template's instructions are.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">Behind the last.</param>
/// <param name="Bits">Bits of the presence map at most, that of the template identifier included.</param>
internal readonly record struct FastBody(int Start, int End, int Bits);
