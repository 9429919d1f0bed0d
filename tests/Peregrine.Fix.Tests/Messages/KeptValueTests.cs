using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Tests.Messages;

/// <summary>Values that the validator read are kept, and are those of the text.</summary>
public class KeptValueTests
{
    private const string Order = "35=D|49=CLIENT|56=BROKER|34=2|52=20260131-12:00:00.000|11=C1|55=ACME|54=1|38=100.50|40=2|44=-10.25|" +
        "60=20260131-12:00:00.123456|453=1|448=A|447=D|452=3|110=007|126=20260131-23:59:60|";

    [Fact]
    public void Validated_ValuesAreRead_WithoutLookingAtTheTextAgain()
    {
        byte[] frame = Wire.Message(Order);
        FixIndex index = new();
        Assert.True(index.TryParse(frame));
        FixMessage message = new(frame, index);
        FixValidator validator = new(FixDictionaries.Fix44);
        Assert.Equal(FixFault.None, validator.Validate(message, FixDictionaries.Fix44.MessageOf("D"u8)!, out _));
        FixTextAt(frame, "100.50").Fill((byte)'x');
        FixTextAt(frame, "20260131-12:00:00.123456").Fill((byte)'x');

        Assert.True(message.TryGetDecimal(Tag.OrderQty, out long mantissa, out int decimals));
        Assert.Equal((1005, 1), (mantissa, decimals));
        Assert.True(message.TryGetTimestamp(Tag.TransactTime, out long unixNs));
        Assert.Equal(123_456_000, unixNs % 1_000_000_000);

        // Another message, not validated: nothing of the one before is left.
        Assert.True(index.TryParse(frame));
        Assert.False(new FixMessage(frame, index).TryGetDecimal(Tag.OrderQty, out _, out _));
    }

    [Fact]
    public void RandomDamage_EveryValue_IsThatOfItsText()
    {
        byte[] whole = Wire.Message(Order);
        FixIndex index = new();
        FixIndex fresh = new();
        FixValidator validator = new(FixDictionaries.Fix44);
        FixMessageType type = FixDictionaries.Fix44.MessageOf("D"u8)!;
        int right = 0;
        for (int seed = 0; seed < 20_000; seed++)
        {
            byte[] frame = Mutation.Reframe(seed % 3 == 0 ? whole : Mutation.Of(whole, new Random(seed)));
            if (!index.TryParse(frame) | !fresh.TryParse(frame))
            {
                continue;
            }

            FixMessage message = new(frame, index);
            FixMessage plain = new(frame, fresh);
            right += validator.Validate(message, type, out _) == FixFault.None ? 1 : 0;
            foreach (int tag in message.Tags)
            {
                AssertSame(message, plain, tag, seed);
            }
        }

        Assert.InRange(right, 6_000, 19_000);
    }

    private static void AssertSame(FixMessage message, FixMessage plain, int tag, int seed)
    {
        bool isSame = message.TryGetLong(tag, out long number) == plain.TryGetLong(tag, out long slow) && number == slow;
        Assert.True(isSame, $"seed {seed}, tag {tag}: whole number {number}, of the text {slow}");
        isSame = message.TryGetDecimal(tag, out long mantissa, out int decimals)
            == plain.TryGetDecimal(tag, out long slowMantissa, out int slowDecimals) && (mantissa, decimals) == (slowMantissa, slowDecimals);
        Assert.True(isSame, $"seed {seed}, tag {tag}: {mantissa} {decimals}, of the text {slowMantissa} {slowDecimals}");
        isSame = message.TryGetTimestamp(tag, out long ns) == plain.TryGetTimestamp(tag, out long slowNs) && ns == slowNs;
        Assert.True(isSame, $"seed {seed}, tag {tag}: {ns} ns, of the text {slowNs}");
    }

    private static Span<byte> FixTextAt(byte[] frame, string text) => frame.AsSpan(frame.AsSpan().IndexOf(Wire.Bytes(text)), text.Length);
}
