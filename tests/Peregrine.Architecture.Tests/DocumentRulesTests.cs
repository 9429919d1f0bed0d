namespace Peregrine.Architecture.Tests;

public class DocumentRulesTests
{
    private static readonly Dictionary<string, string> Outside = new()
    {
        ["SupportedOSPlatform"] = "an attribute of .NET that we do without",
    };

    [Fact]
    public void Links_OfAllDocuments_Lead()
    {
        string[] names = [.. new[] { "README.md", "CHANGELOG.md" }.Where(Tree.Has), .. Tree.Files("docs", ".md"), .. Tree.Files("src", ".md"),
            .. Tree.Files("native", ".md")];

        Assert.Contains("docs/ARCHITECTURE.md", names);
        Faults.AssertNone(DocumentRules.LinksLead(names.Select(Tree.Read), Tree.Has));
    }

    // Decisions and the list of changes speak of their time.
    [Fact]
    public void Names_InDocuments_AreThere()
    {
        string[] documents = [.. Tree.Files("docs", ".md").Where(name => !name.StartsWith("docs/adr/", StringComparison.Ordinal)), "README.md",
            .. Tree.Files("src", ".md")];
        string[] folders = ["src", "tests", "samples", "bench", "schemas", "eng", "native"];
        string[] files = [.. folders.SelectMany(folder => Tree.Files(folder, "")), "Peregrine.slnx", "Directory.Build.props",
            "Directory.Packages.props"];
        string[] endings = [".cs", ".csproj", ".props", ".proto", ".js", ".json", ".cpp"];
        HashSet<string> words = [.. files.Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            .SelectMany(file => DocumentRules.Words(Tree.Read(file).Text))];

        Assert.Contains("Peregrine.Trading", words);
        Faults.AssertNone(DocumentRules.NamesAreThere(documents.Select(Tree.Read), Tree.Has, files.Select(file => file.Split('/')[^1]).ToHashSet(),
            words, Outside));
    }

    [Theory]
    [InlineData("`docs/there.md`", true)]
    [InlineData("`docs/gone.md`", false)]
    [InlineData("`src/Gone/`", false)]
    [InlineData("`There.cs`", true)]
    [InlineData("`Gone.cs`", false)]
    [InlineData("`Peregrine.There`", true)]
    [InlineData("`Peregrine.Gone`", false)]
    [InlineData("`ThereToo`", true)]
    [InlineData("`ThereToo.GoneIs`", false)]
    [InlineData("`GoneToo`", false)]
    [InlineData("`GoneToo(int bytes)`", false)]
    [InlineData("`SupportedOSPlatform`", true)]
    [InlineData("`gone`, `--gone`, `GONE`, GoneToo", true)]
    [InlineData("```\nGoneToo `GoneToo`\n```", true)]
    public void NamesAreThere_ByName_WhatIsGoneIsAFault(string text, bool isRight)
    {
        HashSet<string> words = [.. DocumentRules.Words("namespace Peregrine.There; class ThereToo;")];

        string[] faults = [.. DocumentRules.NamesAreThere(
            [new TextFile("docs/page.md", text)], name => name == "docs/there.md", new HashSet<string> { "There.cs" }, words, Outside)];

        Assert.Equal(isRight ? 0 : 1, faults.Length);
    }

    [Theory]
    [InlineData("[a](there.md)", true)]
    [InlineData("[a](there.md#part)", true)]
    [InlineData("[a](../there.md)", false)]
    [InlineData("[a](gone.md)", false)]
    [InlineData("![picture](gone.svg)", false)]
    [InlineData("[a](gone.md \"title\")", false)]
    [InlineData("[a]: gone.md", false)]
    [InlineData("[`code`](gone.md)", false)]
    [InlineData("[a](/docs/there.md)", false)]
    [InlineData("[a](../../docs/there.md)", false)]
    [InlineData("[a](../docs/there.md)", true)]
    [InlineData("[a](#part)", true)]
    [InlineData("[a](https://example.org/gone.md)", true)]
    [InlineData("`[a](gone.md)`", true)]
    [InlineData("```\n[a](gone.md)\n```", true)]
    public void LinksLead_ByTarget_TheDeadOneIsAFault(string text, bool isRight)
    {
        string[] faults = [.. DocumentRules.LinksLead([new TextFile("docs/page.md", text)], name => name == "docs/there.md")];

        Assert.Equal(isRight ? 0 : 1, faults.Length);
    }
}
