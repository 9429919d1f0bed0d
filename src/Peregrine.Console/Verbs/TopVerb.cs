using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Peregrine.Api;
using Peregrine.Cli;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Peregrine.Verbs;

/// <summary>peregrine top: the live figures of a running link in a terminal, by its HTTP API.</summary>
internal static class TopVerb
{
    private const int IntervalMs = 1_000;
    private const int SymbolsShown = 12;
    private const int RejectsShown = 4;
    private const int SparkPoints = 60;
    private const string SparkSteps = "▁▂▃▄▅▆▇█";

    public static Command Create()
    {
        Option<string> url = new("--url") { Description = "The console's address of the link.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        Option<bool> once = new("--once") { Description = "One picture, then end." };
        Option<bool> json = new("--json") { Description = "One JSON object a second (with --once, one only) instead of a picture." };
        Command top = new("top", "Shows a running link in the terminal: rates, latencies, hops, journal, market data, sessions, quotes, rejects. " +
            "Ctrl-C ends it.") { url, once, json };
        top.SetAction(result =>
        {
            bool isGood = Uri.TryCreate(result.GetValue(url), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https";
            using HttpClient http = new() { BaseAddress = isGood
                ? address
                : throw new CommandException($"--url: '{result.GetValue(url)}', expected an address such as http://127.0.0.1:8080", 2),
                Timeout = TimeSpan.FromSeconds(5) };
            Run(http, result.GetValue(once) || (Console.IsOutputRedirected && !result.GetValue(json)), result.GetValue(json));
            return 0;
        });
        return top.WithExample("peregrine top --url http://127.0.0.1:8080");
    }

    private static void Run(HttpClient http, bool isOnce, bool isJson)
    {
        Figures first = Read(http) ?? throw new CommandException(
            $"{http.BaseAddress}: no link answers there; start one with peregrine run, or name its console with --url");
        if (isJson)
        {
            WriteJson(first);
            while (!isOnce)
            {
                Thread.Sleep(IntervalMs);
                WriteJson(Read(http) ?? throw new CommandException($"{http.BaseAddress}: the link does not answer any more"));
            }
        }
        else if (isOnce)
        {
            AnsiConsole.Write(Picture(first));
        }
        else
        {
            Watch(http, first);
        }
    }

    private static void Watch(HttpClient http, Figures first) => AnsiConsole.Live(Picture(first)).Start(live =>
    {
        DateTime answered = DateTime.UtcNow;
        Figures last = first;
        while (true)
        {
            Thread.Sleep(IntervalMs);
            Figures? figures = Read(http);
            (last, answered) = figures is null ? (last, answered) : (figures, DateTime.UtcNow);
            live.UpdateTarget(figures is not null
                ? Picture(last)
                : new Rows(new Markup($"[red]the link at {Markup.Escape(http.BaseAddress!.ToString())} does not answer, " +
                    $"last figures {(DateTime.UtcNow - answered).TotalSeconds:N0} s ago; trying again[/]"), Picture(last)));
        }
    });

    private static Figures? Read(HttpClient http)
    {
        try
        {
            return new Figures(
                http.GetFromJsonAsync("/api/status", ApiJson.Default.StatusView).GetAwaiter().GetResult()!,
                http.GetFromJsonAsync("/api/metrics", ApiJson.Default.MetricsView).GetAwaiter().GetResult()!,
                http.GetFromJsonAsync("/api/quotes", ApiJson.Default.ListQuoteView).GetAwaiter().GetResult()!,
                http.GetFromJsonAsync("/api/rejects", ApiJson.Default.ListRejectView).GetAwaiter().GetResult()!);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    private static void WriteJson(Figures figures)
    {
        MetricsPoint? point = figures.Metrics.Points.Count == 0 ? null : figures.Metrics.Points[^1];
        string status = JsonSerializer.Serialize(figures.Status, ApiJson.Default.StatusView);
        string last = point is null ? "null" : JsonSerializer.Serialize(point, ApiJson.Default.MetricsPoint);
        Console.Out.WriteLine($$"""{"status":{{status}},"point":{{last}}}""");
    }

    private static Rows Picture(Figures figures)
    {
        (StatusView status, MetricsView metrics) = (figures.Status, figures.Metrics);
        MetricsPoint? point = metrics.Points.Count == 0 ? null : metrics.Points[^1];
        Table latency = new Table().Border(TableBorder.Rounded).AddColumns("hop, us", "p50", "p99");
        MetricsPoint? busy = metrics.Points.LastOrDefault(known => known.P50Us is not null);
        _ = latency.AddRow("[bold]wire to wire[/]", Us(busy?.P50Us), Us(busy?.P99Us));
        for (int hop = 0; hop < metrics.HopNames.Count && busy is not null; hop++)
        {
            _ = latency.AddRow($"  {metrics.HopNames[hop]}", Us(busy.HopP50Us[hop]), Us(busy.HopP99Us[hop]));
        }

        Table quotes = new Table().Border(TableBorder.Rounded).AddColumns("symbol", "bid", "ask", "last", "volume");
        foreach (QuoteView quote in figures.Quotes.Take(SymbolsShown))
        {
            _ = quotes.AddRow(Markup.Escape(quote.Symbol), $"[green]{D(quote.Bid)}[/]", $"[red]{D(quote.Ask)}[/]", D(quote.Last), N(quote.Volume));
        }

        Table sessions = new Table().Border(TableBorder.Rounded).AddColumns("session", "state", "in", "out");
        foreach (SessionView session in status.Sessions)
        {
            string state = session.State == "loggedOn" ? $"[green]{(session.Kind == "local" ? "local" : "on")}[/]" : "[grey]off[/]";
            _ = sessions.AddRow(Markup.Escape(session.CompId.Length > 24 ? $"{session.CompId[..23]}…" : session.CompId), state, N(session.Received),
                N(session.Sent));
        }

        List<IRenderable> rows =
        [
            new Markup($"[bold]Peregrine[/] {status.Version}  {Markup.Escape(status.Flow.Kind)}: {Markup.Escape(status.Flow.Text)}  up " +
                $"{TimeSpan.FromSeconds(status.UptimeSeconds)}"),
            new Markup($"[bold]{N((long)(point?.OrdersPerSecond ?? 0))}[/] orders/s  p50 [bold]{Us(busy?.P50Us)}[/]  p99 " +
                $"{Us(busy?.P99Us)}  p99.9 {Us(busy?.P999Us)}  max {Us(busy?.MaxUs)} us  GC pause " +
                $"{(point?.GcPauseMs ?? 0).ToString("N1", CultureInfo.InvariantCulture)} ms  hiccup " +
                $"{(point?.HiccupMs ?? 0).ToString("N1", CultureInfo.InvariantCulture)} ms"),
            new Markup($"orders/s [green]{Spark(metrics.Points.Select(known => (double?)known.OrdersPerSecond))}[/]"),
            new Markup($"p99      [blue]{Spark(metrics.Points.Select(known => known.P99Us))}[/]"),
            new Columns(latency, quotes, sessions),
            new Markup($"journal [bold]{status.Journal.Level}[/]  command {N(status.Journal.Sequence)}  durable " +
                $"{N(status.Journal.DurableSequence)}  {N(status.Journal.Bytes >> 10)} KiB  {N(status.Journal.Syncs)} syncs   trades " +
                $"{N(status.Trades)}  rejects {N(status.Rejects)}  working {N(status.WorkingOrders)}"),
            new Markup($"market data {Markup.Escape(status.MarketData.Address)}  {N(status.MarketData.Subscribers)} subscribers  " +
                $"{N(status.MarketData.Updates)} changes  {N(status.MarketData.Frames)} frames  conflated " +
                $"{N(status.MarketData.Conflations)}  too slow {N(status.MarketData.SlowDisconnects)}"),
            .. figures.Rejects.TakeLast(RejectsShown)
                .Select(reject => new Markup($"[grey]{DateTimeOffset.FromUnixTimeMilliseconds(reject.Time):HH:mm:ss}[/] " +
                    $"{Markup.Escape($"{reject.Session} {reject.Request} {reject.Symbol}: {reject.Text}")}")),
        ];
        return new Rows(rows);
    }

    private static string Spark(IEnumerable<double?> values)
    {
        double[] last = [.. values.TakeLast(SparkPoints).Select(value => value ?? 0)];
        double most = last.Length == 0 ? 1 : Math.Max(last.Max(), 1e-9);
        return string.Concat(last.Select(value => SparkSteps[(int)Math.Clamp(value / most * (SparkSteps.Length - 1), 0, SparkSteps.Length - 1)]));
    }

    private static string N(decimal number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string D(decimal? price) => price?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Us(double? us) => us?.ToString("N1", CultureInfo.InvariantCulture) ?? "-";

    private sealed record Figures(StatusView Status, MetricsView Metrics, List<QuoteView> Quotes, List<RejectView> Rejects);
}
