using System.IO.Compression;
using System.Reflection;

[assembly: AssemblyFixture(typeof(Peregrine.Packages.Tests.PackedLibraries))]

namespace Peregrine.Packages.Tests;

/// <summary>The packages of all libraries, made of what is built, in a folder that goes again.</summary>
public sealed class PackedLibraries : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("peregrine-packages-");

    public PackedLibraries() => Pack(Folder);

    /// <summary>Where the packages are.</summary>
    public string Folder => Path.Combine(_folder.FullName, "packed");

    /// <summary>A new folder beside them.</summary>
    public string NewFolder(string name) => _folder.CreateSubdirectory(name).FullName;

    /// <summary>Packs what is built of a checkout: this one, in the configuration of this test, when nothing else is said.</summary>
    /// <param name="of">One library; all when none is named.</param>
    public static void Pack(string to, string? checkout = null, string? configuration = null, string of = "*") => DotNet.Run(
        checkout ?? Repository.Root, "msbuild", "eng/Packages.proj", "-nologo", "-v:quiet", "-nodeReuse:false",
        $"-p:Configuration={configuration ?? Configuration}", $"-p:PackageOutputPath={to}", $"-p:Of={of}");

    /// <summary>The package of a library.</summary>
    public ZipArchive Open(string library) => ZipFile.OpenRead(Directory.GetFiles(Folder, $"{library}.*.nupkg")
        .Single(file => char.IsAsciiDigit(Path.GetFileName(file)[library.Length + 1])));

    /// <summary>Makes a project that takes our packages from here and those of others from the cache that this solution was built with, and builds
    /// it.</summary>
    /// <returns>The program that comes of it.</returns>
    /// <remarks>The packages are unpacked beside the project: a cache of the machine may have others of the same version.</remarks>
    /// <param name="isHost">The programs bring their own .NET host, whose parts are a framework's.</param>
    public string BuildProject(string folder, IEnumerable<string> packages, bool isHost)
    {
        string references = string.Join("\n    ", [.. packages.Select(package => $"<PackageReference Include=\"{package}\" Version=\"*-*\" />"),
            isHost ? "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />" : ""]);
        File.WriteAllText(Path.Combine(folder, "Fresh.csproj"), FreshProject.Text(references, "<RestorePackagesPath>unpacked</RestorePackagesPath>"));
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{Folder}" />
                <add key="cache" value="{Cache}" />
              </packageSources>
              <packageSourceMapping>
                <clear />
                <packageSource key="packed"><package pattern="Peregrine.*" /></packageSource>
                <packageSource key="cache"><package pattern="*" /></packageSource>
              </packageSourceMapping>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        return FreshProject.Build(folder);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The folder that an assembly is built into has the name of the configuration.
    private static string Configuration { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)) is { } name
        ? char.ToUpperInvariant(name[0]) + name[1..] : "";

    private static string Cache { get; } = typeof(PackedLibraries).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "PackageCache").Value!;
}
