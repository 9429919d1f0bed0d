namespace Peregrine.Fix.Fast;

public sealed partial class FastEncoder
{
    // A whole number: also the length of a sequence, the exponent and the mantissa of a decimal.
    private bool Number(ref FastOutput output, ref MapOutput map, int index, bool isPresent, long value)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        switch (instruction.Operator)
        {
            case FastOperator.None:
                WriteNumber(ref output, in instruction, isPresent, value);
                return true;
            case FastOperator.Constant:
                return Constant(ref output, ref map, index, isPresent, !isPresent || value == instruction.Initial);
            case FastOperator.Default:
                bool isDefault = isPresent ? instruction.HasInitial && value == instruction.Initial : !instruction.HasInitial;
                output.Bit(ref map, !isDefault);
                if (!isDefault)
                {
                    WriteNumber(ref output, in instruction, isPresent, value);
                }

                return true;
            case FastOperator.Delta:
                return NumberDelta(ref output, index, isPresent, value);
            default:
                long expected = instruction.Operator == FastOperator.Increment && _slots[instruction.Slot].State == instruction.Assigned
                    ? FastDecoder.Increment(_slots[instruction.Slot].Value, instruction.Type)
                    : Before(in instruction).Value;
                bool isSilent = IsSilent(in instruction, isPresent, value == expected);
                output.Bit(ref map, !isSilent);
                if (!isSilent)
                {
                    WriteNumber(ref output, in instruction, isPresent, value);
                }

                Keep(instruction.Slot, isPresent ? instruction.Assigned : FastStore.Empty, value, 0);
                return true;
        }
    }

    // The previous value, or what stands for it when there is none.
    private FastSlot Before(in FastInstruction instruction) => _slots[instruction.Slot].State == instruction.Assigned
        ? _slots[instruction.Slot]
        : new FastSlot { Value = instruction.Initial, Size = instruction.InitialSize };

    // Whether a receiver that is sent nothing comes to the same.
    private bool IsSilent(in FastInstruction instruction, bool isPresent, bool isExpected)
    {
        byte state = _slots[instruction.Slot].State;
        if (state == instruction.Assigned || (state == FastStore.Undefined && instruction.HasInitial))
        {
            return isPresent && isExpected;
        }

        return state <= FastStore.Empty && !isPresent;
    }

    private bool Constant(ref FastOutput output, ref MapOutput map, int index, bool isPresent, bool isSame)
    {
        if (_code[index].IsOptional)
        {
            output.Bit(ref map, isPresent);
        }

        return isSame || Fail(FastErrorCode.NotEncodable, index);
    }

    private static void WriteNumber(ref FastOutput output, in FastInstruction instruction, bool isPresent, long value)
    {
        if (!isPresent)
        {
            output.Null();
        }
        else if (instruction.Type is FastType.Int32 or FastType.Int64)
        {
            output.Signed(value, instruction.Bias);
        }
        else
        {
            output.Unsigned((ulong)value, instruction.Bias);
        }
    }

    // None on the way to a delta: the previous value can be used.
    private FastErrorCode DeltaError(in FastInstruction instruction)
    {
        byte state = _slots[instruction.Slot].State;
        return state == FastStore.Undefined || state == instruction.Assigned ? FastErrorCode.None
            : state == FastStore.Empty ? FastErrorCode.D6 : FastErrorCode.D4;
    }

    private bool NumberDelta(ref FastOutput output, int index, bool isPresent, long value)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        if (!isPresent)
        {
            output.Null();
            return true;
        }

        if (DeltaError(in instruction) is var wrong and not FastErrorCode.None)
        {
            return Fail(wrong, index);
        }

        long before = Before(in instruction).Value;
        Int128 delta = instruction.Type == FastType.UInt64 ? (Int128)(ulong)value - (ulong)before : (Int128)value - before;
        output.Signed(delta, instruction.Bias);
        Keep(instruction.Slot, instruction.Assigned, value, 0);
        return true;
    }

    private bool Decimal(ref FastOutput output, ref MapOutput map, int index, bool isPresent, FastEntry entry)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        if (instruction.Op == FastOp.DecimalParts)
        {
            return Parts(ref output, ref map, index, isPresent, entry.Value, entry.Size);
        }

        switch (instruction.Operator)
        {
            case FastOperator.None:
                WriteDecimal(ref output, in instruction, isPresent, entry);
                return true;
            case FastOperator.Constant:
                bool isConstant = !isPresent || (TryScale(entry.Value, entry.Size, instruction.InitialSize, out long scaled)
                    && scaled == instruction.Initial);
                return Constant(ref output, ref map, index, isPresent, isConstant);
            case FastOperator.Default:
                bool isDefault = isPresent
                    ? instruction.HasInitial && entry.Value == instruction.Initial && entry.Size == instruction.InitialSize
                    : !instruction.HasInitial;
                output.Bit(ref map, !isDefault);
                if (!isDefault)
                {
                    WriteDecimal(ref output, in instruction, isPresent, entry);
                }

                return true;
            case FastOperator.Delta:
                return DecimalDelta(ref output, index, isPresent, entry);
            default:
                FastSlot before = Before(in instruction);
                bool isSilent = IsSilent(in instruction, isPresent, entry.Value == before.Value && entry.Size == before.Size);
                output.Bit(ref map, !isSilent);
                if (!isSilent)
                {
                    WriteDecimal(ref output, in instruction, isPresent, entry);
                }

                Keep(instruction.Slot, isPresent ? instruction.Assigned : FastStore.Empty, entry.Value, entry.Size);
                return true;
        }
    }

    private static void WriteDecimal(ref FastOutput output, in FastInstruction instruction, bool isPresent, FastEntry entry)
    {
        if (!isPresent)
        {
            output.Null();
            return;
        }

        output.Signed(entry.Size, instruction.Bias);
        output.Signed(entry.Value, 0);
    }

    private bool DecimalDelta(ref FastOutput output, int index, bool isPresent, FastEntry entry)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        if (!isPresent)
        {
            output.Null();
            return true;
        }

        if (DeltaError(in instruction) is var wrong and not FastErrorCode.None)
        {
            return Fail(wrong, index);
        }

        FastSlot before = Before(in instruction);
        output.Signed(entry.Size - before.Size, instruction.Bias);
        output.Signed((Int128)entry.Value - before.Value, 0);
        Keep(instruction.Slot, instruction.Assigned, entry.Value, entry.Size);
        return true;
    }

    // Exponent and mantissa by operators of their own. An exponent that never changes gives the mantissa its scale.
    private bool Parts(ref FastOutput output, ref MapOutput map, int index, bool isPresent, long mantissa, int exponent)
    {
        ref readonly FastInstruction power = ref _code[index + 1];
        ref readonly FastInstruction number = ref _code[index + 2];
        if (isPresent && power.Operator == FastOperator.Constant)
        {
            if (!TryScale(mantissa, exponent, (int)power.Initial, out mantissa))
            {
                return Fail(FastErrorCode.D3, index);
            }

            exponent = (int)power.Initial;
        }

        if (isPresent && number.Operator == FastOperator.Constant && mantissa != number.Initial)
        {
            return Fail(FastErrorCode.D3, index);
        }

        return Number(ref output, ref map, index + 1, isPresent, exponent)
            && (!isPresent || Number(ref output, ref map, index + 2, true, mantissa));
    }

    /// <summary>The mantissa of the same number at another exponent; false when it has none.</summary>
    internal static bool TryScale(long mantissa, int from, int to, out long scaled)
    {
        scaled = mantissa;
        for (; from > to && scaled != 0; from--)
        {
            if (scaled is > long.MaxValue / 10 or < long.MinValue / 10)
            {
                return false;
            }

            scaled *= 10;
        }

        for (; from < to && scaled != 0; from++)
        {
            if (scaled % 10 != 0)
            {
                return false;
            }

            scaled /= 10;
        }

        return true;
    }

    private bool Bytes(ref FastOutput output, ref MapOutput map, int index, bool isPresent, ReadOnlySpan<byte> bytes)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        if (bytes.Length > _options.StringBytesMax)
        {
            return Fail(FastErrorCode.BytesTooLong, index, bytes.Length, _options.StringBytesMax);
        }

        switch (instruction.Operator)
        {
            case FastOperator.None:
                WriteBytes(ref output, in instruction, isPresent, bytes, instruction.Bias);
                return true;
            case FastOperator.Constant:
                return Constant(ref output, ref map, index, isPresent, !isPresent || bytes.SequenceEqual(InitialOf(in instruction)));
            case FastOperator.Default:
                bool isDefault = isPresent ? instruction.HasInitial && bytes.SequenceEqual(InitialOf(in instruction)) : !instruction.HasInitial;
                output.Bit(ref map, !isDefault);
                if (!isDefault)
                {
                    WriteBytes(ref output, in instruction, isPresent, bytes, instruction.Bias);
                }

                return true;
            case FastOperator.Delta:
                return BytesDelta(ref output, index, isPresent, bytes);
            default:
                return ByPrevious(ref output, ref map, index, isPresent, bytes);
        }
    }

    private ReadOnlySpan<byte> InitialOf(in FastInstruction instruction) =>
        _store.Slab.AsSpan((int)instruction.Initial, instruction.InitialSize);

    private static void WriteBytes(ref FastOutput output, in FastInstruction instruction, bool isPresent, ReadOnlySpan<byte> bytes, byte bias)
    {
        if (!isPresent)
        {
            output.Null();
        }
        else if (instruction.Type == FastType.Ascii)
        {
            output.Text(bytes, bias);
        }
        else
        {
            output.Unsigned((ulong)bytes.Length, bias);
            output.Raw(bytes);
        }
    }

    // Copy and tail.
    private bool ByPrevious(ref FastOutput output, ref MapOutput map, int index, bool isPresent, ReadOnlySpan<byte> bytes)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        FastSlot slot = Before(in instruction);
        ReadOnlySpan<byte> before = _store.Slab.AsSpan((int)slot.Value, slot.Size);
        bool isSilent = IsSilent(in instruction, isPresent, bytes.SequenceEqual(before));
        output.Bit(ref map, !isSilent);
        if (isSilent)
        {
            Keep(instruction.Slot, isPresent ? instruction.Assigned : FastStore.Empty, slot.Value, slot.Size);
            return true;
        }

        ReadOnlySpan<byte> sent = bytes;
        if (instruction.Operator == FastOperator.Tail && isPresent)
        {
            byte state = _slots[instruction.Slot].State;
            if (state > FastStore.Empty && state != instruction.Assigned)
            {
                return Fail(FastErrorCode.D4, index);
            }

            // As many bytes as are sent go off the end of the one before: it never gets shorter.
            if (bytes.Length < before.Length)
            {
                return Fail(FastErrorCode.NotEncodable, index);
            }

            sent = bytes.Length == before.Length ? bytes[bytes.CommonPrefixLength(before)..] : bytes;
        }

        WriteBytes(ref output, in instruction, isPresent, sent, instruction.Bias);
        return KeepBytes(index, isPresent, bytes);
    }

    private bool BytesDelta(ref FastOutput output, int index, bool isPresent, ReadOnlySpan<byte> bytes)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        if (!isPresent)
        {
            output.Null();
            return true;
        }

        if (DeltaError(in instruction) is var wrong and not FastErrorCode.None)
        {
            return Fail(wrong, index);
        }

        FastSlot slot = Before(in instruction);
        ReadOnlySpan<byte> before = _store.Slab.AsSpan((int)slot.Value, slot.Size);
        int front = bytes.CommonPrefixLength(before);
        int back = 0;
        while (back < Math.Min(bytes.Length, before.Length) && bytes[^(back + 1)] == before[^(back + 1)])
        {
            back++;
        }

        // What is taken off the front counts from -1: there is a way to say that nothing is.
        bool isFront = back > front;
        output.Signed(isFront ? -(before.Length - back) - 1 : before.Length - front, instruction.Bias);
        WriteBytes(ref output, in instruction, true, isFront ? bytes[..^back] : bytes[front..], 0);
        return KeepBytes(index, isPresent, bytes);
    }

    private bool KeepBytes(int index, bool isPresent, ReadOnlySpan<byte> bytes)
    {
        ref readonly FastInstruction instruction = ref _code[index];
        long together = (long)_store.Used - _bytesFrom + bytes.Length;
        if (together > _options.MessageStringBytesMax)
        {
            return Fail(FastErrorCode.BytesTooLong, index, together, _options.MessageStringBytesMax);
        }

        _store.Reserve(bytes.Length);
        bytes.CopyTo(_store.Slab.AsSpan(_store.Used));
        Keep(instruction.Slot, isPresent ? instruction.Assigned : FastStore.Empty, _store.Used, bytes.Length);
        _store.Used += bytes.Length;
        return true;
    }
}
