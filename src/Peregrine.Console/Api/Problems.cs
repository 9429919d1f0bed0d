using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Peregrine.Primitives;

namespace Peregrine.Api;

/// <summary>Errors as RFC 9457 problem details. Whatever a client can mend (4xx) is under <c>errors</c> too, by the name of what is wrong.</summary>
internal static class Problems
{
    // A client's own text comes back in messages: so much of it.
    private const int ShownMax = 80;

    /// <summary>A problem that is not the client's.</summary>
    /// <param name="detail">The thing, the value, what was expected, what to do.</param>
    public static ProblemHttpResult Of(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);

    /// <summary>A problem with one part of a request.</summary>
    /// <param name="field">Which part: a key of the body or the query, a part of the path, a header.</param>
    /// <param name="fault">Its value, and what was expected.</param>
    /// <param name="reason">Rule name of docs/reject-reasons.md; null without.</param>
    public static ProblemHttpResult OfField(int status, string title, string field, string fault, string? reason = null)
    {
        HttpValidationProblemDetails problem = new(new Dictionary<string, string[]> { [field] = [fault] }) { Status = status, Title = title,
            Detail = fault };
        if (reason is not null)
        {
            problem.Extensions["reason"] = reason;
        }

        return TypedResults.Problem(problem);
    }

    /// <summary>All faults of a request at once, by field.</summary>
    public static ProblemHttpResult OfFields(Dictionary<string, string[]> errors) => TypedResults.Problem(new HttpValidationProblemDetails(errors)
    {
        Status = StatusCodes.Status400BadRequest,
        Title = "The request is not good",
        Detail = string.Join("; ", errors.Select(error => $"{error.Key}: {error.Value[0]}")),
    });

    /// <summary>Adds a fault; a part may have several.</summary>
    public static void Report(this Dictionary<string, string[]> errors, string field, string fault) =>
        errors[field] = errors.TryGetValue(field, out string[]? known) ? [.. known, fault] : [fault];

    /// <summary>Adds that there is no such key, with the one that was probably meant.</summary>
    public static void ReportUnknown(this Dictionary<string, string[]> errors, string key, IReadOnlyCollection<string> known) => errors.Report(
        key,
        known.Count == 0 ? "unknown key, expected none here"
            : NearName.Find(key, known) is { } near ? $"unknown key, did you mean '{near}'?"
            : $"unknown key, expected {string.Join(", ", known)}");

    /// <summary>A value as messages show it: in quotes, not longer than a line; "nothing" when there is none.</summary>
    public static string Shown(string? text) => text is null
        ? "nothing"
        : text.Length <= ShownMax ? $"'{text}'" : $"'{text[..ShownMax]}…' ({text.Length} characters)";

    /// <summary>A number as messages show it.</summary>
    public static string Shown(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
