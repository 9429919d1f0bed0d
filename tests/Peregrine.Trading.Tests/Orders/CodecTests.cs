using Peregrine.Primitives;
using Peregrine.Testing;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

public class CodecTests
{
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
            byte[] bytes = Mutate(random, Command());
            if (CommandCodec.TryDecode(bytes, out OrderCommand command) != CodecStatus.Ok)
            {
                refused++;
                continue;
            }

            int length = CommandCodec.Encode(in command, again);
            Assert.True(bytes.AsSpan().SequenceEqual(again.AsSpan(0, length)), $"seed {seed}, step {i}: {Convert.ToHexString(bytes)} is accepted but not canonical");
        }

        Assert.True(refused > 0, "some mutations must be refused");
    }

    [Theory]
    [InlineData(31)]
    public void RulesDecode_MutatedBytes_RefusesOrRoundTrips(int seed)
    {
        Random random = new(seed);
        TradingRules rules = new(
            [new Instrument(0, "AAA", 2, 1, 10, true) { ReferencePrice = new Price(100) }], [new Account(0, "one", new AccountLimits(1, 2, 3))]);
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

    private static byte[] Command()
    {
        OrderCommand command = new()
        {
            Type = CommandType.Replace,
            Sequence = 7,
            Price = new Price(-5),
            ClientOrderId = ClientOrderId.From("abc"),
            OriginalClientOrderId = ClientOrderId.From("de"),
            Side = Side.Sell,
        };
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
