namespace Peregrine.Fix.Dictionaries;

/// <summary>A dictionary as it was read, before names are resolved: the same for all forms.</summary>
internal sealed class DictionarySource
{
    /// <summary>BeginString of FIX.4.x and FIXT.1.1; FIX.5.0, FIX.5.0SP1 and FIX.5.0SP2 for applications.</summary>
    public string Version { get; set; } = "";

    public List<SourceField> Fields { get; } = [];

    public Dictionary<string, List<SourceMember>> Components { get; } = [];

    public List<SourceMember> Header { get; set; } = [];

    public List<SourceMember> Trailer { get; set; } = [];

    public List<SourceMessage> Messages { get; } = [];

    /// <summary>What is wrong with it; a dictionary with faults is not made.</summary>
    public List<SourceFault> Faults { get; } = [];

    /// <summary>Adds a fault.</summary>
    /// <param name="line">Where it is, from 1; 0 when nobody knows.</param>
    public void Blame(string text, int line = 0) => Faults.Add(new SourceFault(line, text));
}

/// <summary>What is wrong, and in which line of the file; 0 when nobody knows.</summary>
internal sealed record SourceFault(int Line, string Text);

/// <summary>A field with its type's name.</summary>
internal sealed record SourceField(int Tag, string Name, string TypeName, IReadOnlyList<FixValue> Values, int Line = 0);

/// <summary>A message.</summary>
internal sealed record SourceMessage(string MsgType, string Name, bool IsOfSession, List<SourceMember> Members, int Line = 0);

/// <summary>A field (tag), a group (tag and members), or a component (name).</summary>
internal sealed record SourceMember(int Tag, string? Component, bool IsRequired, List<SourceMember>? Members, int Line = 0);
