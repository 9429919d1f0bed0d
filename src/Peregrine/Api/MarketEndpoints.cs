using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Peregrine.Cli;

namespace Peregrine.Api;

/// <summary>Everything of the API that only looks.</summary>
internal static class MarketEndpoints
{
    private const int DepthMax = 1_000;
    private const int TradesMax = 500;
    private const int BarSeconds = 5;
    private const int BarSecondsMax = 86_400;

    public static void MapMarket(this RouteGroupBuilder api, ApiContext context)
    {
        _ = api.MapGet("/instruments", () => TypedResults.Ok(context.Instruments())).WithSummary("What is traded here, or seen on a feed").WithName("ListInstruments");
        _ = api.MapGet("/books/{symbol}", (string symbol, int? depth) => Book(context, symbol, depth ?? 20))
            .WithSummary("The order book of an instrument, best levels first").Produces<BookView>().ProducesProblem(400).ProducesProblem(404).WithName("GetBook");
        _ = api.MapGet("/trades/{symbol}", (string symbol, int? limit, long? after) => Trades(context, symbol, limit ?? 50, after ?? 0))
            .WithSummary("The latest trades of an instrument, oldest first").Produces<List<TradeView>>().ProducesProblem(400).ProducesProblem(404).WithName("ListTrades");
        _ = api.MapGet("/bars/{symbol}", (string symbol, int? seconds) => Bars(context, symbol, seconds ?? BarSeconds))
            .WithSummary("Open, high, low, close and volume of the day's intervals").Produces<List<BarView>>().ProducesProblem(400).ProducesProblem(404).WithName("ListBars");
        _ = api.MapGet("/quotes", () => TypedResults.Ok(context.Market.QuotesAfter([]))).WithSummary("Best prices and the day so far, for every instrument").WithName("ListQuotes");
        _ = api.MapGet("/sessions", () => TypedResults.Ok(context.Status().Sessions)).WithSummary("Who may trade, and who is there").WithName("ListSessions");
        _ = api.MapGet("/rejects", () => TypedResults.Ok(Rejects(context))).WithSummary("The latest refused requests, oldest first").WithName("ListRejects");
        _ = api.MapGet("/metrics", () => TypedResults.Ok(context.Metrics.View())).WithSummary("Rates, latencies, pauses and hiccups, second by second").WithName("GetMetrics");
        _ = api.MapGet("/status", () => TypedResults.Ok(context.Status())).WithSummary("The link at this moment").WithName("GetStatus");
    }

    private static List<RejectView> Rejects(ApiContext context)
    {
        context.Blotter.Update();
        return [.. context.Blotter.RejectsAfter(0, out _).Select(report => context.Orders.ToReject(report))];
    }

    private static Results<Ok<BookView>, ProblemHttpResult> Book(ApiContext context, string symbol, int depth) => depth is < 1 or > DepthMax
        ? Problems.OfFields(new() { ["depth"] = [$"{depth}, expected 1 to {DepthMax}"] })
        : context.Market.Book(symbol, depth) is { } book ? TypedResults.Ok(book) : Unknown(context, symbol);

    private static Results<Ok<List<TradeView>>, ProblemHttpResult> Trades(ApiContext context, string symbol, int limit, long after) => limit is < 1 or > TradesMax
        ? Problems.OfFields(new() { ["limit"] = [$"{limit}, expected 1 to {TradesMax}"] })
        : context.Market.TradesAfter(symbol, after, limit) is { } trades ? TypedResults.Ok(trades) : Unknown(context, symbol);

    private static Results<Ok<List<BarView>>, ProblemHttpResult> Bars(ApiContext context, string symbol, int seconds) => seconds is < BarSeconds or > BarSecondsMax || seconds % BarSeconds != 0
        ? Problems.OfFields(new() { ["seconds"] = [$"{seconds}, expected a multiple of {BarSeconds}, at most {BarSecondsMax}"] })
        : context.Market.Bars(symbol, seconds, 0) is { } bars ? TypedResults.Ok(bars) : Unknown(context, symbol);

    private static ProblemHttpResult Unknown(ApiContext context, string symbol)
    {
        string? near = NearName.Find(symbol, context.Market.Instruments().Select(info => info.Symbol));
        return Problems.Of(StatusCodes.Status404NotFound, "No such instrument", $"no instrument {symbol}{(near is null ? "; GET /api/instruments lists them" : $", did you mean {near}?")}");
    }
}
