using System.Xml.Linq;

namespace Peregrine.Packages.Tests;

/// <summary>An assembly of src/ as its project file has it.</summary>
internal sealed record Library(string Name, string Description, string[] Projects, string[] Packages)
{
    /// <summary>Source generators that its package carries for the compilers of users.</summary>
    public string[] Generators { get; init; } = [];

    /// <summary>Every assembly that is a package, by name.</summary>
    public static IReadOnlyList<Library> All { get; } = [.. Read(isPackable: true)];

    /// <summary>The parts of the command, which are none.</summary>
    public static IReadOnlyList<Library> Others { get; } = [.. Read(isPackable: false)];

    private static IEnumerable<Library> Read(bool isPackable) =>
        from folder in Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Order(StringComparer.Ordinal)
        let name = Path.GetFileName(folder)
        let project = XElement.Load(Path.Combine(folder, $"{name}.csproj"))
        where project.Descendants("IsPackable").All(item => item.Value == "true") == isPackable
        select new Library(name, project.Descendants("Description").Single().Value, Included(project, "ProjectReference"),
            Included(project, "PackageReference"))
        {
            Generators = [.. project.Descendants("ProjectReference").Where(item => (string?)item.Attribute("ReferenceOutputAssembly") == "false")
                .Select(item => Path.GetFileNameWithoutExtension((string)item.Attribute("Include")!))],
        };

    private static string[] Included(XElement project, string kind) => [.. project.Descendants(kind)
        .Where(item => (string?)item.Attribute("PrivateAssets") != "all")
        .Select(item => (string)item.Attribute("Include")!)
        .Select(item => item.EndsWith(".csproj", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(item) : item)];
}
