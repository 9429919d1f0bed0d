using System.Numerics;
using System.Xml.Linq;
using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

internal sealed partial class FastModel
{
    private const string TemplateKey = "the template identifier";

    private byte[] _data = [];
    private int _at;

    /// <summary>Decodes a message at the front; the name of its template, its fields and its length.</summary>
    public (string Template, ModelGroup Group, int Bytes) Decode(byte[] data)
    {
        (_data, _at) = (data, 0);
        ModelTemplate message = DecodeTemplate("", isMessage: true);
        return (message.Name, message.Group, _at);
    }

    private ModelTemplate DecodeTemplate(string type, bool isMessage)
    {
        Queue<bool> map = ReadMap();
        BigInteger id;
        if (Take(map))
        {
            id = ReadUnsigned(false)!.Value;
            if (id > ulong.MaxValue)
            {
                throw new ModelException(FastErrorCode.D2);
            }
        }
        else
        {
            id = _previous.TryGetValue(TemplateKey, out (string Type, object Value)? entry)
                ? (BigInteger)entry!.Value.Value
                : throw new ModelException(FastErrorCode.D5);
        }

        XElement template = _root.Elements("template").FirstOrDefault(candidate => candidate.Attribute("id")?.Value == id.ToString())
            ?? throw new ModelException(FastErrorCode.D9);
        _previous[TemplateKey] = ("id", id);
        if (isMessage && template.Attribute("reset")?.Value == "yes")
        {
            Reset();
            _previous[TemplateKey] = ("id", id);
        }

        ModelContext context = Context(template);
        context = template.Element("typeRef") is null ? context with { Type = type } : context;
        ModelGroup group = new();
        DecodeFields(template, context, map, group);
        UsedUp(map);
        return new ModelTemplate(template.Attribute("name")!.Value, group);
    }

    private void DecodeFields(XElement parent, ModelContext context, Queue<bool> map, ModelGroup into)
    {
        foreach (XElement element in parent.Elements().Where(element => element.Name.LocalName is not ("typeRef" or "length")))
        {
            string name = element.Attribute("name")?.Value ?? "templateRef";
            switch (element.Name.LocalName)
            {
                case "templateRef" when element.Attribute("name") is null:
                    into.Fields.Add(new ModelValue(name, DecodeTemplate(context.Type, isMessage: false)));
                    break;
                case "templateRef":
                    (XElement template, ModelContext other) = Follow(element, context);
                    DecodeFields(template, other, map, into);
                    break;
                case "group":
                    if (!IsOptional(element) || Take(map))
                    {
                        into.Fields.Add(new ModelValue(name, DecodeSegment(element, context, map)));
                    }

                    break;
                case "sequence":
                    if (DecodeField(LengthOf(element, context), map) is BigInteger length)
                    {
                        if (length > SequenceLengthMax)
                        {
                            throw new ModelException(FastErrorCode.SequenceTooLong);
                        }

                        List<ModelGroup> elements = [];
                        for (int count = 0; count < length; count++)
                        {
                            elements.Add(DecodeSegment(element, context, map));
                        }

                        into.Fields.Add(new ModelValue(name, elements));
                    }

                    break;
                default:
                    object? value = DecodeSimple(element, context, map, name);
                    if (value is not null)
                    {
                        into.Fields.Add(new ModelValue(name, value));
                    }

                    break;
            }
        }
    }

    private object? DecodeSimple(XElement element, ModelContext context, Queue<bool> map, string name)
    {
        if (Parts(element, context) is not { } parts)
        {
            return DecodeField(Describe(element, element, TypeOf(element), IsOptional(element), name, context), map);
        }

        if (DecodeField(parts.Exponent, map) is not BigInteger exponent)
        {
            return null;
        }

        if (BigInteger.Abs(exponent) > 63)
        {
            throw new ModelException(FastErrorCode.R1);
        }

        return new ModelDecimal(exponent, (BigInteger)DecodeField(parts.Mantissa, map)!);
    }

    private ModelGroup DecodeSegment(XElement element, ModelContext context, Queue<bool> map)
    {
        ModelContext inner = context.Within(element).Typed(element);
        ModelGroup group = new();
        bool needsMap = NeedsMap(element, inner);
        Queue<bool> own = needsMap ? ReadMap() : map;
        DecodeFields(element, inner, own, group);
        if (needsMap)
        {
            UsedUp(own);
        }

        return group;
    }

    private object? DecodeField(ModelField field, Queue<bool> map)
    {
        object? initial = InitialOf(field);
        switch (field.Operator)
        {
            case "none":
                return ReadValue(field, field.IsOptional);
            case "constant":
                return field.IsOptional && !Take(map) ? null : initial;
            case "default":
                return Take(map) ? ReadValue(field, field.IsOptional) : initial;
            case "delta":
                return DecodeDelta(field, initial);
            case "tail" when Take(map):
                byte[]? tail = ReadBytes(field, field.IsOptional);
                if (tail is not null)
                {
                    (_, object? before) = Previous(field);
                    byte[] basis = (byte[]?)(before ?? initial) ?? [];
                    tail = tail.Length > basis.Length ? tail : [.. basis[..(basis.Length - tail.Length)], .. tail];
                    CheckText(field, tail);
                }

                Keep(field, tail);
                return tail;
            case "copy" or "increment" when Take(map):
                object? value = ReadValue(field, field.IsOptional);
                Keep(field, value);
                return value;
            default:
                return NotSent(field, initial);
        }
    }

    private object? NotSent(ModelField field, object? initial)
    {
        (string state, object? value) = Previous(field);
        if (state == "undefined")
        {
            value = initial;
            if (value is null && !field.IsOptional)
            {
                throw new ModelException(FastErrorCode.D5);
            }
        }
        else if (state == "empty" && !field.IsOptional)
        {
            throw new ModelException(FastErrorCode.D6);
        }
        else if (state == "assigned" && field.Operator == "increment")
        {
            value = Incremented((BigInteger)value!, field.Type);
        }

        Keep(field, value);
        return value;
    }

    private object? DecodeDelta(ModelField field, object? initial)
    {
        if (ReadSigned(field.IsOptional) is not { } first)
        {
            return null;
        }

        (string state, object? before) = Previous(field);
        if (state == "empty")
        {
            throw new ModelException(FastErrorCode.D6);
        }

        before ??= initial;
        object value;
        if (field.Type == "decimal")
        {
            ModelDecimal basis = (ModelDecimal?)before ?? new ModelDecimal(0, 0);
            ModelDecimal sum = new(basis.Exponent + first, basis.Mantissa + ReadSigned(false)!.Value);
            value = BigInteger.Abs(sum.Exponent) > 63 || sum.Mantissa < long.MinValue || sum.Mantissa > long.MaxValue
                ? throw new ModelException(FastErrorCode.R1)
                : sum;
        }
        else if (field.Type is "string" or "unicode" or "byteVector")
        {
            byte[] basis = (byte[]?)before ?? [];
            BigInteger cut = first < 0 ? -first - 1 : first;
            if (cut > basis.Length || first < int.MinValue || first > int.MaxValue)
            {
                throw new ModelException(FastErrorCode.D7);
            }

            byte[] added = ReadBytes(field, false)!;
            value = first < 0 ? [.. added, .. basis[(int)cut..]] : (byte[])[.. basis[..^(int)cut], .. added];
            CheckText(field, (byte[])value);
        }
        else
        {
            BigInteger sum = (before is null ? 0 : (BigInteger)before) + first;
            value = sum < RangeOf(field.Type).Min || sum > RangeOf(field.Type).Max ? throw new ModelException(FastErrorCode.R4) : sum;
        }

        Keep(field, value);
        return value;
    }

    private object? ReadValue(ModelField field, bool isNullable)
    {
        if (field.Type == "decimal")
        {
            if (ReadSigned(isNullable) is not { } exponent)
            {
                return null;
            }

            if (exponent < int.MinValue || exponent > int.MaxValue)
            {
                throw new ModelException(FastErrorCode.D2);
            }

            BigInteger mantissa = ReadSigned(false)!.Value;
            return mantissa < long.MinValue || mantissa > long.MaxValue ? throw new ModelException(FastErrorCode.D2)
                : BigInteger.Abs(exponent) > 63 ? throw new ModelException(FastErrorCode.R1) : new ModelDecimal(exponent, mantissa);
        }

        if (field.Type is "string" or "unicode" or "byteVector")
        {
            byte[]? bytes = ReadBytes(field, isNullable);
            CheckText(field, bytes ?? []);
            return bytes;
        }

        BigInteger? number = field.Type is "int32" or "int64" ? ReadSigned(isNullable) : ReadUnsigned(isNullable);
        return number < RangeOf(field.Type).Min || number > RangeOf(field.Type).Max ? throw new ModelException(FastErrorCode.D2) : number;
    }

    private byte[]? ReadBytes(ModelField field, bool isNullable)
    {
        if (field.Type == "string")
        {
            return ReadAscii(isNullable);
        }

        if (ReadUnsigned(isNullable) is not { } length)
        {
            return null;
        }

        if (length > StringBytesMax)
        {
            throw new ModelException(length > ulong.MaxValue ? FastErrorCode.D2 : FastErrorCode.BytesTooLong);
        }

        if (length > _data.Length - _at)
        {
            throw new ModelException(FastErrorCode.EndOfData);
        }

        byte[] bytes = _data[_at..(_at + (int)length)];
        _at += (int)length;
        return bytes;
    }

    private byte[]? ReadAscii(bool isNullable)
    {
        List<byte> bytes = ReadEntity(StringBytesMax + 2, FastErrorCode.BytesTooLong);
        if (isNullable && bytes[0] == 0)
        {
            bytes.RemoveAt(0);
            if (bytes.Count == 0)
            {
                return null;
            }

            if (bytes[0] != 0)
            {
                throw new ModelException(FastErrorCode.R9);
            }
        }

        if (bytes[0] == 0)
        {
            bytes.RemoveAt(0);
            if (bytes.Count > 0 && bytes[0] != 0)
            {
                throw new ModelException(FastErrorCode.R9);
            }
        }

        return [.. bytes];
    }

    private BigInteger? ReadUnsigned(bool isNullable)
    {
        List<byte> parts = ReadEntity(10, FastErrorCode.D2);
        BigInteger value = parts.Aggregate(BigInteger.Zero, (sum, part) => (sum * 128) + part);
        if (parts.Count > 1 && parts[0] == 0)
        {
            throw new ModelException(FastErrorCode.R6);
        }

        return !isNullable ? value : value.IsZero ? null : value - 1;
    }

    private BigInteger? ReadSigned(bool isNullable)
    {
        List<byte> parts = ReadEntity(10, FastErrorCode.D2);
        BigInteger value = parts.Aggregate(parts[0] >= 64 ? BigInteger.MinusOne : BigInteger.Zero, (sum, part) => (sum * 128) + part);
        if (parts.Count > 1 && ((parts[0] == 0 && parts[1] < 64) || (parts[0] == 127 && parts[1] >= 64)))
        {
            throw new ModelException(FastErrorCode.R6);
        }

        return !isNullable ? value : value.IsZero ? null : value > 0 ? value - 1 : value;
    }

    private Queue<bool> ReadMap()
    {
        List<byte> parts = ReadEntity(int.MaxValue, FastErrorCode.None);
        return parts.Count > 1 && parts[^1] == 0
            ? throw new ModelException(FastErrorCode.R7)
            : new Queue<bool>(parts.SelectMany(part => Enumerable.Range(0, 7).Select(bit => (part & (64 >> bit)) != 0)));
    }

    private static bool Take(Queue<bool> map) => map.TryDequeue(out bool bit) && bit;

    private static void UsedUp(Queue<bool> map)
    {
        if (map.Contains(true))
        {
            throw new ModelException(FastErrorCode.R8);
        }
    }

    private List<byte> ReadEntity(int most, FastErrorCode tooLong)
    {
        List<byte> parts = [];
        for (int at = _at; at < _data.Length; at++)
        {
            if (parts.Count == most)
            {
                throw new ModelException(tooLong);
            }

            parts.Add((byte)(_data[at] & 127));
            if (_data[at] >= 128)
            {
                _at = at + 1;
                return parts;
            }
        }

        throw new ModelException(parts.Count == most ? tooLong : FastErrorCode.EndOfData);
    }
}
