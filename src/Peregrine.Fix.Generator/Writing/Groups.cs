using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>
/// Groups that are the same wherever a dictionary has them share their types, PartyIDsEntry; where they differ, the type has the message or entry in
/// front that it is in. The whole dictionary decides, so that no type changes its name when another message is asked for.
/// </summary>
internal sealed class Groups
{
    private readonly Dictionary<int, HashSet<string>> _formsOf = [];
    private readonly Dictionary<FixFieldSet, string> _forms = [];

    public Groups(FixDictionary dictionary)
    {
        foreach (FixFieldSet set in dictionary.Messages.Select(message => message.Body).Append(dictionary.Header).Append(dictionary.Trailer))
        {
            LookAt(set);
        }
    }

    /// <summary>The name of a group's types, without Entry or Group behind it.</summary>
    /// <param name="owner">Name of the message or entry that it is in.</param>
    public string NameOf(FixMember member, string owner) =>
        _formsOf[member.Field.Tag].Count == 1 ? Names.OfGroup(member.Field) : owner + Names.OfGroup(member.Field);

    /// <summary>What two groups have in common that are the same.</summary>
    public string FormOf(FixFieldSet set)
    {
        if (!_forms.TryGetValue(set, out string form))
        {
            form = string.Join(" ", set.Members.Select(member =>
                $"{member.Field.Tag}{(member.IsRequired ? "!" : "")}{(member.Group is null ? "" : $"({FormOf(member.Group)})")}"));
            _forms.Add(set, form);
        }

        return form;
    }

    private void LookAt(FixFieldSet set)
    {
        foreach (FixMember member in set.Members.Where(member => member.Group is not null))
        {
            if (!_formsOf.TryGetValue(member.Field.Tag, out HashSet<string> forms))
            {
                _formsOf.Add(member.Field.Tag, forms = []);
            }

            _ = forms.Add(FormOf(member.Group!));
            LookAt(member.Group!);
        }
    }
}
