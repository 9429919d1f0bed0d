using System.Text;
using System.Text.Json;
using Peregrine.Testing;

namespace Peregrine.Tests.Configuration;

/// <summary>The table of docs/configuration.md is made from the schema: run with PEREGRINE_WRITE_DOCS=1 to write it.</summary>
public sealed class ConfigurationDocumentTests
{
    private const string Begin = "<!-- keys: made from schemas/peregrine.schema.json by ConfigurationDocumentTests with PEREGRINE_WRITE_DOCS=1 -->\n";
    private const string End = "<!-- end of keys -->\n";

    [Fact]
    public void Document_Table_IsThatOfTheSchema()
    {
        string path = Path.Combine(Repository.Root, "docs", "configuration.md");
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        string table = Table(JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "schemas", "peregrine.schema.json"))).RootElement);
        if (Environment.GetEnvironmentVariable("PEREGRINE_WRITE_DOCS") == "1")
        {
            text = $"{text[..begin]}{table}{text[end..]}";
            File.WriteAllText(path, text);
            end = begin + table.Length;
        }

        Assert.True(begin >= Begin.Length && end >= begin, "the document has both marks");
        Assert.Equal(table, text[begin..end]);
    }

    private static string Table(JsonElement schema)
    {
        StringBuilder table = new("| Key | Unit | Default | Range | Meaning |\n|---|---|---|---|---|\n");
        foreach ((string path, JsonElement key) in ConfigurationSchemaTests.KeysOf(schema, ""))
        {
            if (key.GetProperty("type").GetString() == "object")
            {
                continue;
            }

            string unit = key.TryGetProperty("x-unit", out JsonElement given) ? given.GetString()! : "";
            _ = table.Append($"| `{path}` | {unit} | {Default(path, key)} | {Range(key)} | {key.GetProperty("description").GetString()} |\n");
        }

        return table.ToString();
    }

    private static string Default(string path, JsonElement key)
    {
        if (!key.TryGetProperty("default", out JsonElement value))
        {
            return path.EndsWith("[]", StringComparison.Ordinal) ? "" : "must be given";
        }

        return value.ValueKind == JsonValueKind.Array
            ? value.GetArrayLength() == 0 ? "none" : $"{value.GetArrayLength()} entries, see below"
            : $"`{value.GetRawText()}`";
    }

    private static string Range(JsonElement key) => key.GetProperty("type").GetString() switch
    {
        "integer" => $"{key.GetProperty("minimum")} to {key.GetProperty("maximum")}",
        "array" => $"{key.GetProperty("minItems")} to {key.GetProperty("maxItems")} entries",
        "boolean" => "true, false",
        _ when key.TryGetProperty("enum", out JsonElement names) => string.Join(", ", names.EnumerateArray().Select(name => name.GetString())),
        _ when key.TryGetProperty("x-pattern-text", out JsonElement text) => text.GetString()!,
        _ when key.TryGetProperty("maxLength", out JsonElement max) => $"{key.GetProperty("minLength")} to {max} characters",
        _ => "any text",
    };
}
