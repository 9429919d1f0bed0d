namespace Peregrine.Packages.Tests;

/// <summary>Parts of the command are no packages: their examples are compiled in a fresh project that references our assemblies.</summary>
public sealed class ReadmeCompilationTests(PackedLibraries packed)
{
    private static string Assemblies { get; } = Environment.GetEnvironmentVariable("PEREGRINE_DLL") is { Length: > 0 } given
        ? Path.GetDirectoryName(given)!
        : Path.Combine(Repository.Root, "artifacts/bin/Peregrine/release");

    // Those that write sources are loaded by the compiler, and are no part of the command's folder.
    private static string Generators { get; } =
        Path.GetFullPath(Path.Combine(Assemblies, "../../Peregrine.Fix.Generator", Path.GetFileName(Assemblies)));

    [Fact]
    public void EveryExample_OfAPartOfTheCommand_CompilesAsItStands_WithoutAWarning()
    {
        string folder = packed.NewFolder("command");
        ReadmeProgram[] programs = [.. Library.Others.SelectMany(library => ReadmeProgram.Of(library.Name))];
        foreach ((int index, ReadmeProgram program) in programs.Index())
        {
            File.WriteAllText(Path.Combine(folder, $"{program.Name}.cs"), program.AsMethod($"Example{index}"));
        }

        File.WriteAllText(Path.Combine(folder, "Program.cs"), "Console.WriteLine();\n");
        File.WriteAllText(Path.Combine(folder, "Fresh.csproj"), FreshProject.Text(
            $"<Reference Include=\"{Assemblies}/Peregrine.*.dll\" />\n    <Reference Include=\"{Assemblies}/System.CommandLine.dll\" />\n" +
            $"    <Analyzer Include=\"{Generators}/Peregrine.Fix.Generator.dll\" />"));

        _ = FreshProject.Build(folder);

        Assert.True(programs.Length >= 4, $"{programs.Length} examples were found");
    }
}
