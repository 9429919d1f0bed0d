namespace Peregrine.Fix.Fast;

/// <summary>A view of one decoded message: its fields where they lie. Gone when its decoder gets the next one, or the buffer goes.</summary>
public readonly ref struct FastMessage
{
    internal FastMessage(FastDecoder decoder, FastTemplate template, ReadOnlySpan<byte> data)
    {
        Template = template;
        Fields = new FastFields(new FastSource(decoder.Templates, decoder.Entries, decoder.Slab, data), 0, decoder.Count);
    }

    /// <summary>The template that it is of.</summary>
    public FastTemplate Template { get; }

    /// <summary>Its fields, those that are there, in the order of the template.</summary>
    public FastFields Fields { get; }

    /// <summary>The first field with a tag (auxiliary identifier), not looked for inside of groups and sequences.</summary>
    public bool TryGet(int tag, out FastValue value) => Fields.TryGet(tag, out value);
}

/// <summary>Where a view looks.</summary>
internal readonly ref struct FastSource(FastTemplates templates, FastEntry[] entries, byte[] slab, ReadOnlySpan<byte> data)
{
    public readonly FastTemplates Templates = templates;
    public readonly FastInstruction[] Code = templates.Code;
    public readonly FastEntry[] Entries = entries;
    public readonly byte[] Slab = slab;
    public readonly ReadOnlySpan<byte> Data = data;
}

/// <summary>The fields of a message, of a group, or of one element of a sequence: those that are there, in the order of the template.</summary>
public readonly ref struct FastFields
{
    private readonly FastSource _source;
    private readonly int _start;
    private readonly int _end;

    internal FastFields(FastSource source, int start, int end)
    {
        _source = source;
        (_start, _end) = (start, end);
    }

    internal FastSource Source => _source;

    internal int Start => _start;

    internal int End => _end;

    /// <summary>The first field with a tag (auxiliary identifier), not looked for inside of groups and sequences.</summary>
    public bool TryGet(int tag, out FastValue value)
    {
        FastInstruction[] code = _source.Code;
        for (int at = _start; at < _end; at++)
        {
            FastEntry entry = _source.Entries[at];
            ref readonly FastInstruction instruction = ref code[entry.Code];
            if (instruction.Tag == tag && tag != 0)
            {
                value = new FastValue(_source, at);
                return true;
            }

            at += instruction.Type >= FastType.Group ? entry.Size : 0;
        }

        value = default;
        return false;
    }

    /// <summary>The first field with a name, in any namespace, not looked for inside of groups and sequences.</summary>
    public bool TryGet(string name, out FastValue value)
    {
        foreach (FastValue field in this)
        {
            if (field.Field.Name == name)
            {
                value = field;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The fields one by one.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Goes from field to field; what is inside of a group or sequence is passed over.</summary>
    public ref struct Enumerator
    {
        private readonly FastSource _source;
        private readonly int _end;
        private int _at;
        private int _next;

        internal Enumerator(FastFields fields)
        {
            _source = fields._source;
            (_next, _end) = (fields._start, fields._end);
        }

        /// <summary>The field.</summary>
        public readonly FastValue Current => new(_source, _at);

        /// <summary>Goes to the next field.</summary>
        public bool MoveNext()
        {
            if (_next >= _end)
            {
                return false;
            }

            FastEntry entry = _source.Entries[_next];
            _at = _next;
            _next += 1 + (_source.Code[entry.Code].Type >= FastType.Group ? entry.Size : 0);
            return true;
        }
    }
}

/// <summary>One field of a decoded message.</summary>
public readonly ref struct FastValue
{
    private readonly FastSource _source;
    private readonly int _at;

    internal FastValue(FastSource source, int at)
    {
        _source = source;
        _at = at;
    }

    /// <summary>What the template says of it.</summary>
    public FastField Field => _source.Templates.Fields[Entry.Code];

    /// <summary>What it is.</summary>
    public FastType Type => _source.Code[Entry.Code].Type;

    /// <summary>A whole number; of UInt64 its 64 bits, see <see cref="UInt64"/>.</summary>
    public long Int64 => Entry.Value;

    /// <summary>A whole number of an unsigned type.</summary>
    public ulong UInt64 => (ulong)Entry.Value;

    /// <summary>What the number of an enumeration stands for; null for a number that is none of the field's members, and for other fields.</summary>
    public FastMember? Member => Field is { Kind: FastKind.Enumeration } known ? known.MemberOf(UInt64) : null;

    /// <summary>Whether a set has a member; false for other fields.</summary>
    public bool Has(FastMember member) => Field.Kind == FastKind.Set && (UInt64 & member.Value) != 0;

    /// <summary>A boolean.</summary>
    /// <returns>False for a number that is none, and for other fields.</returns>
    public bool TryGetBoolean(out bool value)
    {
        value = UInt64 == 1;
        return Field.Kind == FastKind.Boolean && UInt64 <= 1;
    }

    /// <summary>A timestamp as nanoseconds since its <see cref="FastField.Epoch"/>.</summary>
    /// <returns>False when 64 bits do not hold them, and for other fields.</returns>
    public bool TryGetTimestamp(out long ns)
    {
        Int128 whole = (Int128)Int64 * Field.UnitNs;
        ns = unchecked((long)whole);
        return Field.Kind == FastKind.Timestamp && whole == ns;
    }

    /// <summary>The mantissa of a decimal.</summary>
    public long Mantissa => Entry.Value;

    /// <summary>The exponent of a decimal: the value is mantissa x 10^exponent.</summary>
    public int Exponent => Type == FastType.Decimal ? Entry.Size : 0;

    /// <summary>The bytes of a string, UTF-8 or ASCII, or of a byte vector; empty for others.</summary>
    public ReadOnlySpan<byte> Bytes => Type is not (FastType.Ascii or FastType.Unicode or FastType.Bytes) ? default
        : Entry.Value < 0
            ? _source.Data.Slice((int)~Entry.Value, Entry.Size)
            : _source.Slab.AsSpan((int)Entry.Value, Entry.Size);

    /// <summary>How many elements a sequence has; 0 for others.</summary>
    public int Count => Type == FastType.Sequence ? (int)Entry.Value : 0;

    /// <summary>The template that a field of type Template is of; null for others.</summary>
    public FastTemplate? Template => Type == FastType.Template ? _source.Templates.All[(int)Entry.Value] : null;

    /// <summary>The fields of a group, or of a template in a template; none for others.</summary>
    public FastFields Fields => Type is FastType.Group or FastType.Template ? Inside : default;

    /// <summary>The elements of a sequence; none for others.</summary>
    public FastElements Elements => Type == FastType.Sequence ? new FastElements(Inside) : default;

    private FastFields Inside => new(_source, _at + 1, _at + 1 + Entry.Size);

    private FastEntry Entry => _source.Entries[_at];
}

/// <summary>The elements of a sequence.</summary>
public readonly ref struct FastElements
{
    private readonly FastFields _all;

    internal FastElements(FastFields all) => _all = all;

    /// <summary>The elements one by one.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Goes from element to element.</summary>
    public ref struct Enumerator
    {
        private readonly FastSource _source;
        private readonly int _end;
        private int _first;
        private int _next;

        internal Enumerator(FastElements elements)
        {
            _source = elements._all.Source;
            (_next, _end) = (elements._all.Start, elements._all.End);
        }

        /// <summary>The fields of the element.</summary>
        public readonly FastFields Current => new(_source, _first, _next);

        /// <summary>Goes to the next element.</summary>
        public bool MoveNext()
        {
            if (_next >= _end)
            {
                return false;
            }

            _first = _next + 1;
            _next = _first + _source.Entries[_next].Size;
            return true;
        }
    }
}
