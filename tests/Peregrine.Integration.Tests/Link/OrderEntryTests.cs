using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Link;

/// <summary>A real FIX client (QuickFIX, which validates what it gets) trades through a running link.</summary>
public sealed class OrderEntryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LinkProcess _link;
    private readonly FixClientProcess _client;

    public OrderEntryTests()
    {
        _link = LinkProcess.Start(_folder.File("data"), 0, "accounts[1].limits.maxQuantity=1000", "accounts[1].limits.maxNotional=200000",
            "instruments[1].open=false");
        string dictionary = Path.Combine(SharedData.Root, "fix/dictionaries/FIX44.xml");
        _client = new FixClientProcess(_link.Port, _folder.File("store"), "CLIENT1", File.Exists(dictionary) ? dictionary : null);
        _ = _client.WaitFor(line => line.Kind == "logon", "a logon");
    }

    public void Dispose()
    {
        _client.Dispose();
        _link.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Order_ItsWholeLife_IsReported()
    {
        _client.Send("new A AAPL buy 100 230.00 day CLIENT");
        Assert.Equal(("0", "100"), (_client.WaitForReport("A", "0")["status"], _client.Seen[^1]["leaves"]));

        _client.Send("new B AAPL sell 40 230.00 day HOUSE");
        ClientLine trade = _client.WaitForReport("A", "F");
        Assert.Equal(("1", "40", "230", "60"), (trade["status"], trade["lastqty"], trade["lastpx"], trade["leaves"]));

        _client.Send("replace C A AAPL buy 90 229.50");
        ClientLine replaced = _client.WaitForReport("C", "5");
        Assert.Equal(("A", "50", "40"), (replaced["orig"], replaced["leaves"], replaced["cum"]));

        _client.Send("status C AAPL buy");
        Assert.Equal("50", _client.WaitForReport("C", "I")["leaves"]);

        _client.Send("cancel D C AAPL buy 90");
        ClientLine cancelled = _client.WaitForReport("D", "4");
        Assert.Equal(("C", "4", "0"), (cancelled["orig"], cancelled["status"], cancelled["leaves"]));

        _client.Send("cancel E C AAPL buy 90");
        Assert.Equal("0", _client.WaitFor(line => line.Kind == "cancelreject", "a cancel reject")["reason"]);
    }

    [Theory]
    [InlineData("new A AAPL buy 1001 230.00 day CLIENT", "3", "MaxQuantity: limit 1000, value 1001")]
    [InlineData("new A AAPL buy 1000 230.00 day CLIENT", "3", "MaxNotional: limit 200000, value 230000")]
    [InlineData("new A AAPL buy 10 300.00 day CLIENT", "99", "PriceCollar: limit 1000, value 30")]
    [InlineData("new A MSFT buy 10 430.00 day CLIENT", "2", "InstrumentClosed")]
    [InlineData("new A XYZ buy 10 430.00 day CLIENT", "1", "UnknownInstrument: XYZ")]
    [InlineData("new A AAPL buy 10 230.00 day NOBODY", "15", "UnknownAccount: NOBODY")]
    public void Order_AgainstARule_IsRejectedWithRuleLimitAndValue(string order, string reason, string text)
    {
        _client.Send(order);

        ClientLine rejected = _client.WaitForReport("A", "8");
        Assert.Equal(("8", reason), (rejected["status"], rejected["reason"]));
        Assert.StartsWith(text, rejected["text"], StringComparison.Ordinal);
    }

    [Fact]
    public void ClientOrderId_UsedTwice_IsRefusedAsDuplicate_AlsoAfterAKill()
    {
        _client.Send("new A AAPL buy 10 230.00");
        _ = _client.WaitForReport("A", "0");

        _client.Send("new A AAPL buy 10 230.00");
        Assert.Equal("6", _client.WaitForReport("A", "8")["reason"]);

        _link.Kill();
        using LinkProcess again = LinkProcess.Start(_folder.File("data"), _link.Port);
        _ = _client.WaitFor(line => line.Kind == "logon", "another logon");
        _client.Send("new A AAPL buy 10 230.00");
        Assert.Equal("6", _client.WaitForReport("A", "8")["reason"]);
    }

    [Fact]
    public void OneAccount_OnBothSides_DoesNotTradeWithItself()
    {
        _client.Send("new A AAPL buy 10 230.00 day CLIENT");
        _ = _client.WaitForReport("A", "0");

        _client.Send("new B AAPL sell 10 230.00 day CLIENT");

        ClientLine cancelled = _client.WaitForReport("B", "4");
        Assert.Contains("SelfTrade", cancelled["text"], StringComparison.Ordinal);
    }

    [Fact]
    public void Terminate_WithOrdersAtWork_DrainsAndEndsWithZero()
    {
        _client.Send("burst 2000 AAPL T- 230.00 CLIENT HOUSE");
        _ = _client.WaitForReport("T-500", "0");

        CommandResult stopped = _link.Stop();

        Assert.Equal((0, ""), (stopped.ExitCode, stopped.Error));
        _ = _client.WaitFor(line => line.Kind == "logouttext", "a logout that says why");
        Assert.Contains("stopped at command", stopped.Output, StringComparison.Ordinal);
    }
}
