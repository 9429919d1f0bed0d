using System.Runtime.CompilerServices;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Views;

/// <summary>
/// What generated writers are made of: each field is written once, in its section, inside of the group that is open; each value as a validator
/// will take it. What is wrong first is kept in the message's state, and <see cref="Check"/> tells it.
/// </summary>
/// <remarks>Allocates: no.</remarks>
public static class FixWrite
{
    // Numbers have 18 digits at most, times four-digit years up to 2200, as they are read.
    private const long NumberEnd = 1_000_000_000_000_000_000;
    private const long UnixNsEnd = 7_289_654_400_000_000_000;
    private const long NsPerDay = 86_400_000_000_000;
    private const int DecimalsMax = 18;

    /// <summary>Begins a field.</summary>
    /// <param name="fields">The message.</param>
    /// <param name="seen">A bit for each field of the message or entry.</param>
    /// <param name="place">Its bit.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="section">0 header, 1 body, 2 trailer.</param>
    /// <param name="depth">How many groups the field is in.</param>
    /// <param name="entries">How many entries of the innermost were begun; outside of groups 1.</param>
    /// <returns>False when it may not be written now: nothing was.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryBegin(in FixFieldWriter fields, Span<ulong> seen, int place, int tag, int section, int depth, int entries = 1)
    {
        ref FixWriterState state = ref fields.State;
        ulong bit = 1UL << (place & 63);
        ref ulong word = ref seen[place >> 6];
        if (state.Depth != depth || section < state.Section || (word & bit) != 0 || entries == 0)
        {
            BlameBegin(ref state, tag, section, depth, entries);
            return false;
        }

        word |= bit;
        state.Section = (byte)section;
        return true;
    }

    /// <summary>Begins a group that was begun as a field: its entries follow.</summary>
    public static void BeginGroup(in FixFieldWriter fields, int tag, int count)
    {
        Number(fields, tag, count, 0);
        ref FixWriterState state = ref fields.State;
        state.Depth++;
        state.OpenTag = tag;
    }

    /// <summary>Ends an entry, if there is one, and begins the next.</summary>
    /// <returns>False when the group has as many as its count says, or is not the open one.</returns>
    public static bool TryNext(in FixFieldWriter fields, Span<ulong> seen, ReadOnlySpan<ulong> required, FixShape shape, int tag, int count,
        int depth, ref int entries)
    {
        ref FixWriterState state = ref fields.State;
        if (state.Depth != depth || entries == count)
        {
            BlameGroup(ref state, depth, tag);
            return false;
        }

        if (entries > 0)
        {
            RequireAll(ref state, seen, required, shape);
        }

        entries++;
        seen.Clear();
        return true;
    }

    /// <summary>Ends a group.</summary>
    /// <param name="outerTag">The count of the group that it is in; 0 when it is in none.</param>
    public static void EndGroup(in FixFieldWriter fields, ReadOnlySpan<ulong> seen, ReadOnlySpan<ulong> required, FixShape shape, int tag, int count,
        int depth, int entries, int outerTag)
    {
        ref FixWriterState state = ref fields.State;
        if (state.Depth != depth || entries != count)
        {
            BlameGroup(ref state, depth, tag);
            return;
        }

        if (entries > 0)
        {
            RequireAll(ref state, seen, required, shape);
        }

        state.Depth--;
        state.OpenTag = outerTag;
    }

    /// <summary>Whether all is there, and what was wrong first.</summary>
    /// <param name="tag">The field at fault; 0 when there is none.</param>
    public static FixWriteStatus Check(in FixFieldWriter fields, ReadOnlySpan<ulong> seen, ReadOnlySpan<ulong> required, FixShape shape, out int tag)
    {
        ref FixWriterState state = ref fields.State;
        if (state.Depth > 0)
        {
            state.Blame(FixWriteStatus.GroupOpen, state.OpenTag);
        }

        RequireAll(ref state, seen, required, shape);
        tag = state.FaultTag;
        return state.Fault == FixWriteStatus.Ok && state.IsFull ? FixWriteStatus.Full : state.Fault;
    }

    /// <summary>Text: not empty, and without a separator.</summary>
    public static void Text(in FixFieldWriter fields, int tag, scoped ReadOnlySpan<byte> value)
    {
        if (Require(fields, tag, !value.IsEmpty && !value.Contains((byte)1)))
        {
            fields.Add(tag, value);
        }
    }

    /// <summary>Any bytes, behind a field that tells their length.</summary>
    /// <param name="lengthTag">That field; 0 when there is none, and the bytes may have no separator then.</param>
    public static void Data(in FixFieldWriter fields, int lengthTag, int tag, scoped ReadOnlySpan<byte> value)
    {
        if (lengthTag == 0)
        {
            Text(fields, tag, value);
        }
        else if (Require(fields, tag, !value.IsEmpty))
        {
            fields.Add(lengthTag, value.Length);
            fields.Add(tag, value);
        }
    }

    /// <summary>One letter.</summary>
    public static void Letter(in FixFieldWriter fields, int tag, char value)
    {
        if (Require(fields, tag, value is > '\u0001' and <= '\u00FF'))
        {
            fields.Add(tag, value);
        }
    }

    /// <summary>Y or N.</summary>
    public static void Flag(in FixFieldWriter fields, int tag, bool value) => fields.Add(tag, value ? 'Y' : 'N');

    /// <summary>A whole number of up to 18 digits.</summary>
    /// <param name="least">The least that it may be.</param>
    public static void Number(in FixFieldWriter fields, int tag, long value, long least = 1 - NumberEnd)
    {
        if (Require(fields, tag, value >= least && value < NumberEnd))
        {
            fields.Add(tag, value);
        }
    }

    /// <summary>A decimal.</summary>
    public static void Decimal(in FixFieldWriter fields, int tag, FixDecimal value)
    {
        bool isRight = value.Mantissa is > -NumberEnd and < NumberEnd && value.Decimals is >= 0 and <= DecimalsMax;
        if (Require(fields, tag, isRight))
        {
            fields.Add(tag, value.Mantissa, value.Decimals);
        }
    }

    /// <summary>A UTC time stamp, from 1970 to 2200; digits beyond those of the message are cut off.</summary>
    public static void Timestamp(in FixFieldWriter fields, int tag, long unixNs)
    {
        if (Require(fields, tag, unixNs is >= 0 and < UnixNsEnd))
        {
            fields.AddTimestamp(tag, unixNs);
        }
    }

    /// <summary>A time of day.</summary>
    public static void TimeOfDay(in FixFieldWriter fields, int tag, long ns)
    {
        if (Require(fields, tag, ns is >= 0 and < NsPerDay))
        {
            Span<byte> text = stackalloc byte[FixText.TimestampBytesMax];
            int bytes = FixText.WriteTimestamp(text, ns, fields.State.TimeDigits);
            fields.Add(tag, text[FixText.DateBytes..bytes]);
        }
    }

    /// <summary>A date.</summary>
    public static void Date(in FixFieldWriter fields, int tag, DateOnly value)
    {
        Span<byte> text = stackalloc byte[8];
        FixText.Put(text, (value.Year * 10_000) + (value.Month * 100) + value.Day);
        fields.Add(tag, text);
    }

    private static void BlameBegin(ref FixWriterState state, int tag, int section, int depth, int entries)
    {
        if (state.Depth != depth || entries == 0)
        {
            BlameGroup(ref state, depth, tag);
        }

        state.Blame(section < state.Section ? FixWriteStatus.OutOfOrder : FixWriteStatus.FieldTwice, tag);
    }

    // A group inside of the one at hand is still open, or this one is not open any more, or has another number of entries.
    private static void BlameGroup(ref FixWriterState state, int depth, int tag)
    {
        if (state.Depth > depth)
        {
            state.Blame(FixWriteStatus.GroupOpen, state.OpenTag);
        }

        state.Blame(FixWriteStatus.GroupCount, tag);
    }

    private static bool Require(in FixFieldWriter fields, int tag, bool isRight)
    {
        if (!isRight)
        {
            fields.State.Blame(FixWriteStatus.BadValue, tag);
        }

        return isRight;
    }

    private static void RequireAll(ref FixWriterState state, ReadOnlySpan<ulong> seen, ReadOnlySpan<ulong> required, FixShape shape)
    {
        for (int word = 0; word < required.Length; word++)
        {
            ulong missing = required[word] & ~seen[word];
            if (missing != 0)
            {
                int place = (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(missing);
                state.Blame(FixWriteStatus.FieldMissing, shape.Fields[place].Tag);
                return;
            }
        }
    }
}
