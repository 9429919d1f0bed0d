using System.Runtime.CompilerServices;

namespace Peregrine.Fix.Fast;

public sealed partial class FastDecoder
{
    // A message, a group or a template: its fields once. A sequence: once for each element, each with a head in front and a map of its own.
    private bool Body(ref FastInput input, ref PresenceMap outer, int head, int start, int end, long times, int depth)
    {
        FastInstruction[] code = _code;
        bool hasMap = head >= 0 && code[head].HasMap;
        bool isSequence = head >= 0 && code[head].Op == FastOp.Sequence;
        PresenceMap own = default;
        ref PresenceMap map = ref hasMap ? ref own : ref outer;
        for (int element = 0; element < times; element++)
        {
            if (!HasRoom(ref input, end - start, depth))
            {
                return false;
            }

            int place = isSequence ? Open(~head, element) : 0;
            if (hasMap && !TryOwnMap(ref input, ref own, head))
            {
                return false;
            }

            // More bits than one word has are counted while they are used, and so each field goes the slow way then.
            bool isDone = map.Left == int.MaxValue
                ? Quickly(ref input, ref map, start, end, depth)
                : Counted(ref input, ref map, start, end, depth);
            if (!isDone)
            {
                return false;
            }

            if (hasMap && !IsUsedUp(ref input, in own))
            {
                Blame(input.Error, head, input.At);
                return false;
            }

            if (isSequence)
            {
                Close(place);
            }
        }

        return true;
    }

    private bool Counted(ref FastInput input, ref PresenceMap map, int start, int end, int depth)
    {
        for (int index = start; index < end; index = _code[index].End)
        {
            if (!Slowly(ref input, ref map, index, end, depth))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryOwnMap(ref FastInput input, ref PresenceMap map, int head)
    {
        map = default;
        if (input.TryMap(_allowsOverlong, ref map))
        {
            return true;
        }

        Blame(input.Error, head, input.At);
        return false;
    }

    // One field in every way that there is. Not a part of the loop, whose registers are few.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Slowly(ref FastInput input, ref PresenceMap map, int index, int end, int depth)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        int from = input.At;
        long value = 0;
        int size = 0;
        FastOutcome outcome;
        switch (instruction.Op)
        {
            case < FastOp.DecimalNone:
                outcome = Number(ref input, ref map, in instruction, out value);
                break;
            case FastOp.Constant or FastOp.ConstantOptional:
                (value, size) = (instruction.Initial, instruction.InitialSize);
                outcome = !instruction.IsOptional || input.NextBit(ref map) ? FastOutcome.Present : FastOutcome.Absent;
                break;
            case < FastOp.DecimalParts:
                outcome = Decimal(ref input, ref map, in instruction, out value, out size);
                break;
            case FastOp.DecimalParts:
                outcome = Parts(ref input, ref map, index, out value, out size);
                break;
            case < FastOp.BytesNone:
                outcome = Ascii(ref input, ref map, in instruction, out value, out size);
                break;
            case < FastOp.Constant:
                outcome = Bytes(ref input, ref map, in instruction, out value, out size);
                break;
            default:
                return Inside(ref input, ref map, index, depth) && HasRoom(ref input, end - index, depth);
        }

        if (outcome == FastOutcome.Failed)
        {
            Blame(input.Error, index, from);
            return false;
        }

        _entries[_count] = new FastEntry(index, size, value);
        _count += (int)outcome;
        return true;
    }

    private bool Inside(ref FastInput input, ref PresenceMap map, int index, int depth)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        if (instruction.Op == FastOp.Template)
        {
            return Reference(ref input, index, depth);
        }

        long times = 1;
        int first = index + 1;
        if (instruction.Op == FastOp.Sequence)
        {
            FastOutcome outcome = Length(ref input, ref map, index, out times);
            if (outcome != FastOutcome.Present)
            {
                return outcome == FastOutcome.Absent;
            }

            first++;
        }
        else if (instruction.IsOptional && !input.NextBit(ref map))
        {
            return true;
        }

        int head = Open(index, times);
        if (!Body(ref input, ref map, index, first, instruction.End, times, depth + 1))
        {
            return false;
        }

        Close(head);
        return true;
    }

    private FastOutcome Length(ref FastInput input, ref PresenceMap map, int index, out long length)
    {
        int from = input.At;
        FastOutcome outcome = Number(ref input, ref map, in _code[index + 1], out length);
        if (outcome == FastOutcome.Failed)
        {
            Blame(input.Error, index + 1, from);
        }
        else if (outcome == FastOutcome.Present && length > _options.SequenceLengthMax)
        {
            (_badValue, _badLimit) = (length, _options.SequenceLengthMax);
            Blame(FastErrorCode.SequenceTooLong, index, from);
            outcome = FastOutcome.Failed;
        }

        return outcome;
    }

    private bool Reference(ref FastInput input, int index, int depth)
    {
        PresenceMap own = default;
        FastTemplate? outer = _template;
        int from = input.At;
        if (!TryTemplate(ref input, ref own, out int template))
        {
            Blame(input.Error, index, from);
            return false;
        }

        _template = Templates.All[template];
        int head = Open(index, template);
        FastBody body = Templates.BodyOf(template, _code[index].Extra);
        if (!Body(ref input, ref own, -1, body.Start, body.End, 1, depth + 1))
        {
            return false;
        }

        if (!IsUsedUp(ref input, in own))
        {
            Blame(input.Error, index, from);
            return false;
        }

        Close(head);
        _template = outer;
        return true;
    }

    private int Open(int code, long value)
    {
        _entries[_count] = new FastEntry(code, 0, value);
        return _count++;
    }

    private void Close(int head) => _entries[head] = _entries[head] with { Size = _count - head - 1 };

    // Room for as many entries and two: what a body may write, a head in front of it, and one that is written and not kept.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool HasRoom(ref FastInput input, int entries, int depth)
    {
        if (_count + entries + 2 <= _entries.Length && _count <= _options.FieldsMax && depth <= _options.DepthMax)
        {
            return true;
        }

        if (depth > _options.DepthMax)
        {
            _badLimit = _options.DepthMax;
            Blame(FastErrorCode.TooDeep, -1, input.At);
            return false;
        }

        if (_count > _options.FieldsMax)
        {
            return TooMany(ref input);
        }

        Array.Resize(ref _entries, Math.Max(_entries.Length * 2, _count + entries + 2));
        return true;
    }
}
