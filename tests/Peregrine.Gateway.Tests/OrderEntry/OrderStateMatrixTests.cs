using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>
/// The order state change matrices of FIX 4.4, volume 4, appendix D, as far as there is somebody to answer at once: a matching engine has no pending
/// states, no telephone and no busts of trades. Each row is a scenario: what is sent, and what must come.
/// </summary>
public class OrderStateMatrixTests
{
    // "D X 100" enters, "G Y X 110" replaces, "F Y X" cancels, "H X" asks, "fill 20" is somebody else who takes, "D X 100 97=Y" adds fields.
    // What comes: message, ClOrdID, OrigClOrdID, ExecType, OrdStatus, OrderQty, CumQty, LeavesQty, LastQty; of a 9: ids, OrdStatus, CxlRejReason.
    public static TheoryData<string, string> Scenarios => new()
    {
        { "A.1.a filled order", """
            D X 100  -> 8 X - 0 0 100 0 100 -
            fill 20  -> 8 X - F 1 100 20 80 20
            fill 30  -> 8 X - F 1 100 50 50 30
            fill 50  -> 8 X - F 2 100 100 0 50
            """ },
        { "A.1 rejected by the seller", """
            D X 100 55=NONE  -> 8 X - 8 8 100 0 0 -
            """ },
        { "B.1.a cancel of a zero-filled order", """
            D X 100  -> 8 X - 0 0 100 0 100 -
            F Y X    -> 8 Y X 4 4 100 0 0 -
            """ },
        { "B.1.b cancel of a part-filled order", """
            D X 100  -> 8 X - 0 0 100 0 100 -
            fill 20  -> 8 X - F 1 100 20 80 20
            F Y X    -> 8 Y X 4 4 100 20 0 -
            """ },
        { "B.1.c cancel of an order that becomes filled before it is accepted", """
            D X 100  -> 8 X - 0 0 100 0 100 -
            fill 100 -> 8 X - F 2 100 100 0 100
            F Y X    -> 9 Y X 2 0
            """ },
        { "B.1.d cancel of an order that is not known", """
            F Y X    -> 9 Y X 8 1
            """ },
        { "B.1.e cancel of an order that was cancelled", """
            D X 100  -> 8 X - 0 0 100 0 100 -
            F Y X    -> 8 Y X 4 4 100 0 0 -
            F Z Y    -> 9 Z Y 4 0
            """ },
        { "B.1.f cancel that names another symbol, side or account", """
            D X 100  -> 8 X - 0 0 100 0 100 -
            F Y X 55=NONE -> 9 Y X 0 1
            F Z X 54=2    -> 9 Z X 0 1
            F W X 1=B     -> 9 W X 0 1
            F V X         -> 8 V X 4 4 100 0 0 -
            """ },
        { "C.1.a zero-filled order, increased", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            G Y X 110  -> 8 Y X 5 0 110 0 110 -
            fill 10    -> 8 Y - F 1 110 10 100 10
            fill 100   -> 8 Y - F 2 110 110 0 100
            """ },
        { "C.1.b part-filled order, increased", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 10    -> 8 X - F 1 100 10 90 10
            G Y X 120  -> 8 Y X 5 1 120 10 110 -
            fill 110   -> 8 Y - F 2 120 120 0 110
            """ },
        { "C.1.c filled order, increased", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 100   -> 8 X - F 2 100 100 0 100
            G Y X 120  -> 9 Y X 2 0
            """ },
        { "C.2.a replace, not of the quantity, of an order that was filled", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 10    -> 8 X - F 1 100 10 90 10
            fill 90    -> 8 X - F 2 100 100 0 90
            G Y X 100  -> 9 Y X 2 0
            """ },
        { "C.2.b replace of account or time in force", """
            D X 100         -> 8 X - 0 0 100 0 100 -
            G Y X 100 1=B   -> 9 Y X 0 1
            G Z X 100 59=1  -> 9 Z X 0 99
            G W X 90 1=A|59=0 -> 8 W X 5 0 90 0 90 -
            """ },
        { "C.2.c replace that cannot be read", """
            D X 100          -> 8 X - 0 0 100 0 100 -
            G Y X 100 44=99.9950 -> 9 Y X 0 99
            G Z X 0          -> 9 Z X 0 99
            G W X 90 152=7   -> 9 W X 0 99
            G V X 90 40=1    -> 9 V X 0 99
            """ },
        { "C.3.a replace while a fill is told, above what is filled", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 10    -> 8 X - F 1 100 10 90 10
            fill 5     -> 8 X - F 1 100 15 85 5
            G Y X 80   -> 8 Y X 5 1 80 15 65 -
            fill 65    -> 8 Y - F 2 80 80 0 65
            """ },
        { "C.3.b replace while a fill is told, to what is filled", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 70    -> 8 X - F 1 100 70 30 70
            G Y X 70   -> 8 Y X 5 2 70 70 0 -
            """ },
        { "C.3.c replace while a fill is told, below what is filled", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 80    -> 8 X - F 1 100 80 20 80
            G Y X 70   -> 8 Y X 5 2 80 80 0 -
            """ },
        { "D.1.a one replace accepted, then another", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 10    -> 8 X - F 1 100 10 90 10
            G Y X 80   -> 8 Y X 5 1 80 10 70 -
            fill 20    -> 8 Y - F 1 80 30 50 20
            G Z Y 60   -> 8 Z Y 5 1 60 30 30 -
            fill 30    -> 8 Z - F 2 60 60 0 30
            """ },
        { "D.1.b one replace refused, then another accepted", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            fill 10    -> 8 X - F 1 100 10 90 10
            G Y X 80 54=2 -> 9 Y X 1 1
            G Z X 60   -> 8 Z X 5 1 60 10 50 -
            fill 50    -> 8 Z - F 2 60 60 0 50
            """ },
        { "D.2.a two replaces in a row", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            G Y X 80; G Z Y 70 -> 8 Y X 5 0 80 0 80 - | 8 Z Y 5 0 70 0 70 -
            fill 70    -> 8 Z - F 2 70 70 0 70
            """ },
        { "D.2.d replace and cancel in a row", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            G Y X 80; F Z Y -> 8 Y X 5 0 80 0 80 - | 8 Z Y 4 4 80 0 0 -
            """ },
        { "D.2.e a request under an old name of the order", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            G Y X 80   -> 8 Y X 5 0 80 0 80 -
            F Z X      -> 8 Z Y 4 4 80 0 0 -
            """ },
        { "E.1.a unasked cancel: an order of one's own arrives", """
            D X 100    -> 8 X - 0 0 100 0 100 -
            D Y 40 54=2 -> 8 Y - 0 0 40 0 40 - | 8 Y - 4 4 40 0 0 -
            H X        -> 8 X - I 0 100 0 100 -
            """ },
        { "F.1.b possible resend and duplicate ClOrdID", """
            D X 100        -> 8 X - 0 0 100 0 100 -
            D X 100 97=Y   -> 8 X - I 0 100 0 100 -
            D X 200        -> 8 X - 8 0 100 0 100 -
            D Y 50 97=Y|54=1 -> 8 Y - 0 0 50 0 50 -
            """ },
        { "F.1.b of an order that was filled in part, replaced, filled", """
            D X 100        -> 8 X - 0 0 100 0 100 -
            fill 30        -> 8 X - F 1 100 30 70 30
            D X 100        -> 8 X - 8 1 100 30 70 -
            D X 100 97=Y   -> 8 X - I 1 100 30 70 -
            G Y X 60       -> 8 Y X 5 1 60 30 30 -
            D Y 10         -> 8 Y - 8 1 60 30 30 -
            fill 30        -> 8 Y - F 2 60 60 0 30
            D Y 10 97=Y    -> 8 Y - I 2 60 60 0 -
            """ },
        { "F.1.c a request under an id that was used", """
            D X 100        -> 8 X - 0 0 100 0 100 -
            G X X 90       -> 9 X X 0 6
            F X X          -> 9 X X 0 6
            """ },
        { "G.1.a status of an order that is not known", """
            H X            -> 8 X - I 8 0 0 0 -
            """ },
        { "G.1.b an order, and status requests through its life", """
            D X 100; H X   -> 8 X - 0 0 100 0 100 - | 8 X - I 0 100 0 100 -
            fill 20; H X   -> 8 X - F 1 100 20 80 20 | 8 X - I 1 100 20 80 -
            fill 80; H X   -> 8 X - F 2 100 100 0 80 | 8 X - I 2 100 100 0 -
            """ },
        { "G.1.c status of a cancelled order, and one that names another side", """
            D X 100        -> 8 X - 0 0 100 0 100 -
            H X 54=2       -> 8 X - I 8 0 0 0 -
            F Y X          -> 8 Y X 4 4 100 0 0 -
            H Y            -> 8 Y - I 4 100 0 0 -
            """ },
        { "H.1 good till cancel, cancelled", """
            D X 100 59=1   -> 8 X - 0 0 100 0 100 -
            F Y X          -> 8 Y X 4 4 100 0 0 -
            """ },
        { "I.1.a fill or kill that cannot be filled", """
            D X 100 59=4   -> 8 X - 0 0 100 0 100 - | 8 X - 4 4 100 0 0 -
            """ },
        { "I.1.b immediate or cancel that cannot be filled whole", """
            rest 30; D X 100 59=3 -> 8 X - 0 0 100 0 100 - | 8 X - F 1 100 30 70 30 | 8 X - 4 4 100 30 0 -
            """ },
    };

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Scenario_OfTheMatrices_GivesItsReports(string name, string script)
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        MatrixPlayer player = new(rig, client, seen);
        player.Play(name, script, told => told);
    }

    [Fact]
    public void Status_WithAnIdOfItsOwn_IsAnsweredWithIt()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.Send("D", "11=X|1=A|55=TEST|54=1|38=10|40=2|44=100|");
        client.Send("H", "11=X|790=ask-1|55=TEST|54=1|");
        client.Send("H", "11=nobody|790=ask-2|55=TEST|54=1|");
        rig.Pump(client, () => client.Reports('I') == 2);

        Assert.Contains(seen, report => report.Contains("|11=X|790=ask-1|", StringComparison.Ordinal));
        Assert.Contains(seen, report => report.Contains("|11=nobody|790=ask-2|", StringComparison.Ordinal)
            && report.Contains("|39=8|", StringComparison.Ordinal));
    }

    [Fact]
    public void MassStatus_TellsTheWorkingOrdersThatMatch_Numbered()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.Send("D", "11=X|1=A|55=TEST|54=1|38=10|40=2|44=99|");
        client.Send("D", "11=Y|1=A|55=TEST|54=2|38=20|40=2|44=101|");
        client.Send("D", "11=Z|1=B|55=TEST|54=1|38=30|40=2|44=98|");
        client.Send("D", "11=W|1=A|55=TEST|54=1|38=40|40=2|44=97|");
        client.Send("F", "11=V|41=W|55=TEST|54=1|");
        rig.Pump(client, () => client.Reports('4') == 1);
        seen.Clear();

        client.Send("AF", "584=all|585=7|");
        client.Send("AF", "584=buys|585=1|55=TEST|54=1|");
        client.Send("AF", "584=mine|585=7|1=B|");
        client.Send("AF", "584=none|585=7|1=B|54=2|");
        client.Send("AF", "584=what|585=1|55=NONE|");
        rig.Pump(client, () => client.Reports('I') == 7 && client.Messages('j') == 1);

        string Orders(string id) => string.Join(" ", seen.Where(report => report.Contains($"|584={id}|", StringComparison.Ordinal))
            .Select(report => $"{Field(report, 11)}:{Field(report, 911)}:{Field(report, 912)}:{Field(report, 39)}"));
        Assert.Equal("X:3:N:0 Y:3:N:0 Z:3:Y:0", Orders("all"));
        Assert.Equal("X:2:N:0 Z:2:Y:0", Orders("buys"));
        Assert.Equal("Z:1:Y:0", Orders("mine"));
        Assert.Equal("-:0:Y:8", Orders("none"));
    }

    [Fact]
    public void Order_OfASymbolThatIsNotKnown_IsRefusedWithWhatItAskedFor()
    {
        using LinkRig rig = new();
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add);
        client.Send("D", "11=X|1=A|55=NONE|54=1|38=10|40=2|44=99.05|");
        rig.Pump(client, () => client.Reports('8') == 1);

        Assert.Contains("|55=NONE|54=1|38=10|40=2|44=99.05|", seen[^1], StringComparison.Ordinal);
    }
}
