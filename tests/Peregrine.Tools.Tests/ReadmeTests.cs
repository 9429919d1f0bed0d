using System.CommandLine;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Testing;
using Peregrine.Tools.Verbs;

namespace Peregrine.Tools.Tests;

/// <summary>The README's example compiles and runs.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Readme_Example_PlaysAScript()
    {
        string script = _folder.Write("buy 100 @ 10.05\nsell 50 @ 10.05\n", "auction.txt");
        RootCommand root = new("Peregrine's tools.");
        foreach (Command verb in ToolVerbs.All(ofJournal: []))
        {
            root.Add(verb);
        }

        int exitCode = CommandRunner.Run(root, ["match", script], isTold: fault => fault is FeedException);

        Assert.Equal(0, exitCode);
        Assert.Equal(["replay", "record", "match", "fix", "journal"], root.Subcommands.Select(verb => verb.Name));
        ReadmeExample.AssertStandsInThisFile("Peregrine.Tools", except: "script");
    }
}
