using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Peregrine.Primitives;

namespace Peregrine.Api;

/// <summary>Holds a request against the access token, and counts wrong ones by address.</summary>
internal static class TokenCheck
{
    /// <summary>The answer to an address that showed too many wrong tokens; null when it is listened to.</summary>
    public static ProblemHttpResult? Refuse(ApiContext context, HttpContext http)
    {
        int seconds = context.Guesses.SecondsToWait(http.Connection.RemoteIpAddress, Clock.MonotonicNs);
        if (seconds == 0)
        {
            return null;
        }

        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(
            StatusCodes.Status429TooManyRequests, "Too many wrong access tokens",
            $"{TokenGuesses.GuessesMax} wrong ones came from this address; it is listened to again in {seconds} s");
    }

    /// <summary>Whether the request shows the token.</summary>
    public static bool IsShown(ApiContext context, HttpContext http)
    {
        string? authorization = http.Request.Headers.Authorization;
        if (context.Token.IsIn(authorization))
        {
            context.Guesses.OnRight(http.Connection.RemoteIpAddress);
            return true;
        }

        if (!string.IsNullOrEmpty(authorization))
        {
            context.Guesses.OnWrong(http.Connection.RemoteIpAddress, Clock.MonotonicNs);
        }

        return false;
    }
}
