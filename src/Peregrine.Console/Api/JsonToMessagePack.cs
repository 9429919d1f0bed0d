using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MessagePack;

namespace Peregrine.Api;

/// <summary>
/// JSON as MessagePack, number for number: whole numbers as integers, decimals as float 64 where that is the same decimal again,
/// and as their text where it is not. So no digit of a price is lost.
/// </summary>
/// <remarks>Thread: any. Allocates. Only for what this process has written itself: the depth is that of JsonDocument.</remarks>
internal static class JsonToMessagePack
{
    /// <summary>Converts one value.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static byte[] Convert(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        ArrayBufferWriter<byte> target = new(json.Length);
        MessagePackWriter writer = new(target);
        Write(ref writer, document.RootElement);
        writer.Flush();
        return target.WrittenSpan.ToArray();
    }

    private static void Write(ref MessagePackWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteMapHeader(element.GetPropertyCount());
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    writer.Write(property.Name);
                    Write(ref writer, property.Value);
                }

                break;
            case JsonValueKind.Array:
                writer.WriteArrayHeader(element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(ref writer, item);
                }

                break;
            case JsonValueKind.String:
                writer.Write(element.GetString());
                break;
            case JsonValueKind.Number:
                WriteNumber(ref writer, element);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Write(element.ValueKind == JsonValueKind.True);
                break;
            default:
                writer.WriteNil();
                break;
        }
    }

    private static void WriteNumber(ref MessagePackWriter writer, JsonElement element)
    {
        if (element.TryGetInt64(out long whole))
        {
            writer.Write(whole);
        }
        else if (element.TryGetDouble(out double number) && IsSame(number, element))
        {
            writer.Write(number);
        }
        else
        {
            writer.Write(element.GetRawText());
        }
    }

    // A number that is no decimal of ours is a measurement, and was a float 64 before.
    private static bool IsSame(double number, JsonElement element) =>
        !element.TryGetDecimal(out decimal exact)
        || (decimal.TryParse(number.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal again)
            && again == exact);
}
