using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Peregrine.Api;

/// <summary>A key that an endpoint takes behind the question mark: what is checked and what the API's document says come from here.</summary>
/// <param name="Type">Text, a whole number, or true and false.</param>
/// <param name="Least">Of a number, as are the next ones.</param>
internal sealed record QueryKey(string Name, JsonSchemaType Type, string Description, long Least = 0, long Most = long.MaxValue, long MultipleOf = 1,
    long ByDefault = 0)
{
    /// <summary>What a value must be, in words.</summary>
    public string Expectation => Type switch
    {
        JsonSchemaType.Boolean => "true or false",
        JsonSchemaType.Integer when MultipleOf > 1 => string.Create(CultureInfo.InvariantCulture, $"a multiple of {MultipleOf}, at most {Most}"),
        JsonSchemaType.Integer when Most == long.MaxValue => string.Create(CultureInfo.InvariantCulture, $"a whole number, {Least} or more"),
        JsonSchemaType.Integer => string.Create(CultureInfo.InvariantCulture, $"{Least} to {Most}"),
        _ => "text",
    };
}

/// <summary>The query of a request, held to the keys that its endpoint takes.</summary>
/// <remarks>Names count as they are written: a key that differs in case only would pass for another one elsewhere.</remarks>
internal sealed class QueryValues
{
    private readonly Dictionary<string, string> _given = [];

    private QueryValues()
    {
    }

    /// <summary>All faults so far, by key; an endpoint adds its own.</summary>
    public Dictionary<string, string[]> Errors { get; } = [];

    /// <summary>Reads a query; what is wrong with it is in <see cref="Errors"/>.</summary>
    public static QueryValues Read(HttpContext http, params IReadOnlyList<QueryKey> keys)
    {
        QueryValues values = new();
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(http.Request.QueryString.Value))
        {
            string name = pair.DecodeName().ToString();
            string value = pair.DecodeValue().ToString();
            if (keys.FirstOrDefault(key => key.Name == name) is not { } known)
            {
                values.Errors.ReportUnknown(name, [.. keys.Select(key => key.Name)]);
            }
            else if (!values._given.TryAdd(name, value))
            {
                values.Errors.Report(name, $"{Problems.Shown(value)} is its second value, expected one");
            }
            else if (!IsGood(known, value))
            {
                values.Errors.Report(name, $"{Problems.Shown(value)}, expected {known.Expectation}");
            }
        }

        return values;
    }

    /// <summary>A text; null when it was not given, or is empty.</summary>
    public string? Text(QueryKey key) => _given.GetValueOrDefault(key.Name) is { Length: > 0 } text ? text : null;

    /// <summary>A number; its default when it was not given, or is wrong.</summary>
    public long Number(QueryKey key) => TryNumber(key, _given.GetValueOrDefault(key.Name), out long number) ? number : key.ByDefault;

    /// <summary>True or false; null when it was not given, or is wrong.</summary>
    public bool? Flag(QueryKey key) => _given.GetValueOrDefault(key.Name) switch { "true" => true, "false" => false, _ => null };

    private static bool IsGood(QueryKey key, string value) => key.Type switch
    {
        JsonSchemaType.Integer => TryNumber(key, value, out _),
        JsonSchemaType.Boolean => value is "true" or "false",
        _ => true,
    };

    private static bool TryNumber(QueryKey key, string? value, out long number) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number >= key.Least && number <= key.Most
        && number % key.MultipleOf == 0;
}

/// <summary>Tells the API's document about the keys of a query.</summary>
internal static class QueryDocument
{
    /// <summary>The endpoint takes these keys, by way of <see cref="QueryValues.Read"/>.</summary>
    public static RouteHandlerBuilder DescribesQuery(this RouteHandlerBuilder endpoint, params IReadOnlyList<QueryKey> keys) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        operation.Parameters ??= [];
        foreach (QueryKey key in keys)
        {
            bool isNumber = key.Type == JsonSchemaType.Integer;
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = key.Name,
                In = ParameterLocation.Query,
                Description = key.Description,
                Schema = new OpenApiSchema
                {
                    Type = key.Type,
                    Minimum = isNumber ? key.Least.ToString(CultureInfo.InvariantCulture) : null,
                    Maximum = isNumber && key.Most < long.MaxValue ? key.Most.ToString(CultureInfo.InvariantCulture) : null,
                    MultipleOf = isNumber && key.MultipleOf > 1 ? key.MultipleOf : null,
                    Default = isNumber ? JsonValue.Create(key.ByDefault) : null,
                },
            });
        }

        return Task.CompletedTask;
    });
}
