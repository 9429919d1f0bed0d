using System.Globalization;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>Texts of a dictionary as literals of C#: it is somebody's file, and nothing of it is taken for code.</summary>
internal static class Literal
{
    /// <summary>"text" in quotes.</summary>
    public static string OfText(string text) => $"\"{string.Concat(text.Select(Escaped))}\"";

    /// <summary>'x' in quotes.</summary>
    public static string OfLetter(char letter) => $"'{Escaped(letter)}'";

    private static string Escaped(char letter) => letter is '"' or '\\' or '\'' ? $"\\{letter}"
        : letter is >= ' ' and <= '~' ? $"{letter}" : $"\\u{((int)letter).ToString("X4", CultureInfo.InvariantCulture)}";
}
