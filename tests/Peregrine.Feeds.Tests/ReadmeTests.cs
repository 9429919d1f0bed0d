using Peregrine.Testing;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Tests;

/// <summary>The README's example compiles and runs.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feeds-readme-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Readme_Example_FillsBooks()
    {
        string path = Path.Combine(_folder.FullName, "feed.csv");
        File.WriteAllText(path, "34200.1,1,7,100,1000000,1\n34200.2,1,8,50,1000100,-1\n34200.3,3,7,100,1000000,1\n");
        using FeedReader feed = FeedFile.Open(path); // FeedException: not there, damaged, of no format that is known
        MarketBooks books = new();
        FeedStatus status;
        while ((status = feed.TryRead(out BookUpdate update)) == FeedStatus.Ok)
        {
            _ = books.Apply(update);
        }

        Console.WriteLine(status == FeedStatus.End ? $"{feed.Format}, {books.OrderCount} orders rest" : feed.Explain(status));

        Assert.Equal((FeedStatus.End, 1), (status, books.OrderCount));
        ReadmeExample.AssertStandsInThisFile("Peregrine.Feeds", except: "path");
    }
}
