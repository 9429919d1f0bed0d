namespace Peregrine.Ids.Tests;

public class ReadmeTests
{
    [Fact]
    public void Readme_ExampleOfIds_GivesTheFirstId()
    {
        using Scratch scratch = new();
        string path = Path.Combine(scratch.Folder, "ids.db");
        using SqliteIdSegmentStore store = new(path);
        using IdSegmentAllocator ids = new(store, "orders");
        if (ids.TryNext(out ulong id) == IdStatus.Ok)
        {
            Console.WriteLine(id);
        }

        Assert.Equal(1UL, id);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Ids", except: "path");
    }

    [Fact]
    public void Readme_ExampleOfTheStore_LeasesASegment()
    {
        using Scratch scratch = new();
        string path = Path.Combine(scratch.Folder, "ids.db");
        using SqliteIdSegmentStore store = new(path);
        IdSegment segment = store.Lease("orders", 5_000);

        Assert.Equal(new IdSegment(1, 5_000), segment);
        ReadmeExample.AssertStandsInThisFile("Peregrine.Ids.Sqlite", except: "path");
    }
}
