namespace Peregrine.Ids.Tests;

/// <summary>A folder that goes with the test.</summary>
internal sealed class Scratch : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("ids-test-").FullName;

    public string Database => Path.Combine(Folder, "ids.db");

    /// <summary>Runs statements on the database from outside of the store.</summary>
    public void Execute(string text)
    {
        using SqliteConnection connection = Connect();
        Execute(connection, text);
    }

    public static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    public SqliteConnection Connect()
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Database, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

internal static class Ids
{
    /// <summary>Takes the next id, waiting for the lease when there is none yet.</summary>
    public static ulong Next(this IdSegmentAllocator allocator)
    {
        ulong id;
        while (allocator.TryNext(out id) != IdStatus.Ok)
        {
            Thread.Yield();
        }

        return id;
    }

    /// <summary>Spins until it holds; a test that hangs here shows a lost wake-up.</summary>
    public static void WaitUntil(Func<bool> holds)
    {
        while (!holds())
        {
            Thread.Yield();
        }
    }
}
