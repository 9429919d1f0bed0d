namespace Peregrine.Fix.Generator.Tests;

/// <summary>A message, or an entry of a group, as it was meant: fields in their order, groups with their entries.</summary>
public sealed class MessageNode
{
    private readonly Dictionary<int, (string Value, List<MessageNode>? Entries)> _fields = [];

    /// <summary>The tags in the order in which they were added.</summary>
    public List<int> Tags { get; } = [];

    public bool Has(int tag) => _fields.ContainsKey(tag);

    public string Value(int tag) => _fields[tag].Value;

    public MessageNode Entry(int tag, int index) => _fields[tag].Entries![index];

    public int Count(int tag) => _fields.TryGetValue(tag, out (string Value, List<MessageNode>? Entries) field) ? field.Entries?.Count ?? 0 : 0;

    public void Add(int tag, string value, List<MessageNode>? entries = null)
    {
        _fields.Add(tag, (value, entries));
        Tags.Add(tag);
    }

    /// <summary>The tags of all entries of a field, of those inside of them, too.</summary>
    public void AddTagsOfEntries(int tag, ISet<int> tags)
    {
        foreach (MessageNode entry in _fields[tag].Entries ?? [])
        {
            foreach (int inner in entry.Tags)
            {
                _ = tags.Add(inner);
                entry.AddTagsOfEntries(inner, tags);
            }
        }
    }

    /// <summary>The fields as they stand in a message, with | behind each.</summary>
    public string Text() => string.Concat(Tags.Select(tag => $"{tag}={Value(tag)}|" +
        string.Concat((_fields[tag].Entries ?? []).Select(entry => entry.Text()))));
}
