extern alias generator;

using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using FixMessagesGenerator = generator::Peregrine.Fix.Generator.FixMessagesGenerator;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>The generator and the compiler, driven in memory.</summary>
internal sealed class GeneratorRun
{
    private static readonly CSharpParseOptions Parse = new(LanguageVersion.CSharp14);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file) is { } name && (name.StartsWith("System.", StringComparison.Ordinal)
                || name is "Peregrine.Fix.dll" or "Peregrine.Fix.Generator.Tests.dll"))
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    private GeneratorDriver _driver;
    private CSharpCompilation _compilation;

    public GeneratorRun(string source, params (string Path, string Text)[] files)
    {
        _compilation = CSharpCompilation.Create("Generated" + Guid.NewGuid().ToString("N"), [Tree(source, "User.cs")], References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable,
                optimizationLevel: OptimizationLevel.Release));
        _driver = CSharpGeneratorDriver.Create([new FixMessagesGenerator().AsSourceGenerator()],
            files.Select(file => new MemoryText(file.Path, file.Text)), Parse, null,
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Run();
    }

    /// <summary>What the generator says.</summary>
    public ImmutableArray<Diagnostic> Faults { get; private set; }

    /// <summary>The sources that it made.</summary>
    public IReadOnlyList<string> Sources => [.. _driver.GetRunResult().Results[0].GeneratedSources.Select(source => source.SourceText.ToString())];

    /// <summary>What the compiler says of the whole, from warnings up.</summary>
    public string[] CompilerFaults { get; private set; } = [];

    /// <summary>What a step of the last run did, one word for each of its outputs.</summary>
    public string[] ReasonsOf(string step) => [.. _driver.GetRunResult().Results[0].TrackedSteps[step]
        .SelectMany(run => run.Outputs).Select(output => output.Reason.ToString())];

    /// <summary>Runs again with one more file of source.</summary>
    public void AddSource(string source)
    {
        _compilation = _compilation.AddSyntaxTrees(Tree(source, "More.cs"));
        Run();
    }

    /// <summary>Runs again with one more file that is no source.</summary>
    public void AddFile(string path, string text)
    {
        _driver = _driver.AddAdditionalTexts([new MemoryText(path, text)]);
        Run();
    }

    /// <summary>The compiled whole.</summary>
    public Assembly Load()
    {
        using MemoryStream image = new();
        _ = _driver.RunGeneratorsAndUpdateCompilation(_compilation, out Compilation whole, out _);
        Microsoft.CodeAnalysis.Emit.EmitResult emitted = whole.Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(fault => fault.Severity == DiagnosticSeverity.Error).Take(10)));
        image.Position = 0;
        return AssemblyLoadContext.GetLoadContext(typeof(GeneratorRun).Assembly)!.LoadFromStream(image);
    }

    private void Run()
    {
        _driver = _driver.RunGeneratorsAndUpdateCompilation(_compilation, out Compilation whole, out ImmutableArray<Diagnostic> faults);
        Faults = faults;
        CompilerFaults = [.. whole.GetDiagnostics().Where(fault => fault.Severity >= DiagnosticSeverity.Warning).Select(fault => fault.ToString())];
    }

    private static SyntaxTree Tree(string source, string path) => CSharpSyntaxTree.ParseText(source, Parse, path);

    private sealed class MemoryText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
