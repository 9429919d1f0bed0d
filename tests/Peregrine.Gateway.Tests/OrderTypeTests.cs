using System.Globalization;
using Peregrine.Sequencing.Tests;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests;

/// <summary>What FIX 4.4 can ask for, through the whole link and back.</summary>
public class OrderTypeTests
{
    private const string Order = "55=TEST|54=1|38=100|1=A|";

    [Theory]
    [InlineData("40=1", "|150=4|39=4|", "|40=1|59=0|", "NoLiquidity")]
    [InlineData("40=2|44=99.5|59=1", "|150=0|39=0|", "|40=2|44=99.5|59=1|", null)]
    [InlineData("40=3|99=101", "|150=0|39=0|", "|40=3|59=0|99=101|", null)]
    [InlineData("40=4|99=101|44=102|59=1", "|150=0|39=0|", "|40=4|44=102|59=1|99=101|", null)]
    [InlineData("40=K", "|150=4|39=4|", "|40=K|59=0|", "NoLiquidity")]
    [InlineData("40=P|18=R|211=-0.05", "|150=0|39=0|", "|40=P|59=0|211=-0.05|18=R|", null)]
    [InlineData("40=P|18=M|44=99.5", "|150=0|39=0|", "|40=P|44=99.5|59=0|211=0|18=M|", null)]
    [InlineData("40=P|18=a|211=0.1", "|150=8|39=8|103=99|", "", "NoReferencePrice")]
    [InlineData("40=2|44=99|59=2", "|150=8|39=8|103=4|", "", "NotInPhase")]
    [InlineData("40=2|44=99|59=5", "|150=0|39=0|", "|40=2|44=99|59=5|", null)]
    [InlineData("40=2|44=99|59=7", "|150=0|39=0|", "|40=2|44=99|59=7|", null)]
    [InlineData("40=2|44=99|59=6|126=20300101-00:00:00", "|150=0|39=0|", "|59=6|126=20300101-00:00:00.000|", null)]
    [InlineData("40=2|44=99|59=6|432=20300101", "|150=0|39=0|", "|59=6|126=20300102-00:00:00.000|", null)]
    [InlineData("40=2|44=99|59=6|126=20200101-00:00:00", "|150=8|39=8|103=4|", "", "ExpiryPassed")]
    [InlineData("40=2|44=99|111=20", "|150=0|39=0|", "|111=20|", null)]
    [InlineData("40=2|44=99|111=0|110=50", "|150=0|39=0|", "|110=50|111=0|", null)]
    [InlineData("40=2|44=99|18=6", "|150=0|39=0|", "|18=6|", null)]
    [InlineData("40=2|44=99|18=G", "|150=0|39=0|", "|18=G|", null)]
    [InlineData("40=2|44=99|18=6 G", "|150=8|39=8|103=11|", "", "UnsupportedOrder")]
    [InlineData("40=2|44=99|110=50", "|150=4|39=4|", "|110=50|", "MinimumNotMet")]
    [InlineData("40=2|44=99|7928=41", "|150=0|39=0|", "|7928=41|", null)]
    [InlineData("40=2|44=99|7928=32767|8000=D", "|150=0|39=0|", "|7928=32767|8000=D|", null)]
    public void NewOrder_OfEachKind_IsTakenAndToldAgain(string terms, string outcome, string told, string? text)
    {
        using LinkRig rig = new();
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);

        client.Send("D", $"11=1|{Order}{terms}");

        long wanted = outcome.Contains("|150=4|", StringComparison.Ordinal) ? 2 : 1;
        rig.Pump(client, () => client.Messages('8') == wanted);
        Assert.Contains(outcome, last, StringComparison.Ordinal);
        Assert.Contains(told, last, StringComparison.Ordinal);
        Assert.Equal(text, Find(last, 58)?.Split(':')[0]);
    }

    [Theory]
    [InlineData("40=2|44=99|18=X", "ExecInst (18)")]
    [InlineData("40=2|44=99|18=6 X", "ExecInst (18)")]
    [InlineData("40=3", "StopPx (99) is missing")]
    [InlineData("40=P", "ExecInst (18) is missing")]
    [InlineData("40=P|18=a", "PegOffsetValue (211) is missing")]
    [InlineData("40=P|18=R|211=0.05", "PegOffsetValue (211) is on the wrong side")]
    [InlineData("40=P|18=R|211=0.005", "PegOffsetValue (211) is not a whole number of ticks")]
    [InlineData("40=P|18=R|211=1|836=2", "PegOffsetType (836)")]
    [InlineData("40=2|44=99|59=6", "ExpireTime (126) or ExpireDate (432) is missing")]
    [InlineData("40=2|44=99|111=0.5", "MaxFloor (111)")]
    [InlineData("40=2|44=99|110=0.5", "MinQty (110)")]
    [InlineData("40=2|44=99|7928=0", "SelfMatchPreventionID (7928)")]
    [InlineData("40=2|44=99|7928=32768", "SelfMatchPreventionID (7928)")]
    [InlineData("40=2|44=99|7928=desk", "SelfMatchPreventionID (7928)")]
    [InlineData("40=2|44=99|8000=X", "SelfMatchPreventionInstruction (8000)")]
    [InlineData("40=2|44=99|8000=NO", "SelfMatchPreventionInstruction (8000)")]
    public void NewOrder_ThatIsNoOrderOfOurs_IsToldWhatIsMissing(string terms, string text)
    {
        using LinkRig rig = new();
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);

        client.Send("D", $"11=1|{Order}{terms}");

        rig.Pump(client, () => client.Messages('j') == 1);
        Assert.Contains($"58={text}", last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("38=100|40=2|44=99.005")]
    [InlineData("38=100|40=2")]
    [InlineData("40=2|44=99")]
    [InlineData("38=100|40=2|44=99|423=1")]
    public void Replace_ThatCannotBeRead_IsACancelRejectWithTheOrdersStatus(string terms)
    {
        using LinkRig rig = new();
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);
        client.Send("D", $"11=1|{Order}40=2|44=99");
        rig.Pump(client, () => client.Messages('8') == 1);

        client.Send("G", $"11=2|41=1|55=TEST|54=1|1=A|{terms}");

        rig.Pump(client, () => client.Messages('9') == 1);
        Assert.Contains("|11=2|41=1|39=0|", last, StringComparison.Ordinal);
        Assert.Contains("|434=2|", last, StringComparison.Ordinal);
        Assert.Equal(0, client.Messages('j'));
    }

    // What is told of each order in the end: n is new, c cancelled, d restated, f filled.
    [Theory]
    [InlineData("7928=7", "7928=8", true, "1nf 2nf")]
    [InlineData("7928=7", "8000=N", true, "1nf 2nf")]
    [InlineData("8000=O", "8000=O", true, "1nf 2nf")]
    [InlineData("7928=7|8000=O", "7928=7", true, "1n 2nc")]
    [InlineData("7928=7", "7928=7|8000=N", true, "1n 2nc")]
    [InlineData("7928=7", "7928=7|8000=O", true, "1nc 2n")]
    [InlineData("7928=7", "7928=7|8000=B", true, "1nc 2nc")]
    [InlineData("7928=7", "7928=7|8000=D", true, "1nd 2nc")]
    [InlineData("7928=7", "7928=7|8000=O", false, "1nf 2nf")]
    public void OneStrategy_OfOneFirm_DoesNotTradeWithItself_AsTheNewerOrderAsks(string older, string newer, bool isOneFirm, string told)
    {
        TradingRules rules = SmallRules.Rules();
        Instrument byStrategy = rules.Instruments[0] with { Terms =
            rules.Instruments[0].Terms with { Rules = new VenueRules { Owner = OwnerScope.Strategy } } };
        using LinkRig rig = new(change: options =>
            options with { Rules = rules with { Instruments = [byStrategy],
                Accounts = [.. rules.Accounts.Select(account => account with { FirmId = isOneFirm ? 9 : 0 })] } });
        SortedDictionary<string, string> events = [];
        using FixClient client = rig.Connect(seen: message =>
        {
            if (Find(message, 150) is { } kind)
            {
                char letter = kind switch { "0" => 'n', "4" => 'c', "D" => 'd', "F" => 'f', _ => '?' };
                events[Find(message, 11)!] = events.GetValueOrDefault(Find(message, 11)!, "") + letter;
            }
        });
        client.Send("D", $"11=1|55=TEST|54=1|38={(told.Contains('f') ? 10 : 30)}|1=A|40=2|44=100|{older}");
        client.Send("D", $"11=2|55=TEST|54=2|38=10|1=B|40=2|44=100|{newer}");

        rig.Pump(client, () => string.Join(' ', events.Select(pair => pair.Key + pair.Value)) == told);
    }

    [Fact]
    public void Stop_Reached_IsTriggeredAndTrades()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.Send("D", "11=1|55=TEST|54=1|38=10|1=A|40=3|99=100.5");
        client.Send("D", "11=2|55=TEST|54=2|38=30|1=B|40=2|44=101");
        client.Send("D", "11=3|55=TEST|54=1|38=10|1=A|40=2|44=101");

        rig.Pump(client, () => client.Reports('D') == 1 && client.Reports('F') == 4);

        string triggered = Assert.Single(seen, message => message.Contains("|150=D|", StringComparison.Ordinal));
        Assert.Contains("|11=1|", triggered, StringComparison.Ordinal);
        Assert.Contains("|58=Triggered|", triggered, StringComparison.Ordinal);
        Assert.Contains("|39=0|", triggered, StringComparison.Ordinal);
        Assert.Equal("2", Find(seen.Last(message => Find(message, 11) == "1"), 39));
    }

    [Fact]
    public void Iceberg_SliceUsedUp_IsRestated()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.Send("D", "11=1|55=TEST|54=1|38=100|1=A|40=2|44=99|111=10");
        client.Send("D", "11=2|55=TEST|54=2|38=10|1=B|40=2|44=99");

        rig.Pump(client, () => client.Reports('D') == 1);

        string restated = seen[^1];
        Assert.Equal(("1", "1", "8", "90"), (Find(restated, 11), Find(restated, 39), Find(restated, 378), Find(restated, 151)));
    }

    [Fact]
    public void Replace_OfStopAndDisplay_IsToldWithTheNewValues()
    {
        using LinkRig rig = new();
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);
        client.Send("D", "11=1|55=TEST|54=1|38=100|1=A|40=4|99=101|44=102");

        client.Send("G", "11=2|41=1|55=TEST|54=1|38=80|40=4|99=103|44=104|111=20");

        rig.Pump(client, () => client.Reports('5') == 1);
        Assert.Equal(("80", "104", "103", "20", "1"), (Find(last, 38), Find(last, 44), Find(last, 99), Find(last, 111), Find(last, 41)));
        client.Send("G", "11=3|41=2|55=TEST|54=1|38=80|40=4|99=103|44=104|111=0");
        rig.Pump(client, () => client.Messages('9') == 1);
        Assert.StartsWith("NotReplaceable", Find(last, 58), StringComparison.Ordinal);
    }

    [Fact]
    public void MassCancel_OfASide_CancelsThatAndTellsHowMany()
    {
        using LinkRig rig = new();
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);
        client.New(1, '1', "A"u8, 9_900, 1);
        client.New(2, '1', "A"u8, 9_800, 1);
        client.New(3, '2', "A"u8, 10_100, 1);

        client.Send("q", "11=4|530=1|55=TEST|54=1");

        rig.Pump(client, () => client.Messages('r') == 1);
        Assert.Equal(2, client.Reports('4'));
        Assert.Equal(("1", "1", "2", "TEST", "4"), (Find(last, 530), Find(last, 531), Find(last, 533), Find(last, 55), Find(last, 11)));
        Assert.Equal(1, rig.Link.Status().WorkingOrders);
        client.Send("q", "11=5|530=7");
        rig.Pump(client, () => client.Messages('r') == 2);
        Assert.Equal(("7", "7", "1"), (Find(last, 530), Find(last, 531), Find(last, 533)));
        client.Send("q", "11=5|530=7");
        rig.Pump(client, () => client.Messages('r') == 3);
        Assert.Equal(("0", "99", "DuplicateClientOrderId"), (Find(last, 531), Find(last, 532), Find(last, 58)));
        client.Send("q", "11=6|530=1|55=NOWHERE");
        rig.Pump(client, () => client.Messages('r') == 4);
        Assert.Equal(("0", "1"), (Find(last, 531), Find(last, 532)));
    }

    [Fact]
    public void GoodTillTime_WithNobodySending_ExpiresByItself()
    {
        using LinkRig rig = new();
        string last = "";
        using FixClient client = rig.Connect(seen: message => last = message);
        string soon = DateTime.UtcNow.AddMilliseconds(300).ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
        client.Send("D", $"11=1|{Order}40=2|44=99|59=6|126={soon}");

        rig.Pump(client, () => client.Reports('C') == 1);

        Assert.Equal(("C", "0", "Expired"), (Find(last, 39), Find(last, 151), Find(last, 58)));
    }

    [Fact]
    public void Session_ThatCancelsOnDisconnect_HasNoOrdersWhileItIsAway()
    {
        using LinkRig rig = new(change: options => options with { Sessions = [options.Sessions[0] with { CancelOnDisconnect = true }] });
        (long Out, long In) next;
        using (FixClient client = rig.Connect())
        {
            client.New(1, '1', "A"u8, 9_900, 1);
            rig.Pump(client, () => client.Reports('0') == 1);
            next = (client.NextOutgoing, client.NextIncoming);
        }

        for (int pass = 0; pass < 1_000_000 && rig.Link.Status().WorkingOrders > 0; pass++)
        {
            Assert.True(rig.Link.TryPass());
        }

        Assert.Equal(0, rig.Link.Status().WorkingOrders);
        using (FixClient again = rig.Connect(next.Out, next.In))
        {
            rig.Pump(again, () => again.Reports('4') == 1);
            again.New(2, '1', "A"u8, 9_900, 1);
            rig.Pump(again, () => again.Reports('0') == 1);
            next = (again.NextOutgoing, again.NextIncoming);
        }

        // The link goes down with the client on: the order does not outlive the start.
        rig.CrashAndStart();
        Assert.Equal(0, rig.Link.Status().WorkingOrders);
        rig.CrashAndStart();
        Assert.Equal(0, rig.Link.Status().WorkingOrders);
    }
}
