using System.Numerics;
using System.Text;
using System.Xml.Linq;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>Random templates, and random messages of them.</summary>
internal sealed class FastMaker(Random random)
{
    private static readonly string[] Types = ["int32", "uInt32", "int64", "uInt64", "decimal", "string", "unicode", "byteVector"];
    private static readonly string[] Dictionaries = ["", "", "", "template", "type", "global", "mine", "yours"];
    private static readonly string[] Keys = ["", "", "", "", "k1", "k2"];
    private int _names;

    public string Templates()
    {
        _names = 0;
        int count = random.Next(1, 5);
        StringBuilder xml = new($"<templates{Dictionary()}{Space()}>");
        for (int template = 0; template < count; template++)
        {
            string reset = random.Next(8) == 0 ? " reset=\"yes\"" : "";
            xml.Append($"<template name=\"T{template}\" id=\"{template * template * 60}\"{reset}{Dictionary()}{Space()}>{TypeReference()}");
            
            // Now and then more bits than one word of a presence map has.
            xml.Append(Fields(random.Next(20) == 0 ? random.Next(60, 160) : random.Next(1, 12), 0, template));
            xml.Append("</template>");
        }

        return xml.Append("</templates>").ToString();
    }

    private string Dictionary() => Dictionaries[random.Next(Dictionaries.Length)] is { Length: > 0 } name ? $" dictionary=\"{name}\"" : "";

    private string Space() => random.Next(6) == 0 ? $" ns=\"n{random.Next(2)}\"" : "";

    private string TypeReference() => random.Next(4) == 0 ? $"<typeRef name=\"A{random.Next(3)}\"/>" : "";

    private string Fields(int count, int depth, int template)
    {
        StringBuilder xml = new();
        for (int field = 0; field < count; field++)
        {
            string presence = random.Next(2) == 0 ? " presence=\"optional\"" : "";
            string head = $" name=\"f{_names}\" id=\"{_names + 1}\"{presence}{Space()}";
            _names++;
            int kind = random.Next(24);
            if (kind == 0 && depth < 3)
            {
                xml.Append($"<group{head}{Dictionary()}>{TypeReference()}{Fields(random.Next(0, 5), depth + 1, template)}</group>");
            }
            else if (kind is 1 or 2 && depth < 3)
            {
                string length = random.Next(2) == 0 ? $"<length>{Operator("uInt32", presence.Length > 0)}</length>" : "";
                xml.Append($"<sequence{head}{Dictionary()}>{TypeReference()}{length}{Fields(random.Next(0, 6), depth + 1, template)}</sequence>");
            }
            else if (kind == 3 && template > 0)
            {
                // Only to those before: they do not refer back.
                xml.Append(random.Next(2) == 0 && depth < 2 ? $"<group name=\"f{_names}\"><templateRef name=\"T{random.Next(template)}\"/></group>"
                    : $"<group name=\"f{_names}\"><templateRef/></group>");
                _names++;
            }
            else
            {
                xml.Append(Field(head, presence.Length > 0));
            }
        }

        return xml.ToString();
    }

    private string Field(string head, bool isOptional)
    {
        string type = Types[random.Next(Types.Length)];
        if (type == "decimal" && random.Next(2) == 0)
        {
            string exponent = random.Next(5) == 0 ? "" : $"<exponent>{Operator("exponent", isOptional)}</exponent>";
            return $"<decimal{head}>{exponent}<mantissa>{Operator("int64", false)}</mantissa></decimal>";
        }

        string element = type == "unicode" ? "string" : type;
        string charset = type == "unicode" ? " charset=\"unicode\"" : "";
        return $"<{element}{head}{charset}>{Operator(type, isOptional)}</{element}>";
    }

    private string Operator(string type, bool isOptional)
    {
        string[] operators = type switch
        {
            "decimal" => ["", "constant", "default", "copy", "delta"],
            "string" or "unicode" or "byteVector" => ["", "constant", "default", "copy", "delta", "tail"],
            _ => ["", "constant", "default", "copy", "increment", "delta"],
        };
        string name = operators[random.Next(operators.Length)];
        bool needsValue = name == "constant" || (name == "default" && !isOptional);
        string value = needsValue || random.Next(2) == 0 ? $" value=\"{Literal(type)}\"" : "";
        string key = name is "constant" or "default" ? ""
            : (Keys[random.Next(Keys.Length)] is { Length: > 0 } given ? $" key=\"{given}{(random.Next(8) == 0 ? "" : type)}\"" : "") + Dictionary();
        return name.Length == 0 ? "" : $"<{name}{key}{value}/>";
    }

    private string Literal(string type) => type switch
    {
        "string" => "ABCD"[..random.Next(5)],
        "unicode" => "aé日d"[..random.Next(5)],
        "byteVector" => "00ff80AB"[..(random.Next(5) * 2)],
        "decimal" => new[] { "0", "1.5", "-12000", ".25", "100" }[random.Next(5)],
        "exponent" => $"{random.Next(-3, 4)}",
        _ => $"{random.Next(3)}",
    };

    /// <summary>Values for the fields of a template; most like those before.</summary>
    public ModelGroup Message(XElement root, XElement parent, int depth = 0)
    {
        ModelGroup group = new();
        Fill(root, parent, group, depth);
        return group;
    }

    private void Fill(XElement root, XElement parent, ModelGroup group, int depth)
    {
        foreach (XElement element in parent.Elements().Where(element => element.Name.LocalName is not ("typeRef" or "length")))
        {
            string? name = element.Attribute("name")?.Value;
            string kind = element.Name.LocalName;
            if (kind == "templateRef" && name is not null)
            {
                Fill(root, root.Elements("template").First(template => template.Attribute("name")!.Value == name), group, depth);
                continue;
            }

            if (element.Attribute("presence")?.Value == "optional" && random.Next(3) == 0)
            {
                continue;
            }

            object value = kind switch
            {
                "templateRef" => Reference(root, parent, depth),
                "group" => Message(root, element, depth + 1),
                "sequence" => Enumerable.Range(0, random.Next(depth > 1 ? 2 : 5)).Select(_ => Message(root, element, depth + 1)).ToList(),
                _ => Value(element),
            };
            group.Fields.Add(new ModelValue(name ?? "templateRef", value));
        }
    }

    // A template before the one that refers, so that it ends.
    private ModelTemplate Reference(XElement root, XElement from, int depth)
    {
        XElement template = from.AncestorsAndSelf("template").First();
        XElement[] earlier = [.. template.ElementsBeforeSelf("template")];
        XElement chosen = earlier[random.Next(earlier.Length)];
        return new ModelTemplate(chosen.Attribute("name")!.Value, Message(root, chosen, depth + 1));
    }

    private object Value(XElement element)
    {
        string type = element.Name.LocalName;
        string? constant = element.Element("constant")?.Attribute("value")?.Value;
        switch (type)
        {
            case "decimal":
                if (constant is not null)
                {
                    return new Dictionary<string, ModelDecimal>
                    {
                        ["0"] = new(0, 0), ["1.5"] = new(-1, 15), ["-12000"] = new(3, -12), [".25"] = new(-2, 25), ["100"] = new(2, 1),
                    }[constant];
                }

                string? exponent = element.Element("exponent")?.Element("constant")?.Attribute("value")?.Value;
                string? mantissa = element.Element("mantissa")?.Element("constant")?.Attribute("value")?.Value;
                return new ModelDecimal(exponent is null ? random.Next(20) == 0 ? random.Next(-63, 64) : random.Next(-3, 4) : int.Parse(exponent),
                    mantissa is null ? Number("int64") : BigInteger.Parse(mantissa));
            case "string" when element.Attribute("charset") is null:
                return constant is null ? Letters() : Encoding.ASCII.GetBytes(constant);
            case "string":
                return constant is null ? Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3).Select(_ => "aé日b"[random.Next(4)])))
                    : Encoding.UTF8.GetBytes(constant);
            case "byteVector":
                return constant is null ? Enumerable.Range(0, random.Next(5)).Select(_ => (byte)(random.Next(4) * 85)).ToArray()
                    : Convert.FromHexString(constant);
            default:
                return constant is null ? Number(type) : BigInteger.Parse(constant);
        }
    }

    private byte[] Letters() => random.Next(16) switch
    {
        0 => [],
        1 => [0, (byte)'A'],
        2 => [0],
        3 => Encoding.ASCII.GetBytes(new string('x', random.Next(300))),
        _ => Encoding.ASCII.GetBytes($"{"ABC"[random.Next(3)]}{"AB"[random.Next(2)]}{"CD"[random.Next(2)]}Z{(random.Next(4) == 0 ? "more" : "")}"),
    };

    private BigInteger Number(string type)
    {
        BigInteger min = type switch { "int32" => int.MinValue, "int64" => long.MinValue, _ => 0 };
        BigInteger max = type switch { "int32" => int.MaxValue, "uInt32" => uint.MaxValue, "int64" => long.MaxValue, _ => ulong.MaxValue };
        BigInteger value = random.Next(10) switch
        {
            0 => min,
            1 => max,
            2 => BigInteger.Pow(2, random.Next(64)) - random.Next(3),
            3 => -BigInteger.Pow(2, random.Next(64)) + random.Next(3),
            4 => random.Next(1_000_000),
            _ => random.Next(4),
        };
        return BigInteger.Max(min, BigInteger.Min(max, value));
    }
}
