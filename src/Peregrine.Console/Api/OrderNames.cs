using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Peregrine.Api;

/// <summary>Client order ids as names in an address.</summary>
internal static class OrderNames
{
    /// <summary>The longest id that the API takes, in characters.</summary>
    public const int LengthMax = 32;

    /// <summary>What an id of the API may be.</summary>
    public const string Expectation = "1 to 32 printable ASCII characters without space, and not . or .. alone, which no address can hold";

    /// <summary>Whether an order can be entered under this id: every one that is taken here can be addressed afterwards.</summary>
    public static bool IsGood(string text) => text.Length is > 0 and <= LengthMax && text is not ("." or "..")
        && text.All(character => character is > ' ' and <= '~');

    /// <summary>The last part of the request's path, decoded once and whole.</summary>
    /// <param name="http">The request.</param>
    /// <param name="routed">The same as the web server has it: it leaves an encoded slash as it came, so that %2F and %252F look alike there.</param>
    public static string Of(HttpContext http, string routed)
    {
        string target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        string path = target.Split('?', 2)[0];
        string decoded = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);

        // A path with dots or a slash at its end has another last part than the one that was routed.
        return decoded == routed || decoded == routed.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) ? decoded : routed;
    }
}
