namespace Peregrine.Fix.Messages;

/// <summary>Where the fields of one message lie; made once and used for message after message.</summary>
/// <remarks>Thread: one owner. Allocates: only when made.</remarks>
public sealed class FixIndex
{
    /// <summary>Most fields of a message; one with more is refused.</summary>
    public const int FieldsMax = 512;

    private readonly int[] _tags = new int[FieldsMax];
    private readonly int[] _starts = new int[FieldsMax];
    private readonly int[] _lengths = new int[FieldsMax];

    /// <summary>How many fields the message has.</summary>
    public int Count { get; private set; }

    /// <summary>The tags in order.</summary>
    public ReadOnlySpan<int> Tags => _tags.AsSpan(0, Count);

    internal int Start(int index) => _starts[index];

    internal int Length(int index) => _lengths[index];

    /// <summary>Indexes a whole message.</summary>
    /// <param name="frame">From <see cref="FixFramer"/>.</param>
    /// <returns>False when a field is no tag=value, or there are too many: the message is garbled.</returns>
    public bool TryParse(ReadOnlySpan<byte> frame)
    {
        Count = 0;
        int dataBytes = -1;
        for (int at = 0; at < frame.Length;)
        {
            int tag = 0;
            int digits = 0;
            for (; at < frame.Length && frame[at] != (byte)'='; at++, digits++)
            {
                int digit = frame[at] - '0';
                if ((uint)digit > 9 || digits == 9 || (digits == 0 && digit == 0))
                {
                    return false;
                }

                tag = (tag * 10) + digit;
            }

            if (digits == 0 || at == frame.Length || Count == FieldsMax)
            {
                return false;
            }

            at++;

            // A data field may hold any byte; its length stands in the field before it.
            int length = dataBytes >= 0 && FixDictionary.TypeOf(tag) == FixType.Data ? dataBytes : frame[at..].IndexOf((byte)1);
            if (length < 0 || at + length >= frame.Length || frame[at + length] != 1)
            {
                return false;
            }

            _tags[Count] = tag;
            _starts[Count] = at;
            _lengths[Count++] = length;
            dataBytes = FixDictionary.TypeOf(tag) == FixType.Length && FixText.TryInt(frame.Slice(at, length), out int announced) && announced >= 0
                ? announced
                : -1;
            at += length + 1;
        }

        return Count >= 4;
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
    public ReadOnlySpan<byte> MsgType => index.Tags[2] == Tag.MsgType ? Value(2) : default;

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
