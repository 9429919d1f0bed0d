namespace Peregrine.Fix.Dictionaries;

/// <summary>Resolves the names of a dictionary that was read: components dissolve into the messages that have them.</summary>
internal sealed class DictionaryCompiler
{
    // Components inside of components and groups inside of groups; one that is deeper holds itself.
    private const int DepthMax = 32;

    private readonly DictionarySource _source;
    private readonly Dictionary<int, FixField> _fields = [];

    // A group is the same wherever its component is.
    private readonly Dictionary<List<SourceMember>, FixFieldSet> _groups = [];

    private DictionaryCompiler(DictionarySource source) => _source = source;

    /// <summary>Makes a dictionary; what is wrong is added to the faults of the source, and there is none then.</summary>
    public static FixDictionary? Compile(DictionarySource source)
    {
        DictionaryCompiler compiler = new(source);
        FixDictionary dictionary = compiler.Compile();
        return source.Faults.Count == 0 ? dictionary : null;
    }

    private FixDictionary Compile()
    {
        if (_source.Version.Length == 0 || _source.Messages.Count == 0)
        {
            _source.Blame("it has no version or no messages");
        }

        foreach (SourceField field in _source.Fields)
        {
            if (!FixTypes.TryFind(field.TypeName, _source.Version, out FixType type))
            {
                _source.Blame($"field {field.Tag} {field.Name}: type \"{field.TypeName}\" is not known", field.Line);
            }

            if (field.Values.Any(value => value.Value.Length == 0 || value.Value.Any(letter => letter is < ' ' or > '~')))
            {
                _source.Blame($"field {field.Tag} {field.Name}: a value is empty or has letters that are not printable ASCII", field.Line);
            }
            else if (!_fields.TryAdd(field.Tag, new FixField(field.Tag, field.Name, type, field.Values)))
            {
                _source.Blame($"field {field.Tag} {field.Name}: the tag is there twice", field.Line);
            }
        }

        List<FixMessageType> messages = [];
        foreach (SourceMessage message in _source.Messages)
        {
            string where = $"message {message.MsgType} {message.Name}";
            bool isType = message.MsgType.Length > 0 && message.MsgType.All(char.IsAsciiLetterOrDigit);
            if (!isType || messages.Any(other => other.MsgType == message.MsgType))
            {
                _source.Blame($"{where}: its type is no type of a message, or there twice", message.Line);
                continue;
            }

            messages.Add(new FixMessageType(message.MsgType, message.Name, message.IsOfSession, ToSet(message.Members, where)));
        }

        return new FixDictionary(_source.Version, _source.Version, _fields.Values, ToSet(_source.Header, "header"), ToSet(_source.Trailer, "trailer"),
            messages);
    }

    private FixFieldSet ToSet(List<SourceMember> members, string where, int depth = 0)
    {
        List<FixMember> found = [];
        Add(members, isRequired: true, found, where, depth);
        return new FixFieldSet(found);
    }

    private void Add(List<SourceMember> members, bool isRequired, List<FixMember> found, string where, int depth)
    {
        if (depth > DepthMax)
        {
            _source.Blame($"{where}: more than {DepthMax} components and groups inside of each other; one holds itself",
                members.Count == 0 ? 0 : members[0].Line);
            return;
        }

        foreach (SourceMember member in members)
        {
            if (member.Component is { } name)
            {
                if (_source.Components.TryGetValue(name, out List<SourceMember>? component))
                {
                    Add(component, isRequired && member.IsRequired, found, where, depth + 1);
                }
                else
                {
                    _source.Blame($"{where}: component {name} is not there", member.Line);
                }
            }
            else if (!_fields.TryGetValue(member.Tag, out FixField? field))
            {
                _source.Blame($"{where}: field {member.Tag} is not there", member.Line);
            }
            else if (member.Members is null)
            {
                found.Add(new FixMember(field, isRequired && member.IsRequired, null));
            }
            else
            {
                if (!_groups.TryGetValue(member.Members, out FixFieldSet? group))
                {
                    group = ToSet(member.Members, $"{where}, group {field.Name}", depth + 1);
                    _groups.Add(member.Members, group);
                }

                if (group.Members.Count == 0)
                {
                    _source.Blame($"{where}, group {field.Name}: it has no fields, and so none that begins an entry", member.Line);
                    continue;
                }

                found.Add(new FixMember(field, isRequired && member.IsRequired, group));
            }
        }
    }
}
