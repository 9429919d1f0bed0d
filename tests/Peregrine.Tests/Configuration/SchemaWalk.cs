using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Peregrine.Tests.Configuration;

/// <summary>
/// A JSON Schema validator for the keywords that the configuration's schema uses, written apart from the product's own reading
/// of the schema. A keyword that it does not know is an error, so that the schema cannot use one that nothing checks.
/// </summary>
internal static class SchemaWalk
{
    private static readonly HashSet<string> Annotations = ["$schema", "$id", "title", "description", "default", "x-unit", "x-pattern-text"];

    /// <summary>All violations, "path: what".</summary>
    public static List<string> Validate(JsonElement schema, JsonElement value)
    {
        List<string> errors = [];
        Visit(schema, value, "", errors);
        return errors;
    }

    private static void Visit(JsonElement schema, JsonElement value, string path, List<string> errors)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            bool holds = keyword.Name switch
            {
                "type" => IsType(keyword.Value.GetString()!, value),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= keyword.Value.GetDecimal(),
                "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() <= keyword.Value.GetDecimal(),
                "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= keyword.Value.GetInt32(),
                "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= keyword.Value.GetInt32(),
                "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= keyword.Value.GetInt32(),
                "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= keyword.Value.GetInt32(),
                "pattern" => value.ValueKind != JsonValueKind.String
                    || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!, RegexOptions.ECMAScript),
                "enum" => keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
                "required" => value.ValueKind != JsonValueKind.Object
                    || keyword.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "additionalProperties" => HasOnlyKnown(schema, value),
                "properties" => VisitProperties(keyword.Value, value, path, errors),
                "items" => VisitItems(keyword.Value, value, path, errors),
                string name => Annotations.Contains(name) ? true : throw new NotSupportedException($"schema keyword {name} at {path}"),
            };
            if (!holds)
            {
                errors.Add($"{path}: {keyword.Name}");
            }
        }
    }

    private static bool VisitProperties(JsonElement properties, JsonElement value, string path, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (value.TryGetProperty(property.Name, out JsonElement child))
                {
                    Visit(property.Value, child, $"{path}.{property.Name}".TrimStart('.'), errors);
                }
            }
        }

        return true;
    }

    private static bool VisitItems(JsonElement schema, JsonElement value, string path, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach ((int index, JsonElement item) in value.EnumerateArray().Index())
            {
                Visit(schema, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), errors);
            }
        }

        return true;
    }

    private static bool HasOnlyKnown(JsonElement schema, JsonElement value) =>
        value.ValueKind != JsonValueKind.Object
        || value.EnumerateObject().All(property => schema.GetProperty("properties").TryGetProperty(property.Name, out _));

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException($"schema type {type}"),
    };
}
