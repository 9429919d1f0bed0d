using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Peregrine.Architecture.Tests;

/// <summary>Rules on project files. Each gives one line for each fault, and nothing when all is well.</summary>
internal static partial class ProjectRules
{
    /// <summary>From here up an assembly may use packages, and logs by one of them.</summary>
    public const int FirstLayerWithPackages = 4;

    /// <summary>Each assembly states its layer.</summary>
    public static IEnumerable<string> LayerIsStated(IEnumerable<Project> projects) =>
        projects.Where(project => project.Layer is null).Select(project => $"{project.Name}: no <Layer>n</Layer>");

    /// <summary>References point at strictly lower layers.</summary>
    public static IEnumerable<string> ReferencesPointDown(IReadOnlyList<Project> projects)
    {
        Dictionary<string, int?> layers = projects.ToDictionary(project => project.Name, project => project.Layer);
        return
            from project in projects
            from reference in project.References
            where !(layers.GetValueOrDefault(reference) < project.Layer)
            select $"{project.Name} (layer {project.Layer}) references {reference} (layer " +
            $"{layers.GetValueOrDefault(reference)?.ToString() ?? "unknown"})";
    }

    /// <summary>Below layer 4 a package is listed with its reason, and everything listed is used.</summary>
    public static IEnumerable<string> PackagesAreListed(IReadOnlyList<Project> projects, IReadOnlyDictionary<string, string> listed)
    {
        // A project without a layer might be a low one.
        List<(string Project, string Package)> used = [.. from project in projects
            where !(project.Layer >= FirstLayerWithPackages)
            from package in project.Packages
            select (project.Name, package)];
        return used.Where(use => !listed.ContainsKey(use.Package))
            .Select(use => $"{use.Project} uses the package {use.Package} below layer {FirstLayerWithPackages}: list it here with its reason")
            .Concat(listed.Keys.Except(used.Select(use => use.Package)).Select(package => $"{package} is listed and nothing uses it"));
    }

    /// <summary>Unsafe code is where it is listed with its reason, and everything listed uses it.</summary>
    public static IEnumerable<string> UnsafeIsListed(IReadOnlyList<Project> projects, IReadOnlyDictionary<string, string> listed)
    {
        List<string> used = [.. projects.Where(project => project.AllowsUnsafe).Select(project => project.Name)];
        return used.Where(name => !listed.ContainsKey(name)).Select(name => $"{name} allows unsafe code: list it here with its reason")
            .Concat(listed.Keys.Except(used).Select(name => $"{name} is listed and allows no unsafe code"));
    }

    /// <summary>The table of assemblies in docs/ARCHITECTURE.md says what the project files say.</summary>
    public static IEnumerable<string> LayersAreThoseOfTheDocument(IReadOnlyList<Project> projects, string document)
    {
        List<(string Name, int Layer)> rows = [.. LayerRow().Matches(document)
            .Select(row => (row.Groups["name"].Value, int.Parse(row.Groups["layer"].ValueSpan)))];
        foreach (Project project in projects)
        {
            string said = string.Join(", ", rows.Where(row => row.Name == project.Name).Select(row => row.Layer));
            if (said != project.Layer?.ToString())
            {
                yield return $"{project.Name}: layer {project.Layer} in the project file, '{said}' in the document";
            }
        }

        foreach ((string name, _) in rows.Where(row => projects.All(project => project.Name != row.Name)))
        {
            yield return $"{name}: in the document, but not in src/";
        }
    }

    /// <summary>The solution has every project, and only those that are there.</summary>
    public static IEnumerable<string> SolutionIsWhole(string solution, IReadOnlyList<string> projectFiles)
    {
        List<string> inSolution = [.. XElement.Parse(solution).Descendants("Project")
            .Select(item => ((string?)item.Attribute("Path") ?? "").Replace('\\', '/'))];
        return projectFiles.Except(inSolution).Select(file => $"{file} is not in the solution")
            .Concat(inSolution.Except(projectFiles).Select(file => $"{file} is in the solution, but not on the disk"));
    }

    /// <summary>A package depends on packages only, what it carries itself aside, and each says what it is.</summary>
    public static IEnumerable<string> PackagesAreWhole(IReadOnlyList<Project> projects)
    {
        HashSet<string> packable = [.. projects.Where(project => project.IsPackable).Select(project => project.Name)];
        return (from project in projects
                where project.IsPackable
                from reference in project.References.Except(project.Carried)
                where !packable.Contains(reference)
                select $"{project.Name} is a package and references {reference}, which is none: make it one, or set IsPackable to false here")
            .Concat(projects.Where(project => project.IsPackable && project.Description.Length == 0)
                .Select(project => $"{project.Name} is a package without a <Description>"));
    }

    /// <summary>What users can call stands in lists beside each package, sorted, so that branches merge; the compiler holds names to them.</summary>
    /// <param name="read">The text of a file, by its name from the root; null when it is not there.</param>
    public static IEnumerable<string> PublicNamesAreListed(IEnumerable<Project> projects, Func<string, string?> read) =>
        from project in projects
        where project.IsPackable
        from list in new[] { "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt" }
        let file = $"src/{project.Name}/{list}"
        let lines = read(file)?.Split('\n')
        where lines is null || lines[0] != "#nullable enable" || lines[^1].Length > 0
            || !lines[1..^1].SequenceEqual(lines[1..^1].Distinct().Order(StringComparer.Ordinal))
        select $"{file}: expected #nullable enable, then names in order, each once: ./dev api writes it";

    /// <summary>Each project has its lock file beside it.</summary>
    public static IEnumerable<string> PackagesAreLocked(IEnumerable<string> projectFiles, Func<string, bool> has) =>
        projectFiles.Where(file => !has(Beside(file, "packages.lock.json"))).Select(file => $"{file} has no packages.lock.json");

    /// <summary>Each assembly has a README.</summary>
    public static IEnumerable<string> AssembliesHaveReadmes(IEnumerable<string> projectFiles, Func<string, bool> has) =>
        projectFiles.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && !has(Beside(file, "README.md")))
        .Select(file => $"{file} has no README.md");

    private static string Beside(string file, string name) => file[..(file.LastIndexOf('/') + 1)] + name;

    [GeneratedRegex(@"^\|\s*(?<layer>\d+)\s*\|\s*\[(?<name>[\w.]+)\]", RegexOptions.Multiline)]
    private static partial Regex LayerRow();
}
