using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Peregrine.Api;

/// <summary>Errors as RFC 9457 problem details.</summary>
internal static class Problems
{
    /// <summary>A problem.</summary>
    /// <param name="detail">The thing, the value, what was expected, what to do.</param>
    /// <param name="reason">Rule name of docs/reject-reasons.md; null without.</param>
    public static ProblemHttpResult Of(int status, string title, string detail, string? reason = null) => TypedResults.Problem(
        detail, statusCode: status, title: title, extensions: reason is null ? null : new Dictionary<string, object?> { ["reason"] = reason });

    /// <summary>All faults of a request at once, by field.</summary>
    public static ProblemHttpResult OfFields(Dictionary<string, string[]> errors) => TypedResults.Problem(new HttpValidationProblemDetails(errors)
    {
        Status = StatusCodes.Status400BadRequest,
        Title = "The request is not good",
        Detail = string.Join("; ", errors.Select(error => $"{error.Key}: {error.Value[0]}")),
    });
}
