using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Peregrine.Primitives;

namespace Peregrine.Api;

/// <summary>What the web server itself refuses, before any endpoint sees it, told like every other problem.</summary>
internal static class BareAnswers
{
    /// <summary>Gives an answer without a body one.</summary>
    public static Task Fill(StatusCodeContext bare)
    {
        HttpContext http = bare.HttpContext;
        return For(http, http.Response.StatusCode).ExecuteAsync(http);
    }

    /// <summary>A body that cannot be read to its end is a problem of the client, not an error of ours.</summary>
    public static async Task CatchUnreadable(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            await For(http, fault.StatusCode, fault.Message.TrimEnd('.')).ExecuteAsync(http).ConfigureAwait(false);
        }
    }

    private static ProblemHttpResult For(HttpContext http, int status, string? why = null)
    {
        string path = http.Request.Path.Value ?? "";
        return status switch
        {
            StatusCodes.Status404NotFound => Problems.OfField(status, "Nothing is here", "path", Missing(http, path)),
            StatusCodes.Status405MethodNotAllowed =>
                Problems.OfField(status, "Not with this method", "method",
                    $"{Problems.Shown(http.Request.Method)}, expected {http.Response.Headers.Allow} for {path}"),
            StatusCodes.Status413PayloadTooLarge =>
                Problems.OfField(status, "The body is too large", "body", $"{Length(http)}, expected at most {MessagePackBodies.BodyBytesMax} bytes"),
            StatusCodes.Status415UnsupportedMediaType => Problems.OfField(
                status, "Not this kind of body", "Content-Type",
                $"{Problems.Shown(http.Request.ContentType)}, expected application/json or {MessagePackBodies.ContentType}"),
            >= 400 and < 500 => Problems.OfField(status, "The request is not good", "body", why ?? "cannot be read, expected HTTP/1.1"),
            _ => Problems.Of(status, "The link failed", why ?? "an internal error; the log of the link says more"),
        };
    }

    private static string Length(HttpContext http) => http.Request.ContentLength is { } bytes
        ? $"{bytes.ToString(CultureInfo.InvariantCulture)} bytes"
        : "more";

    private static string Missing(HttpContext http, string path)
    {
        IEnumerable<string> known = http.RequestServices.GetService(typeof(EndpointDataSource)) is EndpointDataSource source
            ? source.Endpoints.OfType<RouteEndpoint>().Select(endpoint => $"/{endpoint.RoutePattern.RawText?.Trim('/')}")
            .Where(route => route.StartsWith("/api/", StringComparison.Ordinal))
            : [];
        string? near = NearName.Find(path, known);
        return $"{Problems.Shown(path)}, {(near is null ? "expected a path that /api lists" : $"did you mean {near}?")}";
    }
}
