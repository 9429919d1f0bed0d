using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Peregrine.Integration.Tests.Link;
using Peregrine.Testing;

namespace Peregrine.Integration.Tests.Console;

/// <summary>The console in a real browser (Chromium), on a link with simulated participants.</summary>
public sealed class ConsolePageTests : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly string[] Arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run"];
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _errors = [];
    private LinkProcess _link = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    private string Token => File.ReadAllText(_folder.File("data/access-token")).Trim();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"the browser is missing: {Chromium}; ./dev test installs Debian's chromium");
        Assert.SkipUnless(File.Exists(Path.Combine(Path.GetDirectoryName(CommandProcess.Dll)!, "console/index.html")),
            "the console's page is not built; ./dev build makes it");
        _link = LinkProcess.StartWith(_folder.File("data"), "--rate", "200");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _link?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Values_OnThePage_ChangeAndAgreeWithTheApi()
    {
        IPage page = await Open();
        using ApiClient api = new(_link.ConsolePort);

        string first = await Text(page, "journal-sequence");
        await Until(async () => await Text(page, "journal-sequence") != first, "the journal moves on");
        await Until(async () => await Text(page, "metric-p50") != "–" && await Text(page, "metric-max") != "–", "latencies are shown");
        await Until(async () => await page.GetByTestId("trade-row").CountAsync() > 3, "trades are shown");

        // The market moves between two looks: one of several must agree.
        await Until(
            async () =>
            {
                string bid = await Text(page, "ladder-bid-0-price");
                string quantity = await Text(page, "ladder-bid-0-quantity");
                JsonNode book = await api.Get("/api/books/AAPL?depth=1");
                JsonNode level = book["bids"]![0]!;
                return bid.Replace(",", "") == ((decimal)level["price"]!).ToString("F2", System.Globalization.CultureInfo.InvariantCulture)
                    && quantity.Replace(",", "") == ((long)level["quantity"]!).ToString(System.Globalization.CultureInfo.InvariantCulture);
            },
            "the best bid on the page is the API's");
        JsonNode trades = await api.Get("/api/trades/AAPL?limit=200");
        string shown = (await page.GetByTestId("trade-row").Nth(3).GetAttributeAsync("data-id"))!;
        JsonNode same = trades.AsArray().Single(trade => ((long)trade!["id"]!).ToString(System.Globalization.CultureInfo.InvariantCulture) == shown)!;
        Assert.Contains(((decimal)same["price"]!).ToString("F2", System.Globalization.CultureInfo.InvariantCulture),
            await page.GetByTestId("trade-row").Filter(new() { Has = page.Locator($"xpath=self::tr[@data-id='{shown}']") }).First.InnerTextAsync());
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Order_TypedIntoTheTicket_TradesAndShowsUp()
    {
        IPage page = await Open();
        await Until(async () => (await Text(page, "ladder-ask-0-price")).Length > 0, "there is somebody to trade with");

        await page.GetByTestId("ticket-type").SelectOptionAsync("market");
        await page.GetByTestId("ticket-tif").SelectOptionAsync("immediateOrCancel");
        await page.GetByTestId("ticket-quantity").FillAsync("5");
        await page.GetByTestId("ticket-quantity").PressAsync("Enter");

        await Until(async () => (await Text(page, "ticket-result")).Contains("5 filled at", StringComparison.Ordinal), "the order trades");
        await Until(async () => await page.Locator("[data-testid=own-order][data-status=filled]").CountAsync() == 1,
            "it is in the list of own orders");
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task RestingOrder_IsMarkedInTheLadder_AndCancelled_AndBadOnesAreExplained()
    {
        IPage page = await Open();
        using ApiClient api = new(_link.ConsolePort);
        await Until(async () => (await Text(page, "ladder-bid-5-price")).Length > 0, "there is a book");
        await page.GetByTestId("ladder-bid-5-price").ClickAsync();
        await page.GetByTestId("ticket-side-buy").CheckAsync(new() { Force = true });
        await page.GetByTestId("ticket-quantity").FillAsync("3");
        await page.GetByTestId("ticket-submit").ClickAsync();

        await Until(async () => await page.Locator("[data-testid=own-order][data-status=new]").CountAsync() == 1, "the order works");
        JsonNode own = (await api.Get("/api/orders?session=CONSOLE"))[0]!;
        string price = ((decimal)own["price"]!).ToString("N2", System.Globalization.CultureInfo.InvariantCulture);
        await Until(async () => string.Join(' ', await page.Locator("#ladder tr.mine button").AllInnerTextsAsync()) == price,
            "the level of the order, and no other, is marked");
        await page.GetByTestId("own-order-cancel").First.ClickAsync();
        await Until(async () => await page.Locator("[data-testid=own-order][data-status=cancelled]").CountAsync() == 1, "the order is cancelled");
        await Until(async () => await page.Locator("#ladder tr.mine").CountAsync() == 0, "no level is marked any more");

        await page.GetByTestId("ticket-price").FillAsync("100.001");
        await page.GetByTestId("ticket-submit").ClickAsync();
        Assert.Equal("A multiple of 0.01", await page.Locator("#e-price").InnerTextAsync());
        await page.GetByTestId("ticket-account").SelectOptionAsync("CLIENT");
        await page.GetByTestId("ticket-price").FillAsync("230.00");
        await page.GetByTestId("ticket-quantity").FillAsync("20000");
        await page.GetByTestId("ticket-submit").ClickAsync();
        await Until(async () => (await Text(page, "ticket-result")).Contains("MaxQuantity: limit 10000, value 20000", StringComparison.Ordinal),
            "the reject is explained");
        await Until(async () => (await Text(page, "rejects")).Contains("MaxQuantity", StringComparison.Ordinal), "the reject is listed");
    }

    [Fact]
    public async Task WithoutAToken_TheTicketAsksForOne()
    {
        IPage page = await Open(withToken: false);
        await page.GetByTestId("ticket-quantity").FillAsync("1");
        await page.GetByTestId("ticket-price").FillAsync("230.00");
        await page.GetByTestId("ticket-submit").ClickAsync();
        Assert.Contains("access token", await Text(page, "ticket-result"));

        await page.GetByTestId("ticket-token").FillAsync("wrong-token-of-some-length");
        await page.GetByTestId("ticket-submit").ClickAsync();
        await Until(async () => (await Text(page, "ticket-result")).Contains("missing or wrong", StringComparison.Ordinal), "a wrong one is refused");
        Assert.True(await page.GetByTestId("ticket-token").IsVisibleAsync());
    }

    [Fact]
    public async Task Server_KilledAndBack_ThePageSaysSoAndRecovers()
    {
        IPage page = await Open();
        int port = _link.ConsolePort;

        _link.Kill();
        await Until(async () => await Text(page, "connection-state") == "disconnected" && await page.Locator("#banner").IsVisibleAsync(),
            "the page says that the link is gone");
        Assert.Contains("Last update", await page.Locator("#banner").InnerTextAsync());
        _link.Dispose();
        _link = LinkProcess.StartWith(_folder.File("data"), "--set", $"console.port={port}");

        await Until(async () => await Text(page, "connection-state") == "live" && !await page.Locator("#banner").IsVisibleAsync(),
            "the page is live again");
        string sequence = await Text(page, "journal-sequence");
        await Until(async () => await Text(page, "journal-sequence") != sequence, "figures move again");
        await Until(async () => (await Text(page, "ladder-ask-0-price")).Length > 0, "the book is back");
    }

    [Fact]
    public async Task Keyboard_Alone_EntersAnOrderAndSwitchesTheTheme()
    {
        IPage page = await Open();
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the order ticket", await page.EvaluateAsync<string>("document.activeElement.textContent"));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.True(await page.GetByTestId("ticket-side-sell").IsCheckedAsync());
        await page.GetByTestId("ticket-price").FocusAsync();
        await page.Keyboard.TypeAsync("229.00");
        await page.Keyboard.PressAsync("Enter");
        await Until(async () => (await Text(page, "ticket-result")).StartsWith("Sell 100 AAPL", StringComparison.Ordinal), "the order is entered");

        string before = (await page.Locator("html").GetAttributeAsync("data-theme"))!;
        await page.GetByTestId("theme-switch").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.NotEqual(before, await page.Locator("html").GetAttributeAsync("data-theme"));
    }

    [Theory]
    [InlineData(360, 740)]
    [InlineData(768, 1024)]
    [InlineData(1280, 800)]
    [InlineData(1920, 1080)]
    public async Task Page_AtAnyWidth_HasNoSidewaysScroll(int width, int height)
    {
        IPage page = await Open(width: width, height: height);

        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0);
        Assert.True(await page.GetByTestId("ticket-submit").IsVisibleAsync());
    }

    [Fact]
    public async Task Screenshots_ForTheReadme_AreTaken()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PEREGRINE_WRITE_DOCS") == "1", "pictures are made by ./dev docs");
        string images = Path.Combine(Repository.Root, "docs/images");
        _ = Directory.CreateDirectory(images);
        await Task.Delay(TimeSpan.FromSeconds(90));
        (string, int, int, ColorScheme)[] pictures = [("console-light", 1680, 1050, ColorScheme.Light),
            ("console-dark", 1680, 1050, ColorScheme.Dark), ("console-phone", 390, 1400, ColorScheme.Light)];
        foreach ((string name, int width, int height, ColorScheme scheme) in pictures)
        {
            IPage page = await Open(width: width, height: height, scheme: scheme);
            await page.GetByTestId("ladder-bid-2-price").ClickAsync();
            await page.GetByTestId("ticket-side-buy").CheckAsync(new() { Force = true });
            await page.GetByTestId("ticket-quantity").FillAsync("20");
            await page.GetByTestId("ticket-submit").ClickAsync();
            await Task.Delay(TimeSpan.FromSeconds(3));
            _ = await page.ScreenshotAsync(new() { Path = Path.Combine(images, $"{name}.png") });
        }
    }

    private static Task<string> Text(IPage page, string id) => page.GetByTestId(id).InnerTextAsync();

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(40);
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < end, $"waited in vain: {what}");
            await Task.Delay(50);
        }
    }

    private async Task<IPage> Open(bool withToken = true, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        IBrowserContext context = await _browser.NewContextAsync(
            new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        IPage page = await context.NewPageAsync();
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Add(message.Text);
            }
        };
        _ = await page.GotoAsync($"http://127.0.0.1:{_link.ConsolePort}/{(withToken ? $"#token={Token}" : "")}");
        await Until(async () => await Text(page, "connection-state") == "live", "the page is live");
        Assert.DoesNotContain("token", page.Url);
        return page;
    }
}
