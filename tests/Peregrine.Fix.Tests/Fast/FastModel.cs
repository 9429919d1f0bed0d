using System.Numerics;
using System.Text;
using System.Text.Unicode;
using System.Xml.Linq;
using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>
/// FAST 1.1 slowly and by its words: the XML is walked for each message, previous values are objects by name, numbers are of any size,
/// presence maps are lists of bits. Nothing is shared with the code under test but the names of errors.
/// </summary>
/// <param name="xml">Templates without a namespace.</param>
internal sealed partial class FastModel(string xml)
{
    private const int StringBytesMax = 65_536;
    private const int SequenceLengthMax = 4_096;

    private readonly XElement _root = XElement.Parse(xml);

    // Absent: undefined. Null: empty. Otherwise the type and the value.
    private readonly Dictionary<string, (string Type, object Value)?> _previous = [];

    /// <summary>When set, the encoder takes any of several right forms; otherwise the shortest.</summary>
    public Random? Choices { get; set; }

    public void Reset() => _previous.Clear();

    private XElement Template(string name, string space) => _root.Elements("template").First(template => template.Attribute("name")!.Value == name
        && (template.Attribute("templateNs")?.Value ?? _root.Attribute("templateNs")?.Value ?? "") == space);

    private static bool IsOptional(XElement element) => element.Attribute("presence")?.Value == "optional";

    private ModelContext Context(XElement template) => new ModelContext("global", "", "", "", "").Within(_root).Within(template).Typed(template)
        with { Template = template.Attribute("name")!.Value };

    // A static reference: another template goes on here; what is around it in the document is its own, the type is not.
    private (XElement Template, ModelContext Context) Follow(XElement reference, ModelContext context)
    {
        XElement template = Template(reference.Attribute("name")!.Value, reference.Attribute("templateNs")?.Value ?? context.TemplateSpace);
        ModelContext own = new ModelContext("global", "", "", context.Type, template.Attribute("name")!.Value).Within(_root).Within(template);
        return (template, own.Typed(template));
    }

    private static ModelField Describe(XElement element, XElement? holder, string type, bool isOptional, string name, ModelContext context)
    {
        XElement? op = holder?.Elements().FirstOrDefault(child =>
            child.Name.LocalName is "constant" or "default" or "copy" or "increment" or "delta" or "tail");
        string key = "";
        if (op is not null)
        {
            ModelContext inner = context.Within(element).Within(op);
            string dictionary = inner.Dictionary switch
            {
                "template" => $"template {inner.Template}",
                "type" => $"type {inner.Type}",
                _ => $"user {inner.Dictionary}",
            };
            string? given = op.Attribute("key")?.Value;
            key = $"{dictionary}|{(given is null ? context.Within(element).Space : inner.Space)}|{given ?? name}";
        }

        return new ModelField(type, isOptional, op?.Name.LocalName ?? "none", op?.Attribute("value")?.Value, key);
    }

    private static string TypeOf(XElement element) => element.Name.LocalName == "string" && element.Attribute("charset")?.Value == "unicode"
        ? "unicode"
        : element.Name.LocalName;

    private static object? InitialOf(ModelField field) => field.Initial is null ? null : field.Type switch
    {
        "string" or "unicode" => Encoding.UTF8.GetBytes(field.Initial),
        "byteVector" => Convert.FromHexString(field.Initial),
        "decimal" => Parse(field.Initial),
        _ => BigInteger.Parse(field.Initial, System.Globalization.CultureInfo.InvariantCulture),
    };

    private static ModelDecimal Parse(string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        BigInteger mantissa = BigInteger.Parse(text.Replace(".", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        BigInteger exponent = point < 0 ? 0 : point + 1 - text.Length;
        while (!mantissa.IsZero && mantissa % 10 == 0)
        {
            mantissa /= 10;
            exponent++;
        }

        return new ModelDecimal(mantissa.IsZero ? 0 : exponent, mantissa);
    }

    private static (BigInteger Min, BigInteger Max) RangeOf(string type) => type switch
    {
        "int32" => (int.MinValue, int.MaxValue),
        "uInt32" => (0, uint.MaxValue),
        "int64" => (long.MinValue, long.MaxValue),
        _ => (0, ulong.MaxValue),
    };

    private static bool UsesBit(ModelField field) => field.Operator is "default" or "copy" or "increment" or "tail"
        || (field.Operator == "constant" && field.IsOptional);

    // Whether any instruction of a group may take a bit of a presence map.
    private bool NeedsMap(XElement parent, ModelContext context) => parent.Elements().Any(element => element.Name.LocalName switch
    {
        "typeRef" or "length" => false,
        "group" => IsOptional(element),
        "sequence" => UsesBit(LengthOf(element, context)),
        "templateRef" when element.Attribute("name") is null => false,
        "templateRef" => NeedsMap(Follow(element, context).Template, Follow(element, context).Context),
        "decimal" when Parts(element, context) is { } parts => UsesBit(parts.Exponent) || UsesBit(parts.Mantissa),
        _ => UsesBit(Describe(element, element, TypeOf(element), IsOptional(element), element.Attribute("name")!.Value, context)),
    });

    private static ModelField LengthOf(XElement sequence, ModelContext context)
    {
        XElement? length = sequence.Element("length");
        string name = length?.Attribute("name")?.Value ?? $"{sequence.Attribute("name")!.Value} (length)";
        ModelContext inner = context.Within(sequence);
        return Describe(length ?? sequence, length, "uInt32", IsOptional(sequence), name, inner);
    }

    private static (ModelField Exponent, ModelField Mantissa)? Parts(XElement element, ModelContext context)
    {
        if (element.Element("exponent") is null && element.Element("mantissa") is null)
        {
            return null;
        }

        string name = element.Attribute("name")!.Value;
        return (Describe(element, element.Element("exponent"), "int32", IsOptional(element), $"{name} (exponent)", context),
            Describe(element, element.Element("mantissa"), "int64", false, $"{name} (mantissa)", context));
    }

    // The value before: whether there is one (or it is empty), and it. D4 when it is of another type.
    private (string State, object? Value) Previous(ModelField field)
    {
        if (!_previous.TryGetValue(field.Key, out (string Type, object Value)? entry))
        {
            return ("undefined", null);
        }

        if (entry is null)
        {
            return ("empty", null);
        }

        return entry.Value.Type == field.Type ? ("assigned", entry.Value.Value) : throw new ModelException(FastErrorCode.D4);
    }

    private void Keep(ModelField field, object? value) => _previous[field.Key] = value is null ? null : (field.Type, value);

    private static BigInteger Incremented(BigInteger value, string type) => value == RangeOf(type).Max ? RangeOf(type).Min : value + 1;

    private static bool Same(object? left, object? right) => (left, right) switch
    {
        (byte[] one, byte[] other) => one.AsSpan().SequenceEqual(other),
        _ => Equals(left, right),
    };

    private static void CheckText(ModelField field, byte[] bytes)
    {
        if (bytes.Length > StringBytesMax)
        {
            throw new ModelException(FastErrorCode.BytesTooLong);
        }

        if (field.Type == "unicode" && !Utf8.IsValid(bytes))
        {
            throw new ModelException(FastErrorCode.R2);
        }
    }
}
