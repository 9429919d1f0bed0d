namespace Peregrine.Fix.Messages;

/// <summary>What the front of a stream holds.</summary>
public enum FrameStatus : byte
{
    /// <summary>A whole message with a right BodyLength and CheckSum.</summary>
    Ok = 0,

    /// <summary>The start of a message: more bytes are needed.</summary>
    NeedMore = 1,

    /// <summary>Bytes that are no message: skip them and go on.</summary>
    Garbled = 2,

    /// <summary>A message larger than allowed: nothing after it can be trusted to be found in bounded work, so disconnect.</summary>
    TooLong = 3,
}

/// <summary>Finds messages in a stream of bytes: 8=...|9=length|...10=sum|.</summary>
/// <remarks>Pure. Allocates: no. Source: FIX 4.4 volume 2, "Message format" and "Garbled messages".</remarks>
public static class FixFramer
{
    private const byte Soh = 1;

    // "10=123|"
    private const int TrailerBytes = 7;

    // A BeginString longer than this is no BeginString: "FIXT.1.1" has 8.
    private const int BeginStringBytesMax = 16;

    private const int Open = -1;
    private const int None = -2;

    /// <summary>Looks at the front of the data.</summary>
    /// <param name="data">What has arrived and was not used yet.</param>
    /// <param name="frameBytesMax">Largest message allowed, in bytes.</param>
    /// <param name="bytes">Ok: length of the message. Garbled: how much to skip. Otherwise 0.</param>
    /// <param name="trustsLength">
    /// A message whose trailer is not where its BodyLength says ends at the next trailer behind that place, and takes whatever lies before
    /// it along: no bytes that a length has claimed are ever taken for a message of their own. False, the default, goes on at the next
    /// "8=FIX", which loses less.
    /// </param>
    public static FrameStatus TryFrame(ReadOnlySpan<byte> data, int frameBytesMax, out int bytes, bool trustsLength = false)
    {
        bytes = 0;
        ReadOnlySpan<byte> start = "8=FIX"u8;
        if (!data[..Math.Min(data.Length, start.Length)].SequenceEqual(start[..Math.Min(data.Length, start.Length)]))
        {
            return Skip(data, out bytes);
        }

        if (data.Length < start.Length)
        {
            return FrameStatus.NeedMore;
        }

        int beginEnd = EndOfVersion(data[..Math.Min(data.Length, BeginStringBytesMax)], start.Length);
        if (beginEnd < 0)
        {
            // Noise may end like a start, with the true start right behind it.
            return beginEnd == Open && data.Length < BeginStringBytesMax ? FrameStatus.NeedMore : Skip(data, out bytes);
        }

        int at = beginEnd + 1;
        if (data.Length < at + 2)
        {
            return FrameStatus.NeedMore;
        }

        if (data[at] != (byte)'9' || data[at + 1] != (byte)'=')
        {
            return Skip(data, out bytes);
        }

        return Body(data, at + 2, frameBytesMax, out bytes, trustsLength);
    }

    // Place of the separator behind ".4.4" or "T.1.1"; Open while all of it may be a version still, None when it is none.
    private static int EndOfVersion(ReadOnlySpan<byte> data, int at)
    {
        for (; at < data.Length; at++)
        {
            if (data[at] == Soh)
            {
                return at;
            }

            if (data[at] is not ((byte)'.' or (byte)'T' or (>= (byte)'0' and <= (byte)'9')))
            {
                return None;
            }
        }

        return Open;
    }

    // What follows the length is "35=" and no other start of a message; true as well while that is not there yet.
    private static bool BeginsWithType(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> start = "35="u8;
        if (body.Length < start.Length)
        {
            return body.SequenceEqual(start[..body.Length]);
        }

        return body.StartsWith(start) && !body[start.Length..].StartsWith("8=FIX"u8);
    }

    private static FrameStatus Body(ReadOnlySpan<byte> data, int at, int frameBytesMax, out int bytes, bool trustsLength)
    {
        bytes = 0;
        int length = 0;
        int digits = 0;
        for (; at < data.Length && data[at] != Soh; at++, digits++)
        {
            int digit = data[at] - '0';
            if ((uint)digit > 9 || digits == 9)
            {
                return Skip(data, out bytes);
            }

            length = (length * 10) + digit;
        }

        if (at == data.Length)
        {
            return FrameStatus.NeedMore;
        }

        if (digits == 0)
        {
            return Skip(data, out bytes);
        }

        int bodyEnd = at + 1 + length;
        if (!BeginsWithType(data[(at + 1)..]))
        {
            return Skip(data, out bytes);
        }

        if (bodyEnd + TrailerBytes > frameBytesMax)
        {
            return FrameStatus.TooLong;
        }

        if (data.Length < bodyEnd + TrailerBytes)
        {
            return FrameStatus.NeedMore;
        }

        ReadOnlySpan<byte> trailer = data.Slice(bodyEnd, TrailerBytes);
        bool isTrailer = data[bodyEnd - 1] == Soh && trailer.StartsWith("10="u8) && trailer[6] == Soh;
        if (!isTrailer || !FixText.TryDigits(trailer[3..6], out int sum))
        {
            return trustsLength ? ToTrailer(data, bodyEnd - 1, frameBytesMax, out bytes) : Skip(data, out bytes);
        }

        bytes = bodyEnd + TrailerBytes;
        return sum == CheckSum(data[..bodyEnd]) ? FrameStatus.Ok : FrameStatus.Garbled;
    }

    private static FrameStatus ToTrailer(ReadOnlySpan<byte> data, int from, int frameBytesMax, out int bytes)
    {
        bytes = 0;
        int trailer = data[from..].IndexOf("\u000110="u8);
        int end = trailer < 0 ? -1 : data[(from + trailer + 4)..].IndexOf(Soh);
        if (end >= 0)
        {
            bytes = from + trailer + 4 + end + 1;
            return FrameStatus.Garbled;
        }

        return data.Length < frameBytesMax ? FrameStatus.NeedMore : Skip(data, out bytes);
    }

    /// <summary>The sum of the bytes, modulo 256.</summary>
    public static int CheckSum(ReadOnlySpan<byte> bytes)
    {
        System.Numerics.Vector<ushort> sums = default;
        uint sum = 0;
        int lanes = System.Numerics.Vector<byte>.Count;

        // 16-bit lanes may wrap: only the sum modulo 256 matters, and 65,536 is a multiple of it.
        for (; bytes.Length >= lanes; bytes = bytes[lanes..])
        {
            System.Numerics.Vector.Widen(new System.Numerics.Vector<byte>(bytes), out System.Numerics.Vector<ushort> low,
                out System.Numerics.Vector<ushort> high);
            sums += low + high;
        }

        sum += System.Numerics.Vector.Sum(sums);

        foreach (byte value in bytes)
        {
            sum += value;
        }

        return (int)(sum & 255);
    }

    // To the next place where a message may begin; all of it when there is none, but for a last byte that may be its start.
    private static FrameStatus Skip(ReadOnlySpan<byte> data, out int bytes)
    {
        int next = data[1..].IndexOf("8=FIX"u8);
        if (next >= 0)
        {
            bytes = next + 1;
            return FrameStatus.Garbled;
        }

        int keep = 0;
        for (int length = Math.Min(4, data.Length - 1); length > 0; length--)
        {
            if (data.EndsWith("8=FIX"u8[..length]))
            {
                keep = length;
                break;
            }
        }

        bytes = data.Length - keep;
        return FrameStatus.Garbled;
    }
}
