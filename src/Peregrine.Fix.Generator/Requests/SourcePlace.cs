using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Peregrine.Fix.Generator.Requests;

/// <summary>A place in a file, which keeps no tree of the compiler alive.</summary>
internal readonly record struct SourcePlace(string Path, TextSpan Span, LinePositionSpan Lines)
{
    /// <summary>Where a node stands.</summary>
    public static SourcePlace Of(SyntaxNode node) =>
        new(node.SyntaxTree.FilePath, node.Span, node.SyntaxTree.GetLineSpan(node.Span).Span);

    /// <summary>A line of a file that is no source, from 1.</summary>
    public static SourcePlace OfLine(string path, int line)
    {
        LinePosition position = new(Math.Max(0, line - 1), 0);
        return new SourcePlace(path, default, new LinePositionSpan(position, position));
    }

    /// <summary>As the compiler has it.</summary>
    public Location ToLocation() => Location.Create(Path, Span, Lines);
}
