using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Messages;

/// <summary>Where the fields of one message lie; made once and used for message after message.</summary>
/// <remarks>Thread: one owner. Allocates: when made, and when a message has more fields than any before it.</remarks>
public sealed partial class FixIndex
{
    /// <summary>Most fields of a message; one with more is refused with <see cref="FixFault.Other"/>.</summary>
    public const int FieldsMax = 1 << 16;

    /// <summary><see cref="FaultTag"/> when what is wrong has no tag number.</summary>
    public const int NoTag = int.MinValue;

    private const int FieldsFirst = 256;

    private readonly FixDictionary _dictionary;
    private int[] _tags = new int[FieldsFirst];
    private Place[] _places = new Place[FieldsFirst];

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

    /// <summary>Grows with each message: what was made of an earlier one is known by its number, and refused.</summary>
    internal uint Generation { get; private set; }

    /// <summary>Length of the frame that was indexed.</summary>
    internal int FrameBytes { get; private set; }

    /// <summary>The groups that are open while a view finds its fields, each inside of the one before.</summary>
    internal Level[] Levels { get; } = new Level[FixValidator.GroupsMax + 1];

    internal ReadOnlySpan<Place> Places => _places.AsSpan(0, Count);

    /// <summary>Takes over what another index has found in a frame of the same bytes.</summary>
    internal void CopyFrom(FixIndex other)
    {
        Forget();
        if (_tags.Length < other.Count)
        {
            Array.Resize(ref _tags, other._tags.Length);
            Array.Resize(ref _places, other._places.Length);
        }

        other.Tags.CopyTo(_tags);
        other.Places.CopyTo(_places);
        (Count, FrameBytes, Fault, FaultTag) = (other.Count, other.FrameBytes, other.Fault, other.FaultTag);
        CopyKept(other);
    }

    /// <summary>Has nothing any more: what was made of its message is refused from here on.</summary>
    internal void Forget()
    {
        Generation++;
        (Count, FrameBytes, _keptCount) = (0, 0, 0);
        (Fault, FaultTag) = (FixFault.None, NoTag);
    }

    /// <summary>Indexes a whole message.</summary>
    /// <param name="frame">From <see cref="FixFramer"/>.</param>
    /// <returns>
    /// False when it is not made of fields. With a <see cref="Fault"/> the fields that are some are indexed nevertheless, so that the message can be
    /// answered by its number; without one it is too short to be a message, and garbled.
    /// </returns>
    public bool TryParse(ReadOnlySpan<byte> frame)
    {
        Forget();
        FrameBytes = frame.Length;
        int dataBytes = -1;
        int dataTag = 0;
        int lengthTag = NoTag;
        int count = 0;
        Separators separators = new(frame);
        for (int at = 0; at < frame.Length;)
        {
            if (!TryShortTag(frame, ref at, out int tag) && !TryTag(frame, ref at, out tag))
            {
                // Goes on behind it: the number of the message may stand there.
                int end = frame[at..].IndexOf((byte)1);
                at = end < 0 ? frame.Length : at + end + 1;
                dataTag = 0;
                continue;
            }

            // A data field may hold any byte; its length stands in the field before it.
            int length = separators.Next(at) - at;
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

            if (count == _tags.Length && !TryGrow(count))
            {
                break;
            }

            (_tags[count], _places[count]) = (tag, new Place(at, length));
            count++;

            dataTag = _dictionary.DataOf(tag);
            if (dataTag != 0)
            {
                lengthTag = tag;
                dataTag = FixText.TryInt(frame.Slice(at, length), out dataBytes) && dataBytes >= 0 ? dataTag : 0;
            }

            at += length + 1;
        }

        Count = count;
        return Count >= 4 && Fault == FixFault.None;
    }

    // As TryTag for one to three digits, which nearly all tags have; false, and nothing read, for all others.
    private static bool TryShortTag(ReadOnlySpan<byte> frame, ref int at, out int tag)
    {
        tag = 0;
        if (frame.Length - at < sizeof(uint))
        {
            return false;
        }

        const uint Sign = '=' - '0';
        uint four = BinaryPrimitives.ReadUInt32LittleEndian(frame[at..]);
        uint first = (four & 255) - '0';
        uint second = ((four >> 8) & 255) - '0';
        uint third = ((four >> 16) & 255) - '0';
        if (first - 1 > 8 || (second > 9 && second != Sign))
        {
            return false;
        }

        if (second == Sign)
        {
            (tag, at) = ((int)first, at + 2);
            return true;
        }

        if (third == Sign)
        {
            (tag, at) = ((int)((first * 10) + second), at + 3);
            return true;
        }

        if (third > 9 || four >> 24 != '=')
        {
            return false;
        }

        (tag, at) = ((int)((first * 100) + (second * 10) + third), at + 4);
        return true;
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

    private bool TryGrow(int count)
    {
        if (count == FieldsMax)
        {
            Blame(FixFault.Other, NoTag);
            return false;
        }

        Array.Resize(ref _tags, count * 2);
        Array.Resize(ref _places, count * 2);
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

    /// <summary>Where a value lies in its frame.</summary>
    internal readonly record struct Place(int Start, int Bytes);

    /// <summary>A group that is open.</summary>
    internal struct Level
    {
        public Views.FixShape? Shape;
        public int Entries;
        public int Expected;
    }
}

/// <summary>
/// A view of one message: its bytes where they lie, and where the fields are. Gone when the buffer goes, which the compiler sees to, and when
/// the index goes on to another message, which is refused with an exception at the next access.
/// </summary>
/// <param name="frame">The message's bytes.</param>
/// <param name="index">Its fields.</param>
public readonly ref struct FixMessage(ReadOnlySpan<byte> frame, FixIndex index)
{
    private readonly ReadOnlySpan<byte> _frame = frame;
    private readonly FixIndex _index = index;
    private readonly uint _generation = index.Generation;

    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Frame
    {
        get
        {
            RequireCurrent();
            return _frame;
        }
    }

    /// <summary>How many fields it has.</summary>
    public int Count => Index.Count;

    /// <summary>The value of MsgType; empty when the third field is another.</summary>
    public ReadOnlySpan<byte> MsgType => Index.Count > 2 && _index.Tags[2] == Tag.MsgType ? Value(2) : default;

    /// <summary>The tags in order.</summary>
    public ReadOnlySpan<int> Tags => Index.Tags;

    internal FixIndex Index
    {
        get
        {
            RequireCurrent();
            return _index;
        }
    }

    /// <summary>The value of a field by its place.</summary>
    /// <exception cref="InvalidOperationException">The index has another message by now.</exception>
    public ReadOnlySpan<byte> Value(int place)
    {
        FixIndex.Place value = Index.Places[place];
        return _frame.Slice(value.Start, value.Bytes);
    }

    /// <summary>The value of the first field with a tag.</summary>
    public bool TryGet(int tag, out ReadOnlySpan<byte> value)
    {
        int place = Index.Tags.IndexOf(tag);
        value = place < 0 ? default : Value(place);
        return place >= 0;
    }

    /// <summary>As <see cref="TryGet"/>, for a whole number.</summary>
    public bool TryGetLong(int tag, out long number)
    {
        number = 0;
        int place = Index.Tags.IndexOf(tag);
        return place >= 0 && _index.TryLong(place, Value(place), out number);
    }

    /// <summary>As <see cref="TryGet"/>, for a decimal.</summary>
    public bool TryGetDecimal(int tag, out long mantissa, out int decimals)
    {
        (mantissa, decimals) = (0, 0);
        int place = Index.Tags.IndexOf(tag);
        return place >= 0 && _index.TryDecimal(place, Value(place), out mantissa, out decimals);
    }

    /// <summary>As <see cref="TryGet"/>, for a UTC time stamp in Unix nanoseconds.</summary>
    public bool TryGetTimestamp(int tag, out long unixNs)
    {
        unixNs = 0;
        int place = Index.Tags.IndexOf(tag);
        return place >= 0 && _index.TryTimestamp(place, Value(place), out unixNs);
    }

    /// <summary>As <see cref="TryGet"/>, for one character; 0 when absent or longer.</summary>
    public byte GetChar(int tag) => TryGet(tag, out ReadOnlySpan<byte> value) && value.Length == 1 ? value[0] : (byte)0;

    /// <summary>True when a flag is present and Y.</summary>
    public bool IsYes(int tag) => GetChar(tag) == (byte)'Y';

    /// <summary>Whether the frame is the one that was indexed, whole, and as long as its BodyLength says.</summary>
    internal bool IsAsLongAsItSays()
    {
        ReadOnlySpan<int> tags = Tags;
        if (_frame.Length != _index.FrameBytes || tags.Length < 4 || tags[1] != Tag.BodyLength || tags[^1] != Tag.CheckSum
            || !FixText.TryDigits(Value(1), out int bodyBytes))
        {
            return false;
        }

        // Behind the separator of the length, up to "10=".
        ReadOnlySpan<FixIndex.Place> places = _index.Places;
        int start = places[1].Start + places[1].Bytes + 1;
        return places[^1].Start - "10=".Length - start == bodyBytes;
    }

    private void RequireCurrent()
    {
        if (_index.Generation != _generation)
        {
            ThrowGone(_index.Generation - _generation);
        }
    }

    [DoesNotReturn]
    private static void ThrowGone(uint messages) => throw new InvalidOperationException(
        $"this FixMessage is gone: its index went on by {messages} since; copy what is needed, or keep the message in a FixMessagePool");
}
