using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Peregrine.Fix.Generator.Requests;

/// <summary>What an attribute asks for.</summary>
/// <param name="Space">Namespace of the class; empty for none.</param>
/// <param name="Outer">The types around it, as they are declared, the outermost first.</param>
/// <param name="Name">The class.</param>
/// <param name="IsPartial">Whether something can be added to it.</param>
/// <param name="Dictionary">Name of a version, or of a file.</param>
/// <param name="Messages">Types or names.</param>
/// <param name="Where">The attribute.</param>
internal sealed record Request(string Space, EquatableList<string> Outer, string Name, bool IsPartial, string Dictionary,
    EquatableList<string> Messages, SourcePlace Where)
{
    /// <summary>The attribute's full name.</summary>
    public const string Attribute = "Peregrine.Fix.Views.FixMessagesAttribute";

    /// <summary>Reads an attribute.</summary>
    public static Request Of(GeneratorAttributeSyntaxContext context, CancellationToken cancel)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData attribute = context.Attributes[0];
        ImmutableArray<TypedConstant> arguments = attribute.ConstructorArguments;
        TypedConstant messages = arguments.Length > 1 ? arguments[1] : default;
        List<string> outer = [];
        for (INamedTypeSymbol? around = type.ContainingType; around is not null; around = around.ContainingType)
        {
            string kind = around.IsRecord ? around.IsValueType ? "record struct" : "record" : around.IsValueType ? "struct" : "class";
            outer.Insert(0, $"partial {kind} {around.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}");
        }

        bool isPartial = ((ClassDeclarationSyntax)context.TargetNode).Modifiers.Any(SyntaxKind.PartialKeyword) && type.TypeParameters.Length == 0;
        SyntaxNode node = attribute.ApplicationSyntaxReference?.GetSyntax(cancel) ?? context.TargetNode;
        return new Request(
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
            new EquatableList<string>([.. outer]), type.Name, isPartial,
            arguments.Length > 0 ? arguments[0].Value as string ?? "" : "",
            new EquatableList<string>(messages.Kind != TypedConstantKind.Array || messages.IsNull ? []
                : [.. messages.Values.Select(message => message.Value as string ?? "")]),
            SourcePlace.Of(node));
    }
}

/// <summary>A file of the project: its path and, where a request names it, its text.</summary>
internal sealed record DictionaryFile(string Path, string Text);

/// <summary>A request with the files that its dictionary may be in.</summary>
internal sealed record Job(Request Request, EquatableList<DictionaryFile> Files);

/// <summary>What came of a request.</summary>
/// <param name="Name">Of the generated file.</param>
/// <param name="Source">Its text; empty when there is none.</param>
internal sealed record Answer(string Name, string Source, EquatableList<Fault> Faults);
