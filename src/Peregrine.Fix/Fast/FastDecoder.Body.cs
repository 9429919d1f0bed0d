namespace Peregrine.Fix.Fast;

public sealed partial class FastDecoder
{
    // The loop: one instruction after the other, one switch for each, one place where a field is written down.
    private bool Body(ref FastInput input, ref PresenceMap map, int start, int end, int depth)
    {
        if (!HasRoom(ref input, end - start, depth))
        {
            return false;
        }

        FastInstruction[] code = _code;
        for (int index = start; index < end;)
        {
            ref readonly FastInstruction instruction = ref code[index];
            int from = input.At;
            long value;
            int size = 0;
            FastOutcome outcome;
            switch (instruction.Op)
            {
                case < FastOp.DecimalNone:
                    outcome = Number(ref input, ref map, in instruction, out value);
                    break;
                case FastOp.Constant:
                    (value, size, outcome) = (instruction.Initial, instruction.InitialSize, FastOutcome.Present);
                    break;
                case FastOp.ConstantOptional:
                    (value, size) = (instruction.Initial, instruction.InitialSize);
                    outcome = input.NextBit(ref map) ? FastOutcome.Present : FastOutcome.Absent;
                    break;
                case < FastOp.DecimalParts:
                    outcome = Decimal(ref input, ref map, in instruction, out value, out size);
                    break;
                case > FastOp.DecimalParts and < FastOp.BytesNone:
                    outcome = Ascii(ref input, ref map, in instruction, out value, out size);
                    break;
                case >= FastOp.BytesNone and < FastOp.Constant:
                    outcome = Bytes(ref input, ref map, in instruction, out value, out size);
                    break;
                default:
                    if (Head(ref input, ref map, index, depth) && HasRoom(ref input, end - index, depth))
                    {
                        index = instruction.End;
                        continue;
                    }

                    (value, outcome) = (0, FastOutcome.Failed);
                    break;
            }

            if (outcome == FastOutcome.Failed)
            {
                Blame(input.Error, index, from);
                return false;
            }

            // Written in any case, and kept when the field is there: no branch that guesses.
            _entries[_count] = new FastEntry(index, size, value);
            _count += (int)outcome;
            index++;
        }

        return true;
    }

    private bool Head(ref FastInput input, ref PresenceMap map, int index, int depth)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        switch (instruction.Op)
        {
            case FastOp.Sequence:
                return Sequence(ref input, ref map, index, depth);
            case FastOp.DecimalParts:
                FastOutcome outcome = Parts(ref input, ref map, index, out long mantissa, out int exponent);
                _entries[_count] = new FastEntry(index, exponent, mantissa);
                _count += Math.Max(0, (int)outcome);
                return outcome != FastOutcome.Failed;
            case FastOp.Group:
                if (instruction.IsOptional && !input.NextBit(ref map))
                {
                    return true;
                }

                int group = Open(index, 0);
                if (!Segment(ref input, ref map, index, index + 1, depth))
                {
                    return false;
                }

                Close(group);
                return true;
            default:
                return Reference(ref input, index, depth);
        }
    }

    private bool Sequence(ref FastInput input, ref PresenceMap map, int index, int depth)
    {
        int from = input.At;
        FastOutcome outcome = Number(ref input, ref map, in _code[index + 1], out long length);
        if (outcome != FastOutcome.Present)
        {
            if (outcome == FastOutcome.Failed)
            {
                Blame(input.Error, index + 1, from);
            }

            return outcome == FastOutcome.Absent;
        }

        if (length > _options.SequenceLengthMax)
        {
            (_badValue, _badLimit) = (length, _options.SequenceLengthMax);
            Blame(FastErrorCode.SequenceTooLong, index, from);
            return false;
        }

        int head = Open(index, length);
        for (int element = 0; element < length; element++)
        {
            if (!HasRoom(ref input, 1, depth))
            {
                return false;
            }

            int place = Open(~index, element);
            if (!Segment(ref input, ref map, index, index + 2, depth))
            {
                return false;
            }

            Close(place);
        }

        Close(head);
        return true;
    }

    // A group or an element: with a presence map of its own when a field of it needs one.
    private bool Segment(ref FastInput input, ref PresenceMap map, int index, int start, int depth)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        if (!instruction.HasMap)
        {
            return Body(ref input, ref map, start, instruction.End, depth + 1);
        }

        PresenceMap own = default;
        if (!input.TryMap(_allowsOverlong, ref own))
        {
            Blame(input.Error, index, input.At);
            return false;
        }

        int from = input.At;
        if (!Body(ref input, ref own, start, instruction.End, depth + 1))
        {
            return false;
        }

        if (!IsUsedUp(ref input, in own))
        {
            Blame(input.Error, index, from);
            return false;
        }

        return true;
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

        _template = Templates.Templates[template];
        int head = Open(index, template);
        FastBody body = Templates.BodyOf(template, _code[index].Extra);
        if (!Body(ref input, ref own, body.Start, body.End, depth + 1))
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

    // Room for as many entries and one: what a body may write, and an element's head in front of it.
    private bool HasRoom(ref FastInput input, int entries, int depth)
    {
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

        if (_count + entries + 1 > _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(_entries.Length * 2, _count + entries + 1));
        }

        return true;
    }
}
