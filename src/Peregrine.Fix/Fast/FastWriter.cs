namespace Peregrine.Fix.Fast;

/// <summary>
/// Puts a message together for <see cref="FastEncoder"/>: its template, then its fields in any order, best in that of the template. Used again and
/// again. The first thing that is wrong is in <see cref="Error"/>, and the encoder refuses the message with it.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when made, when a message is larger than every one before, and when text is given for a number.</remarks>
public sealed partial class FastWriter
{
    private const int EntriesFirst = 256;
    private const int SlabFirst = 1_024;
    private const int DepthMax = 64;

    // A group, an element, a template that is open.
    private struct Scope
    {
        public int Head;
        public int Start;
        public int End;
        public int Next;
        public int Last;
    }

    private readonly FastInstruction[] _code;
    private readonly Scope[] _scopes = new Scope[DepthMax];
    private FastEntry[] _entries = new FastEntry[EntriesFirst];
    private byte[] _slab = new byte[SlabFirst];
    private int _count;
    private int _used;
    private int _depth;
    private FastTemplate? _template;
    private FastError _error;

    /// <summary>Makes a writer.</summary>
    /// <param name="templates">Those of the encoder.</param>
    public FastWriter(FastTemplates templates) => (Templates, _code) = (templates, templates.Code);

    /// <summary>Its templates.</summary>
    public FastTemplates Templates { get; }

    /// <summary>The first thing that was wrong since <see cref="Begin"/>.</summary>
    public ref readonly FastError Error => ref _error;

    /// <summary>Whether all fields came in the order of the template.</summary>
    internal bool IsOrdered { get; private set; }

    /// <summary>Begins a message; whatever was there is forgotten.</summary>
    /// <param name="template">One of <see cref="Templates"/>.</param>
    public void Begin(FastTemplate template)
    {
        bool isOurs = template.Index < Templates.All.Length && ReferenceEquals(Templates.All[template.Index], template);
        (_template, _error, _count, _used, _depth, IsOrdered) = (template, default, 0, 0, 0, true);
        if (!isOurs)
        {
            throw new ArgumentException($"template {template} is not one of this writer's: share one FastTemplates", nameof(template));
        }

        FastBody body = Templates.BodyOf(template.Index, 0);
        _scopes[0] = new Scope { Head = -1, Start = body.Start, End = body.End, Next = body.Start, Last = -1 };
    }

    /// <summary>Gives a whole number to the field with a tag: to a decimal with exponent 0, to a string as digits.</summary>
    public void Set(int tag, long value) => SetNumber(Find(tag), value);

    /// <summary>Gives a whole number to a field, one of the template's.</summary>
    public void Set(FastField field, long value) => SetNumber(Find(field), value);

    /// <summary>Gives a whole number to the field with a tag.</summary>
    public void Set(int tag, ulong value) => SetNumber(Find(tag), value);

    /// <summary>Gives a whole number to a field.</summary>
    public void Set(FastField field, ulong value) => SetNumber(Find(field), value);

    /// <summary>Gives mantissa x 10^exponent to the field with a tag: to a whole number when it is one, to a string as digits.</summary>
    public void Set(int tag, long mantissa, int exponent) => SetDecimal(Find(tag), mantissa, exponent);

    /// <summary>Gives mantissa x 10^exponent to a field.</summary>
    public void Set(FastField field, long mantissa, int exponent) => SetDecimal(Find(field), mantissa, exponent);

    /// <summary>Gives bytes to the field with a tag: ASCII, UTF-8 or any, as its type is; to a number its digits.</summary>
    public void Set(int tag, ReadOnlySpan<byte> bytes) => SetBytes(Find(tag), bytes);

    /// <summary>Gives bytes to a field.</summary>
    public void Set(FastField field, ReadOnlySpan<byte> bytes) => SetBytes(Find(field), bytes);

    /// <summary>Gives a boolean to the field with a tag.</summary>
    public void Set(int tag, bool value) => SetNumber(Find(tag), value ? 1 : 0);

    /// <summary>Gives a boolean to a field.</summary>
    public void Set(FastField field, bool value) => SetNumber(Find(field), value ? 1 : 0);

    /// <summary>Gives a time to the field with a tag: to a timestamp in its unit, which must be whole (R5).</summary>
    /// <param name="ns">Nanoseconds since the field's epoch.</param>
    public void SetTimestamp(int tag, long ns) => SetTime(Find(tag), ns);

    /// <summary>As <see cref="SetTimestamp(int, long)"/>, to a field.</summary>
    public void SetTimestamp(FastField field, long ns) => SetTime(Find(field), ns);

    /// <summary>Begins the group with a tag; its fields follow up to <see cref="End"/>.</summary>
    public void BeginGroup(int tag) => Open(Find(tag), FastType.Group, 0);

    /// <summary>Begins a group.</summary>
    public void BeginGroup(FastField field) => Open(Find(field), FastType.Group, 0);

    /// <summary>Begins the sequence with a tag: <see cref="NextElement"/> in front of each element, <see cref="End"/> behind the last.</summary>
    public void BeginSequence(int tag) => Open(Find(tag), FastType.Sequence, 0);

    /// <summary>Begins a sequence.</summary>
    public void BeginSequence(FastField field) => Open(Find(field), FastType.Sequence, 0);

    /// <summary>Begins the template that the next dynamic reference stands for; its fields follow up to <see cref="End"/>.</summary>
    public void BeginTemplate(FastTemplate template)
    {
        int index = FindNext(FastType.Template);
        Open(index, FastType.Template, template.Index);
    }

    /// <summary>Begins the next element of the sequence that was begun last.</summary>
    public void NextElement()
    {
        if (_error.Code != FastErrorCode.None)
        {
            return;
        }

        if (_depth > 0 && _scopes[_depth].Head is >= 0 and var open && _entries[open].Code < 0)
        {
            Close();
        }

        int head = _scopes[_depth].Head;
        if (head < 0 || _code[_entries[head].Code].Type != FastType.Sequence || _depth + 1 == DepthMax)
        {
            Fail(FastErrorCode.Misplaced, -1);
            return;
        }

        int code = _entries[head].Code;
        _entries[head] = _entries[head] with { Value = _entries[head].Value + 1 };
        int element = Add(~code, 0, _entries[head].Value - 1);
        _scopes[++_depth] = new Scope { Head = element, Start = code + 2, End = _code[code].End, Next = code + 2, Last = -1 };
    }

    /// <summary>Ends the group, template, or sequence that was begun last.</summary>
    public void End()
    {
        if (_error.Code != FastErrorCode.None)
        {
            return;
        }

        if (_depth == 0)
        {
            Fail(FastErrorCode.Misplaced, -1);
            return;
        }

        bool isElement = _entries[_scopes[_depth].Head].Code < 0;
        Close();
        if (isElement)
        {
            Close();
        }
    }

    /// <summary>The message, whatever is open ended.</summary>
    internal bool TryFinish(out FastTemplate? template, out FastFields fields)
    {
        if (_template is null)
        {
            throw new InvalidOperationException($"nothing was begun: call {nameof(Begin)} first");
        }

        while (_depth > 0)
        {
            Close();
        }

        template = _template;
        fields = new FastFields(new FastSource(Templates, _entries, _slab, default), 0, _count);
        return _error.Code == FastErrorCode.None;
    }

    private void Open(int index, FastType type, int template)
    {
        if (index < 0)
        {
            return;
        }

        ref readonly FastInstruction instruction = ref _code[index];
        if (instruction.Type != type || _depth + 1 == DepthMax)
        {
            Fail(FastErrorCode.Misplaced, index);
            return;
        }

        int head = Add(index, 0, template);
        FastBody body = type == FastType.Template ? Templates.BodyOf(template, instruction.Extra) : new FastBody(index + 1, instruction.End, 0);

        // Between elements a sequence has no fields.
        int start = type == FastType.Sequence ? instruction.End : body.Start;
        _scopes[++_depth] = new Scope { Head = head, Start = start, End = body.End, Next = start, Last = -1 };
    }

    private void Close()
    {
        int head = _scopes[_depth--].Head;
        _entries[head] = _entries[head] with { Size = _count - head - 1 };
    }

    private int Find(int tag) => Find(tag, null, default);

    private int Find(FastField field) => Find(0, field, default);

    private int FindNext(FastType type) => Find(0, null, type);

    // The instruction in the innermost that is open: the next one in most cases.
    private int Find(int tag, FastField? field, FastType type)
    {
        if (_error.Code != FastErrorCode.None)
        {
            return -1;
        }

        ref Scope scope = ref _scopes[_depth];
        int index = Search(scope.Next, scope.End, tag, field, type);
        if (index < 0 && type == default)
        {
            index = Search(scope.Start, scope.Next, tag, field, type);
        }

        if (index < 0 || (index <= scope.Last && IsGiven(scope.Head, index)))
        {
            Fail(FastErrorCode.Misplaced, index, tag, field);
            return -1;
        }

        IsOrdered &= index > scope.Last;
        scope.Last = Math.Max(scope.Last, index);
        scope.Next = _code[index].End;
        return index;
    }

    private int Search(int from, int to, int tag, FastField? field, FastType type)
    {
        for (int index = from; index < to; index = _code[index].End)
        {
            FastField candidate = Templates.Fields[index];
            bool isIt = tag != 0 ? _code[index].Tag == tag
                : field is null ? _code[index].Type == type
                : ReferenceEquals(candidate, field) || (candidate.Name == field.Name && candidate.Namespace == field.Namespace);
            if (isIt)
            {
                return index;
            }
        }

        return -1;
    }

    private bool IsGiven(int head, int index)
    {
        int at = head + 1;
        while (at < _count && _entries[at].Code != index)
        {
            at += 1 + (_entries[at].Code >= 0 && _code[_entries[at].Code].Type >= FastType.Group ? _entries[at].Size : 0);
        }

        return at < _count;
    }

    private int Add(int code, int size, long value)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        _entries[_count] = new FastEntry(code, size, value);
        return _count++;
    }

    private void Fail(FastErrorCode code, int index, int tag = 0, FastField? field = null)
    {
        if (_error.Code == FastErrorCode.None)
        {
            _error = new FastError(code, _template, index < 0 ? field : Templates.Fields[index], -1, tag);
        }
    }
}
