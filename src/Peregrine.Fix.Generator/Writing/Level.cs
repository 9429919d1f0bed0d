using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>A message, or an entry of a group, with names for all that is in it.</summary>
/// <param name="name">Its name in C#, without View, Entry or the like behind it.</param>
/// <param name="title">What a person calls it.</param>
/// <param name="msgType">MsgType (35); empty for an entry.</param>
internal sealed class Level(string name, string title, string msgType)
{
    // What the types have themselves, and what every type has.
    private readonly HashSet<string> _taken =
    [
        "Message", "Read", "Shape", "Slots", "Writer", "Add", "End", "MsgTypeBytes", "HasFault", "Current",
        .. Names.OfEveryType, name + "View", name + "Writer", name + "Entry", name + "Group", name + "GroupWriter",
    ];

    public string Name => name;

    public string Title => title;

    public string MsgType => msgType;

    public List<LevelField> Fields { get; } = [];

    /// <summary>Slots of its view.</summary>
    public int Slots { get; private set; }

    /// <summary>Its fields and those of all groups in it.</summary>
    public IEnumerable<LevelField> All => Fields.Concat(Fields.Where(one => one.Group is not null).SelectMany(one => one.Group!.All));

    public void Add(FixMember member, Level? group, ValueKind kind, int section)
    {
        FixField field = member.Field;
        string own = Names.Unique(group is null ? Names.Of(field.Name) : Names.OfGroup(field), field.Tag, _taken);
        string has = member.IsRequired || group is not null ? "" : Names.Unique("Has" + own, field.Tag, _taken);
        Fields.Add(new LevelField(field, own, has, kind, group, member.IsRequired, Slots, Fields.Count, section));
        Slots += group is null ? 1 : 2;
    }
}

/// <summary>A field of a message or entry.</summary>
/// <param name="Field">As the dictionary has it.</param>
/// <param name="Name">Its property, and the method that writes it.</param>
/// <param name="Has">The property that says whether it is there; empty when it always is, or is a group.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Group">What it counts.</param>
/// <param name="IsRequired">It must be there.</param>
/// <param name="Slot">Its first slot.</param>
/// <param name="Place">Its place in the order of the dictionary.</param>
/// <param name="Section">0 header, 1 body, 2 trailer.</param>
internal sealed record LevelField(FixField Field, string Name, string Has, ValueKind Kind, Level? Group, bool IsRequired, int Slot, int Place,
    int Section);
