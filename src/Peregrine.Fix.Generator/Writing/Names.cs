using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>Names of a dictionary as names of C#.</summary>
internal static class Names
{
    /// <summary>Names that every type has.</summary>
    public static IReadOnlyList<string> OfEveryType { get; } =
        ["Equals", "ToString", "GetHashCode", "GetType", "ReferenceEquals", "MemberwiseClone", "Finalize"];

    /// <summary>A name of its own within a type: where two are the same, the later has its tag behind.</summary>
    public static string Unique(string name, int tag, HashSet<string> taken)
    {
        while (!taken.Add(name))
        {
            name += $"_{tag}";
        }

        return name;
    }

    /// <summary>The name of a field or message: letters and digits of it, the first one large.</summary>
    public static string Of(string name)
    {
        string letters = string.Concat(name.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'));
        return letters.Length == 0 ? "_" : char.IsDigit(letters[0]) ? "_" + letters : char.ToUpperInvariant(letters[0]) + letters[1..];
    }

    /// <summary>The name of a value, PARTIALLY_FILLED as PartiallyFilled; where it has none, its value.</summary>
    public static string OfValue(FixValue value)
    {
        if (value.Name.Length == 0)
        {
            return Of($"Value{string.Concat(value.Value.Select(letter => char.IsAsciiLetterOrDigit(letter) ? $"{letter}" : $"_{(int)letter:x}"))}");
        }

        string[] words = value.Name.Split([.. value.Name.Where(letter => !char.IsAsciiLetterOrDigit(letter)).Distinct()],
            StringSplitOptions.RemoveEmptyEntries);
        bool isLoud = !value.Name.Any(char.IsLower);
        return Of(string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + (isLoud ? word[1..].ToLowerInvariant() : word[1..]))));
    }

    /// <summary>The name of a group by the field that counts it: NoPartyIDs counts PartyIDs.</summary>
    public static string OfGroup(FixField count) =>
        Of(count.Name is ['N', 'o', >= 'A' and <= 'Z', ..] ? count.Name[2..] : count.Name);
}
