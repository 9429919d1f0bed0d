using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Peregrine.Fix.Messages;

/// <summary>
/// Writes one message into a buffer: header first, then fields in the order of the calls, then length and checksum.
/// Allocates nothing. A buffer that is too small is remembered and told by <see cref="TryFinish"/>.
/// </summary>
public ref struct FixWriter
{
    // "9=000000|": the length is written last, into six digits.
    private const int LengthDigits = 6;
    private const int BodyBytesMax = 999_999;
    private readonly Span<byte> _target;
    private readonly int _bodyStart;
    private FixWriterState _state;

    /// <summary>Begins a message.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="beginString">BeginString (8).</param>
    /// <param name="msgType">MsgType (35).</param>
    /// <param name="timeDigits">Digits of a second in time stamps: 0, 3, 6 or 9.</param>
    public FixWriter(Span<byte> target, ReadOnlySpan<byte> beginString, ReadOnlySpan<byte> msgType, int timeDigits = 3)
    {
        _target = target;
        _state = default;
        _state.TimeDigits = timeDigits;
        Add(Tag.BeginString, beginString);
        Add(Tag.BodyLength, "000000"u8);
        _bodyStart = _state.At;
        Add(Tag.MsgType, msgType);
    }

    /// <summary>What writes fields into the message, and may be handed on while the message is written.</summary>
    [UnscopedRef]
    public FixFieldWriter Fields => new(_target, ref _state);

    /// <summary>Holds the message that was begun to a type.</summary>
    /// <exception cref="InvalidOperationException">It is of another one.</exception>
    public readonly void RequireType(ReadOnlySpan<byte> msgType)
    {
        // Behind "35=".
        ReadOnlySpan<byte> begun = _state.IsFull ? msgType : _target[(_bodyStart + 3).._state.At];
        if (!begun.StartsWith(msgType) || (begun.Length > msgType.Length && begun[msgType.Length] != 1))
        {
            int end = begun.IndexOf((byte)1);
            throw new InvalidOperationException($"a message of type {Encoding.Latin1.GetString(begun[..Math.Max(end, 0)])} was begun, " +
                $"and this writer is for type {Encoding.Latin1.GetString(msgType)}");
        }
    }

    /// <summary>Adds a field of bytes as they are.</summary>
    public void Add(int tag, scoped ReadOnlySpan<byte> value) => Fields.Add(tag, value);

    /// <summary>Adds one character.</summary>
    public void Add(int tag, char value) => Fields.Add(tag, value);

    /// <summary>Adds a whole number.</summary>
    public void Add(int tag, long value) => Fields.Add(tag, value);

    /// <summary>Adds a decimal, mantissa x 10^-decimals.</summary>
    public void Add(int tag, long mantissa, int decimals) => Fields.Add(tag, mantissa, decimals);

    /// <summary>Adds a whole number that may need more than 64 bits.</summary>
    public void Add(int tag, Int128 value) => Fields.Add(tag, value);

    /// <summary>Adds a decimal, mantissa x 10^-decimals, whose mantissa may need more than 64 bits.</summary>
    public void Add(int tag, Int128 mantissa, int decimals) => Fields.Add(tag, mantissa, decimals);

    /// <summary>Adds a UTC time stamp.</summary>
    public void AddTimestamp(int tag, long unixNs) => Fields.AddTimestamp(tag, unixNs);

    /// <summary>Adds fields that were laid out before, see <see cref="FixFieldWriter.AddFields"/>.</summary>
    public void AddFields(scoped ReadOnlySpan<byte> fields) => Fields.AddFields(fields);

    /// <summary>Fills in length and checksum.</summary>
    /// <param name="bytes">The whole message's length.</param>
    /// <returns>False when the buffer was too small, or the body is longer than 999,999 bytes.</returns>
    public bool TryFinish(out int bytes)
    {
        bytes = 0;
        if (_state.IsFull || _state.At - _bodyStart > BodyBytesMax)
        {
            return false;
        }

        FixText.Put(_target.Slice(_bodyStart - LengthDigits - 1, LengthDigits), _state.At - _bodyStart);
        int sum = FixFramer.CheckSum(_target[.._state.At]);
        Fields.AddCheckSum(sum);
        bytes = _state.IsFull ? 0 : _state.At;
        return !_state.IsFull;
    }
}
