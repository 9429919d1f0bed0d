using System.Numerics;
using System.Xml.Linq;
using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>A decimal of the model.</summary>
internal sealed record ModelDecimal(BigInteger Exponent, BigInteger Mantissa);

/// <summary>A field and its value: BigInteger, ModelDecimal, byte[], ModelGroup, a list of groups, or ModelTemplate.</summary>
internal sealed record ModelValue(string Name, object Value);

/// <summary>Fields in the order of the template.</summary>
internal sealed class ModelGroup
{
    public List<ModelValue> Fields { get; } = [];

    public object? ValueOf(string name) => Fields.FirstOrDefault(field => field.Name == name)?.Value;

    public override string ToString() => string.Concat(Fields.Select(field => $"{field.Name}={Show(field.Value)};"));

    private static string Show(object value) => value switch
    {
        byte[] bytes => $"x{Convert.ToHexString(bytes)}",
        ModelDecimal number => $"{number.Mantissa}e{number.Exponent}",
        ModelGroup group => $"{{{group}}}",
        List<ModelGroup> elements => $"[{string.Concat(elements.Select(element => $"{{{element}}}"))}]",
        ModelTemplate template => $"{template.Name}{{{template.Group}}}",
        _ => value.ToString()!,
    };

    /// <summary>The same text of what our decoder shows.</summary>
    public static string Show(FastFields fields)
    {
        System.Text.StringBuilder text = new();
        foreach (FastValue field in fields)
        {
            text.Append(field.Field.Name).Append('=');
            switch (field.Type)
            {
                case FastType.Group:
                    text.Append('{').Append(Show(field.Fields)).Append('}');
                    break;
                case FastType.Template:
                    text.Append(field.Template!.Name).Append('{').Append(Show(field.Fields)).Append('}');
                    break;
                case FastType.Sequence:
                    text.Append('[');
                    int count = 0;
                    foreach (FastFields element in field.Elements)
                    {
                        text.Append('{').Append(Show(element)).Append('}');
                        count++;
                    }

                    Assert.Equal(field.Count, count);
                    text.Append(']');
                    break;
                case FastType.Decimal:
                    text.Append(field.Mantissa).Append('e').Append(field.Exponent);
                    break;
                case FastType.UInt32 or FastType.UInt64:
                    text.Append(field.UInt64);
                    break;
                case FastType.Int32 or FastType.Int64:
                    text.Append(field.Int64);
                    break;
                default:
                    text.Append('x').Append(Convert.ToHexString(field.Bytes));
                    break;
            }

            text.Append(';');
        }

        return text.ToString();
    }
}

/// <summary>What a dynamic reference stands for.</summary>
internal sealed record ModelTemplate(string Name, ModelGroup Group);

/// <summary>What the model says of bytes or values that are wrong.</summary>
internal sealed class ModelException(FastErrorCode code) : Exception(code.ToString())
{
    public FastErrorCode Code { get; } = code;
}

/// <summary>What holds at a place of a template; the current template and type change while a message is read, not when templates are.</summary>
internal sealed record ModelContext(string Dictionary, string Space, string TemplateSpace, string Type, string Template)
{
    public ModelContext Within(XElement element)
    {
        ModelContext inner = this with
        {
            Dictionary = element.Attribute("dictionary")?.Value ?? Dictionary,
            Space = element.Attribute("ns")?.Value ?? Space,
            TemplateSpace = element.Attribute("templateNs")?.Value ?? TemplateSpace,
        };
        return inner;
    }

    public ModelContext Typed(XElement element) => element.Element("typeRef") is { } type
        ? this with { Type = $"{type.Attribute("ns")?.Value ?? Space}|{type.Attribute("name")!.Value}" }
        : this;
}

/// <summary>A field with an operator, as the model sees it when it comes to it.</summary>
internal sealed record ModelField(string Type, bool IsOptional, string Operator, string? Initial, string Key);
