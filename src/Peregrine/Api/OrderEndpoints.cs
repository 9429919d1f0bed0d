using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Peregrine.Cli;
using Peregrine.Gateway;
using Peregrine.Primitives;
using Peregrine.Telemetry;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Orders;

namespace Peregrine.Api;

/// <summary>/api/orders: looking, entering, cancelling.</summary>
internal static class OrderEndpoints
{
    private const int OrdersMax = 1_000;
    private const int IdLengthMax = 32;

    public static void MapOrders(this RouteGroupBuilder api, ApiContext context)
    {
        _ = api.MapGet("/orders", (string? symbol, string? session, bool? working, int? limit) => List(context, symbol, session, working, limit))
            .WithSummary("The latest orders of all sessions, oldest change first").Produces<List<OrderView>>().WithName("ListOrders");
        _ = api.MapGet("/orders/{clientOrderId}", (string clientOrderId) => Get(context, clientOrderId))
            .WithSummary("One order of the API's own session, by its client order id").Produces<OrderView>().ProducesProblem(404).WithName("GetOrder");
        _ = api.MapPost("/orders", (NewOrderRequest request) => Enter(context, request)).AddEndpointFilter((call, next) => Guard(context, call, next))
            .WithSummary("Enters an order; answers when the link has dealt with it. Wants the access token").Produces<OrderView>(201).ProducesProblem(400).ProducesProblem(401)
            .ProducesProblem(422).ProducesProblem(503).WithName("EnterOrder");
        _ = api.MapDelete("/orders/{clientOrderId}", (string clientOrderId) => Cancel(context, clientOrderId)).AddEndpointFilter((call, next) => Guard(context, call, next))
            .WithSummary("Cancels an order of the API's own session. Wants the access token").Produces<OrderView>().ProducesProblem(401).ProducesProblem(404).ProducesProblem(409)
            .ProducesProblem(503).WithName("CancelOrder");
    }

    private static async ValueTask<object?> Guard(ApiContext context, EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        if (TokenCheck.Refuse(context, call.HttpContext) is { } wait)
        {
            return wait;
        }

        if (TokenCheck.IsShown(context, call.HttpContext))
        {
            return await next(call).ConfigureAwait(false);
        }

        call.HttpContext.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer realm=\"peregrine\"";
        return Problems.Of(
            StatusCodes.Status401Unauthorized, "The access token is missing or wrong",
            $"expected the header Authorization: Bearer TOKEN; the token was printed at the first start and is in the file {AccessToken.FileName} in the data folder");
    }

    private static Results<Ok<List<OrderView>>, ProblemHttpResult> List(ApiContext context, string? symbol, string? session, bool? working, int? limit)
    {
        if (limit is < 1 or > OrdersMax)
        {
            return Problems.OfFields(new() { ["limit"] = [$"{limit}, expected 1 to {OrdersMax}"] });
        }

        context.Blotter.Update();
        int? instrumentId = symbol is null ? null : context.Tradable(symbol)?.Id ?? -1;
        int? sessionId = session is null ? null : SessionId.Of(session);
        List<OrderReport> reports = context.Blotter.OrdersAfter(
            0, limit ?? 200, report => (instrumentId is null || report.InstrumentId == instrumentId) && (sessionId is null || report.SessionId == sessionId)
                && (working is null || report.LeavesQuantity.Lots > 0 == working), out _);
        return TypedResults.Ok<List<OrderView>>([.. reports.Select(report => context.Orders.ToOrder(report))]);
    }

    private static Results<Ok<OrderView>, ProblemHttpResult> Get(ApiContext context, string clientOrderId) =>
        Find(context, clientOrderId) is { } order ? TypedResults.Ok(order) : NotFound(clientOrderId);

    private static OrderView? Find(ApiContext context, string clientOrderId)
    {
        context.Blotter.Update();
        List<OrderReport> found = context.Blotter.OrdersAfter(0, 1, report => report.SessionId == context.Desk.Session && report.ClientOrderId.ToString() == clientOrderId, out _);
        return found.Count == 0 ? null : context.Orders.ToOrder(found[0]);
    }

    private static async Task<IResult> Enter(ApiContext context, NewOrderRequest request)
    {
        Dictionary<string, string[]> errors = [];
        OrderCommand terms = Read(context, request, errors);
        if (errors.Count > 0)
        {
            return Problems.OfFields(errors);
        }

        DeskAnswer answer = await context.Desk.Enter(request, context.Tradable(request.Symbol)!, terms).ConfigureAwait(false);
        if (!answer.HasReport)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "The order was not entered", answer.Fault!);
        }

        if (answer.First.Type == ReportType.Rejected)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "The order was rejected", ReportText.Reason(answer.First), answer.First.Reason.ToString());
        }

        OrderView order = context.Orders.ToOrder(answer.Report);
        return TypedResults.Created($"/api/orders/{Uri.EscapeDataString(order.ClientOrderId)}", order);
    }

    private static async Task<IResult> Cancel(ApiContext context, string clientOrderId)
    {
        if (!IsId(clientOrderId))
        {
            return NotFound(clientOrderId);
        }

        DeskAnswer answer = await context.Desk.Cancel(clientOrderId).ConfigureAwait(false);
        if (!answer.HasReport)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "The order was not cancelled", answer.Fault!);
        }

        return answer.First switch
        {
            { Type: ReportType.CancelRejected, Reason: RejectReason.UnknownOrder } => NotFound(clientOrderId),
            { Type: ReportType.CancelRejected } => Problems.Of(
                StatusCodes.Status409Conflict, "The order cannot be cancelled", $"order {clientOrderId}: {ReportText.Reason(answer.First)}", answer.First.Reason.ToString()),
            _ => TypedResults.Ok(context.Orders.ToOrder(answer.Report)),
        };
    }

    private static ProblemHttpResult NotFound(string clientOrderId) => Problems.Of(
        StatusCodes.Status404NotFound, "No such order", $"no order {clientOrderId} of this session is known; GET /api/orders lists the latest", nameof(RejectReason.UnknownOrder));

    private static bool IsId(string text) => text.Length is > 0 and <= IdLengthMax && text.All(character => character is > ' ' and <= '~');

    // All faults at once.
    private static OrderCommand Read(ApiContext context, NewOrderRequest request, Dictionary<string, string[]> errors)
    {
        OrderCommand terms = new()
        {
            Side = Choice(errors, "side", request.Side, null, ("buy", Side.Buy), ("sell", Side.Sell)),
            OrderType = Choice(errors, "type", request.Type, "limit", ("limit", OrderType.Limit), ("market", OrderType.Market)),
            TimeInForce = Choice(
                errors, "timeInForce", request.TimeInForce, "day", ("day", TimeInForce.Day), ("goodTillCancel", TimeInForce.GoodTillCancel),
                ("immediateOrCancel", TimeInForce.ImmediateOrCancel), ("fillOrKill", TimeInForce.FillOrKill)),
        };
        if (request.ClientOrderId is { Length: > 0 } id && !IsId(id))
        {
            errors["clientOrderId"] = [$"'{id}', expected 1 to {IdLengthMax} printable ASCII characters without space"];
        }

        IReadOnlyList<string> accounts = context.Accounts;
        int account = request.Account is null ? 0 : accounts.ToList().IndexOf(request.Account);
        terms.AccountId = account < 0 ? -1 : context.Rules.Accounts.First(known => known.Name == accounts[account]).Id;
        if (account < 0)
        {
            errors["account"] = [$"'{request.Account}', expected one of {string.Join(", ", accounts)}"];
        }

        if (context.Tradable(request.Symbol) is not { } instrument)
        {
            string? near = request.Symbol is null ? null : NearName.Find(request.Symbol, context.Rules.Instruments.Select(known => known.Symbol));
            errors["symbol"] = [$"'{request.Symbol}', expected an instrument that is traded here{(near is null ? "; GET /api/instruments lists them" : $", did you mean '{near}'?")}"];
            return terms;
        }

        ReadAmounts(request, instrument, ref terms, errors);
        return terms;
    }

    private static void ReadAmounts(NewOrderRequest request, Instrument instrument, ref OrderCommand terms, Dictionary<string, string[]> errors)
    {
        if (request.Quantity is not > 0 || instrument.TryToQuantity(request.Quantity.Value, 0, out terms.Quantity) != ScaleStatus.Ok)
        {
            errors["quantity"] = [$"{request.Quantity?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}, expected a multiple of {instrument.LotUnits} above 0"];
        }

        if (terms.OrderType == OrderType.Market)
        {
            return;
        }

        string? expected = ReadPrice(request.Price, instrument, out terms.Price);
        if (expected is not null)
        {
            errors["price"] = [$"{request.Price?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}, expected {expected} for a limit order"];
        }
    }

    // What was expected instead, or null. A price that is not above 0 is left to the rules on amounts.
    private static string? ReadPrice(decimal? given, Instrument instrument, out Price ticks)
    {
        decimal unit = PriceUnit.Of(instrument.PriceDecimals);
        decimal most = (decimal)instrument.ToPriceUnits(new Price(instrument.PriceTicksMax)) / unit;
        ticks = default;
        if (given is { } price && Math.Abs(price) > most)
        {
            return $"at most {most.ToString(CultureInfo.InvariantCulture)}";
        }

        decimal units = (given ?? 0) * unit;
        bool isOnTick = given is not null && units == decimal.Truncate(units) && instrument.TryToPrice((long)units, instrument.PriceDecimals, out ticks) == ScaleStatus.Ok;
        return isOnTick ? null : $"a multiple of {OrderViews.ToView(instrument).TickSize.ToString(CultureInfo.InvariantCulture)}";
    }

    private static T Choice<T>(Dictionary<string, string[]> errors, string field, string? given, string? byDefault, params (string Word, T Value)[] choices)
        where T : struct
    {
        foreach ((string word, T value) in choices)
        {
            if (string.Equals(given ?? byDefault, word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        errors[field] = [$"'{given}', expected {string.Join(", ", choices.Select(choice => choice.Word))}"];
        return default;
    }
}
