using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Messages;

/// <summary>Holds messages against a dictionary: sections and their order, tags, types, values, what must be there, groups in groups.</summary>
/// <remarks>Thread: one owner. Allocates: only when made. Work: one pass over the fields, whatever they are.</remarks>
public sealed class FixValidator
{
    /// <summary>How deep groups may be inside of groups; a message with deeper ones is refused with <see cref="FixFault.Other"/>.</summary>
    public const int GroupsMax = 16;

    // Header, body, trailer; behind them the groups that are open, each inside of the one before.
    private const int Sections = 3;

    private readonly FixDictionary _dictionary;
    private readonly FixValidation _options;
    private readonly Frame[] _frames = new Frame[Sections + GroupsMax];
    private readonly ulong[] _seen;
    private readonly int _words;
    private int _section;
    private int _top;

    /// <summary>Makes a validator.</summary>
    public FixValidator(FixDictionary dictionary, FixValidation? options = null)
    {
        _dictionary = dictionary;
        _options = options ?? FixValidation.Default;
        _words = dictionary.WordsMax;
        _seen = new ulong[_frames.Length * _words];
    }

    /// <summary>Checks everything that the dictionary says about a message.</summary>
    /// <param name="message">Parsed.</param>
    /// <param name="type">Its type, of the same dictionary.</param>
    /// <param name="refTag">The field at fault; 0 when there is none.</param>
    public FixFault Validate(in FixMessage message, FixMessageType type, out int refTag)
    {
        Open(0, _dictionary.Header);
        Open(1, type.Body);
        Open(2, _dictionary.Trailer);
        (_section, _top) = (0, 0);
        ReadOnlySpan<int> tags = message.Tags;
        for (int place = 0; place < tags.Length; place++)
        {
            int tag = tags[place];
            ReadOnlySpan<byte> value = message.Value(place);
            if (value.Length == 0 && !_options.AllowEmptyFields)
            {
                refTag = tag;
                return FixFault.TagWithoutValue;
            }

            // Nearly always a field of the section or entry at hand.
            int frame = _top;
            int member = _frames[frame].Set.Find(tag);
            refTag = tag;
            FixFault fault = member >= 0 ? FixFault.None : Find(tag, out frame, out member, out refTag);
            if (fault == FixFault.None)
            {
                fault = member < 0
                    ? tags[..place].Contains(tag) && _top < Sections ? FixFault.TagAppearsMoreThanOnce : FixFault.None
                    : Take(frame, member, value, ref refTag);
            }

            if (fault != FixFault.None)
            {
                return fault;
            }
        }

        return End(out refTag);
    }

    // Where a field belongs: in the entry at hand, or else behind the groups that end here; no member for one that is let through.
    private FixFault Find(int tag, out int frame, out int member, out int refTag)
    {
        refTag = tag;
        while (true)
        {
            frame = _top;
            member = _frames[_top].Set.Find(tag);
            if (member >= 0)
            {
                return FixFault.None;
            }

            if (_top < Sections)
            {
                return FindSection(tag, out frame, out member);
            }

            if (IsLetThrough(tag))
            {
                return FixFault.None;
            }

            FixFault fault = CloseGroup(out int groupTag);
            if (fault != FixFault.None)
            {
                refTag = groupTag;
                return fault;
            }
        }
    }

    private FixFault FindSection(int tag, out int frame, out int member)
    {
        for (frame = _section + 1; frame < Sections; frame++)
        {
            member = _frames[frame].Set.Find(tag);
            if (member >= 0)
            {
                (_section, _top) = (frame, frame);
                return FixFault.None;
            }
        }

        for (frame = 0; frame < _section; frame++)
        {
            member = _frames[frame].Set.Find(tag);
            if (member >= 0)
            {
                return _options.AllowAnyOrder ? FixFault.None : FixFault.TagOutOfOrder;
            }
        }

        member = -1;
        if (IsLetThrough(tag))
        {
            return FixFault.None;
        }

        return _dictionary.FieldOf(tag) is null ? FixFault.InvalidTagNumber : FixFault.TagNotDefinedForMessage;
    }

    private bool IsLetThrough(int tag) => _options.AllowUnknownTags
        ? _dictionary.FieldOf(tag) is null || _top < Sections
        : _options.AllowUserDefinedTags && tag >= Tag.UserDefinedMin && _dictionary.FieldOf(tag) is null;

    private FixFault Take(int at, int place, ReadOnlySpan<byte> value, ref int refTag)
    {
        ref Frame frame = ref _frames[at];
        if (at >= Sections)
        {
            if (place == 0)
            {
                FixFault fault = NextEntry(at, ref refTag);
                if (fault != FixFault.None)
                {
                    return fault;
                }
            }
            else if (frame.Entries == 0)
            {
                return FixFault.GroupOutOfOrder;
            }
        }

        ref ulong seen = ref _seen[(at * _words) + (place >> 6)];
        ulong bit = 1UL << (place & 63);
        if ((seen & bit) != 0)
        {
            return FixFault.TagAppearsMoreThanOnce;
        }

        seen |= bit;
        FixMember member = frame.Set[place];
        if (value.Length == 0)
        {
            return FixFault.None;
        }

        if (!IsOfType(member.Field.Type, value))
        {
            return FixFault.IncorrectDataFormat;
        }

        if (!_options.AllowOtherValues && !member.Field.Allows(value))
        {
            return FixFault.ValueIncorrect;
        }

        return member.Group is null ? FixFault.None : OpenGroup(member, value);
    }

    private FixFault OpenGroup(FixMember member, ReadOnlySpan<byte> value)
    {
        _ = FixText.TryInt(value, out int count);
        if (count <= 0)
        {
            return count == 0 ? FixFault.None : FixFault.IncorrectGroupCount;
        }

        int at = Math.Max(_top + 1, Sections);
        if (at == _frames.Length)
        {
            return FixFault.Other;
        }

        Open(at, member.Group!);
        (_frames[at].CountTag, _frames[at].Count) = (member.Field.Tag, count);
        _top = at;
        return FixFault.None;
    }

    private FixFault NextEntry(int at, ref int refTag)
    {
        ref Frame frame = ref _frames[at];
        if (frame.Entries > 0)
        {
            FixFault fault = CheckEntry(at, ref refTag);
            if (fault != FixFault.None)
            {
                return fault;
            }
        }

        if (++frame.Entries > frame.Count)
        {
            refTag = frame.CountTag;
            return FixFault.IncorrectGroupCount;
        }

        _seen.AsSpan(at * _words, frame.Set.Words).Clear();
        return FixFault.None;
    }

    private FixFault CheckEntry(int at, ref int refTag)
    {
        int missing = _options.AllowMissingFields ? 0 : _frames[at].Set.FirstMissing(_seen.AsSpan(at * _words));
        refTag = missing == 0 ? refTag : missing;
        return missing == 0 ? FixFault.None : FixFault.RequiredTagMissing;
    }

    private FixFault CloseGroup(out int refTag)
    {
        ref Frame frame = ref _frames[_top];
        refTag = frame.CountTag;
        if (frame.Entries != frame.Count)
        {
            return FixFault.IncorrectGroupCount;
        }

        FixFault fault = CheckEntry(_top, ref refTag);
        _top = _top == Sections ? _section : _top - 1;
        return fault;
    }

    private FixFault End(out int refTag)
    {
        refTag = 0;
        while (_top >= Sections)
        {
            FixFault fault = CloseGroup(out refTag);
            if (fault != FixFault.None)
            {
                return fault;
            }
        }

        refTag = 0;
        for (int section = 0; section < Sections; section++)
        {
            if (CheckEntry(section, ref refTag) != FixFault.None)
            {
                return FixFault.RequiredTagMissing;
            }
        }

        return FixFault.None;
    }

    private void Open(int at, FixFieldSet set)
    {
        ref Frame frame = ref _frames[at];
        (frame.Set, frame.Entries) = (set, 0);
        _seen.AsSpan(at * _words, set.Words).Clear();
    }

    private static bool IsOfType(FixType type, ReadOnlySpan<byte> value) => type switch
    {
        FixType.Text or FixType.Data or FixType.Multiple => true,
        FixType.Character => value.Length == 1,
        FixType.Int => FixText.IsLong(value),
        FixType.Length or FixType.SeqNum => FixText.IsLong(value) && (value[0] != (byte)'-' || value[1..].TrimStart((byte)'0').Length == 0),
        FixType.NumInGroup => FixText.TryInt(value, out int count) && count >= 0,
        FixType.Decimal => FixText.IsDecimal(value),
        FixType.Boolean => value.Length == 1 && value[0] is (byte)'Y' or (byte)'N',
        FixType.Timestamp => FixText.TryTimestamp(value, out _),
        FixType.Date => FixText.IsDate(value),
        FixType.Time => FixText.IsTime(value),
        FixType.MonthYear => FixText.IsMonthYear(value),
        FixType.DayOfMonth => FixText.TryDigits(value, out int day) && day is >= 1 and <= 31,
        _ => true,
    };

    private struct Frame
    {
        public FixFieldSet Set;
        public int CountTag;
        public int Count;
        public int Entries;
    }
}
