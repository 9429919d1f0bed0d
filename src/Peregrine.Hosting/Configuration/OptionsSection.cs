using System.Globalization;

namespace Peregrine.Hosting.Configuration;

/// <summary>A checked section, read by typed keys; a key that the schema does not have is a fault of the program.</summary>
/// <param name="node">Checked by <see cref="SchemaCheck"/>.</param>
/// <param name="schema">Of that node.</param>
/// <param name="path">Of that node, with [] for every index.</param>
/// <param name="seen">Gets each key that is read, so that a test can compare them with the schema; null for none.</param>
internal sealed class OptionsSection(ConfigurationNode node, ConfigurationSchema schema, string path = "", ISet<string>? seen = null)
{
    /// <summary>A text.</summary>
    public string Text(string key) => Scalar(key, SchemaKind.Text);

    /// <summary>A whole number that the schema bounds to 64 bits.</summary>
    public long Long(string key) => long.Parse(Scalar(key, SchemaKind.Integer), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>A whole number that the schema bounds to 32 bits.</summary>
    public int Int(string key) => checked((int)Long(key));

    /// <summary>True or false.</summary>
    public bool Flag(string key) => bool.Parse(Scalar(key, SchemaKind.Boolean));

    /// <summary>A section.</summary>
    public OptionsSection Section(string key) => new(Node(key, SchemaKind.Object), schema.Properties[key], PathOf(key), seen);

    /// <summary>The sections of an array.</summary>
    public IReadOnlyList<OptionsSection> Sections(string key)
    {
        ConfigurationSchema items = schema.Properties[key].Items!;
        return [.. Node(key, SchemaKind.Array).Items.Select(item => new OptionsSection(item.Value, items, $"{PathOf(key)}[]", seen))];
    }

    /// <summary>The texts of an array.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        _ = seen?.Add($"{PathOf(key)}[]");
        return [.. Node(key, SchemaKind.Array).Items.Select(item => item.Value.Value!)];
    }

    private string Scalar(string key, SchemaKind kind)
    {
        _ = seen?.Add(PathOf(key));
        return Node(key, kind).Value ?? throw new InvalidOperationException($"the configuration has no value at {PathOf(key)}");
    }

    private ConfigurationNode Node(string key, SchemaKind kind)
    {
        if (!schema.Properties.TryGetValue(key, out ConfigurationSchema? property) || property.Kind != kind)
        {
            throw new InvalidOperationException($"the schema has no {kind} at {PathOf(key)}");
        }

        return node.Child(key) ?? throw new InvalidOperationException($"the configuration has nothing at {PathOf(key)}");
    }

    private string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
