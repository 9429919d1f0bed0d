using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Link;

/// <summary>A real FIX client of another version (QuickFIX, which holds what it gets against a dictionary of its own) trades through a
/// running link.</summary>
public sealed class OrderVersionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("FIX.4.2")]
    public void Orders_OfAnOlderVersion_LiveTheirWholeLife(string version) => Trade(version);

    [Theory]
    [Trait("Size", "Long")]
    [InlineData("FIX.4.0")]
    [InlineData("FIX.4.1")]
    [InlineData("FIX.4.3")]
    [InlineData("FIX.4.4")]
    [InlineData("FIX.5.0")]
    [InlineData("FIX.5.0SP1")]
    [InlineData("FIX.5.0SP2")]
    public void Orders_OfEachVersion_LiveTheirWholeLife(string version) => Trade(version);

    private void Trade(string version)
    {
        using LinkProcess link = LinkProcess.Start(_folder.File("data"), 0, $"sessions[0].version={version}");
        string name = version.Replace(".", "", StringComparison.Ordinal) + ".xml";
        string dictionary = Path.Combine(SharedData.Root, "fix/dictionaries", name);
        using FixClientProcess client = new(link.Port, _folder.File("store"), "CLIENT1", File.Exists(dictionary) ? dictionary : null, version);
        _ = client.WaitFor(line => line.Kind == "logon", "a logon");
        bool isBefore43 = string.CompareOrdinal(version, "FIX.4.3") < 0;
        bool isBefore44 = string.CompareOrdinal(version, "FIX.4.4") < 0;
        bool hasType = version != "FIX.4.0";

        client.Send("new A AAPL buy 100 230.00 day CLIENT");
        Expect("A", "0", "0");

        client.Send("new B AAPL sell 40 230.00 day HOUSE");
        Expect("B", "0", "0");
        ClientLine fill = Expect("B", isBefore43 ? "2" : "F", "2");
        Assert.Equal(("40", "230"), (fill["lastqty"], fill["lastpx"]));
        Assert.Equal(hasType ? "60" : "-", Expect("A", isBefore43 ? "1" : "F", "1")["leaves"]);

        client.Send("replace C A AAPL buy 90 229.50");
        Assert.Equal("40", Expect("C", "5", "1")["cum"]);

        client.Send("status C AAPL buy");
        Assert.Equal(isBefore43 ? "3" : "-", Expect("C", isBefore43 ? "1" : "I", "1")["trans"]);

        client.Send("cancel D C AAPL buy 90");
        Assert.Equal(isBefore43 ? "0" : "-", Expect("D", "4", "4")["trans"]);

        client.Send("cancel E C AAPL buy 90");
        Assert.Equal("0", client.WaitFor(line => line.Kind == "cancelreject", "a refused cancel")["reason"]);

        client.Send("new F XYZ buy 10 430.00 day CLIENT");
        Assert.Equal("1", Expect("F", "8", "8")["reason"]);

        client.Send("new G AAPL buy 10 230.001 day CLIENT");
        _ = client.WaitFor(line => line.Kind == (isBefore43 && version != "FIX.4.2" ? "reject" : "businessreject"), "a refusal");

        client.Send("stop H AAPL buy 10 231.00 CLIENT");
        Expect("H", "0", "0");
        client.Send("new I AAPL sell 20 231.00 day HOUSE");
        client.Send("new J AAPL buy 10 231.00 day CLIENT");
        string triggered = version.StartsWith("FIX.5", StringComparison.Ordinal) ? "L" : version == "FIX.4.1" ? "0" : "D";
        _ = Expect("H", triggered, "0");
        _ = Expect("H", isBefore43 ? "2" : "F", "2");

        client.Send("new K AAPL buy 10 200.00 gtc CLIENT");
        Expect("K", "0", "0");
        client.Send("replace L K AAPL buy 20 201.00");
        _ = Expect("L", "5", isBefore44 ? "5" : "0");
        client.Quit();

        // What QuickFIX refuses is not given to its application: so each report was waited for.
        Assert.DoesNotContain(client.Seen, line => line.Kind == "reject" && version is not ("FIX.4.0" or "FIX.4.1"));
        Assert.Equal(0, link.Stop().ExitCode);

        ClientLine Expect(string id, string type, string status) => client.WaitFor(
            line => line.Kind == "report" && line["clordid"] == id && line["status"] == status && line["exectype"] == (hasType ? type : "-"),
            $"a report {type} {status} of {id}");
    }
}
