using System.Text;

namespace Peregrine.Fix.Generator.Writing;

/// <summary>Source text that is being written, line by line, with its indent.</summary>
internal sealed class Code
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A line; an empty one without an indent.</summary>
    public Code Line(string line = "")
    {
        if (line.Length > 0)
        {
            _ = _text.Append(' ', _depth * 4).Append(line);
        }

        _ = _text.Append('\n');
        return this;
    }

    /// <summary>A line, and an opening brace below it.</summary>
    public Code Open(string line)
    {
        _ = Line(line).Line("{");
        _depth++;
        return this;
    }

    /// <summary>A closing brace.</summary>
    public Code Close()
    {
        _depth--;
        return Line("}");
    }

    /// <summary>A comment for users.</summary>
    public Code Doc(string text) => Line($"/// <summary>{text.Replace("&", "&amp;").Replace("<", "&lt;")}</summary>");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
