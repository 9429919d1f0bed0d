namespace Peregrine.Architecture.Tests;

public class DocumentRulesTests
{
    [Fact]
    public void Links_OfAllDocuments_Lead()
    {
        string[] names = [.. new[] { "README.md", "CHANGELOG.md" }.Where(Tree.Has), .. Tree.Files("docs", ".md"), .. Tree.Files("src", ".md"),
            .. Tree.Files("native", ".md")];

        Assert.Contains("docs/ARCHITECTURE.md", names);
        Faults.AssertNone(DocumentRules.LinksLead(names.Select(Tree.Read), Tree.Has));
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
