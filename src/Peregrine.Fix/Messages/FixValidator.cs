using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Messages;

/// <summary>Holds messages against a dictionary: sections and their order, tags, types, values, what must be there, groups in groups.</summary>
/// <remarks>Thread: one owner. Allocates: only when made. Work: one pass over the fields, whatever they are.</remarks>
public sealed class FixValidator
{
    /// <summary>How deep groups may be inside of groups; a message with deeper ones is refused with <see cref="FixFault.Other"/>.</summary>
    public const int GroupsMax = 16;

    // As FixText.TryInt has it.
    private const long GroupCountMax = 999_999_999;

    // Header, body, trailer; behind them the groups that are open, each inside of the one before.
    private const int Sections = 3;

    private readonly FixDictionary _dictionary;
    private readonly FixValidation _options;
    private readonly Frame[] _frames = new Frame[Sections + GroupsMax];
    private readonly ulong[] _seen;
    private readonly int _words;
    private readonly bool _allowsOtherValues;
    private FixIndex _index = null!;
    private int _section;
    private int _top;

    /// <summary>Makes a validator.</summary>
    public FixValidator(FixDictionary dictionary, FixValidation? options = null)
    {
        _dictionary = dictionary;
        _options = options ?? FixValidation.Default;
        _allowsOtherValues = _options.AllowOtherValues;
        _words = dictionary.WordsMax;
        _seen = new ulong[_frames.Length * _words];
    }

    /// <summary>Checks everything that the dictionary says about a message. Numbers and times that it read are kept in the message's index, and
    /// are not parsed again when they are asked for.</summary>
    /// <param name="message">Parsed.</param>
    /// <param name="type">Its type, of the same dictionary.</param>
    /// <param name="refTag">The field at fault; 0 when there is none.</param>
    public FixFault Validate(in FixMessage message, FixMessageType type, out int refTag)
    {
        Open(0, _dictionary.Header);
        Open(1, type.Body);
        Open(2, _dictionary.Trailer);
        (_section, _top) = (0, 0);
        ReadOnlySpan<byte> bytes = message.Frame;
        ReadOnlySpan<int> tags = message.Tags;
        _index = message.Index;
        _index.BeginKeeping();
        ReadOnlySpan<FixIndex.Place> places = _index.Places;
        int plain = -1;
        FixFieldSet? set = null;
        Span<ulong> seen = default;
        for (int place = 0; place < tags.Length; place++)
        {
            int tag = tags[place];
            ReadOnlySpan<byte> value = bytes.Slice(places[place].Start, places[place].Bytes);
            if (plain != _top && _top < Sections)
            {
                (plain, set) = (_top, _frames[_top].Set);
                seen = _seen.AsSpan(_top * _words, set.Words);
            }

            // Nearly always a right field of the section at hand, and nothing else comes of it.
            if (plain == _top && set!.Find(tag) is >= 0 and int own && TryTakePlain(set.Cells[own], own, place, value, seen))
            {
                continue;
            }

            FixFault fault = TakeAny(tags, place, value, out refTag);
            if (fault != FixFault.None)
            {
                return fault;
            }
        }

        return End(out refTag);
    }

    // False leaves everything as it was.
    private bool TryTakePlain(in FixCell cell, int own, int place, ReadOnlySpan<byte> value, Span<ulong> seen)
    {
        ref ulong word = ref seen[own >> 6];
        ulong bit = 1UL << (own & 63);
        if ((word & bit) != 0 || value.Length == 0 || cell.Group is not null || (cell.Type != FixType.Text && !IsOfType(cell.Type, place, value))
            || (cell.IsListed && !_allowsOtherValues && !cell.Allows(value)))
        {
            return false;
        }

        word |= bit;
        return true;
    }

    private FixFault TakeAny(ReadOnlySpan<int> tags, int place, ReadOnlySpan<byte> value, out int refTag)
    {
        int tag = tags[place];
        refTag = tag;
        if (value.Length == 0 && !_options.AllowEmptyFields)
        {
            return FixFault.TagWithoutValue;
        }

        FixFault fault = Find(tag, out int frame, out int member, out refTag);
        if (fault != FixFault.None)
        {
            return fault;
        }

        return member < 0
            ? tags[..place].Contains(tag) && _top < Sections ? FixFault.TagAppearsMoreThanOnce : FixFault.None
            : Take(frame, member, place, value, ref refTag);
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

    private FixFault Take(int at, int member, int place, ReadOnlySpan<byte> value, ref int refTag)
    {
        ref Frame frame = ref _frames[at];
        if (at >= Sections)
        {
            if (member == 0)
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

        ref ulong seen = ref _seen[(at * _words) + (member >> 6)];
        ulong bit = 1UL << (member & 63);
        if ((seen & bit) != 0)
        {
            return FixFault.TagAppearsMoreThanOnce;
        }

        seen |= bit;
        ref readonly FixCell cell = ref frame.Set.Cells[member];
        if (value.Length == 0)
        {
            return FixFault.None;
        }

        if (!IsOfType(cell.Type, place, value))
        {
            return FixFault.IncorrectDataFormat;
        }

        if (cell.IsListed && !_allowsOtherValues && !cell.Allows(value))
        {
            return FixFault.ValueIncorrect;
        }

        return cell.Group is null ? FixFault.None : OpenGroup(cell, place, value);
    }

    private FixFault OpenGroup(in FixCell cell, int place, ReadOnlySpan<byte> value)
    {
        _ = _index.TryLong(place, value, out long count);
        if (count <= 0)
        {
            return count == 0 ? FixFault.None : FixFault.IncorrectGroupCount;
        }

        int at = Math.Max(_top + 1, Sections);
        if (at == _frames.Length)
        {
            return FixFault.Other;
        }

        Open(at, cell.Group!);
        (_frames[at].CountTag, _frames[at].Count) = (cell.Field.Tag, (int)count);
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

    private bool IsOfType(FixType type, int place, ReadOnlySpan<byte> value) => type switch
    {
        FixType.Text or FixType.Data or FixType.Multiple => true,
        FixType.Character => value.Length == 1,
        FixType.Int => _index.TryKeepLong(place, value, out _),
        FixType.Length or FixType.SeqNum => _index.TryKeepLong(place, value, out long number) && number >= 0,
        FixType.NumInGroup => _index.TryKeepLong(place, value, out long count) && count is >= 0 and <= GroupCountMax,
        FixType.Decimal => _index.TryKeepDecimal(place, value),
        FixType.Boolean => value.Length == 1 && value[0] is (byte)'Y' or (byte)'N',
        FixType.Timestamp => _index.TryKeepTimestamp(place, value),
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
