using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;

namespace Peregrine.Tools.Fix;

/// <summary>A field with what its dictionary says about it.</summary>
/// <param name="Tag">Its number.</param>
/// <param name="Name">Its name; empty when the dictionary has none.</param>
/// <param name="Value">As it stands.</param>
/// <param name="Meaning">The name of the value; empty when it has none.</param>
/// <param name="Depth">How many groups it is inside of.</param>
internal readonly record struct DecodedField(int Tag, string Name, string Value, string Meaning, int Depth);

/// <summary>A message with names.</summary>
/// <param name="Line">Line of the log.</param>
/// <param name="Version">BeginString, or of FIXT the version of the application's messages.</param>
/// <param name="MsgType">MsgType.</param>
/// <param name="Name">Its name.</param>
/// <param name="Fields">Its fields in order.</param>
/// <param name="Fault">What is wrong with it first; empty when nothing is.</param>
internal sealed record DecodedMessage(long Line, string Version, string MsgType, string Name, IReadOnlyList<DecodedField> Fields, string Fault);

/// <summary>Gives the fields of messages their names, and says what is wrong.</summary>
/// <param name="fixedDictionary">For all messages; null for the standard's own of each.</param>
internal sealed class FixDecoder(FixDictionary? fixedDictionary)
{
    private readonly Dictionary<FixDictionary, (FixIndex Index, FixValidator Validator)> _tools = [];
    private string _applVerId = "9";

    /// <summary>Decodes a message.</summary>
    public DecodedMessage Decode(FixLogEntry entry)
    {
        FixDictionary? dictionary = fixedDictionary ?? DictionaryOf(entry.Bytes);
        FixDictionary known = dictionary ?? FixDictionaries.Fix44;
        if (!_tools.TryGetValue(known, out (FixIndex Index, FixValidator Validator) tools))
        {
            tools = (new FixIndex(known), new FixValidator(known));
            _tools.Add(known, tools);
        }

        bool isParsed = tools.Index.TryParse(entry.Bytes);
        FixMessage message = new(entry.Bytes, tools.Index);
        FixMessageType? type = known.MessageOf(message.MsgType);
        if (type is { MsgType: "A" } && message.TryGet(Tag.DefaultApplVerId, out ReadOnlySpan<byte> version))
        {
            // What follows is of this version, unless it says another.
            _applVerId = Encoding.ASCII.GetString(version);
        }

        string fault = !entry.IsFramed ? "BodyLength (9) or CheckSum (10) is wrong"
            : dictionary is null ? "its version is not known"
            : !isParsed ? Explain(tools.Index.Fault, tools.Index.FaultTag, known)
            : type is null ? $"MsgType (35) {Encoding.Latin1.GetString(message.MsgType)} is not known"
            : Validate(tools.Validator, message, type, known);
        return new DecodedMessage(entry.Line, known.ApplicationVersion, Encoding.Latin1.GetString(message.MsgType), type?.Name ?? "",
            FieldsOf(message, known, type), fault);
    }

    private static string Validate(FixValidator validator, in FixMessage message, FixMessageType type, FixDictionary dictionary)
    {
        FixFault fault = validator.Validate(message, type, out int tag);
        return fault == FixFault.None ? "" : Explain(fault, tag, dictionary);
    }

    private static string Explain(FixFault fault, int tag, FixDictionary dictionary)
    {
        string where = tag == FixIndex.NoTag ? "" : dictionary.FieldOf(tag) is { } field ? $": {field.Name} ({tag})" : $": {tag}";
        return $"{(int)fault} {fault}{where}";
    }

    private FixDictionary? DictionaryOf(byte[] message)
    {
        string beginString = ValueOf(message, "8=");
        string applVerId = ValueOf(message, "\u00011128=");
        string ownDefault = ValueOf(message, "\u00011137=");
        return FixDictionaries.Find(beginString, applVerId.Length > 0 ? applVerId : ownDefault.Length > 0 ? ownDefault : _applVerId);
    }

    private static string ValueOf(ReadOnlySpan<byte> message, string tag)
    {
        int at = message.IndexOf(Encoding.ASCII.GetBytes(tag));
        if (at < 0)
        {
            return "";
        }

        ReadOnlySpan<byte> rest = message[(at + tag.Length)..];
        int end = rest.IndexOf((byte)1);
        return Encoding.Latin1.GetString(end < 0 ? rest : rest[..end]);
    }

    // Groups by the dictionary: a field that the entry at hand does not have ends it.
    private static List<DecodedField> FieldsOf(in FixMessage message, FixDictionary dictionary, FixMessageType? type)
    {
        List<DecodedField> fields = [];
        Stack<FixFieldSet> groups = new();
        for (int place = 0; place < message.Count; place++)
        {
            int tag = message.Tags[place];
            while (groups.Count > 0 && !groups.Peek().Has(tag))
            {
                _ = groups.Pop();
            }

            FixField? field = dictionary.FieldOf(tag);
            ReadOnlySpan<byte> value = message.Value(place);
            fields.Add(new DecodedField(tag, field?.Name ?? "", Encoding.Latin1.GetString(value), MeaningOf(field, value), groups.Count));
            FixFieldSet[] around = groups.Count > 0 ? [groups.Peek()] : type is null ? [] : [type.Body, dictionary.Header];
            FixFieldSet? group = around.SelectMany(set => set.Members).FirstOrDefault(member => member.Field.Tag == tag)?.Group;
            if (group is not null && value is not [(byte)'0'])
            {
                groups.Push(group);
            }
        }

        return fields;
    }

    private static string MeaningOf(FixField? field, ReadOnlySpan<byte> value)
    {
        if (field is null || field.Values.Count == 0)
        {
            return "";
        }

        List<string> names = [];
        foreach (Range part in field.Type == FixType.Multiple ? value.Split((byte)' ') : value.Split([]))
        {
            names.Add(field.NameOf(value[part]));
        }

        return string.Join(' ', names.Where(name => name.Length > 0));
    }
}
