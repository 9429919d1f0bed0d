namespace Peregrine.Fix.Fast;

public sealed partial class FastEncoder
{
    // Where the fields of a group are looked for: those of a decoded message come in the order of the instructions.
    private ref struct Cursor(FastFields fields)
    {
        public readonly FastFields Fields = fields;
        public int At = fields.Start;
    }

    private bool Body(ref FastOutput output, ref MapOutput map, FastFields fields, int start, int end, int depth)
    {
        if (depth > _options.DepthMax)
        {
            return Fail(FastErrorCode.TooDeep, -1, depth, _options.DepthMax);
        }

        Cursor cursor = new(fields);
        for (int index = start; index < end; index = _code[index].End)
        {
            int at = Find(ref cursor, index);
            ref readonly FastInstruction instruction = ref _code[index];
            FastEntry entry = at < 0 ? default : fields.Source.Entries[at];
            if (at < 0 && instruction is { IsOptional: false, Op: not FastOp.Constant })
            {
                return Fail(FastErrorCode.Missing, index);
            }

            bool isWritten = instruction.Type switch
            {
                FastType.Decimal => Decimal(ref output, ref map, index, at >= 0, entry),
                FastType.Ascii or FastType.Unicode or FastType.Bytes => Bytes(ref output, ref map, index, at >= 0, Of(fields.Source, entry)),
                FastType.Group => Group(ref output, ref map, fields.Source, index, at, depth),
                FastType.Sequence => Sequence(ref output, ref map, fields.Source, index, at, depth),
                FastType.Template => Reference(ref output, fields.Source, index, at, depth),
                _ => Number(ref output, ref map, index, at >= 0, entry.Value),
            };
            if (!isWritten)
            {
                return false;
            }
        }

        return true;
    }

    // The entry of an instruction; -1 when there is none.
    private int Find(ref Cursor cursor, int index)
    {
        FastEntry[] entries = cursor.Fields.Source.Entries;
        int at = cursor.At;
        if (at < cursor.Fields.End && entries[at].Code == index)
        {
            cursor.At = Behind(entries, at);
            return at;
        }

        if (_isOrdered)
        {
            return -1;
        }

        at = cursor.Fields.Start;
        while (at < cursor.Fields.End && entries[at].Code != index)
        {
            at = Behind(entries, at);
        }

        return at < cursor.Fields.End ? at : -1;
    }

    private int Behind(FastEntry[] entries, int at) => at + 1 + (_code[entries[at].Code].Type >= FastType.Group ? entries[at].Size : 0);

    private static ReadOnlySpan<byte> Of(FastSource source, FastEntry entry) => entry.Value < 0
        ? source.Data.Slice((int)~entry.Value, entry.Size)
        : source.Slab.AsSpan((int)entry.Value, entry.Size);

    private bool Group(ref FastOutput output, ref MapOutput map, FastSource source, int index, int at, int depth)
    {
        if (_code[index].IsOptional)
        {
            output.Bit(ref map, at >= 0);
        }

        return at < 0 || Segment(ref output, ref map, source, index, index + 1, at, depth);
    }

    private bool Sequence(ref FastOutput output, ref MapOutput map, FastSource source, int index, int at, int depth)
    {
        long count = at < 0 ? 0 : source.Entries[at].Value;
        if (count > _options.SequenceLengthMax)
        {
            return Fail(FastErrorCode.SequenceTooLong, index, count, _options.SequenceLengthMax);
        }

        if (!Number(ref output, ref map, index + 1, at >= 0, count))
        {
            return false;
        }

        int element = at + 1;
        for (int place = 0; place < count; place++)
        {
            if (!Segment(ref output, ref map, source, index, index + 2, element, depth))
            {
                return false;
            }

            element += 1 + source.Entries[element].Size;
        }

        return true;
    }

    // The fields inside of an entry: a group or an element.
    private bool Segment(ref FastOutput output, ref MapOutput map, FastSource source, int index, int start, int at, int depth)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        FastFields fields = new(source, at + 1, at + 1 + source.Entries[at].Size);
        if (!instruction.HasMap)
        {
            return Body(ref output, ref map, fields, start, instruction.End, depth + 1);
        }

        MapOutput own = output.OpenMap(instruction.Extra);
        if (!Body(ref output, ref own, fields, start, instruction.End, depth + 1))
        {
            return false;
        }

        output.CloseMap(in own);
        return true;
    }

    private bool Reference(ref FastOutput output, FastSource source, int index, int at, int depth)
    {
        FastTemplate? outer = _template;
        FastEntry entry = source.Entries[at];
        _template = Templates.All[(int)entry.Value];
        FastBody body = Templates.BodyOf(_template.Index, _code[index].Extra);
        MapOutput own = output.OpenMap(body.Bits);
        FastFields fields = new(source, at + 1, at + 1 + entry.Size);
        if (!Head(ref output, ref own) || !Body(ref output, ref own, fields, body.Start, body.End, depth + 1))
        {
            return false;
        }

        output.CloseMap(in own);
        _template = outer;
        return true;
    }
}
