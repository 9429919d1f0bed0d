namespace Peregrine.Ids.Tests;

public class SqliteIdSegmentStoreTests
{
    [Fact]
    public void Lease_TagsAndSizes_GiveRangesOneAfterTheOther()
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database);

        IdSegment[] segments = [store.Lease("a", 5), store.Lease("a", 1), store.Lease("b", 7), store.Lease("a", int.MaxValue), store.Lease("a", 2)];

        Assert.Equal([new(1, 5), new(6, 1), new(1, 7), new(7, int.MaxValue), new(7L + int.MaxValue, 2)], segments);
    }

    [Fact]
    public void Lease_AfterReopen_GoesOnWhereItWas()
    {
        using Scratch scratch = new();
        for (int opening = 0; opening < 5; opening++)
        {
            using SqliteIdSegmentStore store = new(scratch.Database);

            Assert.Equal(new IdSegment((opening * 10) + 1, 10), store.Lease("orders", 10));
        }
    }

    [Fact]
    public void Lease_IdsUsedUp_FailsAndGivesNone()
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database);
        store.Lease("orders", 1);
        scratch.Execute("UPDATE id_segment SET next = 9223372036854775807;");

        Assert.Throws<IdSegmentStoreException>(() => store.Lease("orders", 1));
        Assert.Throws<IdSegmentStoreException>(() => store.Lease("orders", int.MaxValue));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Lease_CountOutOfRange_IsRefused(int count)
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database);

        Assert.Throws<ArgumentOutOfRangeException>(() => store.Lease("orders", count));
    }

    // A reader keeps a writer from committing. The lease must fail then: a range that is not stored is leased again to another.
    [Fact]
    public void Lease_CommitRefused_FailsInsteadOfGivingWhatIsNotStored()
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database, busyTimeoutSeconds: 1);
        store.Lease("orders", 10);
        using (SqliteConnection reader = scratch.Connect())
        {
            Scratch.Execute(reader, "BEGIN;");
            using SqliteCommand read = reader.CreateCommand();
            read.CommandText = "SELECT next FROM id_segment;";
            Assert.Equal(11L, read.ExecuteScalar());

            Assert.Throws<IdSegmentStoreException>(() => store.Lease("orders", 10));

            Scratch.Execute(reader, "ROLLBACK;");
        }

        Assert.Equal(new IdSegment(11, 10), store.Lease("orders", 10));
    }

    // The wait for other processes counts for the commit as well: it is there that a reader is in the way.
    [Fact]
    public void Lease_CommitInTheWayOfAReader_WaitsForIt()
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database, busyTimeoutSeconds: 60);
        store.Lease("orders", 10);
        using SqliteConnection reader = scratch.Connect();
        Scratch.Execute(reader, "BEGIN; SELECT next FROM id_segment;");

        Task<IdSegment> lease = Task.Factory.StartNew(() => store.Lease("orders", 10), TaskCreationOptions.LongRunning);
        Ids.WaitUntil(() => lease.IsCompleted || IsCommitPending(scratch));
        Scratch.Execute(reader, "ROLLBACK;");

        Assert.Equal(new IdSegment(11, 10), Threads.Result(lease));
    }

    [Fact]
    public void Lease_WriteLockedElsewhere_FailsThenGoesOn()
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database, busyTimeoutSeconds: 1);
        using (SqliteConnection other = scratch.Connect())
        {
            Scratch.Execute(other, "BEGIN EXCLUSIVE;");

            IdSegmentStoreException failure = Assert.Throws<IdSegmentStoreException>(() => store.Lease("orders", 10));

            AssertIsOneClearLine(failure, scratch.Database, "locked");
        }

        Assert.Equal(new IdSegment(1, 10), store.Lease("orders", 10));
    }

    [Fact]
    public void Open_LockedElsewhere_IsRefused()
    {
        using Scratch scratch = new();
        using SqliteConnection other = scratch.Connect();
        Scratch.Execute(other, "BEGIN EXCLUSIVE;");

        IdSegmentStoreException failure = Assert.Throws<IdSegmentStoreException>(
            () => new SqliteIdSegmentStore(scratch.Database, busyTimeoutSeconds: 1));

        AssertIsOneClearLine(failure, scratch.Database, "locked");
    }

    [Fact]
    public void Open_NoDatabase_IsRefusedAndLeftAlone()
    {
        using Scratch scratch = new();
        string text = string.Concat(Enumerable.Repeat("this is somebody's letter\n", 1_000));
        File.WriteAllText(scratch.Database, text);

        IdSegmentStoreException failure = Assert.Throws<IdSegmentStoreException>(() => new SqliteIdSegmentStore(scratch.Database));

        AssertIsOneClearLine(failure, scratch.Database, "not a database");
        Assert.Equal(text, File.ReadAllText(scratch.Database));
    }

    [Theory]
    [InlineData("CREATE TABLE customer (name TEXT);")]
    [InlineData("CREATE TABLE id_segment (tag TEXT, next REAL);")]
    [InlineData("CREATE VIEW id_segment AS SELECT 'orders' AS tag, 1 AS next;")]
    public void Open_DatabaseOfAnotherKind_IsRefusedAndLeftAlone(string schema)
    {
        using Scratch scratch = new();
        scratch.Execute(schema);
        byte[] before = File.ReadAllBytes(scratch.Database);

        IdSegmentStoreException failure = Assert.Throws<IdSegmentStoreException>(() => new SqliteIdSegmentStore(scratch.Database));

        AssertIsOneClearLine(failure, scratch.Database, "another kind");
        Assert.Equal(before, File.ReadAllBytes(scratch.Database));
    }

    [Fact]
    public void Open_CutOrOverwrittenAnywhere_LeasesNothingTwice()
    {
        using Scratch scratch = new();
        using (SqliteIdSegmentStore store = new(scratch.Database))
        {
            store.Lease("orders", 1_000);
        }

        byte[] good = File.ReadAllBytes(scratch.Database);
        for (int cut = 0; cut < good.Length; cut += cut < 200 ? 1 : 97)
        {
            // An empty file is a new store to SQLite: nobody can tell it from one that was never written.
            byte[] bad = [.. good];
            Array.Fill(bad, (byte)0xa5, cut, Math.Min(100, good.Length - cut));
            AssertRefusesOrGoesOn(scratch, bad, $"bytes from {cut} on overwritten");
            if (cut > 0)
            {
                AssertRefusesOrGoesOn(scratch, good[..cut], $"cut at {cut}");
            }
        }
    }

    [Fact]
    public void Open_FolderMissing_SaysWhich()
    {
        using Scratch scratch = new();
        string path = Path.Combine(scratch.Folder, "missing", "ids.db");

        IdSegmentStoreException failure = Assert.Throws<IdSegmentStoreException>(() => new SqliteIdSegmentStore(path));

        AssertIsOneClearLine(failure, path, "unable to open");
    }

    [Fact]
    public void Open_FolderThatTakesNoFiles_IsRefused()
    {
        // Not even root can make files here, so permissions need not be played with.
        IdSegmentStoreException failure = Assert.Throws<IdSegmentStoreException>(() => new SqliteIdSegmentStore("/proc/self/ids.db"));

        AssertIsOneClearLine(failure, "/proc/self/ids.db", "unable to open");
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void Open_NoPath_IsRefused(string path) => Assert.ThrowsAny<ArgumentException>(() => new SqliteIdSegmentStore(path));

    [Theory]
    [InlineData(":memory:")]
    [InlineData("file:ids-test.db?mode=memory")]
    public void Open_NameThatSqliteTakesForMemory_IsAFile(string name)
    {
        File.Delete(name);
        try
        {
            using (SqliteIdSegmentStore store = new(name))
            {
                store.Lease("orders", 10);
            }

            using SqliteIdSegmentStore again = new(name);
            Assert.Equal(new IdSegment(11, 10), again.Lease("orders", 10));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public void Synchronous_IsExtra()
    {
        using Scratch scratch = new();
        using SqliteIdSegmentStore store = new(scratch.Database);

        Assert.Equal("delete", store.Scalar("PRAGMA journal_mode;"));
        Assert.Equal(3L, store.Scalar("PRAGMA synchronous;"));
    }

    // A writer that wants to commit lets no new reader in.
    private static bool IsCommitPending(Scratch scratch)
    {
        try
        {
            using SqliteConnection other = scratch.Connect();
            other.DefaultTimeout = 1;
            Scratch.Execute(other, "SELECT next FROM id_segment;");
            return false;
        }
        catch (SqliteException)
        {
            return true;
        }
    }

    private static void AssertRefusesOrGoesOn(Scratch scratch, byte[] bytes, string because)
    {
        File.WriteAllBytes(scratch.Database, bytes);
        try
        {
            using SqliteIdSegmentStore store = new(scratch.Database);
            IdSegment segment = store.Lease("orders", 10);
            Assert.True(segment.First >= 1_001, $"{because}: leased {segment.First} again");
        }
        catch (IdSegmentStoreException failure)
        {
            AssertIsOneClearLine(failure, scratch.Database, "");
        }
    }

    private static void AssertIsOneClearLine(IdSegmentStoreException failure, string path, string reason)
    {
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Contains(path, failure.Message);
        Assert.Contains(reason, failure.Message);
    }
}
