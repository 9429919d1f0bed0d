using System.Buffers.Binary;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>ITCH 5.0 in BinaryFILE: a length of two bytes before each message. Source: Nasdaq BinaryFILE specification.</summary>
public sealed class ItchReader(FeedInput input) : FeedReader(input)
{
    private const int PrefixBytes = 2;

    /// <inheritdoc/>
    public override string Format => "ITCH 5.0";

    /// <inheritdoc/>
    public override string Expected => "a length of two bytes, then a message of just that length, of one of the 23 types or of another";

    /// <inheritdoc/>
    public override long PriceScale => FeedPriceScale.TenThousandths;

    /// <inheritdoc/>
    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        update = default;
        bytes = 0;
        if (data.Length <= PrefixBytes)
        {
            // A length of zero at the very end closes a session in some files.
            bool isClosed = data.IsEmpty || (data.Length == PrefixBytes && data[0] == 0 && data[1] == 0);
            return isClosed ? FeedStatus.End : FeedStatus.Truncated;
        }

        // Some files have 00 00 for every length: the type says it too, if it is known. One that is not is passed over by its length.
        int length = BinaryPrimitives.ReadUInt16BigEndian(data);
        int known = Itch50Decoder.LengthOf(data[PrefixBytes]);
        int expected = known > 0 ? known : length;
        if (expected == 0 || (length != 0 && length != expected))
        {
            return FeedStatus.Malformed;
        }

        if (data.Length < PrefixBytes + expected)
        {
            return FeedStatus.Truncated;
        }

        bytes = PrefixBytes + expected;
        MessageStart = PrefixBytes;
        MessageBytes = expected;
        CountUnknown(known == 0);
        return Itch50Decoder.TryDecode(data[PrefixBytes..bytes], out update);
    }
}
