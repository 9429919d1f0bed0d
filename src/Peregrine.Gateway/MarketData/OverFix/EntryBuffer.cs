using System.Runtime.InteropServices;
using Peregrine.Fix.Messages;

namespace Peregrine.Gateway.MarketData.OverFix;

/// <summary>Entries of market data as bytes on the wire, encoded once for everybody who gets them, and cut into parts that fit a message each.
/// </summary>
/// <remarks>Thread: the market data server's. Allocates: when there is more to encode than ever before, up to its bound.</remarks>
internal sealed class EntryBuffer
{
    // More than the longest entry: a symbol of 32, a price of 21, a quantity and ids of 20, date and time, and their tags.
    private const int EntryBytesMax = 256;
    private const int TimeDigits = 3;

    private readonly List<Part> _parts = [];
    private readonly int _bytesMax;
    private byte[] _bytes = new byte[16 << 10];
    private int _at;
    private int _partBytes;
    private int _partBegan;
    private int _partCount;

    /// <summary>Makes an empty one.</summary>
    /// <param name="bytesMax">Most bytes of all parts together.</param>
    public EntryBuffer(int bytesMax) => _bytesMax = bytesMax;

    /// <summary>How many entries there are, in all parts.</summary>
    public int Count { get; private set; }

    /// <summary>More entries came than there is room for: what is here is not all.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The parts.</summary>
    public ReadOnlySpan<Part> Parts => CollectionsMarshal.AsSpan(_parts);

    /// <summary>Begins anew.</summary>
    /// <param name="partBytes">Most bytes of a part.</param>
    public void Begin(int partBytes)
    {
        _parts.Clear();
        (_at, _partBytes, _partBegan, _partCount, Count, IsFull) = (0, partBytes, 0, 0, 0, false);
    }

    /// <summary>Ends the last part; there is always one.</summary>
    public void End()
    {
        if (_partCount > 0 || _parts.Count == 0)
        {
            CutPart();
        }
    }

    /// <summary>The bytes of a part.</summary>
    public ReadOnlySpan<byte> BytesOf(Part part) => _bytes.AsSpan(part.Start, part.Bytes);

    /// <summary>Begins an entry.</summary>
    /// <returns>False when there is no room for it: it is left out.</returns>
    public bool TryBeginEntry()
    {
        if (_at + EntryBytesMax > _bytes.Length && !TryGrow())
        {
            IsFull = true;
            return false;
        }

        if (_at - _partBegan + EntryBytesMax > _partBytes && _partCount > 0)
        {
            CutPart();
        }

        _partCount++;
        Count++;
        return true;
    }

    /// <summary>Adds a field whose tag is written already, as in "269=".</summary>
    public void Add(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> value)
    {
        tag.CopyTo(_bytes.AsSpan(_at));
        value.CopyTo(_bytes.AsSpan(_at + tag.Length));
        _at += tag.Length + value.Length;
        _bytes[_at++] = 1;
    }

    /// <summary>Adds one character.</summary>
    public void Add(ReadOnlySpan<byte> tag, char value)
    {
        tag.CopyTo(_bytes.AsSpan(_at));
        _at += tag.Length;
        _bytes[_at++] = (byte)value;
        _bytes[_at++] = 1;
    }

    /// <summary>Adds a decimal, mantissa x 10^-decimals.</summary>
    public void Add(ReadOnlySpan<byte> tag, long mantissa, int decimals)
    {
        tag.CopyTo(_bytes.AsSpan(_at));
        _at += tag.Length;
        _at += FixText.WriteDecimal(_bytes.AsSpan(_at), mantissa, decimals);
        _bytes[_at++] = 1;
    }

    /// <summary>Adds an order's id.</summary>
    public void Add(ReadOnlySpan<byte> tag, ulong id)
    {
        tag.CopyTo(_bytes.AsSpan(_at));
        _at += tag.Length;
        _ = id.TryFormat(_bytes.AsSpan(_at), out int written);
        _at += written;
        _bytes[_at++] = 1;
    }

    /// <summary>Adds MDEntryDate (272) and MDEntryTime (273).</summary>
    public void AddDateAndTime(long unixNs)
    {
        Span<byte> stamp = stackalloc byte[FixText.TimestampBytesMax];
        int bytes = FixText.WriteTimestamp(stamp, unixNs, TimeDigits);
        Add("272="u8, stamp[..8]);
        Add("273="u8, stamp[9..bytes]);
    }

    private void CutPart()
    {
        _parts.Add(new Part(_partBegan, _at - _partBegan, _partCount));
        (_partBegan, _partCount) = (_at, 0);
    }

    private bool TryGrow()
    {
        int bytes = Math.Min(_bytes.Length * 2, _bytesMax);
        if (bytes == _bytes.Length)
        {
            return false;
        }

        Array.Resize(ref _bytes, bytes);
        return true;
    }

    /// <summary>Entries of one message.</summary>
    internal readonly record struct Part(int Start, int Bytes, int Count);
}
