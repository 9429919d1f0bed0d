using System.Xml.Linq;

namespace Peregrine.Architecture.Tests;

/// <summary>What a project file says, read as text: what it declares is all that counts, because transitive references are off.</summary>
internal sealed record Project(string Name, int? Layer, IReadOnlyList<string> References, IReadOnlyList<string> Packages, bool AllowsUnsafe)
{
    /// <summary>What the project file says of <c>IsPackable</c>: false for what is no package; under src/ the default is that it is one.</summary>
    public bool IsPackable { get; init; } = true;

    /// <summary>What the project file says it is, empty when nothing.</summary>
    public string Description { get; init; } = "";

    /// <summary>References that no code of it sees, as that of a source generator, which its package carries.</summary>
    public IReadOnlyList<string> Carried { get; init; } = [];

    /// <summary>Reads a project file.</summary>
    /// <param name="name">Name of the project: that of its file, without the ending.</param>
    public static Project Parse(string name, string xml)
    {
        XElement root = XElement.Parse(xml);
        return new Project(
            name,
            int.TryParse(root.Descendants("Layer").LastOrDefault()?.Value, out int layer) ? layer : null,
            [.. root.Descendants("ProjectReference").Select(item => Path.GetFileNameWithoutExtension(Included(item)))],
            [.. root.Descendants("PackageReference").Select(Included).Where(package => package.Length > 0)],
            root.Descendants().Any(item => item.Name.LocalName is "AllowUnsafeBlocks" or "AllowsUnsafeMemory" && IsTrue(item)))
        {
            IsPackable = root.Descendants("IsPackable").All(IsTrue),
            Carried = [.. root.Descendants("ProjectReference").Where(item => (string?)item.Attribute("ReferenceOutputAssembly") == "false")
                .Select(item => Path.GetFileNameWithoutExtension(Included(item)))],
            Description = root.Descendants("Description").LastOrDefault()?.Value.Trim() ?? "",
        };
    }

    private static string Included(XElement item) => ((string?)item.Attribute("Include") ?? "").Replace('\\', '/');

    private static bool IsTrue(XElement item) => item.Value.Trim().Equals("true", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A file of the repository.</summary>
/// <param name="Name">Its path from the root, with slashes.</param>
internal sealed record TextFile(string Name, string Text)
{
    /// <summary>The assembly it belongs to: the folder below src/ or tests/.</summary>
    public string Assembly => Name.Split('/') is { Length: > 2 } parts ? parts[1] : "";

    /// <summary>The types and members of a C# file.</summary>
    public Outline Outline => field ??= Outline.Of(Text);

    /// <summary>The folder of the assembly it lies in, empty when in none.</summary>
    public string Folder => Name.Split('/') is { Length: > 3 } parts ? parts[2] : "";
}

/// <summary>This checkout.</summary>
internal static class Tree
{
    /// <summary>The assemblies, with what eng/Src.props gives to each of them, and eng/Pack.targets to each that is a package.</summary>
    public static IReadOnlyList<Project> Assemblies { get; } = ReadAssemblies();

    /// <summary>Every C# file under src/.</summary>
    public static IReadOnlyList<TextFile> Sources { get; } = [.. Files("src", ".cs").Select(Read)];

    /// <summary>Names of all project files, from the root.</summary>
    public static IReadOnlyList<string> ProjectFiles { get; } = [
        .. new[] { "src", "tests", "bench", "samples" }.SelectMany(folder => Files(folder, ".csproj"))];

    /// <summary>Names of the files below a folder that end so; none when the folder is not there.</summary>
    public static IEnumerable<string> Files(string folder, string ending)
    {
        string full = Path.Combine(Repository.Root, folder);
        return !Directory.Exists(full) ? [] : Directory.EnumerateFiles(full, "*" + ending, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(file => !file.Split('/').Any(part => part is "obj" or "bin" or "artifacts" or "node_modules" or "dist"))
            .Order(StringComparer.Ordinal);
    }

    public static TextFile Read(string name) => new(name, File.ReadAllText(Path.Combine(Repository.Root, name)));

    /// <summary>Whether a file or folder of this name, from the root, is there.</summary>
    public static bool Has(string name) => Path.Exists(Path.Combine(Repository.Root, name));

    private static List<Project> ReadAssemblies()
    {
        Project shared = Project.Parse("Src.props", Read("eng/Src.props").Text);
        Project packed = Project.Parse("Pack.targets", Read("eng/Pack.targets").Text);
        return [.. Files("src", ".csproj").Select(file => Project.Parse(Path.GetFileNameWithoutExtension(file), Read(file).Text))
            .Select(project => project with { Packages = [.. project.Packages, .. shared.Packages, .. project.IsPackable ? packed.Packages : []],
                AllowsUnsafe = project.AllowsUnsafe || shared.AllowsUnsafe })];
    }
}
