using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Peregrine.Primitives;

namespace Peregrine.Tools.Match;

/// <summary>Writes JSON objects, one a line; decimals are numbers with all their decimals.</summary>
internal sealed class JsonLine(TextWriter output)
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Writes one object.</summary>
    public void Write(Action<Utf8JsonWriter> members)
    {
        using (Utf8JsonWriter json = new(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
    }
}

/// <summary>Members whose value is a decimal of an instrument, or null.</summary>
internal static class JsonMembers
{
    public static void WritePrice(this Utf8JsonWriter json, string name, ScriptInstrument? instrument, Price? price) =>
        WriteRaw(json, name, price is { } given ? instrument?.PriceText(given) : null);

    public static void WriteQuantity(this Utf8JsonWriter json, string name, ScriptInstrument? instrument, long? lots) =>
        WriteRaw(json, name, lots is { } given ? instrument?.QuantityText(given) : null);

    public static void WriteWord(this Utf8JsonWriter json, string name, string? word)
    {
        json.WritePropertyName(name);
        json.WriteStringValue(word);
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, string? number)
    {
        json.WritePropertyName(name);
        if (number is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(number);
        }
    }
}
