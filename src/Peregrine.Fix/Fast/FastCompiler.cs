using System.Globalization;
using System.Xml.Linq;

namespace Peregrine.Fix.Fast;

/// <summary>Makes instructions of the XML of templates; static references become the fields that they stand for.</summary>
internal sealed partial class FastCompiler
{
    /// <summary>Most instructions: templates that refer to each other may be many more than their text.</summary>
    internal const int InstructionsMax = 1 << 16;

    // Deeper than any template, and far from what the stack of a decoder takes.
    private const int DepthMax = 32;

    private const int FaultsMax = 100;

    // Bits of one word of a presence map.
    private const int RunMax = 63;

    private const string Fast11 = "http://www.fixprotocol.org/ns/fast/td/1.1";

    // The elements of FAST 1.1 are also written without a namespace, and with those of the drafts before and the version behind.
    private static readonly HashSet<string> Spaces =
        [Fast11, "", "http://www.fixprotocol.org/ns/template-definition", "http://www.fixprotocol.org/ns/fast/td/1.2"];

    private readonly List<(XElement Element, FastScope Scope, FastTemplate Template)> _sources = [];
    private readonly Dictionary<string, int> _byName = [];
    private readonly Dictionary<string, int> _slots = new() { [""] = 0 };
    private readonly List<string> _types = [""];

    public FastProgram Program { get; } = new();

    /// <summary>What is wrong, each with its code, the first hundred; templates with faults are not made.</summary>
    public List<string> Faults { get; } = [];

    public void Compile(XElement root)
    {
        Program.Slots.Add(default);
        FastScope scope = FastScope.Outermost.Within(root);
        if (root.Name.LocalName == "template" && IsOurs(root))
        {
            Register(root, FastScope.Outermost);
        }
        else if (root.Name.LocalName == "templates" && IsOurs(root))
        {
            foreach (XElement element in root.Elements().Where(IsOurs))
            {
                switch (element.Name.LocalName)
                {
                    case "template":
                        Register(element, scope);
                        break;
                    case "define":
                        Define(element, scope);
                        break;
                    default:
                        Fault(scope, FastErrorCode.S1, $"element {element.Name.LocalName} is not known, expected template or define");
                        break;
                }
            }
        }
        else
        {
            Fault(scope, FastErrorCode.S1, $"the root is {root.Name}, expected templates or template of {Fast11}");
        }

        // Templates that a message names take the application type of the place where it does: types are found on the way.
        for (int type = 0; type < _types.Count && Faults.Count == 0; type++)
        {
            foreach ((XElement element, FastScope outer, FastTemplate template) in _sources)
            {
                Body(element, outer, template, type);
            }
        }

    }

    private void Register(XElement element, FastScope outer)
    {
        FastScope scope = outer.Within(element);
        string name = Text(element, "name");
        string idText = Text(element, "id").Trim();
        long id = -1;
        if (idText.Length > 0)
        {
            id = uint.TryParse(idText, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : -2;
        }

        // Qualified or not: FAST's session control has it in a namespace of its own, feeds write it without.
        string reset = (string?)element.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName == "reset") ?? "";
        FastTemplate template = new(name, scope.TemplateNamespace, id, reset.ToUpperInvariant() is "YES" or "Y" or "TRUE", _sources.Count);
        scope = scope with { Template = template.Index, Place = $"template {name}" };
        if (name.Length == 0)
        {
            Fault(scope, FastErrorCode.S1, "a template has no name");
        }

        if (id == -2)
        {
            Fault(scope, FastErrorCode.S1, $"id \"{idText}\" is no identifier, expected 0 to {uint.MaxValue}");
        }

        if (reset.ToUpperInvariant() is not ("" or "YES" or "Y" or "TRUE" or "NO" or "N" or "FALSE"))
        {
            Fault(scope, FastErrorCode.S1, $"reset is \"{reset}\", expected yes or no");
        }

        if (id >= 0 && Program.Templates.Any(other => other.Id == id))
        {
            Fault(scope, FastErrorCode.S1, $"id {id} is that of another template, too");
        }

        if (!_byName.TryAdd($"{scope.TemplateNamespace}\u0001{name}", template.Index))
        {
            Fault(scope, FastErrorCode.S1, "it is there twice");
        }

        _sources.Add((element, scope with { Path = [template.Index] }, template));
        Program.Templates.Add(template);
    }

    // Each template once for each application type that it may stand in, but only once if it has a type of its own.
    private void Body(XElement element, FastScope scope, FastTemplate template, int type)
    {
        if (type > 0 && Elements(element, "typeRef").Any())
        {
            Program.Bodies.Add(Program.Bodies[template.Index]);
            return;
        }

        int start = Program.Code.Count;
        List<FastField> fields = [];

        // The first bit is the template identifier's.
        int bits = 1 + Instructions(element, Typed(element, scope with { Type = _types[type] }), fields);
        Program.Bodies.Add(new FastBody(start, Program.Code.Count, bits));
        if (type == 0)
        {
            template.Fields = fields;
        }
    }

    private FastScope Typed(XElement element, FastScope scope)
    {
        XElement? reference = Elements(element, "typeRef").FirstOrDefault();
        if (reference is null)
        {
            return scope;
        }

        string name = Text(reference, "name");
        if (name.Length == 0)
        {
            Fault(scope, FastErrorCode.S1, "typeRef has no name");
        }

        return scope with { Type = $"{(string?)reference.Attribute("ns") ?? scope.Namespace}\u0002{name}" };
    }

    private int TypeIndex(string type)
    {
        int index = _types.IndexOf(type);
        if (index < 0)
        {
            index = _types.Count;
            _types.Add(type);
        }

        return index;
    }

    // Bits of the presence map that the instructions of an element take at most.
    private int Instructions(XElement parent, FastScope scope, List<FastField> fields)
    {
        int bits = 0;
        if (scope.Depth > DepthMax)
        {
            Fault(scope, FastErrorCode.S1, $"it is deeper than {DepthMax}");
            return 0;
        }

        List<int> starts = [];
        foreach (XElement element in parent.Elements().Where(IsOurs))
        {
            starts.Add(Program.Code.Count);
            if (Program.Code.Count > InstructionsMax)
            {
                Fault(scope, FastErrorCode.S1, $"the templates have more than {InstructionsMax} instructions, with those of their references");
                return bits;
            }

            bits += Instruction(element, parent.Name.LocalName == "sequence", scope, fields);
        }

        Join(starts);
        return bits;
    }

    private int Instruction(XElement element, bool isInSequence, FastScope scope, List<FastField> fields) => element.Name.LocalName switch
    {
        "typeRef" => 0,
        "length" when isInSequence => 0,
        "templateRef" => Reference(element, scope, fields),
        "group" => Group(element, scope, fields),
        "sequence" => Sequence(element, scope, fields),
        "field" => Declared(element, scope, fields),
        _ => Field(element, scope, fields),
    };

    // Optional defaults without a value that follow each other are absent together when all of their bits are zero.
    private void Join(List<int> starts)
    {
        int end = -1;
        int run = 0;
        foreach (int start in starts.AsEnumerable().Reverse().Where(start => start < Program.Code.Count))
        {
            FastInstruction instruction = Program.Code[start];
            bool isNever = instruction.UsesBit && Program.Slots[instruction.Slot].State == FastStore.Never;
            bool isJoined = isNever && instruction.End == end && run is > 0 and < RunMax;
            run = isJoined ? run + 1 : isNever ? 1 : 0;
            end = start;
            if (isNever)
            {
                int behind = isJoined ? Program.Code[instruction.End].Extra : instruction.End;
                Program.Code[start] = instruction with { Run = (byte)run, Extra = behind };
            }
        }
    }

    private int Reference(XElement element, FastScope scope, List<FastField> fields)
    {
        OnlyAttributes(element, scope, "name templateNs ns dictionary id");
        string name = Text(element, "name");
        if (name.Length == 0)
        {
            FastField field = new("templateRef", "", "", FastType.Template, FastOperator.None, false);
            Add(new FastInstruction { Op = FastOp.Template, Type = FastType.Template, Extra = TypeIndex(scope.Type) }, field);
            fields.Add(field);
            return 0;
        }

        string space = (string?)element.Attribute("templateNs") ?? scope.TemplateNamespace;
        if (!_byName.TryGetValue($"{space}\u0001{name}", out int target))
        {
            Fault(scope, FastErrorCode.D8, $"templateRef {name}: there is no such template");
            return 0;
        }

        if (scope.Path.Contains(target))
        {
            Fault(scope, FastErrorCode.S1, $"templateRef {name}: the template refers to itself");
            return 0;
        }

        (XElement body, FastScope own, _) = _sources[target];
        FastScope inner = own with { Type = scope.Type, Path = [.. scope.Path, target], Depth = scope.Depth + 1 };
        return Instructions(body, Typed(body, inner), fields);
    }

    private int Add(FastInstruction instruction, FastField field)
    {
        instruction.Tag = field.Tag;
        instruction.End = Program.Code.Count + 1;
        field.Index = Program.Code.Count;
        Program.Code.Add(instruction);
        Program.Fields.Add(field);
        return field.Index;
    }

    private void Fault(FastScope scope, FastErrorCode code, string text)
    {
        // One fault of a template stands in all that refer to it.
        string fault = $"{code}: {scope.Place}: {text}";
        if (Faults.Count < FaultsMax && !Faults.Contains(fault))
        {
            Faults.Add(fault);
        }
    }

    private static bool IsOurs(XElement element) => Spaces.Contains(element.Name.NamespaceName);

    private static IEnumerable<XElement> Elements(XElement element, string name) =>
        element.Elements().Where(child => child.Name.LocalName == name && IsOurs(child));

    private static string Text(XElement element, string name) => (string?)element.Attribute(name) ?? "";

    // A misspelt presence would be other bytes on the wire: attributes without a namespace are those of the schema.
    private void OnlyAttributes(XElement element, FastScope scope, string known)
    {
        string[] names = known.Split(' ');
        foreach (XAttribute attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration
            && attribute.Name.NamespaceName.Length == 0 && !names.Contains(attribute.Name.LocalName)))
        {
            string place = $"{element.Name.LocalName} {Text(element, "name")}";
            Fault(scope, FastErrorCode.S1, $"{place}: attribute {attribute.Name} is not known, expected {known}");
        }
    }
}
