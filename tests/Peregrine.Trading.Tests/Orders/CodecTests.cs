using System.Buffers.Binary;
using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

public class CodecTests
{
    private const int HopsOffset = 56;

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void CommandDecode_MutatedBytes_RefusesOrRoundTrips(int seed)
    {
        Random random = new(seed);
        byte[] again = new byte[CommandCodec.BytesMax];
        int refused = 0;
        for (int i = 0; i < ProofSize.Of(50_000, 5_000_000); i++)
        {
            byte[] bytes = Mutate(random, Command(i % 3));
            if (CommandCodec.TryDecode(bytes, 7, 8, out OrderCommand command) != CodecStatus.Ok)
            {
                refused++;
                continue;
            }

            // How long before sequencing its hops were is told by commands of earlier versions, and written by none.
            int length = CommandCodec.Encode(in command, again);
            bytes.AsSpan(HopsOffset, 2 * sizeof(uint)).Clear();
            Assert.True(bytes.AsSpan().SequenceEqual(again.AsSpan(0, length)),
                $"seed {seed}, step {i}: {Convert.ToHexString(bytes)} is accepted but not canonical");
        }

        Assert.True(refused > 0, "some mutations must be refused");
    }

    [Theory]
    [InlineData(31)]
    public void RulesDecode_MutatedBytes_RefusesOrRoundTrips(int seed)
    {
        Random random = new(seed);
        TradingRules rules = new(
            [
                new Instrument(0, "AAA", 2, 1, 10, true)
                {
                    Currency = "CNY",
                    Terms = new InstrumentTerms { ReferencePrice = new Price(100), HighestPrice = new Price(110),
                        TickTable = [new TickStep(0, 1), new TickStep(50, 5)] },
                },
            ],
            [new Account(0, "one", new AccountLimits(1, 2, 3)) { FirmId = 4 }]);
        byte[] good = RulesCodec.Encode(rules);
        Assert.Equal(CodecStatus.Ok, RulesCodec.TryDecode(good, out TradingRules? same));
        Assert.Equal(good, RulesCodec.Encode(same!));
        for (int i = 0; i < ProofSize.Of(50_000, 2_000_000); i++)
        {
            byte[] bytes = Mutate(random, good);
            if (RulesCodec.TryDecode(bytes, out TradingRules? decoded) == CodecStatus.Ok)
            {
                Assert.True(bytes.AsSpan().SequenceEqual(RulesCodec.Encode(decoded!)), $"seed {seed}, step {i}: not canonical");
            }
        }
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void Rules_OfAVenue_ComeBackAsTheyWere(bool minimumPerTrade, bool marketWithBest, bool stopsByArrival)
    {
        VenueRules venue = new()
        {
            Owner = OwnerScope.Strategy,
            SelfTrade = SelfTradePrevention.CancelBoth,
            CancelHiddenRests = 3,
            HiddenImprovement = 4,
            MinimumPerTrade = minimumPerTrade,
            MarketWithBest = marketWithBest,
            StopsByArrival = stopsByArrival,
        };
        TradingRules rules = new([new Instrument(0, "AAA", 2, 1, 1, true) { Terms = new InstrumentTerms { Rules = venue } }], []);

        Assert.Equal(CodecStatus.Ok, RulesCodec.TryDecode(RulesCodec.Encode(rules), out TradingRules? same));
        Assert.Equal(venue, same!.Instruments[0].Terms.Rules);
    }

    [Fact]
    public void CommandEncode_PlainOrder_PaysForNothingElse()
    {
        OrderCommand plain = new() { Type = CommandType.New, OrderId = 1, Price = new Price(5), Quantity = new Quantity(6),
            OrderType = OrderType.Limit };
        OrderCommand iceberg = plain;
        iceberg.Attributes.DisplayQuantity = new Quantity(2);
        byte[] bytes = new byte[CommandCodec.BytesMax];

        Assert.Equal(CommandCodec.PlainBytes, CommandCodec.Encode(in plain, bytes));
        Assert.Equal(CommandCodec.PlainBytes + 8, CommandCodec.Encode(in iceberg, bytes));
    }

    [Fact]
    public void CommandView_OfAVersionThatKeptHops_TellsHowLongBeforeSequencing()
    {
        OrderCommand command = new() { Type = CommandType.Time };
        byte[] bytes = new byte[CommandCodec.BytesMax];
        int length = CommandCodec.Encode(in command, bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HopsOffset), 500);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HopsOffset + sizeof(uint)), 100);

        Assert.Equal(CodecStatus.Ok, CommandCodec.TryView(bytes.AsSpan(0, length), 7, 8, out CommandView view));

        Assert.Equal((7L, 8L, 500u, 100u), (view.Sequence, view.TimeNs, view.ReceivedBeforeNs, view.ValidatedBeforeNs));
    }

    private static byte[] Command(int kind)
    {
        OrderCommand command = new()
        {
            Type = CommandType.Replace,
            Price = new Price(-5),
            Side = Side.Sell,
            Fields = ReplaceFields.Price,
        };
        if (kind > 0)
        {
            command.ClientOrderId = ClientOrderId.From("abc");
            command.OriginalClientOrderId = ClientOrderId.From("de");
        }

        if (kind > 1)
        {
            command.SessionSequence = 9;
            command.Attributes.StopPrice = new Price(4);
            command.Attributes.ExpireTimeNs = 1;
        }

        byte[] bytes = new byte[CommandCodec.BytesMax];
        return bytes[..CommandCodec.Encode(in command, bytes)];
    }

    private static byte[] Mutate(Random random, byte[] source)
    {
        byte[] bytes = [.. source];
        if (random.Next(4) == 0)
        {
            Array.Resize(ref bytes, random.Next(source.Length + 8));
        }

        for (int flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 6 : 256);
        }

        return bytes;
    }
}
