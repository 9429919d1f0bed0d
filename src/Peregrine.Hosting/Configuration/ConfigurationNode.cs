using System.Globalization;
using System.Text.Json;

namespace Peregrine.Hosting.Configuration;

/// <summary>A value or a section of the effective configuration, with where it came from.</summary>
/// <param name="origin">"default", "peregrine.json", "environment", "command line".</param>
internal sealed class ConfigurationNode(string origin)
{
    /// <summary>Origin of what nobody set.</summary>
    public const string DefaultOrigin = "default";

    /// <summary>Where the value came from; of a section, its first key.</summary>
    public string Origin { get; private set; } = origin;

    /// <summary>The value as text, or null in a section.</summary>
    public string? Value { get; private set; }

    /// <summary>Keys of an object, or "0", "1", ... of an array.</summary>
    public Dictionary<string, ConfigurationNode> Children { get; private set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Children of an array in order; keys that are no index come last.</summary>
    public IEnumerable<KeyValuePair<string, ConfigurationNode>> Items => Children.OrderBy(child => IndexOf(child.Key) ?? int.MaxValue);

    /// <summary>The index that a key of an array means, or null.</summary>
    public static int? IndexOf(string key) => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;

    /// <summary>The child, or null.</summary>
    public ConfigurationNode? Child(string key) => Children.GetValueOrDefault(key);

    /// <summary>Sets the value at a path of keys, over what is there.</summary>
    public void Set(ReadOnlySpan<string> keys, string? value, string origin)
    {
        if (keys.IsEmpty)
        {
            Value = value;
            Origin = origin;
            return;
        }

        if (!Children.TryGetValue(keys[0], out ConfigurationNode? child))
        {
            child = new ConfigurationNode(origin);
            Children.Add(keys[0], child);
        }

        child.Set(keys[1..], value, origin);
    }

    /// <summary>Adds the schema's default for each key that is missing.</summary>
    public void AddDefaults(ConfigurationSchema schema)
    {
        foreach ((string key, ConfigurationSchema property) in schema.Properties)
        {
            ConfigurationNode? child = Child(key);
            if (child is null)
            {
                if (property.Kind != SchemaKind.Object && property.Default is null)
                {
                    continue;
                }

                child = new ConfigurationNode(DefaultOrigin);
                Children.Add(key, child);
                child.Take(property.Default);
            }

            child.AddDefaults(property);
        }

        if (schema.Items is ConfigurationSchema items)
        {
            foreach (ConfigurationNode item in Children.Values)
            {
                item.AddDefaults(items);
            }
        }
    }

    /// <summary>Empties each array that another tree has too: a list in a file replaces the default list, it is not mixed with it.</summary>
    public void DropArraysOf(ConfigurationNode other, ConfigurationSchema schema)
    {
        foreach ((string key, ConfigurationSchema property) in schema.Properties)
        {
            if (Child(key) is ConfigurationNode mine && other.Child(key) is ConfigurationNode given)
            {
                if (property.Kind == SchemaKind.Array)
                {
                    mine.Children = new Dictionary<string, ConfigurationNode>(StringComparer.OrdinalIgnoreCase);
                    mine.Origin = given.Origin;
                }
                else
                {
                    mine.DropArraysOf(given, property);
                }
            }
        }
    }

    private void Take(JsonElement? value)
    {
        if (value is not JsonElement element)
        {
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach ((int index, JsonElement item) in element.EnumerateArray().Index())
                {
                    Add(index.ToString(CultureInfo.InvariantCulture), item);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Add(property.Name, property.Value);
                }

                break;
            default:
                Value = element.ToString();
                break;
        }
    }

    private void Add(string key, JsonElement value)
    {
        ConfigurationNode child = new(DefaultOrigin);
        child.Take(value);
        Children.Add(key, child);
    }
}
