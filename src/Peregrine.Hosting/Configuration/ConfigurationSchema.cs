using System.Text.Json;

namespace Peregrine.Hosting.Configuration;

/// <summary>What the schema says a key holds.</summary>
internal enum SchemaKind : byte
{
    Object = 1,
    Array = 2,
    Text = 3,
    Integer = 4,
    Boolean = 5,
}

/// <summary>
/// A key of schemas/peregrine.schema.json. The file is embedded and is the one source of keys, types, ranges and defaults: what it
/// says is what is checked and what is documented.
/// </summary>
internal sealed class ConfigurationSchema
{
    private const string Resource = "peregrine.schema.json";
    private static readonly Lazy<ConfigurationSchema> Embedded = new(Load);

    private ConfigurationSchema(JsonElement element)
    {
        Element = element;
        Kind = element.GetProperty("type").GetString() switch
        {
            "object" => SchemaKind.Object,
            "array" => SchemaKind.Array,
            "string" => SchemaKind.Text,
            "integer" => SchemaKind.Integer,
            "boolean" => SchemaKind.Boolean,
            string other => throw new InvalidOperationException($"the schema has the unknown type {other}"),
            null => throw new InvalidOperationException("the schema has a key without a type"),
        };
        Properties = element.TryGetProperty("properties", out JsonElement properties)
            ? properties.EnumerateObject()
            .ToDictionary(property => property.Name, property => new ConfigurationSchema(property.Value), StringComparer.OrdinalIgnoreCase)
            : [];
        Items = element.TryGetProperty("items", out JsonElement items) ? new ConfigurationSchema(items) : null;
        Default = element.TryGetProperty("default", out JsonElement value) ? value : null;
        Required = element.TryGetProperty("required", out JsonElement required)
            ? [.. required.EnumerateArray().Select(name => name.GetString()!)]
            : [];
    }

    /// <summary>The whole schema.</summary>
    public static ConfigurationSchema Root => Embedded.Value;

    /// <summary>The keywords as they stand in the file.</summary>
    public JsonElement Element { get; }

    /// <summary>What the key holds.</summary>
    public SchemaKind Kind { get; }

    /// <summary>Keys of an object.</summary>
    public IReadOnlyDictionary<string, ConfigurationSchema> Properties { get; }

    /// <summary>What an array holds.</summary>
    public ConfigurationSchema? Items { get; }

    /// <summary>The default, or null when there is none.</summary>
    public JsonElement? Default { get; }

    /// <summary>Keys that an object must have.</summary>
    public IReadOnlyList<string> Required { get; }

    /// <summary>A keyword's whole number, or null.</summary>
    public long? Number(string keyword) => Element.TryGetProperty(keyword, out JsonElement value) ? value.GetInt64() : null;

    private static ConfigurationSchema Load()
    {
        using Stream stream = typeof(ConfigurationSchema).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the resource {Resource} is missing");
        using JsonDocument document = JsonDocument.Parse(stream);
        return new ConfigurationSchema(document.RootElement.Clone());
    }
}
