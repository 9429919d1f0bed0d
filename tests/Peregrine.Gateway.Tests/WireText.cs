namespace Peregrine.Gateway.Tests;

/// <summary>Fields of messages as <see cref="FixClient"/> gives them: with | for the separator.</summary>
internal static class WireText
{
    /// <summary>The value of the first field with a tag; null where there is none.</summary>
    public static string? Find(string message, int tag)
    {
        int at = message.IndexOf($"|{tag}=", StringComparison.Ordinal);
        return at < 0 ? null : message[(message.IndexOf('=', at) + 1)..message.IndexOf('|', at + 1)];
    }

    /// <summary>The same, for rows of a table; - where there is none.</summary>
    public static string Field(string message, int tag) => Find(message, tag) ?? "-";
}
