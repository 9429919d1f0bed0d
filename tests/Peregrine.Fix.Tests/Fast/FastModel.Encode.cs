using System.Numerics;
using System.Xml.Linq;
using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

internal sealed partial class FastModel
{
    // What follows a presence map is written before it is: its bits are known at the end.
    private sealed record Segment(List<bool> Map, List<byte> Body);

    /// <summary>Encodes a message; previous values are as before when it cannot be.</summary>
    public byte[] Encode(string template, ModelGroup group)
    {
        Dictionary<string, (string Type, object Value)?> before = new(_previous);
        try
        {
            return EncodeTemplate(new ModelTemplate(template, group), "", isMessage: true);
        }
        catch (ModelException)
        {
            _previous.Clear();
            foreach ((string key, (string Type, object Value)? entry) in before)
            {
                _previous.Add(key, entry);
            }

            throw;
        }
    }

    private byte[] EncodeTemplate(ModelTemplate message, string type, bool isMessage)
    {
        XElement template = _root.Elements("template").First(candidate => candidate.Attribute("name")!.Value == message.Name);
        BigInteger id = BigInteger.Parse(template.Attribute("id")!.Value, System.Globalization.CultureInfo.InvariantCulture);
        Segment segment = new([], []);
        bool isKnown = _previous.TryGetValue(TemplateKey, out (string Type, object Value)? entry) && id.Equals(entry!.Value.Value);
        segment.Map.Add(!isKnown || Fancies());
        if (segment.Map[0])
        {
            WriteUnsigned(segment.Body, id, false);
        }

        if (isMessage && template.Attribute("reset")?.Value == "yes")
        {
            Reset();
        }

        _previous[TemplateKey] = ("id", id);
        ModelContext context = Context(template);
        context = template.Element("typeRef") is null ? context with { Type = type } : context;
        EncodeFields(template, context, segment, message.Group);
        return [.. MapOf(segment.Map), .. segment.Body];
    }

    private bool Fancies() => Choices is not null && Choices.Next(4) == 0;

    private void EncodeFields(XElement parent, ModelContext context, Segment segment, ModelGroup from)
    {
        foreach (XElement element in parent.Elements().Where(element => element.Name.LocalName is not ("typeRef" or "length")))
        {
            string name = element.Attribute("name")?.Value ?? "templateRef";
            object? value = from.ValueOf(name);
            switch (element.Name.LocalName)
            {
                case "templateRef" when element.Attribute("name") is null:
                    ModelTemplate inner = (ModelTemplate?)value ?? throw new ModelException(FastErrorCode.Missing);
                    segment.Body.AddRange(EncodeTemplate(inner, context.Type, isMessage: false));
                    break;
                case "templateRef":
                    (XElement template, ModelContext other) = Follow(element, context);
                    EncodeFields(template, other, segment, from);
                    break;
                case "group":
                    if (IsOptional(element))
                    {
                        segment.Map.Add(value is not null);
                    }
                    else if (value is null)
                    {
                        throw new ModelException(FastErrorCode.Missing);
                    }

                    if (value is not null)
                    {
                        EncodeSegment(element, context, segment, (ModelGroup)value);
                    }

                    break;
                case "sequence":
                    List<ModelGroup>? elements = (List<ModelGroup>?)value;
                    EncodeField(LengthOf(element, context), elements is null ? null : (BigInteger)elements.Count, segment);
                    foreach (ModelGroup group in elements ?? [])
                    {
                        EncodeSegment(element, context, segment, group);
                    }

                    break;
                case "decimal" when Parts(element, context) is { } parts:
                    EncodeParts(parts.Exponent, parts.Mantissa, (ModelDecimal?)value, segment);
                    break;
                default:
                    EncodeField(Describe(element, element, TypeOf(element), IsOptional(element), name, context), value, segment);
                    break;
            }
        }
    }

    private void EncodeParts(ModelField exponent, ModelField mantissa, ModelDecimal? value, Segment segment)
    {
        if (value is not null && exponent.Operator == "constant")
        {
            value = Scaled(value, (BigInteger)InitialOf(exponent)!);
        }

        EncodeField(exponent, value?.Exponent, segment);
        if (value is null)
        {
            return;
        }

        if (mantissa.Operator == "constant" && !value.Mantissa.Equals(InitialOf(mantissa)))
        {
            throw new ModelException(FastErrorCode.D3);
        }

        EncodeField(mantissa, value.Mantissa, segment);
    }

    private static ModelDecimal Scaled(ModelDecimal value, BigInteger exponent)
    {
        BigInteger scale = BigInteger.Pow(10, (int)BigInteger.Abs(value.Exponent - exponent));
        bool isUp = value.Exponent >= exponent;
        BigInteger mantissa = isUp ? value.Mantissa * scale : value.Mantissa / scale;
        bool isSame = (isUp ? mantissa / scale : mantissa * scale) == value.Mantissa;
        return isSame && mantissa >= long.MinValue && mantissa <= long.MaxValue
            ? new ModelDecimal(exponent, mantissa)
            : throw new ModelException(FastErrorCode.D3);
    }

    private void EncodeSegment(XElement element, ModelContext context, Segment outer, ModelGroup group)
    {
        ModelContext inner = context.Within(element).Typed(element);
        if (!NeedsMap(element, inner))
        {
            EncodeFields(element, inner, outer, group);
            return;
        }

        Segment own = new([], []);
        EncodeFields(element, inner, own, group);
        outer.Body.AddRange(MapOf(own.Map));
        outer.Body.AddRange(own.Body);
    }

    private void EncodeField(ModelField field, object? value, Segment segment)
    {
        object? initial = InitialOf(field);
        if (value is null && !field.IsOptional)
        {
            throw new ModelException(FastErrorCode.Missing);
        }

        switch (field.Operator)
        {
            case "none":
                WriteValue(segment.Body, field, value, field.IsOptional);
                break;
            case "constant":
                if (value is not null && !Same(value, initial))
                {
                    throw new ModelException(field.Type == "int32" ? FastErrorCode.D3 : FastErrorCode.NotEncodable);
                }

                if (field.IsOptional)
                {
                    segment.Map.Add(value is not null);
                }

                break;
            case "default":
                segment.Map.Add(!Same(value, initial) || Fancies());
                if (segment.Map[^1])
                {
                    WriteValue(segment.Body, field, value, field.IsOptional);
                }

                break;
            case "delta":
                EncodeDelta(field, value, initial, segment);
                break;
            default:
                EncodeByPrevious(field, value, initial, segment);
                break;
        }
    }

    private void EncodeByPrevious(ModelField field, object? value, object? initial, Segment segment)
    {
        (string state, object? before) = ("other", null);
        try
        {
            (state, before) = Previous(field);
        }
        catch (ModelException) when (field.Operator != "tail" || value is null)
        {
            // Of another type: what is sent does not look at it, a tail aside.
        }

        object? silent = state switch
        {
            "undefined" => initial,
            "assigned" when field.Operator == "increment" => Incremented((BigInteger)before!, field.Type),
            _ => before,
        };
        bool isSilent = state != "other" && Same(value, silent) && !Fancies();
        segment.Map.Add(!isSilent);
        if (!isSilent)
        {
            byte[]? bytes = value as byte[];
            if (field.Operator == "tail" && bytes is not null)
            {
                bytes = TailOf(bytes, (byte[]?)(before ?? initial) ?? []);
                WriteBytes(segment.Body, field, bytes, field.IsOptional);
            }
            else
            {
                WriteValue(segment.Body, field, value, field.IsOptional);
            }
        }

        Keep(field, value);
    }

    private static byte[] TailOf(byte[] value, byte[] basis)
    {
        if (value.Length > basis.Length)
        {
            return value;
        }

        int same = value.AsSpan().CommonPrefixLength(basis);
        return value.Length == basis.Length ? value[same..] : throw new ModelException(FastErrorCode.NotEncodable);
    }

    private void EncodeDelta(ModelField field, object? value, object? initial, Segment segment)
    {
        if (value is null)
        {
            WriteSigned(segment.Body, null, true);
            return;
        }

        (string state, object? before) = Previous(field);
        if (state == "empty")
        {
            throw new ModelException(FastErrorCode.D6);
        }

        before ??= initial;
        if (value is ModelDecimal number)
        {
            ModelDecimal basis = (ModelDecimal?)before ?? new ModelDecimal(0, 0);
            WriteSigned(segment.Body, number.Exponent - basis.Exponent, field.IsOptional);
            WriteSigned(segment.Body, number.Mantissa - basis.Mantissa, false);
        }
        else if (value is byte[] bytes)
        {
            byte[] basis = (byte[]?)before ?? [];
            int front = bytes.AsSpan().CommonPrefixLength(basis);
            int back = CommonSuffix(bytes, basis);
            bool isFront = back > front || (Fancies() && back > 0);
            WriteSigned(segment.Body, isFront ? -(basis.Length - back) - 1 : basis.Length - front, field.IsOptional);
            WriteBytes(segment.Body, field, isFront ? bytes[..^back] : bytes[front..], false);
        }
        else
        {
            WriteSigned(segment.Body, (BigInteger)value - (before is null ? 0 : (BigInteger)before), field.IsOptional);
        }

        Keep(field, value);
    }

    private static int CommonSuffix(byte[] one, byte[] other)
    {
        int same = 0;
        while (same < Math.Min(one.Length, other.Length) && one[^(same + 1)] == other[^(same + 1)])
        {
            same++;
        }

        return same;
    }

    private static void WriteValue(List<byte> body, ModelField field, object? value, bool isNullable)
    {
        switch (field.Type)
        {
            case "decimal":
                WriteSigned(body, ((ModelDecimal?)value)?.Exponent, isNullable);
                if (value is ModelDecimal number)
                {
                    WriteSigned(body, number.Mantissa, false);
                }

                break;
            case "string" or "unicode" or "byteVector":
                WriteBytes(body, field, (byte[]?)value, isNullable);
                break;
            case "int32" or "int64":
                WriteSigned(body, (BigInteger?)value, isNullable);
                break;
            default:
                WriteUnsigned(body, (BigInteger?)value, isNullable);
                break;
        }
    }

    private static void WriteBytes(List<byte> body, ModelField field, byte[]? bytes, bool isNullable)
    {
        if (field.Type != "string")
        {
            WriteUnsigned(body, bytes?.Length, isNullable);
            body.AddRange(bytes ?? []);
            return;
        }

        List<byte> parts = [];
        if (bytes is null)
        {
            parts.Add(0);
        }
        else
        {
            parts.AddRange(bytes.Length == 0 || bytes[0] == 0 ? new byte[isNullable ? 2 : 1] : []);
            parts.AddRange(bytes);
        }

        parts[^1] |= 128;
        body.AddRange(parts);
    }

    private static void WriteUnsigned(List<byte> body, BigInteger? value, bool isNullable)
    {
        BigInteger rest = value is null ? 0 : value.Value + (isNullable ? 1 : 0);
        List<byte> parts = [];
        do
        {
            parts.Insert(0, (byte)(int)(rest % 128));
            rest /= 128;
        }
        while (!rest.IsZero);
        parts[^1] |= 128;
        body.AddRange(parts);
    }

    private static void WriteSigned(List<byte> body, BigInteger? value, bool isNullable)
    {
        BigInteger rest = value is null ? 0 : value.Value >= 0 && isNullable ? value.Value + 1 : value.Value;
        List<byte> parts = [];
        do
        {
            parts.Insert(0, (byte)(int)(rest & 127));
            rest >>= 7;
        }
        while (!((rest.IsZero && parts[0] < 64) || (rest == -1 && parts[0] >= 64)));
        parts[^1] |= 128;
        body.AddRange(parts);
    }

    private static byte[] MapOf(List<bool> bits)
    {
        int bytes = Math.Max(1, (bits.LastIndexOf(true) / 7) + 1);
        byte[] map = new byte[bytes];
        for (int bit = 0; bit < bits.Count && bit < bytes * 7; bit++)
        {
            map[bit / 7] |= (byte)(bits[bit] ? 64 >> (bit % 7) : 0);
        }

        map[^1] |= 128;
        return map;
    }
}
