namespace Peregrine.Fix.Fast;

/// <summary>What came of a field.</summary>
internal enum FastOutcome
{
    Failed = -1,
    Absent = 0,
    Present = 1,
}

/// <summary>Decodes the messages of one sender, each in the order it was sent: what one carries depends on those before.</summary>
/// <remarks>
/// Thread: one owner. Allocates: when made, and when a message is larger than every one before it; never more than the limits of its options.
/// Blocks: no. Whatever the bytes are, it does not throw, and reads none beyond them.
/// </remarks>
public sealed partial class FastDecoder
{
    private const int EntriesFirst = 512;

    // The template identifier, in the global dictionary under a key that no field has.
    private const int TemplateSlot = 0;

    private readonly FastInstruction[] _code;
    private readonly FastOptions _options;
    private readonly bool _allowsOverlong;
    private readonly FastStore _store;
    private readonly FastSlot[] _slots;
    private FastEntry[] _entries = new FastEntry[EntriesFirst];
    private int _count;
    private int _bytesFrom;

    // A string of 8 bytes is within every limit when the slab is used up to here.
    private int _usedMax;
    private FastTemplate? _template;
    private FastError _error;

    // What a reader found and what it expected at most, until the error is told with its place.
    private long _badValue;
    private long _badLimit;

    /// <summary>Makes a decoder that has seen nothing.</summary>
    /// <param name="templates">Those of the sender.</param>
    /// <param name="options">Limits and habits; the defaults when left out.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public FastDecoder(FastTemplates templates, FastOptions? options = null)
    {
        _options = (options ?? new FastOptions()).For(templates);
        (Templates, _code, _allowsOverlong) = (templates, templates.Code, _options.AllowsOverlong);
        _store = new FastStore(templates);
        _slots = _store.Slots;
    }

    /// <summary>Its templates.</summary>
    public FastTemplates Templates { get; }

    /// <summary>What was wrong with the last message; its code is None when nothing was.</summary>
    public ref readonly FastError Error => ref _error;

    /// <summary>
    /// True behind an error: previous values may not be those of the sender any more, and every message is refused until <see cref="Reset"/>, or
    /// until the next one with <see cref="FastReset.EachMessage"/>.
    /// </summary>
    public bool IsOutOfStep { get; private set; }

    /// <summary>Entries of the last message.</summary>
    internal FastEntry[] Entries => _entries;

    internal int Count => _count;

    internal byte[] Slab => _store.Slab;

    /// <summary>Forgets all previous values and the last error: where the sender does the same, such as in front of a packet.</summary>
    public void Reset()
    {
        _store.Reset();
        IsOutOfStep = false;
        _error = default;
    }

    /// <summary>Decodes the message at the front of the data.</summary>
    /// <param name="data">From the first byte of a message: a packet or what is left of one. A message that ends behind it is an error.</param>
    /// <param name="message">Its fields, where they lie in the data and in this decoder: gone with the next message.</param>
    /// <param name="bytes">How long it is; 0 on an error.</param>
    /// <returns>False on an error: see <see cref="Error"/>.</returns>
    public bool TryDecode(ReadOnlySpan<byte> data, out FastMessage message, out int bytes)
    {
        bytes = 0;
        message = default;
        _count = 0;
        if (_options.Reset == FastReset.EachMessage)
        {
            Reset();
        }
        else if (IsOutOfStep)
        {
            _error = new FastError(FastErrorCode.OutOfStep, null, null, 0);
            return false;
        }

        (_error, _template, _badValue, _badLimit) = (default, null, 0, 0);
        _store.BeginMessage();
        _bytesFrom = _store.Used;
        _usedMax = _options.StringBytesMax < 8 ? -1 : _bytesFrom + _options.MessageStringBytesMax - 8;
        FastInput input = new(data);
        if (!Message(ref input))
        {
            Blame(input.Error, -1, input.At);
            IsOutOfStep = true;
            _count = 0;
            return false;
        }

        bytes = input.At;
        message = new FastMessage(this, _template!, data);
        return true;
    }

    private bool Message(ref FastInput input)
    {
        PresenceMap map = default;
        if (!TryTemplate(ref input, ref map, out int template))
        {
            return false;
        }

        _template = Templates.All[template];
        if (_template.IsReset)
        {
            _store.Reset();
            SetTemplate((uint)_template.Id);
        }

        FastBody body = Templates.BodyOf(template, 0);
        return Body(ref input, ref map, -1, body.Start, body.End, 1, 0) && IsUsedUp(ref input, in map)
            && (_count <= _options.FieldsMax || TooMany(ref input));
    }

    // The head of a message, or of a template that stands in one.
    private bool TryTemplate(ref FastInput input, ref PresenceMap map, out int template)
    {
        template = -1;
        if (!input.TryMap(_allowsOverlong, ref map))
        {
            return false;
        }

        int from = input.At;
        ulong id = (ulong)_slots[TemplateSlot].Value;
        if (input.NextBit(ref map))
        {
            if (!input.TryUnsigned(0, _allowsOverlong, out id, out _))
            {
                return false;
            }
        }
        else if (_slots[TemplateSlot].State == FastStore.Undefined)
        {
            return input.Fail(FastErrorCode.D5);
        }

        template = id <= uint.MaxValue ? Templates.IndexOf((uint)id) : -1;
        if (template < 0)
        {
            _badValue = (long)id;
            Blame(FastErrorCode.D9, -1, from);
            return false;
        }

        SetTemplate((uint)id);
        return true;
    }

    private void SetTemplate(uint id)
    {
        _slots[TemplateSlot].Value = id;
        _slots[TemplateSlot].State = FastStore.AssignedState(FastType.UInt32);
    }

    private bool IsUsedUp(ref FastInput input, in PresenceMap map) => (map.Bits == 0 && map.Next == map.End) || _allowsOverlong
        || !input.HasBits(in map) || input.Fail(FastErrorCode.R8);

    private bool TooMany(ref FastInput input)
    {
        (_badValue, _badLimit) = (_count, _options.FieldsMax);
        Blame(FastErrorCode.TooManyFields, -1, input.At);
        return false;
    }

    // The first one is told: it is the innermost.
    private void Blame(FastErrorCode code, int index, int offset)
    {
        if (_error.Code == FastErrorCode.None)
        {
            _error = new FastError(code, _template, index < 0 ? null : Templates.Fields[index], offset, _badValue, _badLimit);
        }
    }
}
