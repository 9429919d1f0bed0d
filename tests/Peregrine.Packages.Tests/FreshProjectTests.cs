namespace Peregrine.Packages.Tests;

/// <summary>What a user does first: our packages into a fresh project, an example out of a README into its Program.cs, and run it.</summary>
public sealed class FreshProjectTests(PackedLibraries packed)
{
    public static TheoryData<string> Names => [.. Programs.Select(program => program.Name)];

    private static IReadOnlyList<ReadmeProgram> Programs { get; } = [.. Library.All.SelectMany(library => ReadmeProgram.Of(library.Name))];

    [Fact]
    public void Examples_OfEveryLibrary_RunInOneProjectWithAllPackages()
    {
        string folder = packed.NewFolder("all");
        string run = packed.NewFolder("all-run");
        foreach ((int index, ReadmeProgram program) in Programs.Index())
        {
            File.WriteAllText(Path.Combine(folder, $"{program.Name}.cs"), ExampleRun.Ending(program).AsMethod($"Example{index}"));
            ExampleRun.WriteInputs(Directory.CreateDirectory(Path.Combine(run, program.Name)).FullName);
        }

        File.WriteAllText(Path.Combine(folder, "Program.cs"), ExampleRun.OfAll(Programs));
        string built = packed.BuildProject(folder, Library.All.Select(library => library.Name), Programs.Any(program => program.IsHost));

        string said = DotNet.Run(run, built, run);

        Assert.Equal(Programs.Select(program => $"through: {program.Name}"),
            said.Split('\n').Where(line => line.StartsWith("through: ", StringComparison.Ordinal)));
        Assert.Empty(Library.All.Select(library => library.Name).Except(Programs.Select(program => program.Library)));
    }

    // What it uses by name, it installs by name; what those depend on comes by itself.
    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Size", "Long")]
    public void Example_InAProjectOfItsOwn_RunsAsItStands(string name)
    {
        ReadmeProgram program = Programs.Single(program => program.Name == name);
        string folder = packed.NewFolder(name);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), ExampleRun.Ending(program).Text);
        string built = packed.BuildProject(folder, Library.All.Select(library => library.Name).Where(library => library == program.Library
            || program.Usings.Any(space => space == library || space.StartsWith(library + ".", StringComparison.Ordinal))), program.IsHost);
        string run = packed.NewFolder(name + "-run");
        ExampleRun.WriteInputs(run);

        _ = DotNet.Run(run, built);
    }
}
