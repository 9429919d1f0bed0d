namespace Peregrine.Ids.Tests;

public class ReadmeTests
{
    [Fact]
    public void Readme_ExampleOfIds_GivesTheFirstId()
    {
        using Scratch scratch = new();
        string path = Path.Combine(scratch.Folder, "ids.db");
        using SqliteSegmentStore store = new(path);
        using SegmentAllocator ids = new(store, "orders");
        if (ids.TryNext(out ulong id) == IdStatus.Ok)
        {
            Console.WriteLine(id);
        }

        Assert.Equal(1UL, id);
        AssertIsInReadme("Peregrine.Ids", nameof(Readme_ExampleOfIds_GivesTheFirstId), "using SqliteSegmentStore", "Console.WriteLine(id);");
    }

    [Fact]
    public void Readme_ExampleOfTheStore_LeasesASegment()
    {
        using Scratch scratch = new();
        string path = Path.Combine(scratch.Folder, "ids.db");
        using SqliteSegmentStore store = new(path);
        IdSegment segment = store.Lease("orders", 5_000);

        Assert.Equal(new IdSegment(1, 5_000), segment);
        AssertIsInReadme("Peregrine.Ids.Sqlite", nameof(Readme_ExampleOfTheStore_LeasesASegment), "using SqliteSegmentStore", "5_000);");
    }

    // The code between the two marks in this file stands in the README line by line.
    private static void AssertIsInReadme(string assembly, string test, string first, string last)
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "tests/Peregrine.Ids.Tests/ReadmeTests.cs"));
        string readme = File.ReadAllText(Path.Combine(Repository.Root, $"src/{assembly}/README.md"));
        int start = source.IndexOf(first, source.IndexOf(test, StringComparison.Ordinal), StringComparison.Ordinal);
        int end = source.IndexOf(last, start, StringComparison.Ordinal) + last.Length;
        foreach (string line in source[start..end].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Contains(line, readme);
        }
    }
}
