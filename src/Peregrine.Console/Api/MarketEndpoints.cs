using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Peregrine.Primitives;

namespace Peregrine.Api;

/// <summary>Everything of the API that only looks.</summary>
internal static class MarketEndpoints
{
    private const int BarSeconds = 5;
    private static readonly QueryKey Depth = new("depth", JsonSchemaType.Integer, "Levels of each side.", 1, 1_000, ByDefault: 20);
    private static readonly QueryKey Limit = new("limit", JsonSchemaType.Integer, "Trades at most, the latest ones.", 1, 500, ByDefault: 50);
    private static readonly QueryKey After = new("after", JsonSchemaType.Integer, "Only trades with a greater id.");
    private static readonly QueryKey Seconds = new("seconds", JsonSchemaType.Integer, "Length of a bar.", BarSeconds, 86_400, BarSeconds, BarSeconds);

    public static void MapMarket(this RouteGroupBuilder api, ApiContext context)
    {
        Plain<List<InstrumentView>>(api, "/instruments", context.Instruments).WithSummary("What is traded here, or seen on a feed")
            .WithName("ListInstruments");
        _ = api.MapGet("/books/{symbol}", (HttpContext http, string symbol) => Book(context, http, symbol)).DescribesQuery(Depth)
            .WithSummary("The order book of an instrument, best levels first").Produces<BookView>().ProducesValidationProblem(400)
            .ProducesValidationProblem(404).WithName("GetBook");
        _ = api.MapGet("/trades/{symbol}", (HttpContext http, string symbol) => Trades(context, http, symbol)).DescribesQuery(Limit, After)
            .WithSummary("The latest trades of an instrument, oldest first").Produces<List<TradeView>>().ProducesValidationProblem(400)
            .ProducesValidationProblem(404).WithName("ListTrades");
        _ = api.MapGet("/bars/{symbol}", (HttpContext http, string symbol) => Bars(context, http, symbol)).DescribesQuery(Seconds)
            .WithSummary("Open, high, low, close and volume of the day's intervals").Produces<List<BarView>>().ProducesValidationProblem(400)
            .ProducesValidationProblem(404).WithName("ListBars");
        Plain(api, "/quotes", () => context.Market.QuotesAfter([])).WithSummary("Best prices and the day so far, for every instrument")
            .WithName("ListQuotes");
        Plain(api, "/sessions", () => context.Status().Sessions).WithSummary("Who may trade, and who is there").WithName("ListSessions");
        Plain(api, "/rejects", () => Rejects(context)).WithSummary("The latest refused requests, oldest first").WithName("ListRejects");
        Plain(api, "/metrics", context.Metrics.View).WithSummary("Rates, latencies, pauses and hiccups, second by second").WithName("GetMetrics");
        Plain(api, "/status", context.Status).WithSummary("The link at this moment").WithName("GetStatus");
    }

    // An endpoint without any key.
    private static RouteHandlerBuilder Plain<T>(RouteGroupBuilder api, string path, Func<T> look) => api.MapGet(path, IResult (HttpContext http) =>
    {
        Dictionary<string, string[]> errors = QueryValues.Read(http).Errors;
        return errors.Count > 0 ? Problems.OfFields(errors) : TypedResults.Ok(look());
    }).Produces<T>().ProducesValidationProblem(400);

    private static List<RejectView> Rejects(ApiContext context)
    {
        context.Blotter.Update();
        return [.. context.Blotter.RejectsAfter(0, out _).Select(report => context.Orders.ToReject(report))];
    }

    private static IResult Book(ApiContext context, HttpContext http, string symbol)
    {
        QueryValues query = QueryValues.Read(http, Depth);
        return Answer(context, query, symbol, context.Market.Book(symbol, (int)query.Number(Depth)));
    }

    private static IResult Trades(ApiContext context, HttpContext http, string symbol)
    {
        QueryValues query = QueryValues.Read(http, Limit, After);
        return Answer(context, query, symbol, context.Market.TradesAfter(symbol, query.Number(After), (int)query.Number(Limit)));
    }

    private static IResult Bars(ApiContext context, HttpContext http, string symbol)
    {
        QueryValues query = QueryValues.Read(http, Seconds);
        return Answer(context, query, symbol, context.Market.Bars(symbol, (int)query.Number(Seconds), 0));
    }

    // What is looked at tells whether there is such an instrument; other faults are told with it, all at once.
    private static IResult Answer<T>(ApiContext context, QueryValues query, string symbol, T? found)
        where T : class
    {
        if (found is not null && query.Errors.Count == 0)
        {
            return TypedResults.Ok(found);
        }

        if (found is null)
        {
            string? near = NearName.Find(symbol, context.Market.Instruments().Select(info => info.Symbol));
            string fault = $"no instrument " +
                $"{Problems.Shown(symbol)}{(near is null ? "; GET /api/instruments lists them" : $", did you mean '{near}'?")}";
            if (query.Errors.Count == 0)
            {
                return Problems.OfField(StatusCodes.Status404NotFound, "No such instrument", "symbol", fault);
            }

            query.Errors.Report("symbol", fault);
        }

        return Problems.OfFields(query.Errors);
    }
}
