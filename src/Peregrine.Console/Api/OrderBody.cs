using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Peregrine.Api;

/// <summary>Reads the body of a new order key by key, so that a key that is misspelt,
/// given twice or of another type is told and never passed over.</summary>
internal static class OrderBody
{
    // More digits would be rounded on their way into a decimal.
    private const int NumberLengthMax = 28;
    private const string Expectation = "expected an object in JSON or a map in MessagePack";
    private static readonly string[] Keys = ["symbol", "side", "quantity", "price", "type", "timeInForce", "account", "clientOrderId"];

    /// <summary>Reads it; a key with a fault is in the errors, and missing in the order.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large, or ends too early.</exception>
    public static async Task<NewOrderRequest> Read(HttpContext http, Dictionary<string, string[]> errors)
    {
        using MemoryStream body = new();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        return Read(body.GetBuffer().AsMemory(0, (int)body.Length), errors);
    }

    /// <inheritdoc cref="Read(HttpContext, Dictionary{string, string[]})"/>
    public static NewOrderRequest Read(ReadOnlyMemory<byte> body, Dictionary<string, string[]> errors)
    {
        NewOrderRequest order = new(null, null, null, null, null, null, null, null);
        if (body.Length == 0)
        {
            errors.Report("body", $"nothing, {Expectation}");
            return order;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors.Report("body", $"{Problems.Shown(document.RootElement.GetRawText())}, {Expectation}");
                return order;
            }

            return Fields(document.RootElement, errors);
        }
        catch (JsonException fault)
        {
            errors.Report("body", string.Create(CultureInfo.InvariantCulture,
                $"no JSON: wrong at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}; {Expectation}"));
            return order;
        }
        catch (InvalidOperationException)
        {
            errors.Report("body", $"has a text that is no Unicode; {Expectation}, with UTF-8 text");
            return order;
        }
    }

    private static NewOrderRequest Fields(JsonElement body, Dictionary<string, string[]> errors)
    {
        Dictionary<string, JsonElement> given = [];
        foreach (JsonProperty property in body.EnumerateObject())
        {
            if (!Keys.Contains(property.Name))
            {
                errors.ReportUnknown(property.Name, Keys);
            }
            else if (!given.TryAdd(property.Name, property.Value))
            {
                errors.Report(property.Name, $"{Raw(property.Value)} is its second value, expected one");
            }
        }

        return new NewOrderRequest(
            Text(given, "symbol", errors), Text(given, "side", errors), Whole(given, errors), Number(given, "price", errors),
            Text(given, "type", errors),
            Text(given, "timeInForce", errors), Text(given, "account", errors), Text(given, "clientOrderId", errors));
    }

    private static string? Text(Dictionary<string, JsonElement> given, string key, Dictionary<string, string[]> errors)
    {
        if (!given.TryGetValue(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        errors.Report(key, $"{Raw(value)}, expected text");
        return null;
    }

    private static long? Whole(Dictionary<string, JsonElement> given, Dictionary<string, string[]> errors)
    {
        decimal? number = Number(given, "quantity", errors);
        if (number is { } value && (value != decimal.Truncate(value) || Math.Abs(value) > long.MaxValue))
        {
            errors.Report("quantity", $"{Problems.Shown(value)}, expected a whole number");
            return null;
        }

        return (long?)number;
    }

    // A text with a number in it is taken as well: some clients keep decimals in texts, so that nothing is rounded.
    private static decimal? Number(Dictionary<string, JsonElement> given, string key, Dictionary<string, string[]> errors)
    {
        if (!given.TryGetValue(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        string? text = value.ValueKind switch { JsonValueKind.Number => value.GetRawText(), JsonValueKind.String => value.GetString(), _ => null };
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (text?.Length <= NumberLengthMax && decimal.TryParse(text, style, CultureInfo.InvariantCulture, out decimal number))
        {
            return number;
        }

        errors.Report(key, $"{Raw(value)}, expected a number of at most {NumberLengthMax} characters");
        return null;
    }

    private static string Raw(JsonElement value) => Problems.Shown(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText());
}
