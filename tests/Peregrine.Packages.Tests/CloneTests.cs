using System.IO.Compression;

namespace Peregrine.Packages.Tests;

/// <summary>Packages of clones of this repository at its last commit, in other folders.</summary>
[Trait("Size", "Long")]
public sealed class CloneTests(PackedLibraries packed)
{
    [Fact]
    public void Packages_OfTwoClones_AreTheSameBytes()
    {
        DotNet.RequireTimesOfCommits();
        string[][] contents = [.. new[] { "one", "another-folder/two" }.Select(name =>
        {
            string clone = Clone(name);
            Build(clone, "Peregrine");
            PackedLibraries.Pack(Path.Combine(clone, "packed"), clone, "Release");
            return Contents.Of(Path.Combine(clone, "packed"));
        })];

        Assert.Equal(Library.All.Count, contents[0].Length);
        Assert.Equal(contents[0], contents[1]);
    }

    [Fact]
    public void Package_WhereTheRemoteIsKnown_LinksToItsSources()
    {
        string clone = Clone("linked");
        _ = DotNet.Run("git", clone, ["remote", "set-url", "origin", "https://github.com/example/peregrine.git"]);
        Build(clone, "Peregrine.Primitives");
        string to = Path.Combine(clone, "packed");

        PackedLibraries.Pack(to, clone, "Release", of: "Peregrine.Primitives");

        using ZipArchive package = ZipFile.OpenRead(Directory.GetFiles(to).Single());
        using StreamReader text = new(package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
        Assert.Contains($"<repository type=\"git\" url=\"https://github.com/example/peregrine.git\" commit=\"{Commit}\" />", text.ReadToEnd(),
            StringComparison.Ordinal);
        Symbols symbols = Symbols.Of(File.ReadAllBytes(Path.Combine(clone, "artifacts/bin/Peregrine.Primitives/release/Peregrine.Primitives.dll")));
        Assert.Equal($"{{\"documents\":{{\"/_/*\":\"https://raw.githubusercontent.com/example/peregrine/{Commit}/*\"}}}}", symbols.Link);
        Assert.All(symbols.Documents,
            document => Assert.Equal(document.Name.StartsWith("/_/src/", StringComparison.Ordinal), document.Source is null));
    }

    // Somebody may commit while this is at work: all clones are of one commit.
    private static string Commit { get; } = DotNet.Run("git", Repository.Root, ["rev-parse", "HEAD"]).Trim();

    private string Clone(string name)
    {
        string folder = packed.NewFolder(name);
        _ = DotNet.Run("git", folder, ["clone", "--quiet", "--no-checkout", Repository.Root, "clone"]);
        string clone = Path.Combine(folder, "clone");
        _ = DotNet.Run("git", clone, ["checkout", "--quiet", "--detach", Commit]);
        return clone;
    }

    private static void Build(string clone, string project) => DotNet.Run(clone, "build", $"src/{project}", "-c", "Release", "--nologo",
        "-v", "quiet", "-nodeReuse:false", "-p:RunAnalyzers=false");
}
