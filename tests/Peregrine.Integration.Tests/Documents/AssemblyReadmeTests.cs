using System.CommandLine;
using Peregrine.Bench.Verbs;
using Peregrine.Cli;
using Peregrine.Feeds;
using Peregrine.Testing;
using Peregrine.Verbs;

// Not below Peregrine.Integration.Tests, whose namespace Console would hide the one of the examples.
namespace Peregrine.Documents.Tests;

/// <summary>The examples in the READMEs of the assemblies that the command is put together of.</summary>
public sealed class AssemblyReadmeTests
{
    [Fact]
    public void CliReadme_Example_IsACommandLine()
    {
        Argument<string> size = new("SIZE") { Description = "Such as 4MiB." };
        Command bytes = new("bytes", "Tells how many bytes that is.") { size };
        bytes.SetAction(result => Console.WriteLine(Amounts.ParseBytes("SIZE", result.GetRequiredValue(size))));
        RootCommand root = new("An example.") { bytes.WithExample("example bytes 4MiB") };
        int exitCode = CommandRunner.Run(root, ["bytes", "4MiB"], isTold: fault => fault is IOException);

        Assert.Equal(0, exitCode);
        Assert.Equal(2, CommandRunner.Run(root, ["bytes", "4MB"], isTold: _ => false));
        ReadmeExample.AssertStandsInThisFile("Peregrine.Cli");
    }

    [Fact]
    public void BenchReadme_Example_HelpsWithACommandLine()
    {
        RootCommand root = new("Peregrine's benchmarks.");
        foreach (Command verb in BenchVerbs.All)
        {
            root.Add(verb);
        }

        int exitCode = CommandRunner.Run(root, ["bench", "core", "--help"], isTold: fault => fault is FeedException);

        Assert.Equal(0, exitCode);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Bench");
    }

    [Fact]
    public void ConsoleReadme_Example_SaysThatNoLinkAnswers()
    {
        string url = "http://127.0.0.1:1"; // nobody listens there
        RootCommand root = new("A link in the terminal.");
        foreach (Command verb in ConsoleVerbs.All)
        {
            root.Add(verb);
        }

        int exitCode = CommandRunner.Run(root, ["top", "--once", "--url", url], isTold: _ => false); // 1 where no link answers

        Assert.Equal(1, exitCode);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Console", except: "url");
    }

    [Fact]
    public void Run_AFaultOfALibrary_IsToldOnlyWhereTheProgramKnowsIt()
    {
        Command fail = new("fail", "Fails.");
        fail.SetAction(new Func<ParseResult, int>(_ => throw new FeedException("feed.csv: empty")));
        RootCommand root = new("An example.") { fail };

        Assert.Equal("peregrine: feed.csv: empty\n", ErrorOf(root, fault => fault is FeedException));
        Assert.StartsWith("peregrine: internal error: feed.csv: empty (FeedException)", ErrorOf(root, _ => false));
    }

    private static string ErrorOf(RootCommand root, Predicate<Exception> isTold)
    {
        TextWriter before = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            Assert.Equal(1, CommandRunner.Run(root, ["fail"], isTold));
            return error.ToString();
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
