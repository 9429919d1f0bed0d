using Peregrine.Gateway.OrderEntry;
using static Peregrine.Gateway.Tests.WireText;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>What only some versions have: questions, lists, crosses, icebergs and pegs, each asked for as the version has it. Every answer is one of
/// the version's own dictionary.</summary>
public class VersionRequestsTests
{
    public static TheoryData<string> Versions => VersionTable.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public void Requests_OfEveryType_AreAnsweredInTheVersionsWords(string version)
    {
        using LinkRig rig = new(change: LinkRig.Speaking(version));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: version);
        IReadOnlyList<string> taken = OrderDialect.Find(version)!.MessageTypes;
        Dictionary<string, string> requests = new()
        {
            ["x"] = "320=all|559=4|",
            ["e"] = "324=state|55=TEST|263=0|",
            ["E"] = VersionListsTests.IsOneMessage(version) ? $"66=L|394=3|68=2|73=2|{Listed("l1", 1, version)}{Listed("l2", 2, version)}"
                : "66=L|67=1|68=1|11=l1|1=A|55=TEST|54=1|38=10|40=2|44=98|",
            ["M"] = "66=L|",
            ["L"] = "66=L|",
            ["K"] = "66=L|",
            ["s"] = "548=cross|549=1|550=0|552=2|54=1|11=c1|1=A|38=10|54=2|11=c2|1=B|38=10|55=TEST|40=2|44=100|" + Handling(version),
            ["AF"] = "584=mass|585=7|",
            ["q"] = "11=end|530=7|",
            ["AD"] = "568=trades|569=0|",
        };

        // Twice something to trade with, so that there are trades to ask for.
        client.Send("D", "11=s|1=A|55=TEST|54=2|38=10|40=2|44=100|");
        client.Send("D", "11=b|1=B|55=TEST|54=1|38=10|40=2|44=100|");
        client.Send("D", "11=bid|1=B|55=TEST|54=1|38=10|40=2|44=99|");
        client.Send("D", "11=ask|1=B|55=TEST|54=2|38=10|40=2|44=101|");
        foreach ((string type, string fields) in requests.Where(request => request.Key != "AD"))
        {
            client.Send(type, fields);
        }

        client.Send("H", "11=last|55=TEST|54=1|");
        rig.Pump(client, () => seen.Exists(message => Field(message, 11) == "last"));
        client.Send("AD", requests["AD"]);
        client.Send("1", "112=end|");
        rig.Pump(client, () => seen.Exists(message => Field(message, 112) == "end")
            && (!taken.Contains("AD") || seen.Exists(message => Field(message, 35) == "AQ" && Field(message, 750) == "1")));

        VersionTable table = new(version);
        Assert.All(seen, message => Assert.True(table.FindFault(message) is null, $"{table.FindFault(message)}: {message}"));
        string[] answers = [.. requests.Keys.Where(taken.Contains).Select(type => type switch
        {
            "x" => "y", "e" => "f", "M" or "L" or "K" => "N", "q" => "r", "AD" => "AE", _ => "8",
        })];
        Assert.All(answers, answer => Assert.Contains(seen, message => Field(message, 35) == answer));
        int refused = seen.Count(message => Field(message, 35) is "3" or "j");
        Assert.Equal(requests.Count - answers.Length, refused);
        Assert.Equal(taken.Contains("s") ? 4 : 2, seen.Count(message => Field(message, 35) == "8" && Field(message, 39) == "2"));
    }

    [Theory]
    [InlineData("FIX.4.1", "18=6|", "18=6|")]
    [InlineData("FIX.4.2", "111=10|110=10|", "110=10|111=10|")]
    [InlineData("FIX.4.2", "18=G|", "18=G|")]
    [InlineData("FIX.5.0", "1138=10|", "111=10|")]
    [InlineData("FIX.5.0SP2", "1138=10|111=10|1084=1|1083=2|", "111=10|")]
    [InlineData("FIX.5.0SP2", "1138=0|", "111=0|")]
    [InlineData("FIX.4.2", "40=B|", "40=B|44=99|")]
    [InlineData("FIX.4.0", "40=B|59=0|", "40=B|44=99|")]
    [InlineData("FIX.4.3", "40=B|", "40=2|44=99|59=7|")]
    [InlineData("FIX.4.4", "59=7|", "40=2|44=99|59=7|")]
    [InlineData("FIX.4.2", "40=P|18=R|211=-1|", "40=P|44=99|59=0|211=-1|18=R|")]
    [InlineData("FIX.4.4", "40=P|18=R|211=-1|", "40=P|44=99|59=0|211=-1|18=R|")]
    [InlineData("FIX.5.0SP1", "40=P|1094=5|211=-1|", "40=P|44=99|59=0|211=-1|1094=5|18=R|")]
    [InlineData("FIX.5.0SP2", "40=P|18=M|1094=2|", "40=P|44=99|59=0|211=0|1094=2|18=M|")]
    public void Order_AsTheVersionHasIt_IsEnteredAndToldSo(string version, string fields, string told)
    {
        string report = Enter(version, fields);

        Assert.True(report.Contains("|39=0|", StringComparison.Ordinal), report);
        string[] wanted = told.Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(Array.TrueForAll(wanted, field => report.Contains($"|{field}|", StringComparison.Ordinal)), report);
        Assert.Null(new VersionTable(version).FindFault(report));
    }

    [Theory]
    [InlineData("FIX.5.0", "1138=10|111=5|", "DisplayQty (1138)")]
    [InlineData("FIX.5.0", "1138=10|1084=3|", "DisplayMethod (1084)")]
    [InlineData("FIX.5.0SP2", "40=P|1094=4|", "PegPriceType (1094)")]
    [InlineData("FIX.5.0SP2", "40=P|1094=5|18=M|", "PegPriceType (1094)")]
    [InlineData("FIX.5.0SP2", "1094=5|", "PegPriceType (1094)")]
    [InlineData("FIX.5.0SP1", "1100=4|", "TriggerType (1100)")]
    [InlineData("FIX.5.0SP2", "1629=10|", "ExposureDuration (1629)")]
    [InlineData("FIX.4.2", "388=0|", "DiscretionInst (388)")]
    [InlineData("FIX.4.0", "40=B|59=1|", "UnsupportedOrder")]
    public void Order_ThatWouldBeAnother_IsRefusedByName(string version, string fields, string text)
    {
        string refusal = Enter(version, fields);

        Assert.StartsWith(text, Field(refusal, 58), StringComparison.Ordinal);
        Assert.Null(new VersionTable(version).FindFault(refusal));
    }

    [Fact]
    public void Cancel_OfAPartOnly_IsRefusedByName()
    {
        using LinkRig rig = new(change: LinkRig.Speaking("FIX.4.0"));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: "FIX.4.0");
        client.Send("D", "11=X|1=A|55=TEST|54=1|38=10|40=2|44=100|");
        client.Send("F", "11=Y|41=X|125=P|55=TEST|54=1|38=5|");
        client.Send("F", "11=Z|41=X|125=F|55=TEST|54=1|38=10|");
        rig.Pump(client, () => client.Messages('8') == 2);

        Assert.Equal(["3", "8", "8"], seen.Skip(1).Select(message => Field(message, 35)));
        Assert.StartsWith("CxlType (125)", Field(seen[1], 58), StringComparison.Ordinal);
    }

    private static string Handling(string version) => version == "FIX.4.3" ? "21=1|" : "";

    private static string Listed(string id, int place, string version) => $"11={id}|67={place}|1=A|{Handling(version)}55=TEST|54=1|38=10|40=2|44=98|";

    // The answer to an order to buy 20 at 99, with more fields or other ones.
    private static string Enter(string version, string fields)
    {
        using LinkRig rig = new(change: LinkRig.Speaking(version));
        List<string> seen = [];
        using FixClient client = rig.Connect(seen: seen.Add, version: version);
        string[] given = [.. fields.Split('|').Select(field => field.Split('=')[0])];
        string usual = string.Concat("40=2|44=99|59=0|".Split('|', StringSplitOptions.RemoveEmptyEntries)
            .Where(field => !given.Contains(field.Split('=')[0]) && !(field == "59=0" && given.Contains("40"))).Select(field => field + "|"));

        // A price to peg to.
        client.Send("D", "11=bid|1=B|55=TEST|54=1|38=10|40=2|44=98|");
        client.Send("D", "11=ask|1=B|55=TEST|54=2|38=10|40=2|44=102|");
        rig.Pump(client, () => client.Messages('8') == 2);
        client.Send("D", $"11=X|1=A|55=TEST|54=1|38=20|{usual}{fields}");
        rig.Pump(client, () => seen.Count > 3);
        return seen[3];
    }
}
