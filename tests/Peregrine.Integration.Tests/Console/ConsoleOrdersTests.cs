using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Peregrine.Integration.Tests.Link;

namespace Peregrine.Integration.Tests.Console;

/// <summary>Ticket and own orders in a real browser (Chromium), on a link on which nobody else trades:
/// what is pressed is what happens, once.</summary>
public sealed class ConsoleOrdersTests : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly string[] Arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run"];
    private readonly TemporaryFolder _folder = new();
    private LinkProcess _link = null!;
    private ApiClient _api = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private IPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"the browser is missing: {Chromium}; ./dev test installs Debian's chromium");
        Assert.SkipUnless(File.Exists(Path.Combine(Path.GetDirectoryName(CommandProcess.Dll)!, "console/index.html")),
            "the console's page is not built; ./dev build makes it");
        _link = LinkProcess.StartWith(_folder.File("data"), "--no-simulator", "--set", "journal.durability=none");
        string token = File.ReadAllText(_folder.File("data/access-token")).Trim();
        _api = new ApiClient(_link.ConsolePort, token);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = Arguments });
        _page = await (await _browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } })).NewPageAsync();
        _ = await _page.GotoAsync($"http://127.0.0.1:{_link.ConsolePort}/#token={token}");
        await Until(async () => await _page.GetByTestId("connection-state").InnerTextAsync() == "live", "the page is live");
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _api?.Dispose();
        _link?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ResetOfASession_AsksFirst_AndSaysWhatBecameOfIt()
    {
        bool isSure = false;
        _page.Dialog += (_, dialog) => _ = isSure ? dialog.AcceptAsync() : dialog.DismissAsync();
        ILocator button = _page.Locator("[data-testid=session][data-comp-id=CLIENT1] [data-testid=session-reset]");
        await Until(async () => await button.CountAsync() == 1, "the session has its row");

        await button.ClickAsync();
        Assert.Equal("", await Result());
        isSure = true;
        await button.ClickAsync();

        await Until(async () => await Result() == "CLIENT1: its numbers begin with 1.", "the page says what became of it");
        _ = _link.WaitForLog("an operator asked for a reset of its numbers");
    }

    [Fact]
    public async Task DoubleClick_OnTheTicketsButton_EntersOneOrder_AndNewTicketEntersAnother()
    {
        await _page.GetByTestId("ticket-price").FillAsync("229.00");
        await _page.GetByTestId("ticket-submit").DblClickAsync();
        await Until(async () => (await Result()).Contains("100 working", StringComparison.Ordinal), "the order is entered");
        await _page.GetByTestId("ticket-submit").ClickAsync();
        await Until(async () => (await Result()).Contains("This ticket is entered", StringComparison.Ordinal), "the same ticket is refused");
        Assert.Single((await _api.Get("/api/orders")).AsArray());

        await _page.GetByTestId("ticket-again").ClickAsync();
        await _page.GetByTestId("ticket-submit").ClickAsync();
        await Until(async () => (await _api.Get("/api/orders")).AsArray().Count == 2, "a new ticket is another order");
        await _page.GetByTestId("ticket-quantity").FillAsync("7");
        await _page.GetByTestId("ticket-submit").ClickAsync();
        await Until(async () => (await _api.Get("/api/orders")).AsArray().Count == 3, "a changed ticket is another order");
    }

    [Fact]
    public async Task Ticket_OnItsWay_CannotBeSentAgain_AndOneWithoutAnAnswerIsSentUnderTheSameId()
    {
        TaskCompletionSource held = new();
        List<string> bodies = [];
        await _page.RouteAsync("**/api/orders", async route =>
        {
            bodies.Add(route.Request.PostData!);
            if (bodies.Count == 1)
            {
                await held.Task;
                await route.AbortAsync();
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        await _page.GetByTestId("ticket-price").FillAsync("229.00");
        await _page.GetByTestId("ticket-submit").ClickAsync();
        await Until(() => Task.FromResult(bodies.Count == 1), "the order is on its way");

        bool wasDisabled = await _page.GetByTestId("ticket-submit").IsDisabledAsync();
        await _page.GetByTestId("ticket-price").PressAsync("Enter");
        held.SetResult();
        await Until(async () => (await Result()).Contains("did not answer", StringComparison.Ordinal), "the page says that there was no answer");
        await _page.GetByTestId("ticket-submit").ClickAsync();
        await Until(async () => (await Result()).Contains("100 working", StringComparison.Ordinal), "the order is entered");

        Assert.True(wasDisabled, "the button is disabled while the order is on its way");
        Assert.Equal(2, bodies.Count);
        Assert.Equal((string)JsonNode.Parse(bodies[0])!["clientOrderId"]!, (string)JsonNode.Parse(bodies[1])!["clientOrderId"]!);
    }

    [Fact]
    public async Task CancelButton_PressedWhileOtherOrdersComeAndChange_CancelsItsOwnOrder()
    {
        await Enter("A", 10);
        await Enter("B", 20);
        await Enter("C", 30);
        ILocator button = Row("B").GetByTestId("own-order-cancel");
        await button.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await button.BoundingBoxAsync())!;
        await _page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await _page.Mouse.DownAsync();

        // A new order comes, another one is cancelled, and the pressed one itself trades in part.
        await Enter("D", 40);
        _ = await _api.Delete("/api/orders/A");
        _ = await _api.Post("/api/orders", new { symbol = "AAPL", side = "sell", quantity = 5, price = 229, clientOrderId = "S", account = "HOUSE" });
        await Until(async () => await _page.Locator("tr[data-client-order-id=A][data-status=cancelled]").CountAsync() == 1,
            "the page shows the change");
        await Until(async () => await Row("B").Locator("td").Nth(2).InnerTextAsync() == "5/20", "the page shows the trade");
        Assert.Equal(0, await Row("D").CountAsync());
        await _page.Mouse.UpAsync();

        await Until(async () => await _page.Locator("tr[data-client-order-id=B][data-status=cancelled]").CountAsync() == 1, "B is cancelled");
        await Until(async () => await Row("D").CountAsync() == 1, "what came meanwhile is shown after the release");
        Assert.Equal("new", (string)(await _api.Get("/api/orders/C"))["status"]!);
        Assert.Equal("new", (string)(await _api.Get("/api/orders/D"))["status"]!);
    }

    [Fact]
    public async Task Focus_InTheTableOfOrders_StaysWhereItIs()
    {
        await Enter("A", 10);
        await Enter("B", 20);
        await Row("B").GetByTestId("own-order-cancel").FocusAsync();

        _ = await _api.Delete("/api/orders/A");
        await Enter("C", 30);
        await Until(async () => await Row("C").CountAsync() == 1, "the new order is shown");
        string afterOthers = await Focused();
        await _page.Keyboard.PressAsync("Enter");
        await Until(async () => await _page.Locator("tr[data-client-order-id=B][data-status=cancelled]").CountAsync() == 1, "B is cancelled");
        string afterItsOwn = await Focused();
        await _page.Keyboard.PressAsync("Enter");
        await Enter("D", 40);
        await Until(async () => await Row("D").CountAsync() == 1, "the next order is shown");
        await _page.GetByTestId("ticket-price").FocusAsync();
        await Until(async () => !await Row("B").GetByTestId("own-order-cancel").IsVisibleAsync(), "the button goes when the focus has gone");

        Assert.Equal(("Cancel AAPL B", "Cancel AAPL B"), (afterOthers, afterItsOwn));
        Assert.Empty((await _api.Get("/api/rejects")).AsArray());
    }

    [Fact]
    public async Task Level_OfAnOrderThatIsGone_IsMarkedNoMore_ThoughOthersStandThere()
    {
        using FixClientProcess other = new(_link.Port, _folder.File("store"));
        _ = other.WaitFor(line => line.Kind == "logon", "a logon");
        other.Send("new X AAPL buy 7 229.00");
        _ = other.WaitForReport("X", "0");
        await Enter("A", 10);
        await Until(async () => await Level() == ("17", 1), "the level of the order is marked");

        _ = await _api.Delete("/api/orders/A");

        await Until(async () => await Level() == ("7", 0), "the level stands, and is not marked any more");
    }

    // What the ladder shows at its best bid, and how many levels are marked.
    private async Task<(string Quantity, int Marked)> Level() =>
        (await _page.GetByTestId("ladder-bid-0-quantity").InnerTextAsync(), await _page.Locator("#ladder tr.mine").CountAsync());

    private ILocator Row(string name) => _page.Locator($"tr[data-client-order-id={name}]");

    private Task<string> Result() => _page.GetByTestId("ticket-result").InnerTextAsync();

    private Task<string> Focused() =>
        _page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName");

    private async Task Enter(string name, int quantity)
    {
        (int status, JsonNode body) =
            await _api.Post("/api/orders", new { symbol = "AAPL", side = "buy", quantity, price = 229, clientOrderId = name, account = "CLIENT" });
        Assert.True(status == 201, body.ToJsonString());
    }

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(40);
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < end, $"waited in vain: {what}");
            await Task.Delay(50);
        }
    }
}
