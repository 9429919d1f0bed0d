using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Peregrine.Primitives;

namespace Peregrine.Hosting.Configuration;

/// <summary>Holds a configuration against the schema: keys, types, ranges.</summary>
internal static class SchemaCheck
{
    private static readonly TimeSpan MatchTimeMax = TimeSpan.FromSeconds(1);

    private static JsonElement DecimalSchema => ConfigurationSchema.Root.Properties["instruments"].Items!.Properties["tickSize"].Element;

    /// <summary>Adds every error that there is.</summary>
    public static void Check(ConfigurationNode root, List<ConfigurationError> errors) => Visit(root, ConfigurationSchema.Root, "", errors);

    /// <summary>True for a plain decimal text as the schema wants it.</summary>
    public static bool IsDecimal(string text) => FitsText(text, DecimalSchema);

    private static void Visit(ConfigurationNode node, ConfigurationSchema schema, string path, List<ConfigurationError> errors)
    {
        bool isSection = schema.Kind is SchemaKind.Object or SchemaKind.Array;
        if (isSection && !string.IsNullOrEmpty(node.Value))
        {
            string expected = schema.Kind == SchemaKind.Object ? $"an object with {Keys(schema)}" : "an array";
            errors.Add(new ConfigurationError(path, node.Value, expected, "set the keys inside of it", node.Origin));
            return;
        }

        switch (schema.Kind)
        {
            case SchemaKind.Object:
                VisitObject(node, schema, path, errors);
                break;
            case SchemaKind.Array:
                VisitArray(node, schema, path, errors);
                break;
            default:
                VisitScalar(node, schema, path, errors);
                break;
        }
    }

    private static void VisitObject(ConfigurationNode node, ConfigurationSchema schema, string path, List<ConfigurationError> errors)
    {
        foreach ((string key, ConfigurationNode child) in node.Children)
        {
            string childPath = path.Length == 0 ? key : $"{path}.{key}";
            if (schema.Properties.TryGetValue(key, out ConfigurationSchema? property))
            {
                Visit(child, property, childPath, errors);
                continue;
            }

            string? near = NearName.Find(key, schema.Properties.Keys);
            string remedy = near is null ? "remove this unknown key" : $"unknown key, did you mean '{near}'?";
            errors.Add(new ConfigurationError(childPath, child.Value, $"one of {Keys(schema)}", remedy, FirstOrigin(child)));
        }

        foreach (string key in schema.Required.Where(key => node.Child(key) is null))
        {
            ConfigurationSchema missing = schema.Properties[key];
            errors.Add(new ConfigurationError($"{path}.{key}", null, Expected(missing), "the key is missing: add it", FirstOrigin(node)));
        }
    }

    private static void VisitArray(ConfigurationNode node, ConfigurationSchema schema, string path, List<ConfigurationError> errors)
    {
        long min = schema.Number("minItems") ?? 0;
        long max = schema.Number("maxItems") ?? int.MaxValue;
        if (node.Children.Count < min || node.Children.Count > max)
        {
            errors.Add(new ConfigurationError(path, $"{node.Children.Count} entries", $"{min} to {max} entries", schema.Default is null
                ? "add or remove entries"
                : "add or remove entries, or remove the key for the default", node.Origin));
        }

        int next = 0;
        foreach ((string key, ConfigurationNode item) in node.Items)
        {
            if (ConfigurationNode.IndexOf(key) != next)
            {
                errors.Add(new ConfigurationError($"{path}[{key}]", null, $"index {next}", "number the entries without a gap", FirstOrigin(item)));
                return;
            }

            Visit(item, schema.Items!, $"{path}[{next++}]", errors);
        }
    }

    private static void VisitScalar(ConfigurationNode node, ConfigurationSchema schema, string path, List<ConfigurationError> errors)
    {
        string? value = node.Children.Count > 0 ? "an object or array" : node.Value;
        if (value is null || node.Children.Count > 0 || !Fits(value, schema))
        {
            string remedy = schema.Default is JsonElement fallback ? $"change it, or remove the key for the default {Shown(fallback)}" : "change it";
            errors.Add(new ConfigurationError(path, value ?? "null", Expected(schema), remedy, FirstOrigin(node)));
        }
    }

    private static bool Fits(string value, ConfigurationSchema schema) => schema.Kind switch
    {
        SchemaKind.Boolean => bool.TryParse(value, out _),
        SchemaKind.Integer => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number >= schema.Number("minimum") && number <= schema.Number("maximum"),
        _ => FitsText(value, schema.Element),
    };

    private static bool FitsText(string value, JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out JsonElement names) && !names.EnumerateArray().Any(name => name.ValueEquals(value)))
        {
            return false;
        }

        if (schema.TryGetProperty("minLength", out JsonElement min) && value.Length < min.GetInt32())
        {
            return false;
        }

        // Paths with a NUL or a line break are mistakes at best.
        if ((schema.TryGetProperty("maxLength", out JsonElement max) && value.Length > max.GetInt32()) || value.Any(char.IsControl))
        {
            return false;
        }

        return !schema.TryGetProperty("pattern", out JsonElement pattern)
            || Regex.IsMatch(value, pattern.GetString()!, RegexOptions.ECMAScript, MatchTimeMax);
    }

    private static string Expected(ConfigurationSchema schema)
    {
        JsonElement element = schema.Element;
        string unit = element.TryGetProperty("x-unit", out JsonElement given) ? $" ({given.GetString()})" : "";
        return schema.Kind switch
        {
            SchemaKind.Boolean => "true or false",
            SchemaKind.Integer => $"a whole number, {schema.Number("minimum")} to {schema.Number("maximum")}{unit}",
            SchemaKind.Array => $"an array of at least {schema.Number("minItems") ?? 0} entries",
            _ when element.TryGetProperty("enum", out JsonElement names) =>
                string.Join(", ", names.EnumerateArray().Select(name => name.GetString())),
            _ when element.TryGetProperty("x-pattern-text", out JsonElement text) => text.GetString()!,
            _ => $"a text of {schema.Number("minLength") ?? 0} to {schema.Number("maxLength") ?? int.MaxValue} characters{unit}",
        };
    }

    private static string Keys(ConfigurationSchema schema) => string.Join(", ", schema.Properties.Keys);

    private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? $"\"{value.GetString()}\""
        : value.ToString().ToLowerInvariant();

    // A section takes the origin of what somebody set in it, so that the message does not say "default".
    private static string FirstOrigin(ConfigurationNode node)
    {
        if (node.Origin != ConfigurationNode.DefaultOrigin)
        {
            return node.Origin;
        }

        return node.Children.Values.Select(FirstOrigin).FirstOrDefault(origin => origin != ConfigurationNode.DefaultOrigin) ?? node.Origin;
    }
}
