using System.Text;
using CsCheck;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;

namespace Peregrine.Trading.Tests.MarketData;

public class Itch50EncoderTests
{
    private static readonly BookUpdate Order = new() { OrderId = 7, Price = 100, Quantity = 5, TimeNs = 9, Side = Side.Sell, IsEventEnd = true };

    private static readonly BookUpdateKind[] Written =
        [BookUpdateKind.Add, BookUpdateKind.Execute, BookUpdateKind.Reduce, BookUpdateKind.Delete, BookUpdateKind.Replace, BookUpdateKind.Trade,
        BookUpdateKind.Directory];

    [Fact]
    public void Encode_AnyUpdateThatFits_DecodesToTheSame()
    {
        Gen<(BookUpdate Update, string Symbol)> updates = Gen.Select(
            Gen.Int[0, Written.Length - 1].Select(index => Written[index]), Gen.ULong, Gen.ULong, Gen.UInt, Gen.UInt, Gen.Long[0, (1L << 48) - 1],
            Gen.UShort, Gen.Bool,
            (kind, id, newId, price, quantity, timeNs, locate, isBuy) => new BookUpdate
            {
                Kind = kind, OrderId = id, NewOrderId = newId, Price = price, Quantity = quantity, TimeNs = timeNs,
                InstrumentId = locate, Side = isBuy ? Side.Buy : Side.Sell, IsEventEnd = true,
            }).Select(Gen.String[Gen.Char.AlphaNumeric, 1, 8]);
        byte[] target = new byte[Itch50Decoder.BytesMax];

        updates.Sample(
            sample =>
            {
                int bytes = Itch50Encoder.Encode(in sample.Update, (ushort)sample.Update.InstrumentId,
                    Encoding.ASCII.GetBytes(sample.Symbol), target);
                FeedStatus status = Itch50Decoder.TryDecode(target.AsSpan(0, bytes), out BookUpdate decoded);
                string symbol = Encoding.ASCII.GetString(Itch50Decoder.SymbolOf(target.AsSpan(0, bytes)));
                bool isNamed = sample.Update.Kind is BookUpdateKind.Add or BookUpdateKind.Trade or BookUpdateKind.Directory;
                return status == FeedStatus.Ok && decoded.Equals(Carried(sample.Update, target[0])) && symbol == (isNamed ? sample.Symbol : "");
            },
            threads: 1);
    }

    [Theory]
    [InlineData(BookUpdateKind.Add, "")]
    [InlineData(BookUpdateKind.Add, "123456789")]
    [InlineData(BookUpdateKind.Modify, "AAPL")]
    [InlineData(BookUpdateKind.Clear, "AAPL")]
    [InlineData(BookUpdateKind.Other, "AAPL")]
    [InlineData((BookUpdateKind)0, "AAPL")]
    [InlineData((BookUpdateKind)99, "AAPL")]
    public void Encode_NoMessageForIt_WritesNothing(BookUpdateKind kind, string symbol)
    {
        byte[] target = new byte[Itch50Decoder.BytesMax];

        int bytes = Itch50Encoder.Encode(Order with { Kind = kind }, 1, Encoding.ASCII.GetBytes(symbol), target);

        Assert.Equal(0, bytes);
        Assert.All(target, written => Assert.Equal(0, written));
    }

    [Fact]
    public void Encode_ValuesThatDoNotFit_WritesNothing()
    {
        foreach (BookUpdateKind kind in Written)
        {
            bool hasPrice = kind is BookUpdateKind.Add or BookUpdateKind.Replace or BookUpdateKind.Trade;
            bool hasQuantity = hasPrice || kind is BookUpdateKind.Execute or BookUpdateKind.Reduce;
            BookUpdate update = Order with { Kind = kind };

            Assert.True(Length(update) > 0, $"{kind} has a message");
            Assert.True(Length(update with { TimeNs = 1L << 48 }) == 0, $"{kind}: 48 bits of time at most");
            Assert.True(Length(update with { TimeNs = -1 }) == 0, $"{kind}: no time before midnight");
            Assert.True(Length(update with { Price = -1 }) == 0 == hasPrice, $"{kind}: price -1");
            Assert.True(Length(update with { Price = 1L << 32 }) == 0 == hasPrice, $"{kind}: price of 33 bits");
            Assert.True(Length(update with { Quantity = -1 }) == 0 == hasQuantity, $"{kind}: quantity -1");
            Assert.True(Length(update with { Quantity = 1L << 32 }) == 0 == hasQuantity, $"{kind}: quantity of 33 bits");
            Assert.True(Length(update with { Side = 0 }) == 0 == (kind == BookUpdateKind.Add), $"{kind}: no side");
        }
    }

    [Theory]
    [InlineData(-1, 'H')]
    [InlineData(0, 'Q')]
    [InlineData(1, 'T')]
    public void Encode_TradingStateOfLobster_IsThatOfTheMessage(long price, char expected)
    {
        byte[] target = new byte[Itch50Decoder.BytesMax];
        BookUpdate update = new() { Kind = BookUpdateKind.Other, FeedType = (byte)'7', Price = price, Side = Side.Sell };

        int bytes = Itch50Encoder.Encode(in update, 1, "AAPL"u8, target);

        Assert.Equal((25, 'H', expected), (bytes, (char)target[0], (char)target[19]));
        Assert.Equal("     ", Encoding.ASCII.GetString(target, 20, 5));
    }

    [Fact]
    public void Encode_Directory_HasTheFieldsOfTheSpecification()
    {
        byte[] target = new byte[Itch50Decoder.BytesMax];

        int bytes = Itch50Encoder.Encode(Order with { Kind = BookUpdateKind.Directory }, 1, "AAPL"u8, target);

        string expected = "52" + "0001" + "0000" + "000000000009" +
            "4141504C20202020" + "51" + "20" + "00000064" + "4E" + "43" + "5A20" + "50" + "4E" + "4E" + "31" + "4E" + "00000000" + "4E";
        Assert.Equal(expected, Convert.ToHexString(target, 0, bytes));
    }

    private static int Length(BookUpdate update) => Itch50Encoder.Encode(in update, 1, "AAPL"u8, new byte[Itch50Decoder.BytesMax]);

    // What the message of a kind carries; the rest is lost on the way.
    private static BookUpdate Carried(BookUpdate update, byte type)
    {
        bool isOrder = update.Kind is BookUpdateKind.Add or BookUpdateKind.Trade;
        bool hasPrice = isOrder || update.Kind == BookUpdateKind.Replace;
        bool hasQuantity = hasPrice || update.Kind is BookUpdateKind.Execute or BookUpdateKind.Reduce;
        return update with
        {
            FeedType = type,
            OrderId = update.Kind == BookUpdateKind.Directory ? 0 : update.OrderId,
            NewOrderId = update.Kind == BookUpdateKind.Replace ? update.NewOrderId : 0,
            Price = hasPrice ? update.Price : 0,
            Quantity = hasQuantity ? update.Quantity : 0,
            Side = isOrder ? update.Side : 0,
        };
    }
}
