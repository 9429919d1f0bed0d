namespace Peregrine.Fix.Fast;

// The types of FAST 1.2.
public sealed partial class FastField
{
    private const long NsPerSecond = 1_000_000_000;

    // Those of all members of a set.
    private ulong _bits;

    /// <summary>What its number stands for.</summary>
    public FastKind Kind { get; internal set; }

    /// <summary>The values of an enumeration or a set, in the order of the template; none for others.</summary>
    public IReadOnlyList<FastMember> Members
    {
        get;
        internal set
        {
            field = value;
            _bits = value.Aggregate(0UL, (bits, member) => bits | member.Value);
        }
    } = [];

    /// <summary>What a timestamp counts; None for others.</summary>
    public FastTimeUnit TimeUnit { get; internal set; }

    /// <summary>Since when it counts.</summary>
    public FastEpoch Epoch { get; internal set; }

    /// <summary>Nanoseconds of a unit of a timestamp; 0 for others.</summary>
    internal long UnitNs => TimeUnit switch
    {
        FastTimeUnit.Day => 86_400 * NsPerSecond,
        FastTimeUnit.Second => NsPerSecond,
        FastTimeUnit.Millisecond => 1_000_000,
        FastTimeUnit.Microsecond => 1_000,
        FastTimeUnit.Nanosecond => 1,
        _ => 0,
    };

    /// <summary>The member that a number stands for.</summary>
    /// <returns>Null for a number that is none of them.</returns>
    /// <remarks>Allocates: no. One look where members are numbered 0, 1, 2, ..., else one at each.</remarks>
    public FastMember? MemberOf(ulong value)
    {
        if (value < (ulong)Members.Count && Members[(int)value].Value == value)
        {
            return Members[(int)value];
        }

        for (int place = 0; place < Members.Count; place++)
        {
            if (Members[place].Value == value)
            {
                return Members[place];
            }
        }

        return null;
    }

    /// <summary>The member of a name, or of another name (id) where none has that name.</summary>
    /// <returns>Null when there is none.</returns>
    public FastMember? FindMember(ReadOnlySpan<char> name)
    {
        FastMember? byId = null;
        for (int place = 0; place < Members.Count; place++)
        {
            if (name.SequenceEqual(Members[place].Name))
            {
                return Members[place];
            }

            byId = byId is null && name.Length > 0 && name.SequenceEqual(Members[place].Id) ? Members[place] : byId;
        }

        return byId;
    }

    /// <summary>Whether the field can have a number.</summary>
    internal bool Allows(Int128 value) => Kind switch
    {
        FastKind.Boolean => value == 0 || value == 1,
        FastKind.Enumeration => value >= 0 && value <= ulong.MaxValue && MemberOf((ulong)value) is not null,
        FastKind.Set => value >= 0 && value <= ulong.MaxValue && ((ulong)value & ~_bits) == 0,
        _ => true,
    };

    /// <summary>Reads a value by name: true and false (Y and N), a member, members with blanks between.</summary>
    /// <returns>False where it is no name.</returns>
    internal bool TryParse(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        switch (Kind)
        {
            case FastKind.Boolean:
                value = text is "true" or "Y" ? 1UL : 0;
                return text is "true" or "Y" or "false" or "N";
            case FastKind.Enumeration:
                FastMember? one = FindMember(text);
                value = one?.Value ?? 0;
                return one is not null;
            case FastKind.Set:
                bool isSet = true;
                foreach (Range part in text.Split(' '))
                {
                    FastMember? member = text[part].IsEmpty ? null : FindMember(text[part]);
                    isSet &= member is not null || text[part].IsEmpty;
                    value |= member?.Value ?? 0;
                }

                return isSet;
            default:
                return false;
        }
    }
}
