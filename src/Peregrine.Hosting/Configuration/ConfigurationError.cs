using System.Text;

namespace Peregrine.Hosting.Configuration;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Path">Where, as in JSON: "instruments[1].tickSize"; empty for the file as a whole.</param>
/// <param name="Value">What is there, or null where the key is missing.</param>
/// <param name="Expected">What should be there.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Origin">Where the value came from.</param>
internal sealed record ConfigurationError(string Path, string? Value, string Expected, string Remedy, string Origin)
{
    private const int ValueLengthMax = 80;

    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        string value = Value is null ? "" : $"'{Printable(Value)}' ";
        string path = Path.Length == 0 ? "" : $"{Printable(Path)}: ";
        return $"{path}{value}({Printable(Origin)}): expected {Expected}; {Remedy}";
    }

    // Bytes of a file reach a terminal here: no control characters, and not megabytes of them.
    private static string Printable(string text)
    {
        StringBuilder shown = new();
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, ValueLengthMax)))
        {
            _ = shown.Append(char.IsControl(character) ? '?' : character);
        }

        return text.Length > ValueLengthMax ? $"{shown}..." : shown.ToString();
    }
}
