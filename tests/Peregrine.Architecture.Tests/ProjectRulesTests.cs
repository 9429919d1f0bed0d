namespace Peregrine.Architecture.Tests;

public class ProjectRulesTests
{
    private static readonly Dictionary<string, string> Packages = new()
    {
        ["Microsoft.CodeAnalysis.BannedApiAnalyzers"] = "looks at the sources while they are built; nothing of it is shipped",
        ["Microsoft.CodeAnalysis.CSharp"] = "the compiler that Peregrine.Fix.Generator is a part of; nothing of it is shipped",
        ["Microsoft.CodeAnalysis.PublicApiAnalyzers"] = "holds what is public to its list while it is built; nothing of it is shipped",
    };

    private static readonly Dictionary<string, string> Unsafe = new()
    {
        ["Peregrine.Linux"] = "system calls take addresses",
        ["Peregrine.Net"] = "buffers of the loop lie in native memory, where the kernel reads and writes them",
    };

    [Fact]
    public void Assemblies_All_StateTheirLayer()
    {
        Assert.NotEmpty(Tree.Assemblies);
        Faults.AssertNone(ProjectRules.LayerIsStated(Tree.Assemblies));
    }

    [Fact]
    public void LayerIsStated_NoLayerOrNoNumber_IsAFault()
    {
        Project none = Project.Parse("A", "<Project><PropertyGroup /></Project>");
        Project word = Project.Parse("B", "<Project><PropertyGroup><Layer>low</Layer></PropertyGroup></Project>");

        string[] faults = [.. ProjectRules.LayerIsStated([none, word])];

        Assert.Equal(["A: no <Layer>n</Layer>", "B: no <Layer>n</Layer>"], faults);
    }

    [Fact]
    public void References_All_PointDown() => Faults.AssertNone(ProjectRules.ReferencesPointDown(Tree.Assemblies));

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    public void ReferencesPointDown_ByLayer_OnlyLowerIsRight(int layer, bool isRight)
    {
        Project low = Project.Parse("Low", $"<Project><PropertyGroup><Layer>{layer}</Layer></PropertyGroup></Project>");
        Project high = Project.Parse("High",
            "<Project><PropertyGroup><Layer>2</Layer></PropertyGroup><ItemGroup><ProjectReference Include=\"..\\Low\\Low.csproj\" " +
            "/></ItemGroup></Project>");

        string[] faults = [.. ProjectRules.ReferencesPointDown([low, high])];

        Assert.Equal(isRight ? [] : [$"High (layer 2) references Low (layer {layer})"], faults);
    }

    [Fact]
    public void ReferencesPointDown_OutsideSrc_IsAFault()
    {
        Project project = Project.Parse("A",
            "<Project><PropertyGroup><Layer>6</Layer></PropertyGroup><ItemGroup><ProjectReference Include=\"../../tests/Oracles/Oracles.csproj\" " +
            "/></ItemGroup></Project>");

        string[] faults = [.. ProjectRules.ReferencesPointDown([project])];

        Assert.Equal(["A (layer 6) references Oracles (layer unknown)"], faults);
    }

    [Fact]
    public void Packages_BelowLayer4_AreListed() => Faults.AssertNone(ProjectRules.PackagesAreListed(Tree.Assemblies, Packages));

    [Theory]
    [InlineData("<Layer>3</Layer>", true)]
    [InlineData("", true)]
    [InlineData("<Layer>4</Layer>", false)]
    public void PackagesAreListed_NotListed_IsAFaultBelowLayer4(string layer, bool isFault)
    {
        Project project = Project.Parse("A",
            $"<Project><PropertyGroup>{layer}</PropertyGroup><ItemGroup><PackageReference Include=\"Extra\" /></ItemGroup></Project>");

        string[] faults = [.. ProjectRules.PackagesAreListed([project], new Dictionary<string, string>())];

        Assert.Equal(isFault ? ["A uses the package Extra below layer 4: list it here with its reason"] : [], faults);
    }

    [Fact]
    public void PackagesAreListed_ListedAndUnused_IsAFault() =>
        Assert.Equal(["Extra is listed and nothing uses it"],
            ProjectRules.PackagesAreListed([], new Dictionary<string, string> { ["Extra"] = "why" }));

    [Fact]
    public void UnsafeCode_IsListed() => Faults.AssertNone(ProjectRules.UnsafeIsListed(Tree.Assemblies, Unsafe));

    [Theory]
    [InlineData("AllowUnsafeBlocks")]
    [InlineData("AllowsUnsafeMemory")]
    public void UnsafeIsListed_NotListedOrUnused_IsAFault(string property)
    {
        Project project = Project.Parse("A", $"<Project><PropertyGroup><{property}>True</{property}></PropertyGroup></Project>");

        string[] faults = [.. ProjectRules.UnsafeIsListed([project], new Dictionary<string, string> { ["B"] = "why" })];

        Assert.Equal(["A allows unsafe code: list it here with its reason", "B is listed and allows no unsafe code"], faults);
    }

    [Fact]
    public void UnsafeCode_OfAllProjects_IsOffByDefault()
    {
        Project everywhere = Project.Parse("all", Tree.Read("Directory.Build.props").Text);

        Assert.False(everywhere.AllowsUnsafe, "Directory.Build.props allows unsafe code everywhere");
    }

    [Fact]
    public void Layers_AreThoseOfTheDocument() =>
        Faults.AssertNone(ProjectRules.LayersAreThoseOfTheDocument(Tree.Assemblies, Tree.Read("docs/ARCHITECTURE.md").Text));

    [Fact]
    public void LayersAreThoseOfTheDocument_OtherLayerOrMissing_IsAFault()
    {
        Project[] projects = [new Project("A", 1, [], [], false), new Project("B", 2, [], [], false), new Project("C", 3, [], [], false)];
        const string Document = "| 1 | [A](a) | x |\n| 3 | [B](b) | x |\n| 4 | [D](d) | x |\n";

        string[] faults = [.. ProjectRules.LayersAreThoseOfTheDocument(projects, Document)];

        Assert.Equal(["B: layer 2 in the project file, '3' in the document", "C: layer 3 in the project file, '' in the document",
            "D: in the document, but not in src/"], faults);
    }

    [Fact]
    public void Packages_AreWhole() => Faults.AssertNone(ProjectRules.PackagesAreWhole(Tree.Assemblies));

    [Theory]
    [InlineData(true, true, 0)]
    [InlineData(true, false, 1)]
    [InlineData(false, false, 0)]
    [InlineData(false, true, 0)]
    public void PackagesAreWhole_ByWhatIsReferenced_OnlyPackagesServeAPackage(bool isPackable, bool isReferencePackable, int faults)
    {
        Project low = new("Low", 1, [], [], false) { IsPackable = isReferencePackable, Description = "x" };
        Project high = new("High", 2, ["Low"], [], false) { IsPackable = isPackable, Description = "x" };

        Assert.Equal(faults, ProjectRules.PackagesAreWhole([low, high]).Count());
    }

    [Theory]
    [InlineData(" ReferenceOutputAssembly=\"false\"", 0)]
    [InlineData("", 1)]
    public void PackagesAreWhole_OfWhatAPackageCarries_NeedNoPackage(string attribute, int faults)
    {
        Project low = new("Low", 1, [], [], false) { IsPackable = false, Description = "x" };
        Project high = Project.Parse("High", "<Project><PropertyGroup><Layer>2</Layer><Description>x</Description></PropertyGroup><ItemGroup>" +
            $"<ProjectReference Include=\"../Low/Low.csproj\"{attribute} /></ItemGroup></Project>");

        Assert.Equal(faults, ProjectRules.PackagesAreWhole([low, high]).Count());
    }

    [Theory]
    [InlineData("<Description>What it is.</Description>", 0)]
    [InlineData("<Description> </Description>", 1)]
    [InlineData("", 1)]
    [InlineData("<IsPackable>false</IsPackable>", 0)]
    public void PackagesAreWhole_WithoutADescription_IsAFaultOfAPackage(string properties, int faults) => Assert.Equal(faults,
        ProjectRules.PackagesAreWhole([Project.Parse("A", $"<Project><PropertyGroup>{properties}</PropertyGroup></Project>")]).Count());

    [Fact]
    public void PublicNames_OfPackages_AreListed() =>
        Faults.AssertNone(ProjectRules.PublicNamesAreListed(Tree.Assemblies, name => Tree.Has(name) ? Tree.Read(name).Text : null));

    [Theory]
    [InlineData("#nullable enable\n", true)]
    [InlineData("#nullable enable\nA.B\nA.B.C() -> void\nA.b\n", true)]
    [InlineData("#nullable enable\nA.b\nA.B\n", false)]
    [InlineData("#nullable enable\nA.B\nA.B\n", false)]
    [InlineData("#nullable enable\nA.B", false)]
    [InlineData("A.B\n", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void PublicNamesAreListed_ByList_OnlyASortedOneIsRight(string? list, bool isRight)
    {
        Project package = new("A", 1, [], [], false);

        string[] faults = [.. ProjectRules.PublicNamesAreListed([package, package with { Name = "B", IsPackable = false }], _ => list)];

        Assert.Equal(isRight ? 0 : 2, faults.Length);
    }

    [Fact]
    public void Solution_IsWhole() => Faults.AssertNone(ProjectRules.SolutionIsWhole(Tree.Read("Peregrine.slnx").Text, Tree.ProjectFiles));

    [Fact]
    public void SolutionIsWhole_MissingOrStale_IsAFault()
    {
        const string Solution = "<Solution><Folder Name=\"/tests/\"><Project Path=\"tests/A/A.csproj\" /></Folder></Solution>";

        string[] faults = [.. ProjectRules.SolutionIsWhole(Solution, ["tests/B/B.csproj"])];

        Assert.Equal(["tests/B/B.csproj is not in the solution", "tests/A/A.csproj is in the solution, but not on the disk"], faults);
    }

    [Fact]
    public void Packages_AreLocked() => Faults.AssertNone(ProjectRules.PackagesAreLocked(Tree.ProjectFiles, Tree.Has));

    [Fact]
    public void PackagesAreLocked_NoLockFile_IsAFault() =>
        Assert.Equal(["src/A/A.csproj has no packages.lock.json"],
            ProjectRules.PackagesAreLocked(["src/A/A.csproj", "src/B/B.csproj"], name => name == "src/B/packages.lock.json"));

    [Fact]
    public void Assemblies_HaveReadmes() => Faults.AssertNone(ProjectRules.AssembliesHaveReadmes(Tree.ProjectFiles, Tree.Has));

    [Fact]
    public void AssembliesHaveReadmes_None_IsAFault() =>
        Assert.Equal(["src/A/A.csproj has no README.md"],
            ProjectRules.AssembliesHaveReadmes(["src/A/A.csproj", "src/B/B.csproj", "tests/C/C.csproj"], name => name == "src/B/README.md"));
}
