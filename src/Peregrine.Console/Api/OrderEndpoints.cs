using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Peregrine.Gateway;
using Peregrine.Primitives;
using Peregrine.Sequencing.Sessions;
using Peregrine.Trading;
using Peregrine.Trading.Orders;

namespace Peregrine.Api;

/// <summary>/api/orders: looking, entering, cancelling.</summary>
internal static class OrderEndpoints
{
    private static readonly QueryKey Symbol = new("symbol", JsonSchemaType.String, "Only orders of this instrument.");
    private static readonly QueryKey Session = new("session", JsonSchemaType.String, "Only orders of this session.");
    private static readonly QueryKey ClientOrderId = new("clientOrderId", JsonSchemaType.String, "Only orders of this name, of any session.");
    private static readonly QueryKey Working = new("working", JsonSchemaType.Boolean, "Only orders that work (true), or that do not (false).");
    private static readonly QueryKey Limit = new("limit", JsonSchemaType.Integer, "Orders at most, those that changed last.", 1, 1_000,
        ByDefault: 200);

    public static void MapOrders(this RouteGroupBuilder api, ApiContext context)
    {
        _ = api.MapGet("/orders", (HttpContext http) => List(context, http)).DescribesQuery(Symbol, Session, ClientOrderId, Working, Limit)
            .WithSummary("The latest orders of all sessions, oldest change first").Produces<List<OrderView>>().ProducesValidationProblem(400)
            .WithName("ListOrders");
        _ = api.MapGet("/orders/{clientOrderId}", (HttpContext http, string clientOrderId) => Get(context, http, clientOrderId))
            .WithSummary("One order of the API's own session, by its client order id or its order id").Produces<OrderView>()
            .ProducesValidationProblem(400).ProducesValidationProblem(404).WithName("GetOrder");
        _ = api.MapPost("/orders", (Delegate)((HttpContext http) => Enter(context, http)))
            .AddEndpointFilter((call, next) => Guard(context, call, next))
            .Accepts<NewOrderRequest>("application/json", MessagePackBodies.ContentType)
            .WithSummary("Enters an order; answers when the link has dealt with it. Wants the access token").Produces<OrderView>(201)
            .ProducesValidationProblem(400).ProducesValidationProblem(401)
            .ProducesValidationProblem(422).ProducesProblem(429).ProducesProblem(503).WithName("EnterOrder");
        _ = api.MapDelete("/orders/{clientOrderId}", (HttpContext http, string clientOrderId) => Cancel(context, http, clientOrderId))
            .AddEndpointFilter((call, next) => Guard(context, call, next))
            .WithSummary("Cancels an order of the API's own session, by its client order id. Wants the access token").Produces<OrderView>()
            .ProducesValidationProblem(400).ProducesValidationProblem(401)
            .ProducesValidationProblem(404).ProducesValidationProblem(409).ProducesProblem(429).ProducesProblem(503).WithName("CancelOrder");
    }

    /// <summary>Lets nobody by without the access token.</summary>
    internal static async ValueTask<object?> Guard(ApiContext context, EndpointFilterInvocationContext call, EndpointFilterDelegate next)
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
        return Problems.OfField(
            StatusCodes.Status401Unauthorized, "The access token is missing or wrong", HeaderNames.Authorization,
            $"expected the header Authorization: Bearer TOKEN; the token was printed at the first start and is in the file " +
            $"{AccessToken.FileName} in the data folder");
    }

    private static IResult List(ApiContext context, HttpContext http)
    {
        QueryValues query = QueryValues.Read(http, Symbol, Session, ClientOrderId, Working, Limit);
        int? instrumentId = null;
        if (query.Text(Symbol) is { } symbol)
        {
            instrumentId = context.Known(symbol)?.Id;
            ReportMissing(query, Symbol, symbol, instrumentId is null, "an instrument that is traded here",
                context.Rules.Instruments.Select(known => known.Symbol));
        }

        int? sessionId = null;
        if (query.Text(Session) is { } session)
        {
            sessionId = SessionId.Of(session);
            ReportMissing(query, Session, session, !context.Orders.Sessions.Contains(session), "a session", context.Orders.Sessions);
        }

        if (query.Errors.Count > 0)
        {
            return Problems.OfFields(query.Errors);
        }

        bool? working = query.Flag(Working);
        string? name = query.Text(ClientOrderId);
        context.Blotter.Update();
        List<OrderReport> reports = context.Blotter.OrdersAfter(
            0, (int)query.Number(Limit), report => (instrumentId is null || report.InstrumentId == instrumentId)
                && (sessionId is null || report.SessionId == sessionId)
                && (working is null || report.LeavesQuantity.Lots > 0 == working)
                && (name is null || report.ClientOrderId.ToString() == name), out _);
        return TypedResults.Ok<List<OrderView>>([.. reports.Select(report => context.Orders.ToOrder(report))]);
    }

    private static void ReportMissing(QueryValues query, QueryKey key, string value, bool isMissing, string expected, IEnumerable<string> names)
    {
        if (isMissing)
        {
            string? near = NearName.Find(value, names);
            query.Errors.Report(key.Name, $"{Problems.Shown(value)}, expected {expected}{(near is null ? "" : $", did you mean '{near}'?")}");
        }
    }

    private static IResult Get(ApiContext context, HttpContext http, string routed)
    {
        Dictionary<string, string[]> errors = QueryValues.Read(http).Errors;
        string name = OrderNames.Of(http, routed);
        context.Blotter.Update();
        return errors.Count > 0 ? Problems.OfFields(errors)
            : context.Blotter.Find(context.Desk.Session, name) is { } named ? TypedResults.Ok(context.Orders.ToOrder(named))
            : context.Blotter.FindByOrderId(context.Desk.Session, name) is { } numbered ? TypedResults.Ok(context.Orders.ToOrder(numbered))
            : NotFound(context, name);
    }

    private static async Task<IResult> Enter(ApiContext context, HttpContext http)
    {
        Dictionary<string, string[]> errors = QueryValues.Read(http).Errors;
        NewOrderRequest request = await OrderBody.Read(http, errors).ConfigureAwait(false);
        OrderCommand terms = errors.ContainsKey("body") ? default : OrderTerms.Read(context, request, errors);
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
            string reason = answer.First.Reason.ToString();
            return Problems.OfField(StatusCodes.Status422UnprocessableEntity, "The order was rejected", FieldOf(answer.First.Reason),
                ReportText.Reason(answer.First), reason);
        }

        OrderView order = context.Orders.ToOrder(answer.Report);
        return TypedResults.Created($"/api/orders/{Uri.EscapeDataString(order.ClientOrderId)}", order);
    }

    private static async Task<IResult> Cancel(ApiContext context, HttpContext http, string routed)
    {
        Dictionary<string, string[]> errors = QueryValues.Read(http).Errors;
        string name = OrderNames.Of(http, routed);
        if (errors.Count > 0)
        {
            return Problems.OfFields(errors);
        }

        if (!OrderNames.IsGood(name))
        {
            return NotFound(context, name);
        }

        DeskAnswer answer = await context.Desk.Cancel(name).ConfigureAwait(false);
        if (!answer.HasReport)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "The order was not cancelled", answer.Fault!);
        }

        return answer.First switch
        {
            { Type: ReportType.CancelRejected, Reason: RejectReason.UnknownOrder } => NotFound(context, name),
            { Type: ReportType.CancelRejected } => Problems.OfField(
                StatusCodes.Status409Conflict, "The order cannot be cancelled", "clientOrderId", $"order {name}: {ReportText.Reason(answer.First)}",
                answer.First.Reason.ToString()),

            // The report bears the name of the request; the order keeps its own.
            _ => TypedResults.Ok(context.Orders.ToOrder(answer.Report) with { ClientOrderId = name }),
        };
    }

    private static ProblemHttpResult NotFound(ApiContext context, string name)
    {
        context.Blotter.Update();
        string hint = context.Blotter.FindByOrderId(context.Desk.Session, name) is { } numbered
            ? $"it is the order id of the order with the client order id {numbered.ClientOrderId}; name it by that one"
            : $"expected one of the latest {Telemetry.Blotter.OrdersKept} orders of the session {context.Options.Session}; " +
            $"GET /api/orders lists those of all sessions";
        return Problems.OfField(StatusCodes.Status404NotFound, "No such order", "clientOrderId", $"{Problems.Shown(name)}, {hint}",
            nameof(RejectReason.UnknownOrder));
    }

    // What of a request to change so that the rule lets it pass.
    private static string FieldOf(RejectReason reason) => reason switch
    {
        RejectReason.DuplicateClientOrderId => "clientOrderId",
        RejectReason.MaxQuantity => "quantity",
        RejectReason.PriceCollar => "price",
        _ => "order",
    };
}
