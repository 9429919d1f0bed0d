using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;

namespace Peregrine.Fix.Fast;

public sealed partial class FastDecoder
{
    private FastOutcome Ascii(ref FastInput input, ref PresenceMap map, in FastInstruction instruction, out long value, out int size)
    {
        switch (instruction.Op)
        {
            case FastOp.AsciiNone:
                return Text(ref input, instruction.Bias, out value, out size);
            case FastOp.AsciiDefault:
                if (input.NextBit(ref map))
                {
                    return Text(ref input, instruction.Bias, out value, out size);
                }

                size = instruction.InitialSize;
                return Initial(in instruction, out value);
            case FastOp.AsciiCopy:
                return input.NextBit(ref map)
                    ? Keep(Text(ref input, instruction.Bias, out value, out size), in instruction, value, size)
                    : Previous(ref input, in instruction, out value, out size);
            case FastOp.AsciiTail:
                return input.NextBit(ref map)
                    ? Tail(ref input, in instruction, Text(ref input, instruction.Bias, out value, out size), ref value, ref size)
                    : Previous(ref input, in instruction, out value, out size);
            default:
                return StringDelta(ref input, in instruction, out value, out size);
        }
    }

    private FastOutcome Bytes(ref FastInput input, ref PresenceMap map, in FastInstruction instruction, out long value, out int size)
    {
        switch (instruction.Op)
        {
            case FastOp.BytesNone:
                return InPlace(ref input, in instruction, out value, out size);
            case FastOp.BytesDefault:
                if (input.NextBit(ref map))
                {
                    return InPlace(ref input, in instruction, out value, out size);
                }

                size = instruction.InitialSize;
                return Initial(in instruction, out value);
            case FastOp.BytesCopy:
                return input.NextBit(ref map)
                    ? Keep(Whole(ref input, in instruction, out value, out size), in instruction, value, size)
                    : Previous(ref input, in instruction, out value, out size);
            case FastOp.BytesTail:
                return input.NextBit(ref map)
                    ? Tail(ref input, in instruction, Vector(ref input, instruction.Bias, out value, out size), ref value, ref size)
                    : Previous(ref input, in instruction, out value, out size);
            default:
                return StringDelta(ref input, in instruction, out value, out size);
        }
    }

    private FastOutcome Keep(FastOutcome outcome, in FastInstruction instruction, long value, int size)
    {
        _slots[instruction.Slot].Size = size;
        return Keep(outcome, in instruction, value);
    }

    private FastOutcome Previous(ref FastInput input, in FastInstruction instruction, out long value, out int size)
    {
        if (_slots[instruction.Slot].State != instruction.Assigned)
        {
            return Unassigned(ref input, in instruction, out value, out size);
        }

        (value, size) = (_slots[instruction.Slot].Value, _slots[instruction.Slot].Size);
        return FastOutcome.Present;
    }

    // An ASCII string, added to the slab.
    private FastOutcome Text(ref FastInput input, byte bias, out long value, out int size)
    {
        ReadOnlySpan<byte> data = input.Data;
        int at = input.At;
        (value, size) = (_store.Used, 0);
        if (data.Length - at >= 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data[at..]);
            ulong stops = word & 0x8080_8080_8080_8080;
            if (stops != 0 && ((byte)word & 0x7F) != 0)
            {
                size = (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
                if (!HasRoomFor(ref input, size, size))
                {
                    return FastOutcome.Failed;
                }

                BinaryPrimitives.WriteUInt64LittleEndian(_store.Slab.AsSpan(_store.Used), word & 0x7F7F_7F7F_7F7F_7F7F);
                _store.Used += size;
                input.At = at + size;
                return FastOutcome.Present;
            }
        }

        return LongText(ref input, bias, out size);
    }

    private FastOutcome LongText(ref FastInput input, byte bias, out int size)
    {
        size = 0;
        int bytes = input.EntityBytes(_options.StringBytesMax + 2);
        if (bytes == 0)
        {
            return Failed(ref input, FastErrorCode.EndOfData);
        }

        if (bytes < 0)
        {
            _ = HasRoomFor(ref input, _options.StringBytesMax + 3, 0);
            return FastOutcome.Failed;
        }

        ReadOnlySpan<byte> entity = input.Data.Slice(input.At, bytes);
        int skipped = 0;
        if ((entity[0] & 0x7F) == 0)
        {
            if (bytes == 1)
            {
                input.At++;
                return bias == 0 ? FastOutcome.Present : FastOutcome.Absent;
            }

            // One zero before a string that begins with zero; one more, or one alone, for strings that may be NULL.
            skipped = bias != 0 && bytes > 2 && (entity[1] & 0x7F) == 0 ? 2 : 1;
            bool isEmpty = bias != 0 && bytes == 2 && (entity[1] & 0x7F) == 0;
            if ((entity[skipped] & 0x7F) != 0 && !_allowsOverlong)
            {
                return Failed(ref input, FastErrorCode.R9);
            }

            skipped = isEmpty ? 2 : skipped;
        }

        size = bytes - skipped;
        if (!HasRoomFor(ref input, size, size))
        {
            return FastOutcome.Failed;
        }

        Span<byte> target = _store.Slab.AsSpan(_store.Used, size);
        for (int place = 0; place < size; place++)
        {
            target[place] = (byte)(entity[skipped + place] & 0x7F);
        }

        _store.Used += size;
        input.At += bytes;
        return FastOutcome.Present;
    }

    // Where the bytes of a vector are in the message.
    private FastOutcome Found(ref FastInput input, byte bias, out int size)
    {
        size = 0;
        if (!input.TryUnsigned(bias, _allowsOverlong, out ulong length, out bool isNull))
        {
            return FastOutcome.Failed;
        }

        if (isNull)
        {
            return FastOutcome.Absent;
        }

        if (length > (ulong)_options.StringBytesMax)
        {
            _ = HasRoomFor(ref input, (long)Math.Min(length, long.MaxValue), 0);
            return FastOutcome.Failed;
        }

        size = (int)length;
        return size <= input.Data.Length - input.At ? FastOutcome.Present : Failed(ref input, FastErrorCode.EndOfData);
    }

    private FastOutcome InPlace(ref FastInput input, in FastInstruction instruction, out long value, out int size)
    {
        FastOutcome outcome = Found(ref input, instruction.Bias, out size);
        value = ~(long)input.At;
        if (outcome == FastOutcome.Present)
        {
            if (instruction.Type == FastType.Unicode && !Utf8.IsValid(input.Data.Slice(input.At, size)))
            {
                return Failed(ref input, FastErrorCode.R2);
            }

            input.At += size;
        }

        return outcome;
    }

    // A byte vector, added to the slab.
    private FastOutcome Vector(ref FastInput input, byte bias, out long value, out int size)
    {
        value = _store.Used;
        FastOutcome outcome = Found(ref input, bias, out size);
        if (outcome != FastOutcome.Present)
        {
            return outcome;
        }

        if (!HasRoomFor(ref input, size, size))
        {
            return FastOutcome.Failed;
        }

        input.Data.Slice(input.At, size).CopyTo(_store.Slab.AsSpan(_store.Used));
        _store.Used += size;
        input.At += size;
        return FastOutcome.Present;
    }

    private FastOutcome Whole(ref FastInput input, in FastInstruction instruction, out long value, out int size) =>
        Checked(ref input, in instruction, Vector(ref input, instruction.Bias, out value, out size), value, size);

    private FastOutcome Checked(ref FastInput input, in FastInstruction instruction, FastOutcome outcome, long value, int size) =>
        outcome == FastOutcome.Present && instruction.Type == FastType.Unicode && !Utf8.IsValid(_store.Slab.AsSpan((int)value, size))
        ? Failed(ref input, FastErrorCode.R2)
        : outcome;

    private FastOutcome Tail(ref FastInput input, in FastInstruction instruction, FastOutcome outcome, ref long value, ref int size)
    {
        if (outcome == FastOutcome.Present)
        {
            byte state = _slots[instruction.Slot].State;
            if (state > FastStore.Empty && state != instruction.Assigned)
            {
                return Failed(ref input, FastErrorCode.D4);
            }

            (long start, int startSize) = BaseOf(in instruction, state);
            int kept = startSize - size;
            if (kept > 0)
            {
                if (!HasRoomFor(ref input, startSize, startSize))
                {
                    return FastOutcome.Failed;
                }

                Span<byte> slab = _store.Slab;
                slab.Slice((int)start, kept).CopyTo(slab[_store.Used..]);
                slab.Slice((int)value, size).CopyTo(slab[(_store.Used + kept)..]);
                (value, size) = (_store.Used, startSize);
                _store.Used += startSize;
            }

            outcome = Checked(ref input, in instruction, outcome, value, size);
        }

        return Keep(outcome, in instruction, value, size);
    }

    private (long Start, int Size) BaseOf(in FastInstruction instruction, byte state) => state == instruction.Assigned
        ? (_slots[instruction.Slot].Value, _slots[instruction.Slot].Size)
        : (instruction.Initial, instruction.InitialSize);

    private FastOutcome StringDelta(ref FastInput input, in FastInstruction instruction, out long value, out int size)
    {
        (value, size) = (0, 0);
        if (!input.TryInt128(instruction.Bias, _allowsOverlong, out Int128 cut, out bool isNull))
        {
            return FastOutcome.Failed;
        }

        if (isNull)
        {
            return FastOutcome.Absent;
        }

        byte state = _slots[instruction.Slot].State;
        if (state != FastStore.Undefined && state != instruction.Assigned)
        {
            return Failed(ref input, state == FastStore.Empty ? FastErrorCode.D6 : FastErrorCode.D4);
        }

        // From the front when it is below zero, and -1 stands for none.
        (long start, int startSize) = BaseOf(in instruction, state);
        bool isFront = cut < 0;
        Int128 taken = isFront ? -cut - 1 : cut;
        if (taken > startSize || cut < int.MinValue || cut > int.MaxValue)
        {
            (_badValue, _badLimit) = ((long)Int128.Min(taken, long.MaxValue), startSize);
            return Failed(ref input, FastErrorCode.D7);
        }

        int kept = startSize - (int)taken;
        int from = _store.Used;
        if (!HasRoomFor(ref input, kept, kept))
        {
            return FastOutcome.Failed;
        }

        // What is kept goes before or behind what is added.
        if (!isFront)
        {
            Append((int)start, kept);
        }

        FastOutcome outcome = instruction.Type == FastType.Ascii
            ? Text(ref input, 0, out _, out size)
            : Vector(ref input, 0, out _, out size);
        if (outcome == FastOutcome.Failed || !HasRoomFor(ref input, kept + size, isFront ? kept : 0))
        {
            return FastOutcome.Failed;
        }

        if (isFront)
        {
            Append((int)start + (int)taken, kept);
        }

        (value, size) = (from, kept + size);
        return Keep(Checked(ref input, in instruction, FastOutcome.Present, value, size), in instruction, value, size);
    }

    private void Append(int start, int bytes)
    {
        _store.Slab.AsSpan(start, bytes).CopyTo(_store.Slab.AsSpan(_store.Used));
        _store.Used += bytes;
    }

    // Whether a string may be as long, and the message may have as many more bytes of strings.
    private bool HasRoomFor(ref FastInput input, long size, int added)
    {
        if (size > _options.StringBytesMax)
        {
            return TooLong(ref input, size, _options.StringBytesMax);
        }

        long together = (long)_store.Used - _bytesFrom + added;
        if (together > _options.MessageStringBytesMax)
        {
            return TooLong(ref input, together, _options.MessageStringBytesMax);
        }

        _store.Reserve(added);
        return true;
    }

    private bool TooLong(ref FastInput input, long size, long limit)
    {
        (_badValue, _badLimit) = (size, limit);
        return input.Fail(FastErrorCode.BytesTooLong);
    }
}
