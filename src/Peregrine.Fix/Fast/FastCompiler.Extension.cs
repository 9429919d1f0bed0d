using System.Globalization;
using System.Xml.Linq;

namespace Peregrine.Fix.Fast;

// FAST 1.2: what it adds is other words for what FAST 1.1 has, so its elements become those.
internal sealed partial class FastCompiler
{
    private const int MembersMax = 1 << 16;
    private const int BitsMax = 64;

    // Of types that stand for each other.
    private const int TypesMax = 32;

    private readonly Dictionary<string, XElement> _defines = [];

    // A type under a name: <define name="Side"><enum>...</enum></define>.
    private void Define(XElement element, FastScope scope)
    {
        OnlyAttributes(element, scope, "name");
        string name = Text(element, "name");
        XElement[] types = [.. element.Elements().Where(IsOurs)];
        if (name.Length == 0)
        {
            Fault(scope, FastErrorCode.S1, "define has no name");
        }
        else if (types.Length != 1)
        {
            Fault(scope, FastErrorCode.S1, $"define {name} has {types.Length} types, expected one");
        }
        else if (!_defines.TryAdd(name, types[0]))
        {
            Fault(scope, FastErrorCode.S1, $"define {name} is there twice");
        }
    }

    // A field with its type inside: <field name="Side" id="54"><type name="Side"><copy/></type></field>.
    private int Declared(XElement element, FastScope scope, List<FastField> fields)
    {
        OnlyAttributes(element, scope, "name ns id presence dictionary");
        string name = $"field {Text(element, "name")}";
        XElement[] types = [.. element.Elements().Where(IsOurs)];
        if (types.Length != 1)
        {
            Fault(scope, FastErrorCode.S1, $"{name} has {types.Length} types, expected one");
            return 0;
        }

        if (Resolve(types[0], scope, name) is not { } type)
        {
            return 0;
        }

        if (type.Name.LocalName == "field")
        {
            Fault(scope, FastErrorCode.S1, $"{name} has a field in it, expected a type");
            return 0;
        }

        XElement made = Merge(type, element, scope, name);
        return Instruction(made, isInSequence: false, scope, fields);
    }

    // The element that says what a type is; operators and presence of a reference come before those of what it stands for.
    private XElement? Resolve(XElement type, FastScope scope, string what)
    {
        XElement found = type;
        for (int step = 0; found.Name.LocalName == "type"; step++)
        {
            OnlyAttributes(found, scope, "name presence");
            string name = Text(found, "name");
            if (!_defines.TryGetValue(name, out XElement? defined))
            {
                Fault(scope, FastErrorCode.S1, $"{what}: type {name} is not known, expected the name of a define");
                return null;
            }

            if (step == TypesMax)
            {
                Fault(scope, FastErrorCode.S1, $"{what}: type {name} stands for itself, or for one of more than {TypesMax} others");
                return null;
            }

            found = Merge(defined, found, scope, what);
        }

        return found;
    }

    // A type as it is where it is used.
    private XElement Merge(XElement type, XElement use, FastScope scope, string what)
    {
        XElement made = new(type.Name, type.Attributes().Where(attribute => type.Name.LocalName == "type" || attribute.Name != "name"));
        bool isField = use.Name.LocalName == "field";
        foreach (XAttribute attribute in use.Attributes().Where(attribute => isField || attribute.Name != "name"))
        {
            if (attribute.Name == "presence" && made.Attribute("presence") is { } presence && presence.Value != attribute.Value)
            {
                Fault(scope, FastErrorCode.S1, $"{what} is {attribute.Value}, and its type {presence.Value}");
            }

            if (!attribute.IsNamespaceDeclaration)
            {
                made.SetAttributeValue(attribute.Name, attribute.Value);
            }
        }

        XElement[] own = isField ? [] : [.. use.Elements().Where(IsOurs)];
        bool hasOwn = own.Length > 0;
        made.Add(type.Elements().Where(child => !hasOwn || !Operators.Split(' ').Contains(child.Name.LocalName)));
        made.Add(own);
        return made;
    }

    private static FastType WireTypeOf(string name) => name switch
    {
        "boolean" or "enum" => FastType.UInt32,
        "set" => FastType.UInt64,
        "timestamp" => FastType.Int64,
        _ => 0,
    };

    private static string AttributesOf(string name) => name switch
    {
        "string" => "name ns id presence charset",
        "timestamp" => "name ns id presence unit epoch",
        _ => "name ns id presence",
    };

    // What the field's number stands for.
    private void Mark(FastField field, XElement element, FastScope scope)
    {
        switch (element.Name.LocalName)
        {
            case "boolean":
                field.Kind = FastKind.Boolean;
                break;
            case "enum":
                field.Kind = FastKind.Enumeration;
                field.Members = Members(element, scope, isSet: false);
                break;
            case "set":
                field.Kind = FastKind.Set;
                field.Members = Members(element, scope, isSet: true);
                break;
            case "timestamp":
                field.Kind = FastKind.Timestamp;
                field.TimeUnit = UnitOf(Text(element, "unit"), scope);
                field.Epoch = Text(element, "epoch") == "today" ? FastEpoch.Today : FastEpoch.Unix;
                if (Text(element, "epoch") is not ("" or "unix" or "today"))
                {
                    Fault(scope, FastErrorCode.S1, $"epoch is \"{Text(element, "epoch")}\", expected unix or today");
                }

                break;
            default:
                break;
        }
    }

    private FastTimeUnit UnitOf(string name, FastScope scope)
    {
        FastTimeUnit unit = name switch
        {
            "day" => FastTimeUnit.Day,
            "second" => FastTimeUnit.Second,
            "millisecond" => FastTimeUnit.Millisecond,
            "microsecond" => FastTimeUnit.Microsecond,
            "nanosecond" => FastTimeUnit.Nanosecond,
            _ => FastTimeUnit.None,
        };
        if (unit == FastTimeUnit.None)
        {
            Fault(scope, FastErrorCode.S1, $"unit is \"{name}\", expected day, second, millisecond, microsecond or nanosecond");
        }

        return unit;
    }

    private List<FastMember> Members(XElement element, FastScope scope, bool isSet)
    {
        List<FastMember> members = [];
        HashSet<string> names = [];
        HashSet<ulong> values = [];
        ulong next = isSet ? 1UL : 0;
        int most = isSet ? BitsMax : MembersMax;
        foreach (XElement child in Elements(element, "element"))
        {
            OnlyAttributes(child, scope, "name id value");
            (string name, string given) = (Text(child, "name"), Text(child, "value").Trim());
            ulong value = next;
            bool isGood = given.Length == 0 || ulong.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out value);
            isGood &= members.Count < most && (isSet ? ulong.IsPow2(value) : value <= uint.MaxValue);
            if (name.Length == 0 || !names.Add(name))
            {
                Fault(scope, FastErrorCode.S1, $"element \"{name}\": expected a name of its own");
            }
            else if (!isGood)
            {
                string expected = isSet ? "a power of two, of 64 elements at most" : $"0 to {uint.MaxValue}, of {MembersMax} elements at most";
                Fault(scope, FastErrorCode.S1, $"element {name} has the value \"{given}\", expected {expected}");
            }
            else if (!values.Add(value))
            {
                Fault(scope, FastErrorCode.S1, $"element {name} has the value {value}, which another one has");
            }

            members.Add(new FastMember(name, Text(child, "id"), value));
            next = isSet ? value << 1 : value + 1;
        }

        if (members.Count == 0)
        {
            Fault(scope, FastErrorCode.S1, $"{element.Name.LocalName} has no element, expected one at least");
        }

        return members;
    }

    // An initial value: a number as it is sent, or a name.
    private static string InitialTextOf(FastField field, string value)
    {
        bool isNumber = value.Trim() is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);
        return field.Kind is FastKind.Plain or FastKind.Timestamp || isNumber ? value
            : field.TryParse(value.Trim(), out ulong number) ? number.ToString(CultureInfo.InvariantCulture)
            : value;
    }
}
