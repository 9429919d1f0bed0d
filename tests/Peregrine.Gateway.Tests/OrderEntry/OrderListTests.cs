using Peregrine.Gateway.OrderEntry;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>NewOrderList over the whole path: every order of it can be read and is entered, or the list is refused as a whole.</summary>
public sealed class OrderListTests : IDisposable
{
    private readonly LinkRig _rig = new();
    private readonly List<string> _seen = [];
    private readonly FixClient _client;

    public OrderListTests() => _client = _rig.Connect(seen: _seen.Add);

    public void Dispose()
    {
        _client.Dispose();
        _rig.Dispose();
    }

    [Fact]
    public void List_OfOrders_IsAcknowledged_ThenEachOrderIsEntered()
    {
        Send("66=L|394=3|433=1|68=3|73=3",
            Order("a", 1, '1', "A", 10, "99"), Order("b", 2, '2', "B", 20, "101"), Order("c", 3, '1', "A", 5_000, "99"));
        _rig.Pump(_client, () => _client.Reports('0') == 2 && _client.Reports('8') == 1);

        Assert.Equal(("N", "L", "2", "3"), (Field(_seen[1], 35), Field(_seen[1], 66), Field(_seen[1], 431), Field(_seen[1], 73)));
        Assert.Contains("|11=a|14=0|39=A|151=10|84=0|6=0|11=b|", _seen[1], StringComparison.Ordinal);
        Assert.Equal(["a 0", "b 0", "c 8"], _seen.Skip(2).Select(report => $"{Field(report, 11)} {Field(report, 150)}"));
    }

    [Theory]
    [InlineData("66=L|394=3|433=1|68=2|73=2", "99.505", "Price (44)")]
    [InlineData("66=L|394=1|433=1|68=2|73=2", "99", "BidType (394)")]
    [InlineData("66=L|394=3|433=3|68=2|73=2", "99", "BidType (394)")]
    [InlineData("66=L|394=3|433=1|68=5|73=2", "99", "TotNoOrders (68)")]
    public void List_ThatCannotBeRead_IsRefusedAsAWhole(string head, string price, string text)
    {
        Send(head, Order("a", 1, '1', "A", 10, "99"), Order("b", 2, '1', "A", 10, price));
        _rig.Pump(_client, () => _seen.Count == 2);

        Assert.Equal(("N", "7"), (Field(_seen[1], 35), Field(_seen[1], 431)));
        Assert.StartsWith(text, Field(_seen[1], 444), StringComparison.Ordinal);
        Assert.Contains("|11=b|14=0|39=8|", _seen[1], StringComparison.Ordinal);
        Assert.Equal(0, _rig.Link.Status().WorkingOrders);
    }

    [Fact]
    public void List_OfAsManyOrdersAsMayBe_IsToldInParts()
    {
        string[] ids = [.. Enumerable.Range(0, OrderList.OrdersMax).Select(number => $"an-order-of-a-list-{number:000}")];
        Send("66=L|394=3|68=100|73=100", [.. ids.Select(id => $"11={id}|67=1|1=A|55=TEST|54=1|38=1|40=2|44=99")]);
        _rig.Pump(_client, () => _client.Reports('0') == OrderList.OrdersMax);

        List<string> parts = [.. _seen.Where(message => Field(message, 35) == "N")];
        Assert.Equal(ids, parts.SelectMany(part => part.Split('|').Where(field => field.StartsWith("11=", StringComparison.Ordinal))
            .Select(field => field[3..])));
        Assert.All(parts, part => Assert.Equal(("100", $"{parts.Count}"), (Field(part, 68), Field(part, 82))));
        Assert.Equal(Enumerable.Range(1, parts.Count).Select(number => $"{number}"), parts.Select(part => Field(part, 83)));
        Assert.Equal(["Y"], parts.Select(part => Field(part, 893)).Where(last => last == "Y"));
    }

    [Theory]
    [InlineData(65, 2, 1, "ListID (66)")]
    [InlineData(5, 48, 1, "ClOrdID (11)")]
    [InlineData(5, 3_000, 1, "ClOrdID (11)")]
    [InlineData(5, 2, 3_000, "OrderQty (38)")]
    public void List_WithAFieldThatIsTooLong_IsRefused(int listId, int orderId, int quantity, string text)
    {
        Send($"66={new string('L', listId)}|394=3|68=2|73=2", Order(new string('a', orderId), 1, '1', "A", 1, "99"),
            Order("b", 2, '1', "A", 1, "99").Replace("38=1", $"38={new string('0', quantity)}1", StringComparison.Ordinal));
        _rig.Pump(_client, () => _seen.Count == 2);

        Assert.StartsWith(text, Field(_seen[1], 35) == "N" ? Field(_seen[1], 444) : Field(_seen[1], 58), StringComparison.Ordinal);
        Assert.Equal(0, _rig.Link.Status().WorkingOrders);
    }

    [Fact]
    public void List_OfTooManyOrders_IsRefused()
    {
        Send("66=L|394=3|68=101|73=101", [.. Enumerable.Range(0, 101).Select(number => Order($"o{number}", number + 1, '1', "A", 1, "99"))]);
        _rig.Pump(_client, () => _seen.Count >= 2);

        Assert.StartsWith("TotNoOrders (68)", Field(_seen[1], 444), StringComparison.Ordinal);
    }

    private static string Order(string id, int number, char side, string account, int quantity, string price) =>
        $"11={id}|67={number}|1={account}|55=TEST|54={side}|60=20301010-10:10:10|38={quantity}|40=2|44={price}";

    private void Send(string head, params string[] orders) => _client.Send("E", $"{head}|{string.Join('|', orders)}");
}
