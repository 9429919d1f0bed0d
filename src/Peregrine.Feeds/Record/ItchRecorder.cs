using System.Globalization;
using System.Text;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Record;

/// <summary>Writes any feed as ITCH 5.0. ITCH itself passes through byte for byte.</summary>
/// <remarks>Thread: one owner. Allocates: when an instrument appears for the first time.</remarks>
public sealed class ItchRecorder(FeedReader feed, MessageSink sink)
{
    private const long DayNs = 86_400_000_000_000;
    private readonly MarketBooks _books = new();
    private readonly Dictionary<int, (ushort Locate, byte[] Symbol)> _symbols = [];
    private readonly byte[] _message = new byte[Itch50Decoder.BytesMax];
    private readonly List<(ulong OrderId, Side Side)> _cleared = [];

    /// <summary>Messages read.</summary>
    public long Read { get; private set; }

    /// <summary>Messages written; a change of price or a growing size takes two, a clear one for each order.</summary>
    public long Written { get; private set; }

    /// <summary>Messages that ITCH has no word for and books do not need, such as fills in DBN, which tell twice what a cancel tells.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Records to the end.</summary>
    /// <returns>End or Truncated.</returns>
    /// <exception cref="FeedException">A message is malformed or cannot be said in ITCH; the disk fails.</exception>
    public FeedStatus Run(Action<string> progress)
    {
        FeedStatus status;
        while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            if (++Read % 262_144 == 0)
            {
                progress(FormattableString.Invariant($"{feed.Progress() * 100,3:N0} %  {Read:N0} messages"));
            }

            if (feed is ItchReader or MoldReader)
            {
                sink.Write(feed.Message, update.TimeNs);
                Written++;
                continue;
            }

            Convert(ref update);
        }

        if (status == FeedStatus.Malformed || (Read == 0 && feed.OtherPackets > 0))
        {
            throw new FeedException(feed.Explain(FeedStatus.Malformed));
        }

        sink.Finish();
        return status;
    }

    private void Convert(ref BookUpdate update)
    {
        update.TimeNs %= DayNs;
        // No feed is coarser. Never multiplied: a price that wraps would be recorded as another.
        (long price, long rest) = Math.DivRem(update.Price, feed.PriceScale / FeedPriceScale.TenThousandths);
        if (rest != 0)
        {
            throw Refuse(update, "a price finer than 1/10,000");
        }

        update.Price = price;
        (ushort locate, byte[] symbol) = SymbolOf(update);
        switch (update.Kind)
        {
            case BookUpdateKind.Modify:
                WriteModify(update, locate, symbol);
                break;
            case BookUpdateKind.Clear:
                WriteClear(update, locate, symbol, Side.Buy, Side.Sell);
                break;
            case BookUpdateKind.Top:
                WriteClear(update, locate, symbol, update.Side);

                // The level goes on as an order.
                (update.Kind, update.OrderId) = (BookUpdateKind.Add, BookUpdateKinds.TopOrderId(update.Side));
                if (update.Quantity == 0)
                {
                    return;
                }

                Encode(update, locate, symbol);
                break;
            default:
                Encode(update, locate, symbol);
                break;
        }

        _ = _books.Apply(update);
    }

    // A smaller size at the same price keeps its place, as a partial cancel does; anything else goes to the back, as a new order.
    private void WriteModify(in BookUpdate update, ushort locate, byte[] symbol)
    {
        BookUpdate part = update;
        bool isKnown = _books.TryGetOrder(update.InstrumentId, update.OrderId, out Side side, out long price, out long quantity);
        if (isKnown && side == update.Side && price == update.Price && update.Quantity <= quantity && update.Quantity > 0)
        {
            part.Kind = BookUpdateKind.Reduce;
            part.Quantity = quantity - update.Quantity;
            Encode(part, locate, symbol);
            return;
        }

        if (isKnown)
        {
            part.Kind = BookUpdateKind.Delete;
            Encode(part, locate, symbol);
        }

        if (update.Quantity > 0)
        {
            part.Kind = BookUpdateKind.Add;
            Encode(part, locate, symbol);
        }
    }

    private void WriteClear(in BookUpdate update, ushort locate, byte[] symbol, params ReadOnlySpan<Side> sides)
    {
        _cleared.Clear();
        foreach (Side side in sides)
        {
            for (int depth = 0; depth < _books.LevelCount(update.InstrumentId, side); depth++)
            {
                foreach (QueuedOrder order in _books.QueueAt(update.InstrumentId, side, depth))
                {
                    _cleared.Add((order.OrderId, side));
                }
            }
        }

        BookUpdate part = update;
        part.Kind = BookUpdateKind.Delete;
        foreach ((ulong orderId, Side side) in _cleared)
        {
            part.OrderId = orderId;
            part.Side = side;
            Encode(part, locate, symbol);
            _ = _books.Apply(part);
        }
    }

    private void Encode(in BookUpdate update, ushort locate, byte[] symbol)
    {
        int bytes = Itch50Encoder.Encode(update, locate, symbol, _message);
        if (bytes == 0 && update.Kind == BookUpdateKind.Other)
        {
            LeftOut++;
            return;
        }

        if (bytes == 0)
        {
            throw Refuse(update, "a value that ITCH 5.0 has no room for");
        }

        sink.Write(_message.AsSpan(0, bytes), update.TimeNs);
        Written++;
    }

    private FeedException Refuse(in BookUpdate update, string reason) =>
        new(string.Create(CultureInfo.InvariantCulture, 
            $"{feed.Name}: at byte {feed.MessageOffset}: {reason}: {update.Kind} of order {update.OrderId}, price {update.Price} " +
            $"(1/{feed.PriceScale} or 1/10,000), size {update.Quantity}"));

    // The directory message goes before the first message of its instrument.
    private (ushort Locate, byte[] Symbol) SymbolOf(in BookUpdate update)
    {
        if (_symbols.TryGetValue(update.InstrumentId, out (ushort Locate, byte[] Symbol) known))
        {
            return known;
        }

        if (_symbols.Count == ushort.MaxValue)
        {
            throw Refuse(update, $"more than {ushort.MaxValue} instruments");
        }

        string name = update.InstrumentId == 0
            ? SymbolInFileName(feed.Name)
            : FormattableString.Invariant($"{(uint)update.InstrumentId % 100_000_000}");
        (ushort, byte[]) symbol = ((ushort)(_symbols.Count + 1), Encoding.ASCII.GetBytes(name));
        _symbols.Add(update.InstrumentId, symbol);
        Encode(new BookUpdate { Kind = BookUpdateKind.Directory, TimeNs = update.TimeNs }, symbol.Item1, symbol.Item2);
        return symbol;
    }

    // LOBSTER's names begin with it: AAPL_2012-06-21_34200000_57600000_message_50.csv.
    private static string SymbolInFileName(string path)
    {
        string name = new([.. Path.GetFileName(path).TakeWhile(char.IsAsciiLetterOrDigit).Take(8)]);
        return name.Length > 0 ? name.ToUpperInvariant() : "FEED";
    }
}
