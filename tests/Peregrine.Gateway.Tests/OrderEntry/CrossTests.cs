using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>NewOrderCross over the whole path: two orders that trade with each other, or not at all.</summary>
public sealed class CrossTests : IDisposable
{
    private readonly LinkRig _rig = new();
    private readonly List<string> _seen = [];
    private readonly FixClient _client;

    public CrossTests()
    {
        _client = _rig.Connect(seen: _seen.Add);
        _client.Send("D", "11=bid|1=A|55=TEST|54=1|38=10|40=2|44=99|");
        _client.Send("D", "11=ask|1=A|55=TEST|54=2|38=10|40=2|44=101|");
        _rig.Pump(_client, () => _client.Reports('0') == 2);
        _seen.Clear();
    }

    public void Dispose()
    {
        _client.Dispose();
        _rig.Dispose();
    }

    [Theory]
    [InlineData("99")]
    [InlineData("100")]
    [InlineData("101")]
    public void Cross_AtOrInsideTheSpread_TradesItsTwoOrders_AndNothingElse(string price)
    {
        Send(price, "A", "B", 40);
        _rig.Pump(_client, () => _client.Reports('F') == 2);

        Assert.Equal(["b1 0 0 40 0 40", "s1 0 0 40 0 40", "b1 F 2 40 40 0", "s1 F 2 40 40 0"], _seen.Select(Text));
        Assert.Equal(2, _rig.Link.Status().WorkingOrders);
        Assert.Equal(1, _rig.Link.Status().Trades);
        Assert.All(_seen.Where(report => Field(report, 150) == "F"), report => Assert.Equal(price, Field(report, 31)));
    }

    [Theory]
    [InlineData("98.99", "A", "B", "OutsideSpread")]
    [InlineData("101.01", "A", "B", "OutsideSpread")]
    [InlineData("100", "A", "NOBODY", "UnknownAccount")]
    public void Cross_ThatMayNotBe_IsRefusedForBoth_WithTheReason(string price, string buyer, string seller, string reason)
    {
        Send(price, buyer, seller, 40);
        _rig.Pump(_client, () => _client.Reports('8') == 2);

        Assert.Equal(["b1 8 8 40 0 0", "s1 8 8 40 0 0"], _seen.Select(Text));
        Assert.All(_seen, report => Assert.StartsWith(reason, Field(report, 58), StringComparison.Ordinal));
        Assert.Equal((2, 0L), (_rig.Link.Status().WorkingOrders, _rig.Link.Status().Trades));
    }

    [Theory]
    [InlineData("548=x|549=2|550=0|552=2|54=1|11=b1|1=A|38=40|54=2|11=s1|1=B|38=40|55=TEST|40=2|44=100", "CrossType (549)")]
    [InlineData("548=x|549=1|550=0|552=2|54=1|11=b1|1=A|38=40|54=2|11=s1|1=B|38=30|55=TEST|40=2|44=100", "NoSides (552)")]
    [InlineData("548=x|549=1|550=0|552=2|54=1|11=b1|1=A|38=40|54=1|11=s1|1=B|38=40|55=TEST|40=2|44=100", "NoSides (552)")]
    [InlineData("548=x|549=1|550=0|552=2|54=1|11=b1|1=A|38=40|54=2|11=s1|1=B|38=40|55=TEST|40=1", "OrdType (40)")]
    [InlineData("548=x|549=1|550=0|552=2|54=1|11=b1|1=A|38=40|54=2|11=s1|1=B|38=40|55=NONE|40=2|44=100", "Symbol (55)")]
    public void Cross_ThatCannotBeRead_IsRefusedByName(string fields, string text)
    {
        _client.Send("s", fields);
        _rig.Pump(_client, () => _seen.Count == 1);

        Assert.Equal(("j", "x"), (Field(_seen[0], 35), Field(_seen[0], 379)));
        Assert.StartsWith(text, Field(_seen[0], 58), StringComparison.Ordinal);
    }

    [Fact]
    public void Cross_UnderAnIdThatWasUsed_IsRefused()
    {
        Send("100", "A", "B", 40);
        Send("100", "A", "B", 40);
        _rig.Pump(_client, () => _client.Reports('8') == 2);

        Assert.Equal(1, _rig.Link.Status().Trades);
    }

    [Fact]
    public void Cross_IsReplayed()
    {
        Send("100", "A", "B", 40);
        _rig.Pump(_client, () => _client.Reports('F') == 2);
        ulong hash = _rig.Link.StateHash;

        _rig.CrashAndStart();

        Assert.Equal((hash, 1L), (_rig.Link.StateHash, _rig.Link.Status().Trades));
    }

    private void Send(string price, string buyer, string seller, int quantity) => _client.Send("s",
        $"548=x|549=1|550=0|552=2|54=1|11=b1|1={buyer}|38={quantity}|54=2|11=s1|1={seller}|38={quantity}|55=TEST|40=2|44={price}|");

    private static string Text(string report) => string.Join(' ', new[] { 11, 150, 39, 38, 14, 151 }.Select(tag => Field(report, tag)));
}
