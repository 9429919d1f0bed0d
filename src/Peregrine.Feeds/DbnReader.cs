using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds;

/// <summary>Databento DBN, versions 1 to 3. Instruments of several publishers are kept apart.</summary>
public sealed class DbnReader(FeedInput input) : FeedReader(input)
{
    private readonly InstrumentNumbers _instruments = new();
    private long _headerLeft = -1;
    private int _part;

    /// <inheritdoc/>
    public override string Format => "DBN";

    /// <inheritdoc/>
    public override string Expected => _headerLeft == 0
        ? "a record of at least 16 bytes, and of the length of its type"
        : "the metadata of version 1, 2 or 3";

    /// <inheritdoc/>
    public override long PriceScale => FeedPriceScale.Nano;

    /// <inheritdoc/>
    protected override FeedStatus TryDecode(ReadOnlySpan<byte> data, bool isLast, out BookUpdate update, out int bytes)
    {
        update = default;
        bytes = 0;
        if (_headerLeft < 0)
        {
            FeedStatus status = DbnDecoder.TryHeader(data, out _, out int schema, out long headerBytes);
            if (status == FeedStatus.Ok && !DbnDecoder.IsRead(schema))
            {
                throw new FeedException($"{Name}: DBN of schema {DbnDecoder.NameOf(schema)}, which has no orders, levels, trades or definitions: " +
                    "expected mbo, mbp-1, mbp-10, tbbo, bbo, trades or definition");
            }

            _headerLeft = status == FeedStatus.Ok ? headerBytes : _headerLeft;
            return status;
        }

        if (_headerLeft > 0)
        {
            // The metadata can be longer than the window; they are passed over piece by piece.
            bytes = (int)Math.Min(_headerLeft, data.Length);
            _headerLeft -= bytes;
            return bytes > 0 ? FeedStatus.Ok : FeedStatus.Truncated;
        }

        MessageStart = 0;
        FeedStatus record = DbnDecoder.TryDecode(data, _part, out update, out bytes, out int parts);
        MessageBytes = bytes;
        if (record == FeedStatus.Ok)
        {
            update.InstrumentId = _instruments.Of(DbnDecoder.PublisherOf(data), update.InstrumentId);

            // The record stays at the front of the data until its last update is read.
            _part = _part + 1 < parts ? _part + 1 : 0;
            bytes = _part == 0 ? bytes : 0;
        }

        return record;
    }
}
