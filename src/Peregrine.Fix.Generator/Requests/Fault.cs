using Microsoft.CodeAnalysis;

namespace Peregrine.Fix.Generator.Requests;

/// <summary>What is wrong with a request or its dictionary: an error of the build, at its place.</summary>
internal sealed record Fault(string Id, string Text, SourcePlace Where)
{
    /// <summary>No dictionary of this name, or several files of it.</summary>
    public const string NoDictionary = "PGFIX001";

    /// <summary>A dictionary that cannot be read, told at each faulty line of the file.</summary>
    public const string BadDictionary = "PGFIX002";

    /// <summary>A message that the dictionary does not have, or none named at all.</summary>
    public const string NoMessage = "PGFIX003";

    /// <summary>A class that nothing can be added to.</summary>
    public const string NotPartial = "PGFIX004";

    /// <summary>A message beyond what views take.</summary>
    public const string TooLarge = "PGFIX005";

    /// <summary>As the compiler has it.</summary>
    public Diagnostic ToDiagnostic() => Diagnostic.Create(
        new DiagnosticDescriptor(Id, "FIX messages cannot be generated", "{0}", "Peregrine.Fix", DiagnosticSeverity.Error, isEnabledByDefault: true),
        Where.ToLocation(), Text);
}
