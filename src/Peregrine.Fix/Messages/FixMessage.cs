using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Messages;

/// <summary>Where the fields of one message lie; made once and used for message after message.</summary>
/// <remarks>Thread: one owner. Allocates: when made, and when a message has more fields than any before it.</remarks>
public sealed class FixIndex
{
    /// <summary>Most fields of a message; one with more is refused with <see cref="FixFault.Other"/>.</summary>
    public const int FieldsMax = 1 << 16;

    /// <summary><see cref="FaultTag"/> when what is wrong has no tag number.</summary>
    public const int NoTag = int.MinValue;

    private const int FieldsFirst = 256;

    private readonly FixDictionary _dictionary;
    private int[] _tags = new int[FieldsFirst];
    private int[] _starts = new int[FieldsFirst];
    private int[] _lengths = new int[FieldsFirst];

    /// <summary>Makes an index.</summary>
    /// <param name="dictionary">Says which fields hold data whose length the field before tells; FIX 4.4 when left out.</param>
    public FixIndex(FixDictionary? dictionary = null) => _dictionary = dictionary ?? FixDictionaries.Fix44;

    /// <summary>How many fields the message has.</summary>
    public int Count { get; private set; }

    /// <summary>What is wrong with the first field that is none; <see cref="FixFault.None"/> when all are.</summary>
    public FixFault Fault { get; private set; } = FixFault.None;

    /// <summary>The tag of that field as it was written, 0 and below included; <see cref="NoTag"/> when it has none.</summary>
    public int FaultTag { get; private set; } = NoTag;

    /// <summary>The tags in order.</summary>
    public ReadOnlySpan<int> Tags => _tags.AsSpan(0, Count);

    internal int Start(int index) => _starts[index];

    internal int Length(int index) => _lengths[index];

    /// <summary>Indexes a whole message.</summary>
    /// <param name="frame">From <see cref="FixFramer"/>.</param>
    /// <returns>
    /// False when it is not made of fields. With a <see cref="Fault"/> the fields that are some are indexed nevertheless, so that the message can be
    /// answered by its number; without one it is too short to be a message, and garbled.
    /// </returns>
    public bool TryParse(ReadOnlySpan<byte> frame)
    {
        Count = 0;
        (Fault, FaultTag) = (FixFault.None, NoTag);
        int dataBytes = -1;
        int dataTag = 0;
        int lengthTag = NoTag;
        for (int at = 0; at < frame.Length;)
        {
            if (!TryTag(frame, ref at, out int tag))
            {
                // Goes on behind it: the number of the message may stand there.
                int end = frame[at..].IndexOf((byte)1);
                at = end < 0 ? frame.Length : at + end + 1;
                dataTag = 0;
                continue;
            }

            // A data field may hold any byte; its length stands in the field before it.
            int length = frame[at..].IndexOf((byte)1);
            if (tag == dataTag && dataBytes != length)
            {
                bool isData = dataBytes < frame.Length - at && frame[at + dataBytes] == 1;
                length = isData ? dataBytes : length;
                Blame(isData ? FixFault.None : FixFault.ValueIncorrect, lengthTag);
            }

            if (length < 0)
            {
                Blame(FixFault.IncorrectDataFormat, tag);
                break;
            }

            if (!TryAdd(tag, at, length))
            {
                break;
            }

            dataTag = _dictionary.DataOf(tag);
            if (dataTag != 0)
            {
                lengthTag = tag;
                dataTag = FixText.TryInt(frame.Slice(at, length), out dataBytes) && dataBytes >= 0 ? dataTag : 0;
            }

            at += length + 1;
        }

        return Count >= 4 && Fault == FixFault.None;
    }

    // Reads "35=" and stops behind it; what is no tag is blamed, and left where it is.
    private bool TryTag(ReadOnlySpan<byte> frame, ref int at, out int tag)
    {
        tag = 0;
        int place = at;
        for (; place < frame.Length && (uint)(frame[place] - '0') <= 9 && place - at < 10; place++)
        {
            tag = (tag * 10) + frame[place] - '0';
        }

        int digits = place - at;
        if (digits is > 0 and < 10 && place < frame.Length && frame[place] == (byte)'=' && frame[at] != (byte)'0')
        {
            at = place + 1;
            return true;
        }

        if (Fault == FixFault.None)
        {
            ReadOnlySpan<byte> rest = frame[at..];
            int equals = rest.IndexOfAny((byte)'=', (byte)1);
            bool isNumber = equals > 0 && rest[equals] == (byte)'=' && FixText.TryInt(rest[..equals], out tag);
            Blame(FixFault.InvalidTagNumber, isNumber ? tag : NoTag);
        }

        return false;
    }

    private bool TryAdd(int tag, int start, int length)
    {
        if (Count == _tags.Length)
        {
            if (Count == FieldsMax)
            {
                Blame(FixFault.Other, NoTag);
                return false;
            }

            Array.Resize(ref _tags, Count * 2);
            Array.Resize(ref _starts, Count * 2);
            Array.Resize(ref _lengths, Count * 2);
        }

        (_tags[Count], _starts[Count], _lengths[Count]) = (tag, start, length);
        Count++;
        return true;
    }

    // The first one is told.
    private void Blame(FixFault fault, int tag)
    {
        if (Fault == FixFault.None && fault != FixFault.None)
        {
            (Fault, FaultTag) = (fault, tag);
        }
    }
}

/// <summary>A view of one message: its bytes where they lie, and where the fields are. Gone when the buffer goes.</summary>
/// <param name="frame">The message's bytes.</param>
/// <param name="index">Its fields.</param>
public readonly ref struct FixMessage(ReadOnlySpan<byte> frame, FixIndex index)
{
    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Frame { get; } = frame;

    /// <summary>How many fields it has.</summary>
    public int Count => index.Count;

    /// <summary>The value of MsgType; empty when the third field is another.</summary>
    public ReadOnlySpan<byte> MsgType => index.Count > 2 && index.Tags[2] == Tag.MsgType ? Value(2) : default;

    /// <summary>The tags in order.</summary>
    public ReadOnlySpan<int> Tags => index.Tags;

    /// <summary>The value of a field by its place.</summary>
    public ReadOnlySpan<byte> Value(int place) => Frame.Slice(index.Start(place), index.Length(place));

    /// <summary>The value of the first field with a tag.</summary>
    public bool TryGet(int tag, out ReadOnlySpan<byte> value)
    {
        int place = index.Tags.IndexOf(tag);
        value = place < 0 ? default : Value(place);
        return place >= 0;
    }

    /// <summary>As <see cref="TryGet"/>, for a whole number.</summary>
    public bool TryGetLong(int tag, out long number)
    {
        number = 0;
        return TryGet(tag, out ReadOnlySpan<byte> value) && FixText.TryLong(value, out number);
    }

    /// <summary>As <see cref="TryGet"/>, for a decimal.</summary>
    public bool TryGetDecimal(int tag, out long mantissa, out int decimals)
    {
        mantissa = 0;
        decimals = 0;
        return TryGet(tag, out ReadOnlySpan<byte> value) && FixText.TryDecimal(value, out mantissa, out decimals);
    }

    /// <summary>As <see cref="TryGet"/>, for one character; 0 when absent or longer.</summary>
    public byte GetChar(int tag) => TryGet(tag, out ReadOnlySpan<byte> value) && value.Length == 1 ? value[0] : (byte)0;

    /// <summary>True when a flag is present and Y.</summary>
    public bool IsYes(int tag) => GetChar(tag) == (byte)'Y';
}
