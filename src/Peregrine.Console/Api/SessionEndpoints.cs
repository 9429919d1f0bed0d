using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Peregrine.Fix.Net;
using Peregrine.Primitives;

namespace Peregrine.Api;

/// <summary>/api/sessions/X: what an operator does to a FIX session.</summary>
internal static class SessionEndpoints
{
    private const string LogoutText = "logged out by an operator";
    private const string ResetText = "the numbers are set back by an operator: log on with number 1";

    // The link answers ten times a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapSessions(this RouteGroupBuilder api, ApiContext context)
    {
        Map("logout", "Logs a FIX client out; it may log on again", "LogOutSession", name => context.Link.RequestLogout(name, LogoutText));
        Map("reset", "Sets both numbers of a FIX session back to 1, after a Logout where the client is there", "ResetSession",
            name => context.Link.RequestReset(name, ResetText));

        void Map(string verb, string summary, string name, Func<string, Task<FixRequestOutcome>> ask) => _ = api.MapPost(
            $"/sessions/{{compId}}/{verb}", (HttpContext http, string compId) => Answer(context, http, compId, ask))
            .AddEndpointFilter((call, next) => OrderEndpoints.Guard(context, call, next))
            .WithSummary($"{summary}. Wants the access token").Produces<SessionRequestView>().ProducesValidationProblem(400)
            .ProducesValidationProblem(401).ProducesValidationProblem(404).ProducesProblem(429).ProducesProblem(503).WithName(name);
    }

    private static async Task<IResult> Answer(ApiContext context, HttpContext http, string compId, Func<string, Task<FixRequestOutcome>> ask)
    {
        Dictionary<string, string[]> errors = QueryValues.Read(http).Errors;
        if (errors.Count > 0)
        {
            return Problems.OfFields(errors);
        }

        FixRequestOutcome outcome;
        try
        {
            outcome = await ask(compId).WaitAsync(Patience, http.RequestAborted).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "The link did not answer",
                $"no answer within {Patience.TotalSeconds} s; what was asked for may still happen: look at GET /api/sessions");
        }

        return outcome switch
        {
            FixRequestOutcome.Done or FixRequestOutcome.Begun or FixRequestOutcome.NotConnected =>
                TypedResults.Ok(new SessionRequestView(compId, $"{char.ToLowerInvariant(outcome.ToString()[0])}{outcome.ToString()[1..]}")),
            FixRequestOutcome.UnknownSession => NotFound(context, compId),
            FixRequestOutcome.Busy => Problems.Of(StatusCodes.Status503ServiceUnavailable, "Too many requests wait",
                "other requests to sessions wait for the link: try again in a moment"),
            _ => Problems.Of(StatusCodes.Status503ServiceUnavailable, "The link is stopping", "nothing happened"),
        };
    }

    private static ProblemHttpResult NotFound(ApiContext context, string compId)
    {
        string[] names = [.. context.Status().Sessions.Where(session => session.Kind == "fix").Select(session => session.CompId)];
        string near = NearName.Find(compId, names) is { } name ? $", did you mean '{name}'?" : "; GET /api/sessions lists them";
        return Problems.OfField(StatusCodes.Status404NotFound, "No such FIX session", "compId", $"no FIX session {Problems.Shown(compId)}{near}");
    }
}
