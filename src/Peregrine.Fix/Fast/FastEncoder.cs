namespace Peregrine.Fix.Fast;

/// <summary>
/// Encodes messages for receivers that get all of them, in this order: each is as short as the operators of its template make it. One that cannot be
/// encoded leaves the encoder as it was.
/// </summary>
/// <remarks>Thread: one owner. Allocates: when made, and when strings need more room than ever before. Blocks: no.</remarks>
public sealed partial class FastEncoder
{
    private const int UndoFirst = 256;
    private const int TemplateSlot = 0;

    private readonly FastInstruction[] _code;
    private readonly FastOptions _options;
    private readonly FastStore _store;
    private readonly FastSlot[] _slots;
    private readonly FastSlot[] _slotsBefore;
    private (int Slot, FastSlot Value)[] _undo = new (int, FastSlot)[UndoFirst];
    private int _undoCount;
    private int _bytesFrom;
    private int _undoReset = -1;
    private bool _isOrdered;
    private FastTemplate? _template;
    private FastError _error;

    /// <summary>Makes an encoder whose receivers have seen nothing.</summary>
    /// <param name="templates">Those of the receivers.</param>
    /// <param name="options">Limits and habits; the defaults when left out.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public FastEncoder(FastTemplates templates, FastOptions? options = null)
    {
        _options = (options ?? new FastOptions()).For(templates);
        (Templates, _code) = (templates, templates.Code);
        _store = new FastStore(templates);
        _slots = _store.Slots;
        _slotsBefore = new FastSlot[_slots.Length];
    }

    /// <summary>Its templates.</summary>
    public FastTemplates Templates { get; }

    /// <summary>What was wrong with the last message; its code is None when nothing was.</summary>
    public ref readonly FastError Error => ref _error;

    /// <summary>Forgets all previous values: where the receivers do the same, such as in front of a packet.</summary>
    public void Reset() => _store.Reset();

    /// <summary>Encodes a message that was decoded with the same templates.</summary>
    /// <param name="message">The message.</param>
    /// <param name="target">Where to; a little larger than the message, whose presence maps are cut when it is done.</param>
    /// <param name="bytes">How long it is; 0 on an error.</param>
    /// <returns>False on an error: see <see cref="Error"/>.</returns>
    /// <exception cref="ArgumentException">The message is of other templates.</exception>
    public bool TryEncode(in FastMessage message, Span<byte> target, out int bytes)
    {
        if (message.Template is null || !ReferenceEquals(message.Fields.Source.Templates, Templates))
        {
            throw new ArgumentException("the message is not decoded with the templates of this encoder: share one FastTemplates", nameof(message));
        }

        _isOrdered = true;
        return Encode(message.Template, message.Fields, target, out bytes);
    }

    /// <summary>Encodes what a writer was given.</summary>
    /// <exception cref="ArgumentException">The writer is of other templates.</exception>
    /// <inheritdoc cref="TryEncode(in FastMessage, Span{byte}, out int)"/>
    public bool TryEncode(FastWriter message, Span<byte> target, out int bytes)
    {
        if (!ReferenceEquals(message.Templates, Templates))
        {
            throw new ArgumentException("the writer is not of the templates of this encoder: share one FastTemplates", nameof(message));
        }

        bytes = 0;
        if (!message.TryFinish(out FastTemplate? template, out FastFields fields))
        {
            _error = message.Error;
            return false;
        }

        _isOrdered = message.IsOrdered;
        return Encode(template!, fields, target, out bytes);
    }

    private bool Encode(FastTemplate template, FastFields fields, Span<byte> target, out int bytes)
    {
        (_error, _template, _undoCount, _undoReset) = (default, template, 0, -1);
        if (_options.Reset == FastReset.EachMessage)
        {
            Reset();
        }

        _store.BeginMessage();
        _bytesFrom = _store.Used;
        FastOutput output = new(target);
        bool isEncoded = Message(ref output, fields);
        if (output.IsFull)
        {
            _error = new FastError(FastErrorCode.TargetTooSmall, template, null, -1, 0, target.Length);
            isEncoded = false;
        }

        if (!isEncoded)
        {
            Undo();
        }

        bytes = isEncoded ? output.At : 0;
        return isEncoded;
    }

    private bool Message(ref FastOutput output, FastFields fields)
    {
        if (fields.End - fields.Start > _options.FieldsMax)
        {
            return Fail(FastErrorCode.TooManyFields, -1, fields.End - fields.Start, _options.FieldsMax);
        }

        FastBody body = Templates.BodyOf(_template!.Index, 0);
        MapOutput map = output.OpenMap(body.Bits);
        if (!Head(ref output, ref map))
        {
            return false;
        }

        if (_template.IsReset)
        {
            _slots.CopyTo(_slotsBefore, 0);
            _undoReset = _undoCount;
            _store.Reset();
            Keep(TemplateSlot, FastStore.AssignedState(FastType.UInt32), _template.Id, 0);
        }

        if (!Body(ref output, ref map, fields, body.Start, body.End, 0))
        {
            return false;
        }

        output.CloseMap(in map);
        return true;
    }

    // The identifier of the current template, when it is another one than before.
    private bool Head(ref FastOutput output, ref MapOutput map)
    {
        if (_template!.Id < 0)
        {
            return Fail(FastErrorCode.D9, -1, _template.Id);
        }

        byte assigned = FastStore.AssignedState(FastType.UInt32);
        bool isSame = _slots[TemplateSlot].State == assigned && _slots[TemplateSlot].Value == _template.Id;
        output.Bit(ref map, !isSame || _options.WritesEachTemplateId);
        if (!isSame || _options.WritesEachTemplateId)
        {
            output.Unsigned((ulong)_template.Id, 0);
        }

        Keep(TemplateSlot, assigned, _template.Id, 0);
        return true;
    }

    // A previous value; what was there is kept until the message is done.
    private void Keep(int slot, byte state, long value, int size)
    {
        if (_undoCount == _undo.Length)
        {
            Array.Resize(ref _undo, _undoCount * 2);
        }

        _undo[_undoCount++] = (slot, _slots[slot]);
        _slots[slot] = new FastSlot { Value = value, Size = size, State = state };
    }

    private void Undo()
    {
        // Behind a reset nothing is left of what was before it: that was put aside as a whole.
        if (_undoReset >= 0)
        {
            _slotsBefore.CopyTo(_slots, 0);
            _undoCount = _undoReset;
        }

        while (_undoCount > 0)
        {
            (int slot, FastSlot value) = _undo[--_undoCount];
            _slots[slot] = value;
        }
    }

    private bool Fail(FastErrorCode code, int index, long value = 0, long limit = 0)
    {
        if (_error.Code == FastErrorCode.None)
        {
            _error = new FastError(code, _template, index < 0 ? null : Templates.Fields[index], -1, value, limit);
        }

        return false;
    }
}
