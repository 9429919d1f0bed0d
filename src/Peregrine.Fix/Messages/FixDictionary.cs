using System.Globalization;

namespace Peregrine.Fix.Messages;

/// <summary>What a field's value must look like.</summary>
public enum FixType : byte
{
    /// <summary>Any text; also tags that are not known here.</summary>
    Text = 0,
    Int = 1,
    Length = 2,
    SeqNum = 3,
    Decimal = 4,
    Boolean = 5,
    Character = 6,
    Data = 7,
    Timestamp = 8,
    Date = 9,
}

/// <summary>
/// What FIX 4.4 says about the messages that a broker's order port receives: which fields they have, which they must have, of
/// which type, and the values of those that decide something. Source: FIX 4.4 specification, volumes 2, 4 and 6.
/// </summary>
/// <remarks>Read only. Allocates: only when first used.</remarks>
public static class FixDictionary
{
    /// <summary>Tags of FIX 4.4 are below this.</summary>
    public const int TagEnd = 957;

    private const string Orders =
        "1 11 22 48 54-55 65 106-107 167 200-202 206-207 223-228 231 239-247 255-256 305-313 315-318 348-351 362-365 435-436 447-448 "
        + "452-463 470-472 523 "
        + "526 541-543 583 592-595 660 667 691 711 762-763 788 802-803 810 864-868 873-879 882-889 898 913-919 941 947 ";

    private const string NewOrReplace =
        "12-13 15 18 21 38 40 44 58-60 63-64 70 75 77-80 99-100 110-111 114 120-121 126 152 168 192-193 203 210-211 218 220-222 229 "
        + "235-236 336 354-355 "
        + "376-377 386 388-389 423 427 432 467-469 479-481 494 497 513 516 524-525 528-529 538-539 544-545 581-582 589-591 625 635 640 "
        + "661-663 696-699 701 "
        + "736 761 775 804-805 835-838 840-844 846-849 854 ";

    private static readonly FixType[] Types = MakeTypes();
    private static readonly bool[] HeaderTags = MakeSet("8 9 34-35 43 49-50 52 56-57 90-91 97 115-116 122 128-129 142-145 212-213 347 369 627-630");
    private static readonly bool[] TrailerTags = MakeSet("10 89 93");

    // Numbers below TagEnd that the standard gave up or never gave out.
    private static readonly bool[] UndefinedTags = MakeSet(
        "20 24 46-47 51 76 86 92 101 105 109 125 166 173-187 204-205 219 261 314 319 370 439-440 449-450 465 653 685 809 831");

    // Fields of repeating groups, which may come more than once.
    private static readonly bool[] GroupTags = MakeSet(
        "79-80 233-234 241-247 256 305-313 315-318 336 362-365 372 385 435-436 447-448 452 455-459 462-463 467 523-525 538-539 542 545 592-595 "
        + "625 628-630 661 736 "
        + "763 802-805 810 865-868 877-879 882-889 941");

    // Order of the standard's lists; Allowed lists what may be in the body.
    private static readonly MessageRule[] Rules =
    [
        new("0", "112", ""),
        new("1", "112", "112"),
        new("2", "7 16", "7 16"),
        new("3", "45 58 354-355 371-373", "45"),
        new("4", "36 123", "36"),
        new("5", "58 354-355", ""),
        new("A", "95-96 98 108 141 372 383-385 464 553-554 789", "98 108"),
        new("D", Orders + NewOrReplace + "23 81 117 140 232-234", "11 54 60 40"),
        new("F", Orders + "37-38 41 58 60 66 152 354-355 376 468-469 516 581 586", "41 11 54 60"),
        new("G", Orders + NewOrReplace + "37 41 66 586", "41 11 54 60 40"),
        new("H", Orders + "37 790", "11 54"),
        new("q", "11 22 48 54-55 58 60 65 106-107 167 200-202 206-207 223-228 231 239-247 255-256 305-313 315-318 336 348-351 354-355 362-365 " +
            "435-436 454-463 470-472 526 530 541-543 592-595 625 667 691 762-763 810 864-868 873-879 882-889 941 947", "11 530 60"),
    ];

    // A group's count field, and the field that begins each of its entries. Groups inside of groups are not counted.
    private static readonly (int Count, int First)[] Groups =
        [(627, 628), (453, 448), (454, 455), (864, 865), (711, 311), (232, 233), (384, 372), (78, 79), (386, 336)];

    /// <summary>The type of a field; Text for one that is not known.</summary>
    public static FixType TypeOf(int tag) => tag < TagEnd ? Types[tag] : FixType.Text;

    /// <summary>True for a tag of the standard, and for one that two parties may agree on.</summary>
    public static bool IsDefined(int tag) => tag >= Tag.UserDefinedMin || (tag < TagEnd && !UndefinedTags[tag]);

    /// <summary>True for a field of the standard header.</summary>
    public static bool IsHeader(int tag) => tag < TagEnd && HeaderTags[tag];

    /// <summary>True for a field of the standard trailer.</summary>
    public static bool IsTrailer(int tag) => tag < TagEnd && TrailerTags[tag];

    /// <summary>True for a field that may be repeated, as it belongs to a group.</summary>
    public static bool IsInGroup(int tag) => tag < TagEnd && GroupTags[tag];

    /// <summary>The rule of a message type, or null for one that is not handled here.</summary>
    public static MessageRule? RuleOf(ReadOnlySpan<byte> msgType)
    {
        if (msgType.Length == 1)
        {
            foreach (MessageRule rule in Rules)
            {
                if (rule.MsgType[0] == msgType[0])
                {
                    return rule;
                }
            }
        }

        return null;
    }

    /// <summary>All rules, for tests and tools.</summary>
    public static IReadOnlyList<MessageRule> AllRules => Rules;

    /// <summary>The first field of a group's entries, or 0 when the tag is no group's count.</summary>
    public static int GroupFirst(int countTag)
    {
        foreach ((int count, int first) in Groups)
        {
            if (count == countTag)
            {
                return first;
            }
        }

        return 0;
    }

    /// <summary>The values that a field may have, one character each, or empty for any.</summary>
    public static ReadOnlySpan<byte> ValuesOf(int tag) => tag switch
    {
        Tag.Side => "123456789ABCDEFG"u8,
        Tag.OrdType => "12346789DEGIJKLMP"u8,
        Tag.TimeInForce => "01234567"u8,
        Tag.EncryptMethod => "0123456"u8,
        21 => "123"u8,
        77 => "OCRF"u8,
        528 => "AGIPRW"u8,
        530 => "1234567"u8,
        582 => "1234"u8,
        _ => default,
    };

    /// <summary>Tags written as "1 5-7", for tables that people can read.</summary>
    internal static bool[] MakeSet(string ranges)
    {
        bool[] set = new bool[TagEnd];
        foreach (int tag in Expand(ranges))
        {
            set[tag] = true;
        }

        return set;
    }

    internal static IEnumerable<int> Expand(string ranges)
    {
        foreach (string range in ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = range.Split('-');
            int last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            for (int tag = int.Parse(ends[0], CultureInfo.InvariantCulture); tag <= last; tag++)
            {
                yield return tag;
            }
        }
    }

    private static FixType[] MakeTypes()
    {
        FixType[] types = new FixType[TagEnd];
        Set(FixType.Int, "78 98 108 201 203 226 232 244 315 371 373 380 384 386 423 427 452-454 457 460 462 538-539 581-582 627 660-661 663 698 " +
            "711 775 788 802-805 835-838 840-844 846-847 854 864-865 875 887 919");
        Set(FixType.Length, "9 90 93 95 212 348 350 354 362 364 383");
        Set(FixType.SeqNum, "7 16 34 36 45 369 630 789");
        Set(FixType.Decimal, "6 12 14 31-32 38 44 80 99 110-111 140 151-152 192 202 210-211 218 223 227-228 231 236 245-246 316 389 435-436 469 " +
            "516 640 662 697 810 849 867 879 882-886 898");
        Set(FixType.Boolean, "43 97 114 121 123 141 377 464");
        Set(FixType.Character, "13 21 39-40 54 59 63 77 81 150 206 317 385 388 434 447 468 480-481 497 525 528 530 544 589-591");
        Set(FixType.Data, "89 91 96 213 349 351 355 363 365");
        Set(FixType.Timestamp, "52 60 122 126 168 586 629");
        Set(FixType.Date, "64 75 193 224-225 229 240-242 247 432 541-542 696 701 866 873-874 915-917");
        return types;

        void Set(FixType type, string ranges)
        {
            foreach (int tag in Expand(ranges))
            {
                types[tag] = type;
            }
        }
    }
}

/// <summary>What a type of message holds.</summary>
public sealed class MessageRule
{
    private readonly bool[] _allowed;
    private readonly int[] _required;

    internal MessageRule(string msgType, string allowed, string required)
    {
        MsgType = msgType;
        _allowed = FixDictionary.MakeSet(allowed);
        _required = [.. FixDictionary.Expand(required)];
    }

    /// <summary>Value of tag 35.</summary>
    public string MsgType { get; }

    /// <summary>Body fields that must be there, in the order in which a missing one is reported.</summary>
    public ReadOnlySpan<int> Required => _required;

    /// <summary>True for a field that the body may have.</summary>
    public bool Allows(int tag) => tag >= Tag.UserDefinedMin || (tag < FixDictionary.TagEnd && _allowed[tag]);
}
