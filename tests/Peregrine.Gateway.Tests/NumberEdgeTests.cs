using System.Globalization;
using System.Numerics;
using Peregrine.Gateway.OrderEntry;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests;

/// <summary>Amounts at the ends of every scale, field by field as a FIX client sees them.</summary>
public class NumberEdgeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Trade_AtTheLargestAmounts_IsToldExactly(int decimals)
    {
        (long Tick, long Lot)[] steps = [(1, 1), (1_000_000_000, 1_000_000_000), (7, 100), (250, 3)];
        Instrument[] instruments = [.. steps.Select((step, id) => new Instrument(id, $"I{id}", decimals, step.Tick, step.Lot, IsOpen: true))];
        using LinkRig rig = new(change: options => options with { Rules = Free(instruments) });
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);
        int number = 0;
        foreach (Instrument instrument in instruments)
        {
            // The largest that a FIX number of 18 digits can say, and the largest there is.
            long ticks = Math.Min(instrument.PriceTicksMax, 999_999_999_999_999_999 / instrument.TickUnits);
            BigInteger units = (BigInteger)ticks * instrument.TickUnits;
            BigInteger quantity = (BigInteger)instrument.QuantityLotsMax * instrument.LotUnits;
            string terms = $"55={instrument.Symbol}|38={quantity}|40=2|44={Text(units, decimals)}";
            client.Send("D", $"11={++number}|1=A|54=2|{terms}");
            client.Send("D", $"11={++number}|1=B|54=1|{terms}");

            rig.Pump(client, () => client.Reports('F') == number);

            (string price, string whole) = (Text(units, decimals), quantity.ToString(CultureInfo.InvariantCulture));
            Assert.Equal((price, price, price), (Find(last, 44), Find(last, 31), Find(last, 6)));
            Assert.Equal((whole, whole, whole, "0"), (Find(last, 38), Find(last, 32), Find(last, 14), Find(last, 151)));
        }
    }

    // The price that 64 bits held with nine decimals, and the average with four more did not.
    [Theory]
    [InlineData("1000000", 1, "1000000")]
    [InlineData("999999999.999999999", 1_000_000_000, "999999999")]
    public void Average_WithNineDecimals_DoesNotOverflow(string asked, long tick, string told)
    {
        using LinkRig rig = new(change: options => options with { Rules = Free(new Instrument(0, "I0", 9, tick, 1, IsOpen: true)) });
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);
        string price = tick == 1 ? asked : told;
        client.Send("D", $"11=1|1=A|54=2|55=I0|38=3|40=2|44={price}");
        client.Send("D", $"11=2|1=B|54=1|55=I0|38=3|40=2|44={price}");

        rig.Pump(client, () => client.Reports('F') == 2);

        Assert.Equal((told, told), (Find(last, 31), Find(last, 6)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Average_OfManyFills_IsThatOfBigIntegersCutOff(int seed)
    {
        Random random = new(seed);
        int decimals = random.Next(10);
        Instrument instrument = new(0, "I0", decimals, 1 + random.Next(1_000), 1 + random.Next(100), IsOpen: true);
        using LinkRig rig = new(change: options => options with { Rules = Free(instrument) });
        string buyer = "";
        using FixClient client = rig.Connect(seen: message => buyer = Find(message, 54) == "1" && Find(message, 150) == "F" ? message : buyer);
        long most = Math.Min(instrument.PriceTicksMax, 999_999_999_999_999_999 / instrument.TickUnits);
        long leaves = 40L * (1 << 20);
        client.Send("D", $"11=B|1=B|54=1|55=I0|38={leaves * instrument.LotUnits}|40=2|44={Text((BigInteger)most * instrument.TickUnits, decimals)}");
        BigInteger notional = 0;
        long filled = 0;
        for (int fill = 1; fill <= 40; fill++)
        {
            // The buyer's price is the one that it trades at; replaced between the fills, so that they differ.
            long ticks = random.NextInt64(1, most);
            long lots = random.Next(1, 1 << 20);
            string price = Text((BigInteger)ticks * instrument.TickUnits, decimals);
            client.Send("G", $"11=B{fill}|41={(fill == 1 ? "B" : $"B{fill - 1}")}|1=B|54=1|55=I0|38={leaves * instrument.LotUnits}|40=2|44={price}");
            client.Send("D", $"11=S{fill}|1=A|54=2|55=I0|38={lots * instrument.LotUnits}|40=2|44={price}");
            notional += (BigInteger)ticks * lots;
            filled += lots;

            rig.Pump(client, () => client.Reports('F') == 2 * fill);

            BigInteger average = notional * instrument.TickUnits * 10_000 / filled;
            Assert.True(Text(average, decimals + 4) == Find(buyer, 6),
                $"seed {seed}, fill {fill}: {Find(buyer, 6)}, expected {Text(average, decimals + 4)}");
            Assert.Equal((filled * instrument.LotUnits).ToString(CultureInfo.InvariantCulture), Find(buyer, 14));
        }
    }

    [Theory]
    [InlineData("38=1|40=2|44=4000000001", "8", "PriceOutOfRange: limit 4000000000, value 4000000001")]
    [InlineData("38=1099511627777|40=2|44=1", "8", "MaxQuantity: limit 1099511627776, value 1099511627777")]
    [InlineData("38=999999999999999999|40=2|44=1", "8", "MaxQuantity: limit 1099511627776, value 999999999999999999")]
    [InlineData("38=1|40=3|99=999999999999999999", "j", "StopPx (99) is larger than any price of the instrument")]
    [InlineData("38=1|40=2|44=999999999999999999", "j", "Price (44) is larger than any price of the instrument")]
    [InlineData("38=1|40=P|18=a|211=999999999999999999", "j", "PegOffsetValue (211) is larger than any price of the instrument")]
    [InlineData("38=1|40=P|18=a|211=4000000001", "8", "PriceOutOfRange: limit 4000000000, value 4000000001")]
    public void Order_BeyondTheEdge_IsRefusedWithTheLimit(string terms, string type, string text)
    {
        // A billion is a tick and has nine decimals behind it: 10^18 in ticks of 10^-9 is more than 64 bits hold.
        bool isFine = type == "j";
        Instrument instrument = new(0, "I0", 9, isFine ? 1 : 1_000_000_000, 1, IsOpen: true);
        using LinkRig rig = new(change: options => options with { Rules = Free(instrument) });
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);

        client.Send("D", $"11=1|1=A|54=1|55=I0|{terms}");

        rig.Pump(client, () => client.Messages(type[0]) == 1);
        Assert.Equal(text, Find(last, 58));
    }

    [Fact]
    public void Notional_Beyond64Bits_IsToldAsAtLeast()
    {
        OrderReport report = new() { Type = ReportType.Rejected, Reason = RejectReason.MaxNotional, LimitValue = 10, ObservedValue = long.MaxValue };

        Assert.Equal("MaxNotional: limit 10, value at least 9223372036854775807", ReportText.Reason(report));
        Assert.Equal("MaxNotional: limit 10, value 9223372036854775806", ReportText.Reason(report with { ObservedValue = long.MaxValue - 1 }));
        Assert.Equal("MaxNotional: limit 9223372036854775807, value at least 9223372036854775807",
            ReportText.Reason(report with { LimitValue = long.MaxValue }));
        Assert.True(Enum.GetValues<RejectReason>()
            .Max(reason => ReportText.Reason(report with { Reason = reason, LimitValue = long.MinValue }).Length) <= RejectText.BytesMax);
    }

    private static TradingRules Free(params Instrument[] instruments) =>
        new(instruments, [new Account(0, "A", new AccountLimits(0, 0, 0)), new Account(1, "B", new AccountLimits(0, 0, 0))]);

    // As FIX writes it: no zeros behind the last digit.
    private static string Text(BigInteger units, int decimals)
    {
        string digits = units.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}".TrimEnd('0').TrimEnd('.');
    }
}
