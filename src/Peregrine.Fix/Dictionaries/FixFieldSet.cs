using System.Numerics;

namespace Peregrine.Fix.Dictionaries;

/// <summary>A place in a message, a header, a trailer or an entry of a group.</summary>
/// <param name="Field">The field.</param>
/// <param name="IsRequired">It must be there.</param>
/// <param name="Group">What an entry holds, when the field counts the entries of a group.</param>
public sealed record FixMember(FixField Field, bool IsRequired, FixFieldSet? Group);

/// <summary>What stands together: the fields of a message's body, of header or trailer, or of a group's entry; components are dissolved.</summary>
/// <remarks>Read only. Allocates: only when made.</remarks>
public sealed class FixFieldSet
{
    // A set whose tags lie as near to each other as those of a message of the standard has a row for each number between them: one look, and
    // nothing to compare. Others are found by open addressing, a quarter full at most.
    private const int RowsForAMember = 64;
    private readonly int _first;
    private readonly short[] _rows = [];
    private readonly int[] _tags = [];
    private readonly short[] _places = [];
    private readonly FixMember[] _members;
    private readonly FixCell[] _cells;
    private readonly ulong[] _required;

    internal FixFieldSet(IReadOnlyList<FixMember> members)
    {
        _members = [.. members.DistinctBy(member => member.Field.Tag)];
        _required = new ulong[(_members.Length + 63) / 64];
        _cells = [.. _members.Select(member => new FixCell(member))];
        _first = _members.Length == 0 ? 0 : _members.Min(member => member.Field.Tag);
        long rows = _members.Length == 0 ? 0 : _members.Max(member => member.Field.Tag) - (long)_first + 1;
        if (rows <= _members.Length * RowsForAMember)
        {
            _rows = new short[rows];
        }
        else
        {
            int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, _members.Length * 4));
            _tags = new int[size];
            _places = new short[size];
        }

        for (short place = 0; place < _members.Length; place++)
        {
            Keep(_members[place].Field.Tag, place);
            _required[place >> 6] |= _members[place].IsRequired ? 1UL << (place & 63) : 0;
        }
    }

    /// <summary>The fields in the dictionary's order; of a group's entry the first one begins each entry.</summary>
    public IReadOnlyList<FixMember> Members => _members;

    /// <summary>Whether it has a field of its own with this tag; those inside of its groups are not looked at.</summary>
    public bool Has(int tag) => Find(tag) >= 0;

    internal int Words => _required.Length;

    internal FixMember this[int place] => _members[place];

    /// <summary>What a validator asks of each place.</summary>
    internal ReadOnlySpan<FixCell> Cells => _cells;

    /// <summary>The place of a field, or -1.</summary>
    internal int Find(int tag)
    {
        short[] rows = _rows;
        uint row = (uint)(tag - _first);
        return row < (uint)rows.Length ? rows[row] - 1 : _tags.Length == 0 ? -1 : FindSlot(tag);
    }

    private int FindSlot(int tag)
    {
        int slot = SlotOf(tag);
        return _tags[slot] == tag && tag != 0 ? _places[slot] : -1;
    }

    private void Keep(int tag, short place)
    {
        if (_rows.Length > 0)
        {
            _rows[tag - _first] = (short)(place + 1);
            return;
        }

        int slot = SlotOf(tag);
        (_tags[slot], _places[slot]) = (tag, place);
    }

    /// <summary>The tag of the first required field that was not seen; 0 when all were.</summary>
    internal int FirstMissing(ReadOnlySpan<ulong> seen)
    {
        for (int word = 0; word < _required.Length; word++)
        {
            ulong missing = _required[word] & ~seen[word];
            if (missing != 0)
            {
                return _members[(word << 6) + BitOperations.TrailingZeroCount(missing)].Field.Tag;
            }
        }

        return 0;
    }

    // The slot that holds the tag, or the free one where it would be.
    private int SlotOf(int tag)
    {
        int slot = (int)(((uint)tag * 2654435769u) >> 12) & (_tags.Length - 1);
        while (_tags[slot] != 0 && _tags[slot] != tag)
        {
            slot = (slot + 1) & (_tags.Length - 1);
        }

        return slot;
    }
}

/// <summary>What a validator asks of a place, side by side.</summary>
internal readonly struct FixCell(FixMember member)
{
    public readonly FixType Type = member.Field.Type;

    // Values of one letter are looked up here; all others, and several in one field, by the field.
    public readonly bool IsListed = member.Field.Values.Count > 0;
    public readonly FixField Field = member.Field;
    public readonly FixFieldSet? Group = member.Group;
    private readonly ulong _lowLetters = member.Field.Letters.Low;
    private readonly ulong _highLetters = member.Field.Letters.High;

    /// <summary>As <see cref="FixField.Allows"/>.</summary>
    public bool Allows(ReadOnlySpan<byte> value)
    {
        if (value.Length != 1)
        {
            return Field.Allows(value);
        }

        int letter = value[0];
        return (((letter < 64 ? _lowLetters >> letter : letter < 128 ? _highLetters >> (letter - 64) : 0) & 1) != 0) | !IsListed;
    }
}

/// <summary>A type of message.</summary>
/// <param name="MsgType">Value of tag 35.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsOfSession">A message of the session itself, not of an application.</param>
/// <param name="Body">What stands between header and trailer.</param>
public sealed record FixMessageType(string MsgType, string Name, bool IsOfSession, FixFieldSet Body);
