using System.Text;
using System.Xml.Linq;

namespace Peregrine.Fix.Fast;

internal sealed partial class FastCompiler
{
    private const string Operators = "constant default copy increment delta tail";

    private int Group(XElement element, FastScope outer, List<FastField> fields)
    {
        FastScope scope = Enter(element, outer, "name ns id presence dictionary");
        FastField field = Named(element, scope, FastType.Group, FastOperator.None);
        int head = Add(new FastInstruction { Op = FastOp.Group, Type = FastType.Group, Bias = BiasOf(field) }, field);
        List<FastField> inside = [];
        int bits = Instructions(element, Typed(element, scope), inside);
        field.Fields = inside;
        fields.Add(field);
        Close(head, bits);
        return field.IsOptional ? 1 : 0;
    }

    private int Sequence(XElement element, FastScope outer, List<FastField> fields)
    {
        FastScope scope = Enter(element, outer, "name ns id presence dictionary");
        FastField field = Named(element, scope, FastType.Sequence, FastOperator.None);
        int head = Add(new FastInstruction { Op = FastOp.Sequence, Type = FastType.Sequence, Bias = BiasOf(field) }, field);
        XElement? length = Elements(element, "length").FirstOrDefault();
        FastScope lengthScope = length is null ? scope : scope.Within(length);
        string name = length is null ? "" : Text(length, "name");
        FastField lengthField = new(name.Length > 0 ? name : $"{field.Name}.length", lengthScope.Namespace,
            length is null ? "" : Text(length, "id"), FastType.UInt32, OperatorOf(length, scope, field.Name, out XElement? op), field.IsOptional);
        if (length is not null)
        {
            OnlyAttributes(length, scope, "name ns id");
        }

        // A length without a name has one that no field can have.
        string key = name.Length > 0 ? name : $"{field.Name}\u0002length";
        int bits = Simple(lengthField, op, lengthScope, key);
        field.Length = lengthField;
        List<FastField> inside = [];
        int own = Instructions(element, Typed(element, scope), inside);
        field.Fields = inside;
        fields.Add(field);
        Close(head, own);
        return bits;
    }

    private void Close(int head, int bits) => Program.Code[head] = Program.Code[head] with
    {
        End = Program.Code.Count,
        HasMap = bits > 0,
        Extra = bits,
    };

    private int Field(XElement element, FastScope outer, List<FastField> fields)
    {
        FastType type = element.Name.LocalName switch
        {
            "int32" => FastType.Int32,
            "uInt32" => FastType.UInt32,
            "int64" => FastType.Int64,
            "uInt64" => FastType.UInt64,
            "decimal" => FastType.Decimal,
            "byteVector" => FastType.Bytes,
            "string" => Text(element, "charset") == "unicode" ? FastType.Unicode : FastType.Ascii,
            _ => WireTypeOf(element.Name.LocalName),
        };
        if (type == 0 && element.Name.LocalName is "bitGroup" or "int8" or "uInt8" or "int16" or "uInt16")
        {
            Fault(outer, FastErrorCode.S1, $"element {element.Name.LocalName} of FAST 1.2 is not supported");
            return 0;
        }

        if (type == 0)
        {
            Fault(outer, FastErrorCode.S1, $"element {element.Name.LocalName} is not known, expected a field, a group, a sequence or templateRef");
            return 0;
        }

        FastScope scope = Enter(element, outer, AttributesOf(element.Name.LocalName));
        if (Text(element, "charset") is not ("" or "ascii" or "unicode"))
        {
            Fault(scope, FastErrorCode.S1, $"charset is \"{Text(element, "charset")}\", expected ascii or unicode");
        }

        if (type == FastType.Decimal && (Elements(element, "exponent").Any() || Elements(element, "mantissa").Any()))
        {
            FastField parts = Named(element, scope, type, FastOperator.None);
            fields.Add(parts);
            return Parts(element, parts, scope);
        }

        FastField field = Named(element, scope, type, OperatorOf(element, scope, "", out XElement? op));
        Mark(field, element, scope);
        fields.Add(field);
        return Simple(field, op, scope, field.Name);
    }

    private int Parts(XElement element, FastField field, FastScope scope)
    {
        int head = Add(new FastInstruction { Op = FastOp.DecimalParts, Type = FastType.Decimal, Bias = BiasOf(field) }, field);
        foreach (XElement child in element.Elements().Where(child => IsOurs(child) && child.Name.LocalName is not ("exponent" or "mantissa")))
        {
            Fault(scope, FastErrorCode.S1, $"element {child.Name.LocalName} beside exponent or mantissa, expected operators inside of them");
        }

        FastOperator first = OperatorOf(Elements(element, "exponent").FirstOrDefault(), scope, "exponent", out XElement? exponent);
        FastOperator second = OperatorOf(Elements(element, "mantissa").FirstOrDefault(), scope, "mantissa", out XElement? mantissa);

        // The mantissa is there whenever the exponent is, and so mandatory.
        FastField power = new(field.Name, field.Namespace, field.Id, FastType.Int32, first, field.IsOptional);
        FastField number = new(field.Name, field.Namespace, field.Id, FastType.Int64, second, false);
        int bits = Simple(power, exponent, scope, $"{field.Name}\u0002exponent") + Simple(number, mantissa, scope, $"{field.Name}\u0002mantissa");
        FastInstruction front = Program.Code[head + 1];
        bool isAbsent = front is { Op: FastOp.SignedDefault, HasInitial: false };
        bool isQuick = front.Op == FastOp.SignedDefault && Program.Code[head + 2].Op == FastOp.SignedDelta;
        Program.Code[head] = Program.Code[head] with
        {
            End = Program.Code.Count,
            UsesBit = isAbsent,
            Slot = front.Slot,
            Quick = isQuick && !isAbsent ? FastQuick.Parts : FastQuick.None,
        };
        if (Program.Code[head + 1] is { HasInitial: true, Initial: < -63 or > 63 })
        {
            Fault(scope, FastErrorCode.S3, "the exponent's value is beyond -63 to 63");
        }

        return bits;
    }

    private FastScope Enter(XElement element, FastScope outer, string attributes)
    {
        OnlyAttributes(element, outer, attributes);
        FastScope scope = outer.Within(element);
        string name = Text(element, "name");
        scope = scope with { Place = $"{outer.Place}, {element.Name.LocalName} {name}", Depth = outer.Depth + 1 };
        if (name.Length == 0)
        {
            Fault(outer, FastErrorCode.S1, $"{element.Name.LocalName} has no name");
        }

        if (Text(element, "presence") is not ("" or "mandatory" or "optional"))
        {
            Fault(scope, FastErrorCode.S1, $"presence is \"{Text(element, "presence")}\", expected mandatory or optional");
        }

        return scope;
    }

    private static FastField Named(XElement element, FastScope scope, FastType type, FastOperator op) =>
        new(Text(element, "name"), scope.Namespace, Text(element, "id").Trim(), type, op, Text(element, "presence") == "optional");

    private static byte BiasOf(FastField field) => field.IsOptional ? (byte)1 : (byte)0;

    private FastOperator OperatorOf(XElement? parent, FastScope scope, string what, out XElement? op)
    {
        op = null;
        foreach (XElement child in parent?.Elements().Where(IsOurs) ?? [])
        {
            string name = child.Name.LocalName;
            if (name == "length" && parent!.Name.LocalName is "string" or "byteVector")
            {
                continue; // only a handle: the length is that of the value
            }

            if (name == "element" && parent!.Name.LocalName is "enum" or "set")
            {
                continue;
            }

            if (!Operators.Split(' ').Contains(name) || op is not null)
            {
                Fault(scope, FastErrorCode.S1, $"{what} element {name} is not expected: one of {Operators}, once");
                continue;
            }

            op = child;
        }

        return op?.Name.LocalName switch
        {
            "constant" => FastOperator.Constant,
            "default" => FastOperator.Default,
            "copy" => FastOperator.Copy,
            "increment" => FastOperator.Increment,
            "delta" => FastOperator.Delta,
            "tail" => FastOperator.Tail,
            _ => FastOperator.None,
        };
    }

    // A field with a value of its own; bits of the presence map that it takes.
    private int Simple(FastField field, XElement? op, FastScope scope, string key)
    {
        bool isNumber = field.Type is FastType.Int32 or FastType.UInt32 or FastType.Int64 or FastType.UInt64;
        bool isBytes = field.Type is FastType.Ascii or FastType.Unicode or FastType.Bytes;
        FastInstruction instruction = new()
        {
            Type = field.Type,
            Operator = field.Operator,
            Bias = BiasOf(field),
            Shift = field.Type is FastType.Int32 or FastType.UInt32 ? (byte)32 : (byte)0,
            Assigned = FastStore.AssignedState(field.Type),
            Slot = -1,
        };
        if ((field.Operator == FastOperator.Increment && !isNumber) || (field.Operator == FastOperator.Tail && !isBytes))
        {
            Fault(scope, FastErrorCode.S2, $"operator {op!.Name.LocalName} is not for {field.Type}");
        }

        if (op is not null)
        {
            OnlyAttributes(op, scope, field.Operator is FastOperator.Constant or FastOperator.Default ? "value" : "value key ns dictionary");
            Initial(op, field, scope, ref instruction);
        }

        if (field.Operator is FastOperator.Copy or FastOperator.Increment or FastOperator.Delta or FastOperator.Tail)
        {
            string given = Text(op!, "key");
            string slot = scope.Within(op!).KeyOf(given.Length > 0 ? scope.Within(op!).Namespace : field.Namespace, given.Length > 0 ? given : key);
            if (!_slots.TryGetValue(slot, out instruction.Slot))
            {
                instruction.Slot = Program.Slots.Count;
                _slots.Add(slot, instruction.Slot);
                Program.Slots.Add(default);
            }
        }
        else if (field.Operator == FastOperator.Default || (field.Operator == FastOperator.Constant && field.IsOptional))
        {
            // What is not sent is in a slot, for whatever reason: a default is one that never changes.
            bool isThere = field.Operator == FastOperator.Default && instruction.HasInitial;
            instruction.Slot = Program.Slots.Count;
            Program.Slots.Add(new FastSlot
            {
                Value = instruction.Initial,
                Size = instruction.InitialSize,
                State = isThere ? instruction.Assigned : FastStore.Never,
            });
        }

        instruction.Op = OpOf(field);
        instruction.Quick = QuickOf(instruction.Op);
        instruction.UsesBit = field.Operator is FastOperator.Default or FastOperator.Copy or FastOperator.Increment or FastOperator.Tail
            || (field.Operator == FastOperator.Constant && field.IsOptional);
        instruction.Keeps = field.Operator is FastOperator.Copy or FastOperator.Increment;
        instruction.Step = field.Operator == FastOperator.Increment ? (byte)1 : (byte)0;
        _ = Add(instruction, field);
        return instruction.UsesBit ? 1 : 0;
    }

    private void Initial(XElement op, FastField field, FastScope scope, ref FastInstruction instruction)
    {
        string? value = (string?)op.Attribute("value");
        if (value is null)
        {
            if (field.Operator == FastOperator.Constant)
            {
                Fault(scope, FastErrorCode.S4, "a constant has no value");
            }
            else if (field.Operator == FastOperator.Default && !field.IsOptional)
            {
                Fault(scope, FastErrorCode.S5, "a mandatory field with a default has no value");
            }

            return;
        }

        value = InitialTextOf(field, value);
        byte[]? bytes = null;
        FastErrorCode code = FastErrorCode.None;
        switch (field.Type)
        {
            case FastType.Decimal:
                code = FastLiteral.Decimal(value, out instruction.Initial, out instruction.InitialSize);
                break;
            case FastType.Ascii or FastType.Unicode:
                bytes = Encoding.UTF8.GetBytes(value);
                code = field.Type == FastType.Ascii && !Ascii.IsValid(value) ? FastErrorCode.R3 : FastErrorCode.None;
                break;
            case FastType.Bytes:
                code = FastLiteral.Bytes(value, out bytes);
                break;
            default:
                code = FastLiteral.Integer(value, field.Type, out instruction.Initial);
                break;
        }

        if (code != FastErrorCode.None)
        {
            Fault(scope, FastErrorCode.S3, $"value \"{value}\" is none of {field.Type} ({code})");
        }

        instruction.HasInitial = true;
        if (bytes is not null)
        {
            (instruction.Initial, instruction.InitialSize) = (Program.Constants.Count, bytes.Length);
            Program.Constants.AddRange(bytes);
        }
    }

    private static FastQuick QuickOf(FastOp op) => op switch
    {
        FastOp.UnsignedNone or FastOp.UnsignedDefault or FastOp.UnsignedCopy or FastOp.UnsignedIncrement => FastQuick.Unsigned,
        FastOp.SignedNone or FastOp.SignedDefault or FastOp.SignedCopy or FastOp.SignedIncrement => FastQuick.Signed,
        FastOp.UnsignedDelta or FastOp.SignedDelta => FastQuick.Delta,
        FastOp.AsciiNone or FastOp.AsciiDefault or FastOp.AsciiCopy => FastQuick.Text,
        FastOp.Constant => FastQuick.Constant,
        _ => FastQuick.None,
    };

    private static FastOp OpOf(FastField field)
    {
        if (field.Operator == FastOperator.Constant)
        {
            return field.IsOptional ? FastOp.ConstantOptional : FastOp.Constant;
        }

        FastOp first = field.Type switch
        {
            FastType.Int32 or FastType.Int64 => FastOp.SignedNone,
            FastType.UInt32 or FastType.UInt64 => FastOp.UnsignedNone,
            FastType.Decimal => FastOp.DecimalNone,
            FastType.Ascii => FastOp.AsciiNone,
            _ => FastOp.BytesNone,
        };
        int place = field.Operator switch
        {
            FastOperator.None => 0,
            FastOperator.Default => 1,
            FastOperator.Copy => 2,
            FastOperator.Increment => 3,
            FastOperator.Delta when first is FastOp.SignedNone or FastOp.UnsignedNone => 4,
            FastOperator.Delta => 3,
            _ => 4,
        };
        return (FastOp)((int)first + place);
    }
}
