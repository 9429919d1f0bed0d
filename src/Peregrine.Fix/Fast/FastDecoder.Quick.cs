using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Peregrine.Fix.Fast;

// What nearly every field of nearly every message is, in few instructions. Whatever is not said here (a NULL, a number of more than 8 bytes or beyond
// its type, no previous value, the last bytes of the data, an error) is left as it was found, and done slowly.
public sealed partial class FastDecoder
{
    // A number or a string: its value, and how many bytes it takes; no bytes when it is not done. Two registers.
    private readonly record struct Taken(long Value, int Bytes);

    // One field after the other. What is not sent needs no look at what it is: a previous value or a default is in its slot.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Quickly(ref FastInput input, ref PresenceMap map, int start, int end, int depth)
    {
        FastInstruction[] code = _code;
        FastSlot[] slots = _slots;
        FastEntry[] entries = _entries;
        int count = _count;
        int at = input.At;
        ulong bits = map.Bits;
        for (int index = start; index < end;)
        {
            ref readonly FastInstruction instruction = ref code[index];
            int run = instruction.Run;
            if (run > 0 && (long)bits >= 0)
            {
                bool isAll = bits >> (64 - run) == 0;
                bits <<= isAll ? run : 1;
                index = isAll ? instruction.Extra : instruction.End;
                continue;
            }

            if (instruction.UsesBit && (long)bits >= 0)
            {
                ref FastSlot slot = ref slots[instruction.Slot];
                long next = slot.Value + instruction.Step;
                if (slot.State == instruction.Assigned && (instruction.Step == 0 || next <= int.MaxValue))
                {
                    slot.Value = next;
                    entries[count++] = new FastEntry(index, slot.Size, next);
                    bits <<= 1;
                    index++;
                    continue;
                }
            }
            else if (instruction.Quick == FastQuick.Constant)
            {
                entries[count++] = new FastEntry(index, instruction.InitialSize, instruction.Initial);
                index++;
                continue;
            }
            else if (Sent(input.Data, at, in instruction, index, bits) is { Bytes: > 0 } taken)
            {
                if (instruction.Keeps)
                {
                    slots[instruction.Slot] = new FastSlot { Value = taken.Value, Size = taken.Bytes, State = instruction.Assigned };
                }

                // The size of a number is not looked at. Where the next instruction is does not wait for this one to be read.
                at += taken.Bytes;
                bool isParts = instruction.Quick == FastQuick.Parts;
                entries[count++] = new FastEntry(index, isParts ? (int)code[index + 1].Initial : taken.Bytes, taken.Value);
                bits <<= instruction.UsesBit || isParts ? 1 : 0;
                index += isParts ? 3 : 1;
                continue;
            }

            // What is rare goes another way, from the place before the field.
            (input.At, map.Bits, _count) = (at, bits, count);
            if (!Slowly(ref input, ref map, index, end, depth))
            {
                return false;
            }

            index = instruction.End;
            (at, bits, count, entries) = (input.At, map.Bits, _count, _entries);
        }

        (input.At, map.Bits, _count) = (at, bits, count);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Taken Sent(ReadOnlySpan<byte> data, int at, in FastInstruction instruction, int index, ulong bits)
    {
        FastQuick quick = instruction.Quick;
        if (quick == FastQuick.Delta)
        {
            return QuickDelta(data, at, in instruction);
        }

        if (quick == FastQuick.Unsigned)
        {
            return Unsigned(data, at, in instruction);
        }

        if (quick == FastQuick.Parts)
        {
            return (long)bits < 0 ? default : QuickDelta(data, at, in _code[index + 2]);
        }

        return quick == FastQuick.Text ? QuickText(data, at) : quick == FastQuick.Signed ? Signed(data, at, in instruction) : default;
    }

    // The next 8 bytes; zeros behind the last, which are no end of anything.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ReadOnlySpan<byte> data, int at) => data.Length - at >= 8
        ? BinaryPrimitives.ReadUInt64LittleEndian(data[at..])
        : LastWord(data, at);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong LastWord(ReadOnlySpan<byte> data, int at)
    {
        ulong word = 0;
        for (int last = data.Length - 1; last >= at; last--)
        {
            word = (word << 8) | data[last];
        }

        return word;
    }

    // No branch for each length: what follows a field is known as soon as its stop bit is found.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Taken Unsigned(ReadOnlySpan<byte> data, int at, in FastInstruction instruction)
    {
        ulong word = Word(data, at);
        ulong stops = word & FastInput.Stops;
        int bytes = (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
        ulong raw = FastInput.Gather(word, bytes);
        ulong number = raw - instruction.Bias;
        bool isPlain = stops != 0 && (byte)word != 0 && raw >= instruction.Bias && number << instruction.Shift >> instruction.Shift == number;
        return isPlain ? new Taken((long)number, bytes) : default;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Taken Signed(ReadOnlySpan<byte> data, int at, in FastInstruction instruction)
    {
        ulong word = Word(data, at);
        ulong stops = word & FastInput.Stops;
        int bytes = (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
        int unused = 64 - (bytes * 7);
        long value = (long)(FastInput.Gather(word, bytes) << unused) >> unused;
        bool isPlain = stops != 0 && !FastInput.IsOverlong((byte)word, (byte)(word >> 8)) && (value != 0 || instruction.Bias == 0);
        value -= value > 0 ? instruction.Bias : 0;
        return isPlain && value << instruction.Shift >> instruction.Shift == value ? new Taken(value, bytes) : default;
    }

    // Up to 56 bits are added to what is far from every edge of 64.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Taken QuickDelta(ReadOnlySpan<byte> data, int at, in FastInstruction instruction)
    {
        ulong word = Word(data, at);
        ulong stops = word & FastInput.Stops;
        int bytes = 1;
        long delta = (long)(word << 57) >> 57;
        if ((word & 0x80) == 0)
        {
            bytes = (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
            int unused = 64 - (bytes * 7);
            delta = (long)(FastInput.Gather(word, bytes) << unused) >> unused;
            stops = FastInput.IsOverlong((byte)word, (byte)(word >> 8)) ? 0 : stops;
        }

        ref FastSlot slot = ref _slots[instruction.Slot];
        long start = slot.Value;
        long value = start + delta - (delta > 0 ? instruction.Bias : 0);
        bool isPlain = stops != 0 && (delta != 0 || instruction.Bias == 0) && slot.State == instruction.Assigned && start is > -EdgeMin and < EdgeMin;
        bool fits = instruction.Op == FastOp.SignedDelta
            ? value << instruction.Shift >> instruction.Shift == value
            : (ulong)value << instruction.Shift >> instruction.Shift == (ulong)value && value >= 0 && start >= 0;
        if (!isPlain || !fits)
        {
            return default;
        }

        slot.Value = value;
        return new Taken(value, bytes);
    }

    // A string of up to 8 characters, added to the slab.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Taken QuickText(ReadOnlySpan<byte> data, int at)
    {
        FastStore store = _store;
        int used = store.Used;
        Span<byte> slab = store.Slab;
        if (used > _usedMax || slab.Length - used < 8)
        {
            return default;
        }

        ulong word = Word(data, at);
        ulong stops = word & FastInput.Stops;
        if (stops == 0 || (word & 0x7F) == 0)
        {
            return default;
        }

        int bytes = (BitOperations.TrailingZeroCount(stops) >> 3) + 1;
        BinaryPrimitives.WriteUInt64LittleEndian(slab[used..], word & FastInput.Values);
        store.Used = used + bytes;
        return new Taken(used, bytes);
    }
}
