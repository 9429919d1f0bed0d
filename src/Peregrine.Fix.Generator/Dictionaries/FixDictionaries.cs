using System.Collections.Concurrent;
using System.Reflection;

namespace Peregrine.Fix.Dictionaries;

/// <summary>The dictionaries of the standard by the names that a request has for them, read when they are first asked for.</summary>
internal static class FixDictionaries
{
    private static readonly ConcurrentDictionary<string, FixDictionary> Known = new();

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1", "FIX.5.0", "FIX.5.0SP1", "FIX.5.0SP2"];

    /// <summary>The dictionary of a name; null when it is none of them.</summary>
    public static FixDictionary? Find(string name) => Names.Contains(name) ? Known.GetOrAdd(name, Load) : null;

    private static FixDictionary Load(string name)
    {
        FixDictionary own = Read(name.Replace(".", ""));
        return name.StartsWith("FIX.5", StringComparison.Ordinal) ? FixDictionary.Combine(Find("FIXT.1.1")!, own) : own;
    }

    private static FixDictionary Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.fixd")!;
        using StreamReader reader = new(stream);
        return FixDictionary.Read(reader, name);
    }
}
