namespace Peregrine.Fix.Fast;

public sealed partial class FastDecoder
{
    private const int ExponentMax = 63;

    // Sums of two numbers below it need no look at 64 bits.
    private const long EdgeMin = 1L << 61;

    // A whole number: also the length of a sequence, the exponent and the mantissa of a decimal.
    private FastOutcome Number(ref FastInput input, ref PresenceMap map, in FastInstruction instruction, out long value)
    {
        switch (instruction.Op)
        {
            case FastOp.UnsignedNone:
                return Unsigned(ref input, in instruction, out value);
            case FastOp.UnsignedDefault:
                return input.NextBit(ref map) ? Unsigned(ref input, in instruction, out value) : Initial(in instruction, out value);
            case FastOp.UnsignedCopy:
                return input.NextBit(ref map)
                    ? Keep(Unsigned(ref input, in instruction, out value), in instruction, value)
                    : Previous(ref input, in instruction, out value);
            case FastOp.UnsignedIncrement:
                return input.NextBit(ref map)
                    ? Keep(Unsigned(ref input, in instruction, out value), in instruction, value)
                    : Next(ref input, in instruction, out value);
            case FastOp.SignedNone:
                return Signed(ref input, in instruction, out value);
            case FastOp.SignedDefault:
                return input.NextBit(ref map) ? Signed(ref input, in instruction, out value) : Initial(in instruction, out value);
            case FastOp.SignedCopy:
                return input.NextBit(ref map)
                    ? Keep(Signed(ref input, in instruction, out value), in instruction, value)
                    : Previous(ref input, in instruction, out value);
            case FastOp.SignedIncrement:
                return input.NextBit(ref map)
                    ? Keep(Signed(ref input, in instruction, out value), in instruction, value)
                    : Next(ref input, in instruction, out value);
            case FastOp.Constant:
                value = instruction.Initial;
                return FastOutcome.Present;
            case FastOp.ConstantOptional:
                value = instruction.Initial;
                return input.NextBit(ref map) ? FastOutcome.Present : FastOutcome.Absent;
            default:
                return Delta(ref input, in instruction, out value);
        }
    }

    private FastOutcome Unsigned(ref FastInput input, in FastInstruction instruction, out long value)
    {
        bool isRead = input.TryUnsigned(instruction.Bias, _allowsOverlong, out ulong number, out bool isNull);
        value = (long)number;
        if (!isRead)
        {
            return FastOutcome.Failed;
        }

        if (isNull)
        {
            return FastOutcome.Absent;
        }

        return (number << instruction.Shift) >> instruction.Shift == number ? FastOutcome.Present : Failed(ref input, FastErrorCode.D2);
    }

    private FastOutcome Signed(ref FastInput input, in FastInstruction instruction, out long value)
    {
        if (!input.TrySigned(instruction.Bias, _allowsOverlong, out value, out bool isNull))
        {
            return FastOutcome.Failed;
        }

        if (isNull)
        {
            return FastOutcome.Absent;
        }

        return (value << instruction.Shift) >> instruction.Shift == value ? FastOutcome.Present : Failed(ref input, FastErrorCode.D2);
    }

    // What was sent becomes the previous value; what was sent as absent makes it empty.
    private FastOutcome Keep(FastOutcome outcome, in FastInstruction instruction, long value)
    {
        if (outcome == FastOutcome.Present)
        {
            _slots[instruction.Slot].State = instruction.Assigned;
            _slots[instruction.Slot].Value = value;
        }
        else if (outcome == FastOutcome.Absent)
        {
            _slots[instruction.Slot].State = FastStore.Empty;
        }

        return outcome;
    }

    private static FastOutcome Initial(in FastInstruction instruction, out long value)
    {
        value = instruction.Initial;
        return instruction.HasInitial ? FastOutcome.Present : FastOutcome.Absent;
    }

    private FastOutcome Previous(ref FastInput input, in FastInstruction instruction, out long value)
    {
        if (_slots[instruction.Slot].State == instruction.Assigned)
        {
            value = _slots[instruction.Slot].Value;
            return FastOutcome.Present;
        }

        return Unassigned(ref input, in instruction, out value, out _);
    }

    private FastOutcome Next(ref FastInput input, in FastInstruction instruction, out long value)
    {
        if (_slots[instruction.Slot].State != instruction.Assigned)
        {
            return Unassigned(ref input, in instruction, out value, out _);
        }

        value = Increment(_slots[instruction.Slot].Value, instruction.Type);
        _slots[instruction.Slot].Value = value;
        return FastOutcome.Present;
    }

    /// <summary>One more; behind the largest value of a type comes its smallest.</summary>
    internal static long Increment(long value, FastType type) => type switch
    {
        FastType.Int32 => unchecked((int)(value + 1)),
        FastType.UInt32 => unchecked((uint)(value + 1)),
        _ => unchecked(value + 1),
    };

    // Nothing was sent and there is no previous value of the type.
    private FastOutcome Unassigned(ref FastInput input, in FastInstruction instruction, out long value, out int size)
    {
        (value, size) = (instruction.Initial, instruction.InitialSize);
        ref byte state = ref _slots[instruction.Slot].State;
        if (state > FastStore.Empty)
        {
            return Failed(ref input, FastErrorCode.D4);
        }

        if (state == FastStore.Undefined && instruction.HasInitial)
        {
            _slots[instruction.Slot] = new FastSlot { Value = value, Size = size, State = instruction.Assigned };
            return FastOutcome.Present;
        }

        if (!instruction.IsOptional)
        {
            return Failed(ref input, state == FastStore.Undefined ? FastErrorCode.D5 : FastErrorCode.D6);
        }

        state = FastStore.Empty;
        return FastOutcome.Absent;
    }

    private FastOutcome Delta(ref FastInput input, in FastInstruction instruction, out long value)
    {
        value = 0;
        int from = input.At;
        bool isRead = input.TrySigned(instruction.Bias, _allowsOverlong, out long delta, out bool isNull);
        Int128 wide = delta;
        if (!isRead)
        {
            // One of 64 bits may be 65 bits away from another.
            if (input.Error != FastErrorCode.D2)
            {
                return FastOutcome.Failed;
            }

            input.At = from;
            if (!input.TryInt128(instruction.Bias, _allowsOverlong, out wide, out isNull))
            {
                return FastOutcome.Failed;
            }
        }

        if (isNull)
        {
            return FastOutcome.Absent;
        }

        ref FastSlot slot = ref _slots[instruction.Slot];
        ref byte state = ref _slots[instruction.Slot].State;
        long start = slot.Value;
        if (state != instruction.Assigned)
        {
            if (state != FastStore.Undefined)
            {
                return Failed(ref input, state == FastStore.Empty ? FastErrorCode.D6 : FastErrorCode.D4);
            }

            start = instruction.HasInitial ? instruction.Initial : 0;
            state = instruction.Assigned;
        }

        if (!TryAdd(start, delta, wide, in instruction, out value))
        {
            return Failed(ref input, FastErrorCode.R4);
        }

        slot.Value = value;
        return FastOutcome.Present;
    }

    private static bool TryAdd(long start, long delta, Int128 wide, in FastInstruction instruction, out long value)
    {
        bool isSigned = instruction.Op == FastOp.SignedDelta;

        // Far from every edge, as all but the strangest numbers are.
        if (wide == delta && (isSigned || start >= 0) && start is > -EdgeMin and < EdgeMin && delta is > -EdgeMin and < EdgeMin)
        {
            value = start + delta;
            return isSigned ? (value << instruction.Shift) >> instruction.Shift == value
                : value >= 0 && (ulong)value << instruction.Shift >> instruction.Shift == (ulong)value;
        }

        Int128 sum = (isSigned ? start : (Int128)(ulong)start) + wide;
        value = unchecked((long)sum);
        return instruction.Type switch
        {
            FastType.Int32 => sum >= int.MinValue && sum <= int.MaxValue,
            FastType.UInt32 => sum >= 0 && sum <= uint.MaxValue,
            FastType.Int64 => sum >= long.MinValue && sum <= long.MaxValue,
            _ => sum >= 0 && sum <= ulong.MaxValue,
        };
    }

    private FastOutcome Parts(ref FastInput input, ref PresenceMap map, int index, out long mantissa, out int exponent)
    {
        mantissa = 0;
        FastOutcome outcome = Number(ref input, ref map, in _code[index + 1], out long power);
        exponent = (int)power;
        if (outcome != FastOutcome.Present)
        {
            return outcome;
        }

        return power is >= -ExponentMax and <= ExponentMax
            ? Number(ref input, ref map, in _code[index + 2], out mantissa)
            : Failed(ref input, FastErrorCode.R1);
    }

    private FastOutcome Decimal(ref FastInput input, ref PresenceMap map, in FastInstruction instruction, out long mantissa, out int exponent)
    {
        switch (instruction.Op)
        {
            case FastOp.DecimalNone:
                return Scaled(ref input, in instruction, out mantissa, out exponent);
            case FastOp.DecimalDefault:
                if (input.NextBit(ref map))
                {
                    return Scaled(ref input, in instruction, out mantissa, out exponent);
                }

                exponent = instruction.InitialSize;
                return Initial(in instruction, out mantissa);
            case FastOp.DecimalCopy:
                ref FastSlot slot = ref _slots[instruction.Slot];
                if (input.NextBit(ref map))
                {
                    FastOutcome outcome = Keep(Scaled(ref input, in instruction, out mantissa, out exponent), in instruction, mantissa);
                    slot.Size = exponent;
                    return outcome;
                }

                exponent = slot.Size;
                mantissa = slot.Value;
                return _slots[instruction.Slot].State == instruction.Assigned
                    ? FastOutcome.Present
                    : Unassigned(ref input, in instruction, out mantissa, out exponent);
            default:
                return DecimalDelta(ref input, in instruction, out mantissa, out exponent);
        }
    }

    private FastOutcome Scaled(ref FastInput input, in FastInstruction instruction, out long mantissa, out int exponent)
    {
        (mantissa, exponent) = (0, 0);
        if (!input.TrySigned(instruction.Bias, _allowsOverlong, out long power, out bool isNull))
        {
            return FastOutcome.Failed;
        }

        if (isNull)
        {
            return FastOutcome.Absent;
        }

        if (power != (int)power)
        {
            return Failed(ref input, FastErrorCode.D2);
        }

        exponent = (int)power;
        if (!input.TrySigned(0, _allowsOverlong, out mantissa, out _))
        {
            return FastOutcome.Failed;
        }

        return exponent is >= -ExponentMax and <= ExponentMax ? FastOutcome.Present : Failed(ref input, FastErrorCode.R1);
    }

    private FastOutcome DecimalDelta(ref FastInput input, in FastInstruction instruction, out long mantissa, out int exponent)
    {
        (mantissa, exponent) = (0, 0);
        if (!input.TryInt128(instruction.Bias, _allowsOverlong, out Int128 power, out bool isNull))
        {
            return FastOutcome.Failed;
        }

        if (isNull)
        {
            return FastOutcome.Absent;
        }

        ref FastSlot slot = ref _slots[instruction.Slot];
        ref byte state = ref _slots[instruction.Slot].State;
        (long start, int startPower) = state == instruction.Assigned ? (slot.Value, slot.Size) : (instruction.Initial, instruction.InitialSize);
        if (state != instruction.Assigned && state != FastStore.Undefined)
        {
            return Failed(ref input, state == FastStore.Empty ? FastErrorCode.D6 : FastErrorCode.D4);
        }

        if (!input.TryInt128(0, _allowsOverlong, out Int128 added, out _))
        {
            return FastOutcome.Failed;
        }

        Int128 sum = start + added;
        power += startPower;
        if (power < -ExponentMax || power > ExponentMax || sum < long.MinValue || sum > long.MaxValue)
        {
            return Failed(ref input, FastErrorCode.R1);
        }

        (mantissa, exponent) = ((long)sum, (int)power);
        slot = new FastSlot { Value = mantissa, Size = exponent, State = instruction.Assigned };
        return FastOutcome.Present;
    }

    private static FastOutcome Failed(ref FastInput input, FastErrorCode code)
    {
        input.Error = code;
        return FastOutcome.Failed;
    }
}
