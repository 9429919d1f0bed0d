using System.Globalization;
using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Views;

public sealed partial class FixShape
{
    /// <summary>
    /// Holds a generated view against the dictionary that messages are validated with: what it takes for granted has to be so there, or a valid
    /// message would be read wrongly. Called once, when a program starts.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is not: the message names the field and what differs.</exception>
    public void RequireFits(FixDictionary dictionary)
    {
        FixMessageType? type = dictionary.MessageOf(_msgType);
        RequireSame(type is not null, dictionary, $"message {MsgType} is not there");
        foreach (FixShapeField field in _fields)
        {
            FixMember? member = MemberOf(dictionary.Header, field.Tag) ?? MemberOf(type!.Body, field.Tag) ?? MemberOf(dictionary.Trailer, field.Tag);
            RequireSame(field, member, dictionary);
        }
    }

    private void RequireSame(FixShapeField field, FixMember? member, FixDictionary dictionary)
    {
        string who = string.Create(CultureInfo.InvariantCulture, $"field {field.Name} ({field.Tag})");
        RequireSame(member is { IsRequired: true } || !field.IsRequired, dictionary,
            $"{who} is {(member is null ? "not there" : "optional")}, and required here");
        if (member is null)
        {
            return;
        }

        RequireSame(member.Field.Type == field.Type, dictionary, $"{who} is of type {member.Field.Type}, and {field.Type} here");
        RequireSame((member.Group is null) == (field.Group is null), dictionary, $"{who} is {(member.Group is null ? "no group" : "a group")}");
        if (member.Group is not { } group || field.Group is not { } shape)
        {
            return;
        }

        (int theirs, int ours) = (group.Members[0].Field.Tag, shape._fields[0].Tag);
        RequireSame(theirs == ours, dictionary, $"an entry of {who} begins with {theirs}, and with {ours} here");

        // One that is not known here would be taken for the end of the group if the message has it, too.
        foreach (FixMember inner in group.Members)
        {
            int tag = inner.Field.Tag;
            RequireSame(shape.CodeOf(tag) != 0, dictionary, $"an entry of {who} has field {inner.Field.Name} ({tag}), which is not known here");
        }

        foreach (FixShapeField inner in shape._fields)
        {
            shape.RequireSame(inner, MemberOf(group, inner.Tag), dictionary);
        }
    }

    private static FixMember? MemberOf(FixFieldSet set, int tag) => set.Find(tag) is >= 0 and int place ? set[place] : null;

    private void RequireSame(bool isSame, FixDictionary dictionary, string difference)
    {
        if (!isSame)
        {
            throw new InvalidOperationException($"generated view {Name}: in the dictionary {dictionary.Version} {difference}; " +
                "validate with the dictionary that it was generated of, or generate it of this one");
        }
    }
}
