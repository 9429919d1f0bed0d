using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Peregrine.Packages.Tests;

/// <summary>What is in the package of each library.</summary>
public sealed class PackageTests(PackedLibraries packed)
{
    public static TheoryData<string> Names => [.. Library.All.Select(library => library.Name)];

    [Fact]
    public void Packages_OfTheRepository_AreThoseOfItsLibraries()
    {
        IEnumerable<string> names = Directory.GetFiles(packed.Folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

        Assert.True(Library.All.Count >= 14, $"{Library.All.Count} libraries");
        Assert.Equal(Library.All.Select(library => $"{library.Name}.{Version(library.Name)}.nupkg").Order(StringComparer.Ordinal), names);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Package_OfALibrary_HasAssemblyDocsReadmeAndIcon(string name)
    {
        using ZipArchive package = packed.Open(name);
        string[] files = [.. package.Entries.Select(entry => entry.FullName)
            .Where(file => !file.StartsWith("package/", StringComparison.Ordinal) && file is not ("_rels/.rels" or "[Content_Types].xml"))
            .Order(StringComparer.Ordinal)];

        string[] generators = [.. Library.All.Single(library => library.Name == name).Generators
            .Select(generator => $"analyzers/dotnet/cs/{generator}.dll")];
        Assert.Equal([$"{name}.nuspec", "README.md", .. generators, "icon.png", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"], files);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Repository.Root, "src", name, "README.md")), Bytes(package, "README.md"));
        Assert.Equal(Convert.FromHexString("89504E470D0A1A0A"), Bytes(package, "icon.png")[..8]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Package_OfALibrary_SaysWhatItIs(string name)
    {
        Library library = Library.All.Single(library => library.Name == name);
        XElement said = Metadata(name);

        Assert.Equal((name, library.Description), (Text(said, "id"), Text(said, "description")));
        Assert.Equal(("Apache-2.0", "README.md", "icon.png"), (Text(said, "license"), Text(said, "readme"), Text(said, "icon")));
        Assert.NotEmpty(Text(said, "authors"));
        Assert.NotEmpty(Text(said, "tags"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Package_OfALibrary_DependsOnWhatItReferences(string name)
    {
        Library library = Library.All.Single(library => library.Name == name);

        XElement[] dependencies = [.. Metadata(name).Descendants().Where(item => item.Name.LocalName == "dependency")];

        // Versions that are pinned for packages below ours come with them.
        string[] ids = [.. dependencies.Select(item => (string)item.Attribute("id")!).Where(id => !IsBelow(id, library))];
        Assert.Equal(library.Projects.Concat(library.Packages).Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
        Assert.All(dependencies.Where(item => ((string)item.Attribute("id")!).StartsWith("Peregrine.", StringComparison.Ordinal)),
            item => Assert.Equal(Version(name), (string?)item.Attribute("version")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Package_OfALibrary_SaysNothingOfTheBuildingMachine(string name)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] paths = [Repository.Root + "/", packed.Folder, Path.Combine(home, ".nuget"), Path.Combine(home, ".dotnet")];
        using ZipArchive package = packed.Open(name);
        List<string> faults = [];
        foreach (ZipArchiveEntry entry in package.Entries)
        {
            byte[] bytes = Bytes(package, entry.FullName);
            byte[][] parts = entry.FullName.EndsWith(".dll", StringComparison.Ordinal) ? [bytes, .. Symbols.Of(bytes).AllBytes()] : [bytes];
            faults.AddRange(from path in paths
                            from coding in new[] { Encoding.UTF8, Encoding.Unicode }
                            where parts.Any(part => part.AsSpan().IndexOf(coding.GetBytes(path)) >= 0)
                            select $"{entry.FullName} has {path}");
        }

        Assert.Empty(faults);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Assembly_OfALibrary_HasSymbolsAndItsSources(string name)
    {
        using ZipArchive package = packed.Open(name);
        Symbols symbols = Symbols.Of(Bytes(package, $"lib/net10.0/{name}.dll"));

        Assert.True(symbols.IsDeterministic, "the assembly is built deterministically");
        Assert.NotEmpty(symbols.Documents);
        Assert.All(symbols.Documents, document => Assert.StartsWith("/_/", document.Name, StringComparison.Ordinal));

        // By link, or whole: never neither.
        string root = $"/_/src/{name}/";
        Assert.Contains(symbols.Documents, document => document.Name.StartsWith(root, StringComparison.Ordinal));
        Assert.All(symbols.Documents.Where(document => document.Source is null), document =>
            Assert.True(symbols.Link is not null && document.Name.StartsWith(root, StringComparison.Ordinal), $"{document.Name} has no source"));
    }

    // All of them under --long, by two clones: CloneTests.
    [Fact]
    public void Pack_OfALibraryAgain_GivesTheSameBytes()
    {
        DotNet.RequireTimesOfCommits();
        string again = packed.NewFolder("again");

        PackedLibraries.Pack(again, of: "Peregrine.Fix.Net");

        Assert.Equal(Contents.Of(packed.Folder).Where(file => file.StartsWith("Peregrine.Fix.Net.", StringComparison.Ordinal)), Contents.Of(again));
    }

    private static bool IsBelow(string id, Library library) => library.Packages.Length > 0 && !library.Packages.Contains(id)
        && !id.StartsWith("Peregrine.", StringComparison.Ordinal);

    private string Version(string name) => Text(Metadata(name), "version");

    private XElement Metadata(string name)
    {
        using ZipArchive package = packed.Open(name);
        using Stream stream = package.GetEntry($"{name}.nuspec")!.Open();
        return XElement.Load(stream).Elements().Single();
    }

    private static string Text(XElement metadata, string name) =>
        metadata.Elements().SingleOrDefault(item => item.Name.LocalName == name)?.Value ?? "";

    private static byte[] Bytes(ZipArchive package, string file)
    {
        using Stream stream = package.GetEntry(file)!.Open();
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
