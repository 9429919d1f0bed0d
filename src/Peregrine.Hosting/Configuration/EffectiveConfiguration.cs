using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Peregrine.Hosting.Configuration;

/// <summary>The effective configuration as text.</summary>
internal static class EffectiveConfiguration
{
    private const string Indent = "  ";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A peregrine.json with a comment at each value that is not a default; it can be loaded again.</summary>
    public static string ToCommentedJson(ConfigurationNode root)
    {
        StringBuilder text = new();
        Write(text, root, ConfigurationSchema.Root, "");
        return text.ToString();
    }

    /// <summary>{"configuration": ..., "origins": {"fix.port": "default", ...}}.</summary>
    public static string ToJson(ConfigurationNode root)
    {
        JsonObject origins = [];
        JsonNode configuration = ToNode(root, ConfigurationSchema.Root, "", origins);
        return new JsonObject { ["configuration"] = configuration, ["origins"] = origins }.ToJsonString(Indented);
    }

    private static JsonNode ToNode(ConfigurationNode node, ConfigurationSchema schema, string path, JsonObject origins)
    {
        switch (schema.Kind)
        {
            case SchemaKind.Object:
                JsonObject section = [];
                foreach ((string key, ConfigurationSchema property, ConfigurationNode child) in Known(node, schema))
                {
                    section[key] = ToNode(child, property, path.Length == 0 ? key : $"{path}.{key}", origins);
                }

                return section;
            case SchemaKind.Array:
                return new JsonArray([.. node.Items.Select((item, index) => ToNode(item.Value, schema.Items!, $"{path}[{index}]", origins))]);
            default:
                origins[path] = node.Origin;
                return JsonNode.Parse(Literal(node, schema))!;
        }
    }

    private static void Write(StringBuilder text, ConfigurationNode node, ConfigurationSchema schema, string indent)
    {
        bool isObject = schema.Kind == SchemaKind.Object;
        if (!isObject && schema.Kind != SchemaKind.Array)
        {
            _ = text.Append(Literal(node, schema));
            return;
        }

        List<(string Key, ConfigurationSchema Schema, ConfigurationNode Node)> children = isObject
            ? [.. Known(node, schema)]
            : [.. node.Items.Select(item => (item.Key, schema.Items!, item.Value))];
        _ = text.Append(isObject ? "{" : "[").Append('\n');
        for (int i = 0; i < children.Count; i++)
        {
            _ = text.Append(indent).Append(Indent).Append(isObject ? $"{JsonSerializer.Serialize(children[i].Key)}: " : "");
            Write(text, children[i].Node, children[i].Schema, indent + Indent);
            _ = text.Append(i + 1 < children.Count ? "," : "");
            bool isChanged = children[i].Schema.Kind is not (SchemaKind.Object or SchemaKind.Array)
                && children[i].Node.Origin != ConfigurationNode.DefaultOrigin;
            _ = text.Append(isChanged ? $" // {OneLine(children[i].Node.Origin)}" : "").Append('\n');
        }

        _ = text.Append(indent).Append(isObject ? '}' : ']');
    }

    private static IEnumerable<(string Key, ConfigurationSchema Schema, ConfigurationNode Node)> Known(ConfigurationNode node,
        ConfigurationSchema schema) =>
        from property in schema.Properties
        let child = node.Child(property.Key)
        where child is not null
        select (property.Key, property.Value, child);

    private static string Literal(ConfigurationNode node, ConfigurationSchema schema) => schema.Kind switch
    {
        SchemaKind.Integer => long.Parse(node.Value!, System.Globalization.CultureInfo.InvariantCulture)
            .ToString(System.Globalization.CultureInfo.InvariantCulture),
        SchemaKind.Boolean => bool.Parse(node.Value!) ? "true" : "false",
        _ => JsonSerializer.Serialize(node.Value),
    };

    // A file's name may hold anything but must not end the comment.
    private static string OneLine(string origin) => string.Concat(origin.Select(character => char.IsControl(character) ? '?' : character));
}
