using System.Xml;
using System.Xml.Linq;

namespace Peregrine.Fix.Dictionaries;

/// <summary>
/// What a version of FIX says about messages: which fields there are, of which types and values, and which of them each type of
/// message has. Each session has one; those of the standard are in <see cref="FixDictionaries"/>, others are read from files.
/// </summary>
/// <remarks>Read only, for any number of threads. Allocates: only when made.</remarks>
public sealed class FixDictionary
{
    // Tags below it are found by their number.
    private const int DirectMax = 1 << 16;

    private readonly FixField?[] _direct;
    private readonly Dictionary<int, FixField> _others = [];
    private readonly int[] _dataOf;
    private readonly FixMessageType?[] _types;
    private readonly FixMessageType?[] _ofOneLetter = new FixMessageType?[128];

    internal FixDictionary(string version, string applicationVersion, IEnumerable<FixField> fields, FixFieldSet header, FixFieldSet trailer,
        IReadOnlyList<FixMessageType> messages)
    {
        (Version, ApplicationVersion, Header, Trailer, Messages) = (version, applicationVersion, header, trailer, messages);
        Fields = [.. fields.OrderBy(field => field.Tag)];
        int end = Fields.Where(field => field.Tag < DirectMax).Select(field => field.Tag + 1).DefaultIfEmpty(1).Max();
        _direct = new FixField?[end];
        _dataOf = new int[end];
        foreach (FixField field in Fields)
        {
            if (field.Tag < end)
            {
                _direct[field.Tag] = field;
            }
            else
            {
                _others.Add(field.Tag, field);
            }
        }

        _types = new FixMessageType?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, messages.Count * 4))];
        foreach (FixMessageType message in messages)
        {
            _types[SlotOf(System.Text.Encoding.ASCII.GetBytes(message.MsgType))] = message;
            if (message.MsgType.Length == 1)
            {
                _ofOneLetter[message.MsgType[0]] = message;
            }
        }

        HashSet<FixFieldSet> seen = [];
        foreach (FixFieldSet set in messages.Select(message => message.Body).Append(header).Append(trailer))
        {
            LookAt(set, seen);
        }

        WordsMax = seen.Max(set => set.Words);
    }

    /// <summary>BeginString of its messages, FIX.4.4 or FIXT.1.1; of a dictionary for applications alone its name, FIX.5.0SP2.</summary>
    public string Version { get; }

    /// <summary>The version of its application messages; the same as <see cref="Version"/> before FIXT.</summary>
    public string ApplicationVersion { get; }

    /// <summary>The standard header.</summary>
    public FixFieldSet Header { get; }

    /// <summary>The standard trailer.</summary>
    public FixFieldSet Trailer { get; }

    /// <summary>All fields by tag.</summary>
    public IReadOnlyList<FixField> Fields { get; }

    /// <summary>All types of messages.</summary>
    public IReadOnlyList<FixMessageType> Messages { get; }

    /// <summary>Words of the largest set of bits for the fields of a set.</summary>
    internal int WordsMax { get; }

    /// <summary>The field with a tag; null when there is none.</summary>
    public FixField? FieldOf(int tag)
    {
        if ((uint)tag < (uint)_direct.Length)
        {
            return _direct[tag];
        }

        return _others.Count > 0 ? _others.GetValueOrDefault(tag) : null;
    }

    /// <summary>The type of message of a MsgType (35); null when there is none.</summary>
    public FixMessageType? MessageOf(ReadOnlySpan<byte> msgType) =>
        msgType.Length == 1 && msgType[0] < _ofOneLetter.Length ? _ofOneLetter[msgType[0]] : _types[SlotOf(msgType)];

    /// <summary>The data field whose length a field tells; 0 when it tells none.</summary>
    public int DataOf(int lengthTag) => (uint)lengthTag < (uint)_dataOf.Length ? _dataOf[lengthTag] : 0;

    /// <summary>One dictionary for a session and the application messages in it, as FIXT.1.1 has it: header, trailer and session messages of
    /// the one, application messages of the other.</summary>
    public static FixDictionary Combine(FixDictionary session, FixDictionary application)
    {
        IEnumerable<FixField> fields = session.Fields.Concat(application.Fields).DistinctBy(field => field.Tag);
        IEnumerable<FixMessageType> messages = session.Messages.Concat(application.Messages).DistinctBy(message => message.MsgType);
        return new FixDictionary(session.Version, application.Version, fields, session.Header, session.Trailer, [.. messages]);
    }

    /// <summary>Reads a dictionary: XML of QuickFIX, a FIX Orchestra repository, or our own form, told apart by what is in it.</summary>
    /// <param name="reader">The text, from its beginning.</param>
    /// <param name="name">What to call it in an error, such as its path.</param>
    /// <exception cref="InvalidDataException">It is none of these, or has faults: the message has all of them.</exception>
    public static FixDictionary Read(TextReader reader, string name)
    {
        FixDictionary? dictionary = Inspect(reader, out IReadOnlyList<string> faults);
        return dictionary ?? throw new InvalidDataException($"dictionary {name}: {string.Join("; ", faults)}");
    }

    /// <summary>As <see cref="Read"/>, but what is wrong is told instead of thrown.</summary>
    /// <returns>Null when it has faults.</returns>
    public static FixDictionary? Inspect(TextReader reader, out IReadOnlyList<string> faults)
    {
        DictionarySource source = ReadSource(reader);
        FixDictionary? dictionary = DictionaryCompiler.Compile(source);
        faults = [.. source.Faults.Select(fault => fault.Text)];
        return dictionary;
    }

    /// <summary>What a text says, before names are resolved, with its faults.</summary>
    internal static DictionarySource ReadSource(TextReader reader)
    {
        if (reader.Peek() != '<')
        {
            return CompactForm.Read(reader);
        }

        DictionarySource nothing = new();
        try
        {
            using XmlReader xml = XmlReader.Create(reader, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            XElement root = XDocument.Load(xml, LoadOptions.SetLineInfo).Root!;
            if (OrchestraForm.Is(root))
            {
                return OrchestraForm.Read(root);
            }

            if (root.Name.LocalName == "fix")
            {
                return QuickFixForm.Read(root);
            }

            nothing.Blame($"its root is {root.Name.LocalName}, expected fix (QuickFIX) or repository (FIX Orchestra)", 1);
        }
        catch (XmlException broken)
        {
            nothing.Blame($"it is no XML: {broken.Message}", broken.LineNumber);
        }

        return nothing;
    }

    // A data field stands behind the field that tells its length. Before there was a type for lengths they were whole numbers.
    private void LookAt(FixFieldSet set, HashSet<FixFieldSet> seen)
    {
        if (!seen.Add(set))
        {
            return;
        }

        for (int place = 0; place < set.Members.Count; place++)
        {
            FixMember member = set.Members[place];
            if (member.Group is { } group)
            {
                LookAt(group, seen);
            }

            if (place > 0 && member.Field.Type == FixType.Data && set.Members[place - 1].Field is { Type: FixType.Length or FixType.Int } length
                && length.Tag < _dataOf.Length)
            {
                _dataOf[length.Tag] = member.Field.Tag;
            }
        }
    }

    // The slot that has the type, or the free one where it would be.
    private int SlotOf(ReadOnlySpan<byte> msgType)
    {
        uint hash = (uint)msgType.Length;
        foreach (byte letter in msgType)
        {
            hash = (hash * 31) + letter;
        }

        int slot = (int)((hash * 2654435769u) >> 8) & (_types.Length - 1);
        while (_types[slot] is { } type && !System.Text.Ascii.Equals(msgType, type.MsgType))
        {
            slot = (slot + 1) & (_types.Length - 1);
        }

        return slot;
    }
}
