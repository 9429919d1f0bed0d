using System.Text.Json;
using Peregrine.Hosting.Configuration;
using Peregrine.Testing;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Tests.Configuration;

public sealed class ConfigurationSchemaTests
{
    private static readonly JsonDocumentOptions Relaxed = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static JsonElement Schema =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "schemas", "peregrine.schema.json"))).RootElement;

    private static string Sample => Path.Combine(Repository.Root, "peregrine.sample.json");

    [Fact]
    public void Sample_AgainstTheSchema_IsValid()
    {
        JsonElement sample = JsonDocument.Parse(File.ReadAllText(Sample), Relaxed).RootElement;

        Assert.Empty(SchemaWalk.Validate(Schema, sample));
    }

    [Fact]
    public void Sample_Loaded_HasNoErrorAndSetsEveryKey()
    {
        ConfigurationResult result = ConfigurationLoader.Load(new ConfigurationRequest(Sample, EnvironmentPrefix: "PEREGRINE_TEST_NOTHING__"));

        Assert.Empty(result.Errors);
        string[] unset = [.. SectionsOf(Schema, "").Where(path => !IsSet(result.Effective, path))];
        Assert.True(unset.Length == 0, $"the sample does not show {string.Join(", ", unset)}");
    }

    [Theory]
    [InlineData("""{ "fix": { "port": 65536 } }""", "fix.port: maximum")]
    [InlineData("""{ "fix": { "port": "9880" } }""", "fix.port: type")]
    [InlineData("""{ "fix": { "prot": 1 } }""", "fix: additionalProperties")]
    [InlineData("""{ "instruments": [ {} ] }""", "instruments[0]: required")]
    [InlineData("""{ "accounts": [] }""", "accounts: minItems")]
    [InlineData("""{ "journal": { "durability": "disk" } }""", "journal.durability: enum")]
    [InlineData("""{ "instruments": [ { "symbol": "A B" } ] }""", "instruments[0].symbol: pattern")]
    public void SchemaWalk_BadConfiguration_FindsIt(string json, string error) =>
        Assert.Equal(error, Assert.Single(SchemaWalk.Validate(Schema, JsonDocument.Parse(json).RootElement)));

    [Fact]
    public void Defaults_AgainstTheSchema_AreValid()
    {
        ConfigurationNode defaults = new(ConfigurationNode.DefaultOrigin);
        defaults.AddDefaults(ConfigurationSchema.Root);
        JsonElement shown = JsonDocument.Parse(EffectiveConfiguration.ToCommentedJson(defaults), Relaxed).RootElement;

        Assert.Empty(SchemaWalk.Validate(Schema, shown));
        Assert.True(shown.GetProperty("instruments")[0].GetProperty("open").GetBoolean(), "defaults inside of default lists are filled in");
    }

    [Fact]
    public void Reader_OnDefaults_ReadsEveryKeyOfTheSchemaAndNoOther()
    {
        ConfigurationNode defaults = new(ConfigurationNode.DefaultOrigin);
        defaults.AddDefaults(ConfigurationSchema.Root);
        HashSet<string> read = [];

        OptionsReader.Read(new OptionsSection(defaults, ConfigurationSchema.Root, seen: read));

        // No default instrument has a tick table; the loader's tests read one.
        IEnumerable<string> leaves = LeavesOf(Schema, "").Where(leaf => !leaf.StartsWith("instruments[].tickTable[].", StringComparison.Ordinal));
        Assert.Equal(leaves.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Section_KeyOutsideTheSchema_Throws()
    {
        OptionsSection section = new(new ConfigurationNode("test"), ConfigurationSchema.Root);

        Assert.Throws<InvalidOperationException>(() => section.Text("notThere"));
        Assert.Throws<InvalidOperationException>(() => section.Text("fix"));
    }

    [Fact]
    public void Schema_EachKey_HasDescriptionAndRangeOrPattern()
    {
        foreach ((string path, JsonElement key) in KeysOf(Schema, ""))
        {
            Assert.True(key.TryGetProperty("description", out JsonElement text) && text.GetString()!.Length > 10, $"{path} has no description");
            string type = key.GetProperty("type").GetString()!;
            bool isBounded = type switch
            {
                "integer" => key.TryGetProperty("minimum", out _) && key.TryGetProperty("maximum", out _) && key.TryGetProperty("x-unit", out _),
                "string" => path == "$schema" || key.TryGetProperty("pattern", out _) || key.TryGetProperty("enum", out _)
                    || key.TryGetProperty("maxLength", out _),
                "array" => key.TryGetProperty("maxItems", out _),
                "object" => !key.GetProperty("additionalProperties").GetBoolean(),
                _ => true,
            };
            Assert.True(isBounded, $"{path} has no bounds");
        }
    }

    [Fact]
    public void Schema_BoundsOfTheCore_AreTheCores()
    {
        Dictionary<string, JsonElement> keys = KeysOf(Schema, "").ToDictionary(key => key.Path, key => key.Schema);

        Assert.Equal(MatchingEngine.OrderCapacityMax, keys["capacity.orders"].GetProperty("maximum").GetInt32());
        Assert.Equal(RulesValidation.PriceDecimalsMax, keys["instruments[].priceDecimals"].GetProperty("maximum").GetInt32());
        Assert.Equal(RulesValidation.UnitsMax, keys["instruments[].lotUnits"].GetProperty("maximum").GetInt64());
        Assert.Equal(RulesValidation.CountMax, keys["instruments"].GetProperty("maxItems").GetInt32());
        Assert.Equal(RulesValidation.CountMax, keys["accounts"].GetProperty("maxItems").GetInt32());
        Assert.Contains($"{{1,{RulesValidation.SymbolLengthMax}}}", keys["instruments[].symbol"].GetProperty("pattern").GetString());
        Assert.Contains($"{{1,{RulesValidation.NameLengthMax}}}", keys["accounts[].name"].GetProperty("pattern").GetString());
    }

    /// <summary>Every key with its path, sections and entries of lists included.</summary>
    internal static IEnumerable<(string Path, JsonElement Schema)> KeysOf(JsonElement schema, string path)
    {
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                string child = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                yield return (child, property.Value);
                foreach ((string Path, JsonElement Schema) below in KeysOf(property.Value, child))
                {
                    yield return below;
                }
            }
        }

        if (schema.TryGetProperty("items", out JsonElement items))
        {
            yield return ($"{path}[]", items);
            foreach ((string Path, JsonElement Schema) below in KeysOf(items, $"{path}[]"))
            {
                yield return below;
            }
        }
    }

    private static IEnumerable<string> LeavesOf(JsonElement schema, string path) =>
        from key in KeysOf(schema, path)
        where key.Schema.GetProperty("type").GetString() is not ("object" or "array")
        select key.Path;

    private static IEnumerable<string> SectionsOf(JsonElement schema, string path) => LeavesOf(schema, path)
        .Where(leaf => !leaf.Contains("[]", StringComparison.Ordinal));

    private static bool IsSet(ConfigurationNode root, string path)
    {
        ConfigurationNode? node = root;
        foreach (string key in path.Split('.'))
        {
            node = node?.Child(key);
        }

        return node is not null && node.Origin != ConfigurationNode.DefaultOrigin;
    }
}
