using Microsoft.Data.Sqlite;

namespace Peregrine.Ids.Sqlite;

/// <summary>
/// Segments in an SQLite file. A lease is one transaction, synced to the disk before it returns; several processes may share the file.
/// </summary>
/// <remarks>Thread: one call at a time. Source of the pragmas: sqlite.org/pragma.html.</remarks>
public sealed class SqliteIdSegmentStore : IIdSegmentStore, IDisposable
{
    private const int HeaderBytes = 100;
    private const string Table = "CREATE TABLE id_segment (tag TEXT PRIMARY KEY, next INTEGER NOT NULL CHECK (next > 0)) STRICT";
    private readonly SqliteConnection _connection;
    private readonly string _path;

    /// <summary>Opens the file, making it when missing.</summary>
    /// <param name="path">Always a file: names that mean a database in memory to SQLite are files here.</param>
    /// <param name="busyTimeoutSeconds">How long to wait for another process that has the file locked, in seconds: 1 or more.</param>
    /// <exception cref="IdSegmentStoreException">It cannot be opened or written, or is not a database of this kind;
    /// then it is left as it was.</exception>
    public SqliteIdSegmentStore(string path, int busyTimeoutSeconds = 5)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(busyTimeoutSeconds, 1); // 0 would wait for ever

        // A database in memory would lease the same ids after each start. SQLite takes no full path for one.
        _path = Path.GetFullPath(path);
        SqliteConnectionStringBuilder builder = new() { DataSource = _path, DefaultTimeout = busyTimeoutSeconds, Pooling = false };
        _connection = new SqliteConnection(builder.ToString());
        try
        {
            CheckLength();
            _connection.Open();
            CheckKind();

            // A commit is the removal of the rollback journal. FULL does not sync the folder after that, so a loss of power
            // could bring the journal back, and with it undo a lease whose ids are in use. EXTRA syncs the folder too.
            Execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;");
            Execute(Table.Replace("TABLE", "TABLE IF NOT EXISTS", StringComparison.Ordinal));
        }
        catch (SqliteException failure)
        {
            _connection.Dispose();
            throw Failed("opening", failure.Message, failure);
        }
        catch (IdSegmentStoreException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IdSegment Lease(string tag, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        try
        {
            // With a transaction of its own, because the commit of a lone statement with RETURNING happens when its reader is
            // closed: there a locked file is an error at once, and is not waited for.
            using SqliteTransaction transaction = _connection.BeginTransaction();
            using SqliteCommand command = _connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "INSERT INTO id_segment (tag, next) VALUES ($tag, 1 + $count) ON CONFLICT (tag) DO UPDATE SET next = next + " +
                "$count RETURNING next;";
            _ = command.Parameters.AddWithValue("$tag", tag);
            _ = command.Parameters.AddWithValue("$count", count);
            long next = (long)command.ExecuteScalar()!;
            transaction.Commit();
            return new IdSegment(next - count, count);
        }
        catch (SqliteException failure)
        {
            throw Failed("leasing from", failure.Message, failure);
        }
    }

    /// <inheritdoc/>
    public void RaiseAbove(string tag, long id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfEqual(id, long.MaxValue);
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            using SqliteCommand command = _connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "INSERT INTO id_segment (tag, next) VALUES ($tag, $next) ON CONFLICT (tag) DO UPDATE SET next = max(next, $next);";
            _ = command.Parameters.AddWithValue("$tag", tag);
            _ = command.Parameters.AddWithValue("$next", id + 1);
            _ = command.ExecuteNonQuery();
            transaction.Commit();
        }
        catch (SqliteException failure)
        {
            throw Failed("raising the ids of", failure.Message, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    internal object? Scalar(string text)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }

    // SQLite takes a file cut within its header for a new one, and would begin at 1 again. Only an empty one may be new: a process
    // that was killed between making the file and the first write leaves that.
    private void CheckLength()
    {
        FileInfo file = new(_path);
        if (file.Exists && file.Length is > 0 and < HeaderBytes)
        {
            throw Failed("opening", $"it has {file.Length} bytes and is not a database");
        }
    }

    private void CheckKind()
    {
        if (Scalar($"SELECT name FROM sqlite_schema WHERE sql <> '{Table}' LIMIT 1;") is string other)
        {
            throw Failed("opening", $"it is a database of another kind, with '{other}' in it");
        }

        if (Scalar("PRAGMA quick_check(1);") is not "ok")
        {
            throw Failed("opening", "it is damaged, and what it leased is not known");
        }
    }

    private void Execute(string text)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        _ = command.ExecuteNonQuery();
    }

    private IdSegmentStoreException Failed(string doing, string why, SqliteException? failure = null) =>
        new($"{doing} the id store {_path} failed: {why.TrimEnd('.')}; check that the file is an id store and that this user may write it and " +
            $"its folder", failure);
}
