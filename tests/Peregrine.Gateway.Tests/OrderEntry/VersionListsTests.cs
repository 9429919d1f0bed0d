using Peregrine.Gateway.OrderEntry;
using Peregrine.Trading.Orders;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Lists in the words of each version: entered, asked for, executed and cancelled as a whole. Whatever is sent is of the version's own
/// dictionary, and every report has its list's name.</summary>
public class VersionListsTests
{
    public static TheoryData<string> Versions => VersionTable.Versions;

    /// <summary>From FIX 4.2 on a list is one message.</summary>
    public static bool IsOneMessage(string version) => string.CompareOrdinal(version, "FIX.4.2") >= 0;

    [Theory]
    [MemberData(nameof(Versions))]
    public void List_IsEntered_AskedFor_AndCancelled_AndEveryReportHasItsName(string version)
    {
        using LinkRig rig = new(change: LinkRig.Speaking(version));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: version);
        Enter(client, version, "L", "10", "20", "5000");
        client.Send("D", "11=other|1=B|55=TEST|54=2|38=4|40=2|44=98|");
        client.Send("H", "11=L2|55=TEST|54=1|");
        rig.Pump(client, () => client.Messages('8') == 7);
        client.Send("M", "66=L|");
        client.Send("K", "66=L|");
        int statuses = IsOneMessage(version) ? 4 : 3;
        rig.Pump(client, () => client.Messages('N') == statuses);

        VersionTable table = new(version);
        Assert.All(seen, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
        Assert.All(seen.Where(message => Field(message, 35) == "8"),
            report => Assert.Equal(Field(report, 11) == "other" ? "-" : "L", Field(report, 66)));
        List<string> told = [.. seen.Where(message => Field(message, 35) == "N").Skip(IsOneMessage(version) ? 1 : 0)];
        Assert.All(told, status => Assert.Equal(("L", "3"), (Field(status, 66), Field(status, 73))));
        Assert.Equal(["L1 4 0", "L2 0 0", "L3 0 0"], Orders(told[0], 14, 84));
        Assert.Equal(["L1 4 6", "L2 0 20", "L3 0 0"], Orders(told[2], 14, 84));
        if (IsOneMessage(version))
        {
            Assert.Equal(["L1 1 6", "L2 0 20", "L3 8 0"], Orders(told[0], 39, 151));
            Assert.Equal(["L1 4 0", "L2 4 0", "L3 8 0"], Orders(told[2], 39, 151));
            Assert.Equal(["2 3", "1 4", "5 6"], told.Select(status => $"{Field(status, 429)} {Field(status, 431)}"));
        }

        Assert.Equal(0, rig.Link.Status().WorkingOrders);
    }

    [Theory]
    [InlineData("FIX.4.2")]
    [InlineData("FIX.4.4")]
    [InlineData("FIX.5.0SP2")]
    public void List_ThatWaits_IsEnteredWhenItIsExecuted(string version)
    {
        using LinkRig rig = new(change: LinkRig.Speaking(version));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: version);
        client.Send("E", $"66=W|394=3|433=2|68=1|73=1|{Listed(version, "w", 1, "10")}");
        client.Send("M", "66=W|");
        rig.Pump(client, () => client.Messages('N') == 2);
        Assert.Equal(0, rig.Link.Status().WorkingOrders);
        Assert.StartsWith("held", Field(seen[1], 444), StringComparison.Ordinal);

        client.Send("L", "66=W|");
        rig.Pump(client, () => client.Messages('8') == 1);
        client.Send("L", "66=W|");
        rig.Pump(client, () => client.Messages('N') == 4);

        VersionTable table = new(version);
        Assert.All(seen, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
        Assert.Equal(["1 2", "2 2", "4 3", "4 3"], seen.Where(message => Field(message, 35) == "N")
            .Select(status => $"{Field(status, 429)} {Field(status, 431)}"));
        Assert.Equal("W", Field(seen.Single(message => Field(message, 35) == "8"), 66));
        Assert.Equal(1, rig.Link.Status().WorkingOrders);
    }

    [Theory]
    [InlineData("66=L|67=1|68=101|", "ListNoOrds (68)")]
    [InlineData("66=L|67=3|68=2|", "ListSeqNo (67)")]
    [InlineData("66=L|67=1|68=3|", "ListNoOrds (68)")]
    [InlineData("66=L|67=1|68=2|69=when I say so|", "ListExecInst (69)")]
    [InlineData("66=L|67=1|68=2|105=1|", "WaveNo (105)")]
    [InlineData("66=L|67=1|68=2|", "ListNoOrds (68)")]
    public void OrderOfAList_ThatDoesNotFitIt_IsRefusedByName(string head, string text)
    {
        using LinkRig rig = new(change: LinkRig.Speaking("FIX.4.1"));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: "FIX.4.1");
        Enter(client, "FIX.4.1", "L", "10", "10");
        rig.Pump(client, () => client.Messages('8') == 2);
        client.Send("E", $"{head}11=more|1=A|55=TEST|54=1|38=10|40=2|44=98|");
        rig.Pump(client, () => client.Messages('3') == 1);

        Assert.StartsWith(text, Field(seen[^1], 58), StringComparison.Ordinal);
        Assert.Null(new VersionTable("FIX.4.1").FindFault(seen[^1]));
        Assert.Equal(2, rig.Link.Status().WorkingOrders);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void RefusalOfACancelThatNamesNoRequest_HasTheOrdersName(string version)
    {
        VersionTable table = new(version);
        OrderGroup list = table.Names.Lists.Begin(0, "L"u8, 1)!;
        table.Names.Lists.Add(list, 99, new OrderCommand { Sequence = 1, ClientOrderId = ClientOrderId.From("listed") });
        OrderReport refusal = VersionTable.Report(ReportType.CancelRejected);
        (refusal.RequestType, refusal.Reason) = (CommandType.Cancel, RejectReason.CancelForbidden);
        (refusal.ClientOrderId, refusal.OriginalClientOrderId) = (default, default);
        string told = table.Tell(refusal);
        refusal.OrderId = 98;
        string unknown = table.Tell(refusal);

        Assert.Equal(("listed", "NONE"), (Field(told, 11), Field(unknown, 11)));
        Assert.Equal(Field(told, 41) == "-" ? "-" : "listed", Field(told, 41));
        Assert.Equal(table.Dialect.CancelReject.Has(66) ? "L" : "-", Field(told, 66));
        Assert.Null(table.FindFault(told) ?? table.FindFault(unknown));
    }

    /// <summary>Enters a list of orders to buy at 98, as the version has it.</summary>
    internal static void Enter(FixClient client, string version, string name, params string[] quantities)
    {
        if (IsOneMessage(version))
        {
            client.Send("E", $"66={name}|394=3|68={quantities.Length}|73={quantities.Length}|"
                + string.Concat(quantities.Select((quantity, place) => Listed(version, $"{name}{place + 1}", place + 1, quantity))));
            return;
        }

        for (int place = 1; place <= quantities.Length; place++)
        {
            client.Send("E", $"66={name}|67={place}|68={quantities.Length}|11={name}{place}|1=A|55=TEST|54=1|38={quantities[place - 1]}|40=2|44=98|");
        }
    }

    /// <summary>Fields of each order of a ListStatus, behind its ClOrdID.</summary>
    public static IEnumerable<string> Orders(string status, params int[] tags) => status.Split("|11=").Skip(1)
        .Select(order => $"|11={order}|").Select(order => $"{Field(order, 11)} {string.Join(' ', tags.Select(tag => Field(order, tag)))}");

    private static string Listed(string version, string id, int place, string quantity) =>
        $"11={id}|67={place}|1=A|{(version == "FIX.4.3" ? "21=1|" : "")}55=TEST|54=1|38={quantity}|40=2|44=98|";
}
